//! `cargo xtask bench`: searches, pages and sends, measured with a PostgreSQL of its own that keeps what it promises.

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::command;
use crate::failure::{Failure, Result};
use crate::postgres::{Server, folder_in};
use crate::programs;

/// As a deployment would have it; that the disk has what was acknowledged (`fsync`) stays on.
const SETTINGS: [&str; 10] = [
    "max_connections=100",
    "jit=off",
    "max_wal_size=4GB",
    "checkpoint_timeout=30min",
    "random_page_cost=1.1",
    "logging_collector=on",
    "log_destination=jsonlog",
    "log_filename=statements",
    "log_rotation_age=0",
    "log_rotation_size=0",
];

/// The most memory that PostgreSQL's own cache gets, in mebibytes.
const MOST_CACHE: u64 = 4096;

/// What the command line says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wanted {
    size: Option<String>,
    report: Option<PathBuf>,
    keep: Option<PathBuf>,
    /// For the program that measures.
    others: Vec<String>,
}

/// Builds what is measured, and measures it.
pub(crate) fn run(words: &[String]) -> Result<()> {
    let wanted = read(words)?;
    let programs = programs::find_or_install()?;
    let packages = [
        "-p",
        "chatapi-server",
        "-p",
        "chatapi-benches",
        "--bin",
        "chatapi-server",
        "--bin",
        "chatapi-bench",
    ];
    command::run(command::cargo(["build", "--locked", "--profile", "dist"]).args(packages))?;

    let parent = wanted.keep.clone().unwrap_or_else(env::temp_dir);
    fs::create_dir_all(&parent)?;
    let mut home = folder_in(&parent)?;
    home.disable_cleanup(wanted.keep.is_some());
    let files = folder_in(&parent)?;
    let mut settings: Vec<_> = SETTINGS.map(str::to_owned).into();
    settings.push(format!("shared_buffers={}MB", cache()));
    let server = Server::start(&programs, home, &settings)?;

    let built =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from).join("dist");
    let size = wanted.size.as_deref().unwrap_or("small");
    let report = wanted.report.unwrap_or_else(|| Path::new("docs/bench").join(size));
    let mut bench = std::process::Command::new(built.join("chatapi-bench"));
    bench.args(["--size", size, "--postgres", &server.url()]);
    bench.arg("--log").arg(server.data().join("log/statements.json"));
    bench.arg("--pgbench").arg(programs.join("pgbench"));
    bench.arg("--server").arg(built.join("chatapi-server"));
    bench.arg("--folder").arg(wanted.keep.as_deref().unwrap_or(files.path()));
    bench.arg("--report").arg(report).args(wanted.others);
    command::run(&mut bench)
}

fn read(words: &[String]) -> Result<Wanted> {
    let mut wanted = Wanted::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || {
            words.next().cloned().ok_or_else(|| Failure::Usage(format!("`{word}` wants something after it")))
        };
        match word.as_str() {
            "--size" => wanted.size = Some(value()?),
            "--report" => wanted.report = Some(value()?.into()),
            "--keep" => wanted.keep = Some(value()?.into()),
            "--only" | "--about" => wanted.others.extend([word.clone(), value()?]),
            "--check" | "--reuse" => wanted.others.push(word.clone()),
            other => return Err(Failure::Usage(format!("`bench` knows no `{other}`"))),
        }
    }
    Ok(wanted)
}

/// A quarter of the machine's memory, in mebibytes.
fn cache() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next());
    let kibibytes: u64 = total.and_then(|number| number.parse().ok()).unwrap_or_default();
    (kibibytes / 1024 / 4).clamp(128, MOST_CACHE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(line: &str) -> Result<Wanted> {
        read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn what_the_measuring_program_knows_is_handed_on() {
        let wanted = wanted("--size 5000 --check --only sqlite").unwrap();
        assert_eq!(wanted.size.as_deref(), Some("5000"));
        assert_eq!(wanted.others, ["--check", "--only", "sqlite"]);
    }

    #[test]
    fn what_nobody_knows_is_refused() {
        assert!(matches!(wanted("--sise small"), Err(Failure::Usage(_))));
        assert!(matches!(wanted("--size"), Err(Failure::Usage(_))));
    }
}
