//! `chatapi-server import-django`: takes over the database of the Django deployment, all of it or nothing.

use chatapi_core::search::Analyzer;
use chatapi_core::store::StoreError;
use chatapi_core::store::django::{Django, ImportError, Report, import as take_over};
use clap::Args;

use crate::database::{self, Database};
use crate::failure::{Failure, causes};
use crate::settings::Settings;
use crate::settings::database::of_url;
use crate::{indexing, welcome};

mod progress;
mod summary;

use progress::{Meter, say};

/// What is to be taken over, and whether in earnest.
#[derive(Debug, Args)]
pub(crate) struct ImportOptions {
    /// Database of the Django deployment, postgres://user:password@host:port/database or sqlite://path; it is only read and
    /// may be in use [default: the server's own database, if it contains Django's tables as well]
    #[arg(long, env = "CHATAPI_IMPORT_FROM", value_name = "URL", hide_env_values = true)]
    from: Option<String>,
    /// Read and check everything, and report what would be imported, without changing anything
    #[arg(long)]
    dry_run: bool,
}

/// Takes Django's database over as it is at this moment.
pub(crate) async fn import(options: &ImportOptions, settings: &Settings) -> Result<(), Failure> {
    let from = match &options.from {
        Some(url) => of_url("--from / CHATAPI_IMPORT_FROM", url)?,
        None => settings.database.clone(),
    };
    let mut meter = Meter::start();
    say(&format!("From: {from}"));
    say(&format!("To:   {}", settings.database));
    let mut django = open(from).await.map_err(|error| refused(&error))?;
    let opened = database::open(settings).await?;
    let analyzer = Analyzer::new(settings.config.language);
    let mut load = opened.load(analyzer).await.map_err(|fault| not_written(&fault))?;
    let report = take_over(&mut django, &mut load, &mut |progress| meter.hear(progress)).await;
    // Whoever writes to Django's database need not wait for the rest.
    drop(django);
    let report = report.map_err(|error| refused(&error))?;
    if options.dry_run {
        drop(load);
        opened.close().await;
        welcome::print(&told(&report, "Dry run: nothing was changed. The import would copy:"));
        return Ok(());
    }
    say("recreating the database indexes");
    load.commit().await.map_err(|fault| not_written(&fault))?;
    welcome::print(&told(&report, "Imported (counts verified in the database):"));
    indexing::index_all(opened.store(), analyzer, |done, rooms| meter.rooms(done, rooms)).await?;
    opened.close().await;
    Ok(())
}

async fn open(from: Database) -> Result<Django, ImportError> {
    match from {
        Database::Sqlite(file) => Django::in_file(file).await,
        Database::Postgres(server) => Django::on_postgres(server.application_name("chatapi-import")).await,
    }
}

fn told(report: &Report, head: &str) -> String {
    format!("{head}\n{}", summary::of(report))
}

fn not_written(fault: &StoreError) -> Failure {
    Failure::because("nothing was imported: cannot write to the chat's database", fault)
}

fn refused(error: &ImportError) -> Failure {
    Failure::hindrance(format!("nothing was imported: {}", causes(error)))
}
