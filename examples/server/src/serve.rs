//! `chatapi-server serve`: from settings to a server that runs, and to its end.

use std::net::SocketAddr;
use std::time::Duration;

use chatapi_core::ChatApi;
use chatapi_core::http::health;
use chatapi_core::mail::smtp::SmtpMailer;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tracing::{info, warn};

use crate::connections::raise_open_files;
use crate::database::{self, Opened};
use crate::failure::Failure;
use crate::metrics::{self, Metrics};
use crate::observers::Observers;
use crate::settings::Settings;
use crate::stop::Stop;
use crate::{chat_page, panics, secret, welcome};

/// How long it may take to close the database: on SQLite, to take the write-ahead log into it.
const CLOSING: Duration = Duration::from_secs(5);

/// Serves until it is asked to stop. `traces` says whether requests are traced.
pub(crate) async fn serve(mut settings: Settings, traces: bool) -> Result<(), Failure> {
    let mut stop = Stop::listen().map_err(|fault| Failure::because("cannot listen to signals", &fault))?;
    panics::log();
    settings.connections.limits.total = raise_open_files(settings.connections.limits.total);
    let (listener, api, store) = tokio::select! {
        started = start(&settings, traces) => started?,
        () = stop.asked() => return Ok(()),
    };
    stop.drain(api.clone(), settings.stop_delay);
    settings.framework.serve(listener, api.clone(), settings.connections, &mut stop).await?;
    tokio::select! {
        () = api.shutdown() => {}
        () = stop.asked() => warn!("second stop signal received: emails in delivery may be lost"),
    }
    if timeout(CLOSING, store.close()).await.is_err() {
        warn!("timed out closing the database: statements are still running");
    }
    info!("stopped");
    Ok(())
}

async fn start(settings: &Settings, traces: bool) -> Result<(TcpListener, ChatApi, Opened), Failure> {
    let store = database::open(settings).await?;
    let secret = secret::find(settings, &store).await?;
    let listener = listen(&settings.bind).await?;
    let address = listener.local_addr().map_err(|fault| Failure::because("cannot listen", &fault))?;
    let metrics = settings.metrics.is_some().then(|| Metrics::new(settings.framework.name()));
    let observers = Observers { metrics: metrics.clone(), traces };
    let api = chat(settings, &store, secret, address, observers)?;
    if let (Some(metrics), Some(bind)) = (metrics, settings.metrics.as_ref().and_then(|to| to.bind.as_ref()))
    {
        let listener = listen(bind).await?;
        let address = listener.local_addr().map_err(|fault| Failure::because("cannot listen", &fault))?;
        info!(%address, "serving metrics");
        tokio::spawn(metrics::serve(listener, metrics, api.clone(), store.clone()));
    }
    info!(%address, database = %settings.database, "ready");
    welcome::greet(address, settings);
    api.index_in_background();
    Ok((listener, api, store))
}

async fn listen(addresses: &[SocketAddr]) -> Result<TcpListener, Failure> {
    TcpListener::bind(addresses).await.map_err(|fault| {
        let address = addresses.first().map(ToString::to_string).unwrap_or_default();
        Failure::because(&format!("cannot listen on {address}"), &fault)
    })
}

fn chat(
    settings: &Settings,
    store: &Opened,
    secret: String,
    address: SocketAddr,
    observers: Observers,
) -> Result<ChatApi, Failure> {
    let mut config = settings.config.clone();
    config.accounts.site_url = settings.public_url.clone().unwrap_or_else(|| welcome::url(address));
    let mut builder = store.builder(secret).config(config).route(health::live()).route(health::ready());
    if settings.has_admin {
        builder = builder.routes(store.admin());
    }
    if let Some(mailer) = &settings.mailer {
        builder = builder.mailer(SmtpMailer::clone(mailer));
    }
    if settings.chat_page {
        builder = chat_page::serve(builder);
    }
    if let Some(metrics) = &observers.metrics
        && let Some(token) = settings.metrics.as_ref().and_then(|to| to.token.clone())
    {
        builder = builder.route(metrics::route(metrics.clone(), store.clone(), token));
    }
    if observers.metrics.is_some() || observers.traces {
        builder = builder.observer(observers);
    }
    #[cfg(feature = "pages")]
    if settings.pages {
        builder = chatapi_openapi::add(builder);
    }
    builder.build().map_err(|fault| Failure::setting(fault.to_string()))
}
