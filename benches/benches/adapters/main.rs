//! What an adapter costs: requests a second of one cheap endpoint, `GET /auth/users/me/` on SQLite, through the chat's table,
//! and by a bare handler of the same framework that reads the token and the account and answers with the same bytes.
//!
//!     cargo bench -p chatapi-benches --bench adapters
//!
//! Each server is a process of its own on one core, the client on another, with 32 connections that always have a request
//! under way. Rounds go through all servers in turn, so that what disturbs the machine disturbs both sides of a ratio.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench that cannot be set up says why and ends"
)]

use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

mod client;
mod cpu;
mod servers;

use client::Client;
use servers::{FRAMEWORKS, Handler};

const ROUNDS: usize = 15;

fn main() {
    let words: Vec<String> = env::args().collect();
    match words.iter().position(|word| word == "serve") {
        Some(at) => servers::serve(&words[at + 1], words[at + 2].parse().unwrap(), &words[at + 3]),
        None => measure(),
    }
}

fn measure() {
    cpu::pin(1);
    let folder = tempfile::tempdir().unwrap();
    let mut pairs: Vec<_> = FRAMEWORKS
        .map(|framework| {
            (
                framework,
                Server::start(framework, Handler::Chat, folder.path()),
                Server::start(framework, Handler::Bare, folder.path()),
            )
        })
        .into_iter()
        .collect();
    for (framework, chat, bare) in &mut pairs {
        assert_eq!(chat.client.answer(), bare.client.answer(), "{framework}: the bodies differ");
        chat.round();
        bare.round();
    }
    let mut rounds = vec![Vec::new(); pairs.len()];
    for _ in 0..ROUNDS {
        for ((_, chat, bare), rounds) in pairs.iter_mut().zip(&mut rounds) {
            rounds.push((chat.round(), bare.round()));
        }
    }
    println!(
        "requests a second, medians of {ROUNDS} rounds; microseconds of the server's processor a request"
    );
    println!("framework   chat      bare      ratio (lowest, highest)   chat µs  bare µs");
    for ((framework, ..), rounds) in pairs.iter().zip(&rounds) {
        let of = |measure: fn(&(Round, Round)) -> f64| sorted(rounds.iter().map(measure).collect());
        let ratio = of(|(chat, bare)| chat.per_second / bare.per_second);
        println!(
            "{framework:<11} {:<9.0} {:<9.0} {:.3} ({:.3}, {:.3})      {:<8.2} {:.2}",
            median(&of(|(chat, _)| chat.per_second)),
            median(&of(|(_, bare)| bare.per_second)),
            median(&ratio),
            ratio[0],
            ratio[ratio.len() - 1],
            median(&of(|(chat, _)| chat.microseconds)),
            median(&of(|(_, bare)| bare.microseconds)),
        );
    }
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}

/// What a round measured.
#[derive(Clone, Copy)]
struct Round {
    per_second: f64,
    microseconds: f64,
}

/// A server in a process of its own.
struct Server {
    process: Child,
    client: Client,
}

impl Server {
    fn start(framework: &str, handler: Handler, folder: &Path) -> Self {
        let file = folder.join(format!("{framework}-{}.sqlite3", handler.name()));
        let mut command = Command::new(env::current_exe().unwrap());
        let mut process = command
            .args(["serve", framework, handler.name()])
            .arg(file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { process, client: Client::connect(address.trim()) }
    }

    fn round(&mut self) -> Round {
        let before = cpu::time_of(self.process.id());
        let (requests, seconds) = self.client.run();
        let spent = cpu::time_of(self.process.id()) - before;
        Round { per_second: requests / seconds, microseconds: spent * 1e6 / requests }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
