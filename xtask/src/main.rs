//! Set-up that needs logic: `cargo xtask test`, `cargo xtask ci` and `cargo xtask bench`.

mod bench;
mod ci;
mod command;
mod failure;
mod postgres;
mod programs;
mod signals;
mod suite;
mod tally;
mod tools;

use std::env;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use failure::{Failure, Result};

const USAGE: &str = "\
Usage: cargo xtask <COMMAND>

  test [ARGS]  runs all tests on a temporary PostgreSQL server; ARGS are passed to cargo
               test, for example: cargo xtask test -p chatapi-core -- a_part_of_a_name
               Screenshots of all pages are saved in target/screenshots, or in the
               directory CHATAPI_TEST_SCREENSHOTS
  ci           runs all checks for a change: format, lints, documentation, licences,
               packages and tests
  bench [--size small|medium|large|NUMBER] [--check] [--only postgres|sqlite]
        [--report FOLDER] [--keep FOLDER] [--reuse] [--about TEXT]
               measures searches, pages and sends on that many messages, on a temporary
               PostgreSQL server, and writes a report to docs/bench; --check fails on a
               missed target, --keep keeps the databases in a directory, --reuse uses
               existing ones, --about measures only series whose titles contain TEXT
";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(words: &[String]) -> Result<()> {
    match words.first().map_or("help", String::as_str) {
        "test" => {
            prepare()?;
            suite::run(&words[1..])
        }
        "ci" if words.len() == 1 => {
            prepare()?;
            ci::run()
        }
        "ci" => Err(Failure::Usage("`ci` takes no arguments".to_owned())),
        "bench" => {
            prepare()?;
            bench::run(&words[1..])
        }
        "help" | "--help" | "-h" => Ok(io::stdout().write_all(USAGE.as_bytes())?),
        other => Err(Failure::Usage(format!("no command `{other}`; `cargo xtask` lists them"))),
    }
}

/// Whatever folder of the workspace the command was given in, it is about all of it.
fn prepare() -> Result<()> {
    signals::listen()?;
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    env::set_current_dir(here.parent().unwrap_or(here))?;
    Ok(())
}
