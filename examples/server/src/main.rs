//! The ChatAPI server: the documented deployment, on SQLite or PostgreSQL. `chatapi-server --help` lists its settings.

#[cfg(any(feature = "axum", feature = "poem"))]
mod connections;
mod database;
mod failure;
mod framework;
mod import_django;
mod logs;
mod panics;
mod request_id;
mod secret;
mod seed;
mod serve;
mod settings;
mod stop;
mod superuser;
mod tidy;
mod welcome;

use std::process::ExitCode;

use chatapi_core::clock::SystemClock;
use failure::Failure;
use settings::{Call, Command};

#[tokio::main]
async fn main() -> ExitCode {
    let call = match settings::read() {
        Ok(call) => call,
        Err(answer) => return answer.show(),
    };
    match run(call).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run(call: Call) -> Result<(), Failure> {
    let Call { command, settings, logs } = call;
    logs::start(logs);
    match command {
        Command::Serve => serve::serve(settings).await,
        Command::Migrate => {
            database::open(&settings).await?;
            welcome::print("The database is up to date.\n");
            Ok(())
        }
        Command::Createsuperuser(account) => superuser::create(account, &settings).await,
        Command::Seed(options) => seed::seed(&options, &settings, &SystemClock).await,
        Command::ImportDjango(options) => import_django::import(&options, &settings).await,
    }
}
