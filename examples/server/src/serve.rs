//! `chatapi-server serve`: from settings to a server that runs, and to its end.

use std::net::SocketAddr;

use chatapi_core::ChatApi;
use chatapi_core::mail::smtp::SmtpMailer;
use tokio::net::TcpListener;
use tracing::{info, warn};

use crate::database::{self, Opened};
use crate::failure::Failure;
use crate::settings::Settings;
use crate::stop::Stop;
use crate::{panics, secret, welcome};

/// Serves until it is asked to stop.
pub(crate) async fn serve(settings: Settings) -> Result<(), Failure> {
    let mut stop = Stop::listen().map_err(|fault| Failure::because("cannot listen to signals", &fault))?;
    panics::log();
    let (listener, api) = tokio::select! {
        started = start(&settings) => started?,
        () = stop.asked() => return Ok(()),
    };
    settings.framework.serve(listener, api.clone(), &mut stop).await?;
    tokio::select! {
        () = api.shutdown() => {}
        () = stop.asked() => warn!("asked to stop again: mails under way may be lost"),
    }
    info!("stopped");
    Ok(())
}

async fn start(settings: &Settings) -> Result<(TcpListener, ChatApi), Failure> {
    let store = database::open(settings).await?;
    let secret = secret::find(settings, &store).await?;
    let listener = listen(&settings.bind).await?;
    let address = listener.local_addr().map_err(|fault| Failure::because("cannot listen", &fault))?;
    let api = chat(settings, &store, secret, address)?;
    info!(%address, database = %settings.database, "ready");
    welcome::greet(address, &settings.database);
    Ok((listener, api))
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
) -> Result<ChatApi, Failure> {
    let mut config = settings.config.clone();
    config.accounts.site_url = settings.public_url.clone().unwrap_or_else(|| welcome::url(address));
    let mut builder = store.builder(secret).config(config);
    if settings.has_admin {
        builder = builder.routes(store.admin());
    }
    if let Some(mailer) = &settings.mailer {
        builder = builder.mailer(SmtpMailer::clone(mailer));
    }
    builder.build().map_err(|fault| Failure::setting(fault.to_string()))
}
