//! The ChatAPI server: the documented deployment, on SQLite or PostgreSQL. `chatapi-server --help` lists its settings.

mod backup;
mod chat_page;
mod compression;
mod connections;
mod database;
mod failure;
mod framework;
mod healthcheck;
mod import_django;
mod indexing;
mod logs;
mod metrics;
mod observers;
mod panics;
mod request_id;
mod secret;
mod seed;
mod serve;
mod settings;
mod stop;
mod superuser;
mod traces;
mod welcome;

use std::process::ExitCode;

use chatapi_core::clock::SystemClock;
use failure::Failure;
use rustix::fs::Mode;
use rustix::process::umask;
use settings::{Call, Command};
use traces::Traces;
use tracing::warn;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    // The database, its write-ahead log, the secret key and backups are this user's alone.
    umask(Mode::RWXG | Mode::RWXO);
    let call = match settings::read() {
        Ok(call) => call,
        Err(answer) => return answer.show(),
    };
    let logs_its_end = call.logs.are_for_programs();
    match run(call).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if logs_its_end => failure.log(),
        Err(failure) => failure.report(),
    }
}

async fn run(call: Call) -> Result<(), Failure> {
    let Call { command, settings, logs, traces, warnings } = call;
    let traces = if matches!(command, Command::Serve) { traces.start()? } else { Traces::default() };
    logs::start(logs, &traces);
    for warning in warnings {
        warn!("{warning}");
    }
    match command {
        Command::Serve => {
            let served = serve::serve(settings, traces.is_on()).await;
            traces.end().await;
            served
        }
        Command::Migrate => {
            database::open(&settings).await?.close().await;
            welcome::print("The database is up to date.\n");
            Ok(())
        }
        Command::Healthcheck(probe) => healthcheck::ask(&probe, &settings.bind),
        Command::Createsuperuser(account) => superuser::create(account, &settings).await,
        Command::Seed(options) => seed::seed(&options, &settings, &SystemClock).await,
        Command::ImportDjango(options) => import_django::import(&options, &settings).await,
        Command::Backup(copy) => backup::back_up(&copy, &settings).await,
        Command::Restore(copy) => backup::restore(&copy, &settings).await,
    }
}
