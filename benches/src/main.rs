//! `chatapi-bench`: loads the data, asks everything, and writes the report. `cargo xtask bench` gives it a PostgreSQL.

use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use chatapi_benches::rates::Setup;
use chatapi_benches::report::targets::verdicts;
use chatapi_benches::report::{Engine, Samples};
use chatapi_benches::run::{Bench, Size};
use clap::Parser;

/// Loads the data, asks everything, and writes the report.
#[derive(Debug, Parser)]
struct CommandLine {
    /// small, medium, large, or a number of messages
    #[arg(long, default_value = "small", value_parser = Size::from_str)]
    size: Size,
    /// A PostgreSQL that writes its log as JSON, as its superuser
    #[arg(long, value_name = "URL")]
    postgres: String,
    /// The log of that PostgreSQL
    #[arg(long, value_name = "FILE")]
    log: PathBuf,
    /// The program `pgbench`
    #[arg(long, value_name = "FILE", default_value = "pgbench")]
    pgbench: PathBuf,
    /// The program `chatapi-server`, as it is delivered
    #[arg(long, value_name = "FILE")]
    server: PathBuf,
    /// Where the files of SQLite go
    #[arg(long, value_name = "FOLDER")]
    folder: PathBuf,
    /// Where the report goes
    #[arg(long, value_name = "FOLDER")]
    report: PathBuf,
    /// Only this engine
    #[arg(long, value_parser = engine)]
    only: Option<Engine>,
    /// Use the databases that a former run left, where they are there
    #[arg(long)]
    reuse: bool,
    /// Only series whose titles have this, such as "one large room"; no load is driven then
    #[arg(long, value_name = "TEXT")]
    about: Option<String>,
    /// Fail where a target is missed
    #[arg(long)]
    check: bool,
}

fn engine(name: &str) -> Result<Engine, String> {
    match name {
        "postgres" | "postgresql" => Ok(Engine::PostgreSQL),
        "sqlite" => Ok(Engine::SQLite),
        _ => Err("it is postgres or sqlite".to_owned()),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let line = CommandLine::parse();
    let bench = Bench {
        size: line.size,
        setup: Setup { database: line.postgres, server: line.server, pgbench: line.pgbench, log: line.log },
        folder: line.folder,
        report: line.report.clone(),
        only: line.only,
        reuses: line.reuse,
        about: line.about,
    };
    match bench.run().await {
        Ok(samples) => {
            eprintln!("bench: {}", line.report.join("report.md").display());
            if missed(&samples) && line.check { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
        Err(fault) => {
            eprintln!("bench: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// Says which targets are missed, and whether there are any.
fn missed(samples: &Samples) -> bool {
    let missed: Vec<_> = verdicts(samples).into_iter().filter(|verdict| !verdict.is_reached).collect();
    for verdict in &missed {
        eprintln!("bench: missed: {}: {}, {}", verdict.what, verdict.target, verdict.measured);
    }
    !missed.is_empty()
}
