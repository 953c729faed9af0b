//! Sessions: a random token in a cookie, of which the database has a hash.

use chatapi_core::http::Call;
use chatapi_core::random::{SystemRandom, hex};
use chatapi_core::users::User;
use chatapi_core::{ChatApi, Result, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::site::Site;
use crate::store::{NewSession, Session};
use chatapi_core::permission::Level;

/// The cookie that holds the token.
pub(crate) const COOKIE: &str = "chatapi_admin";

/// How exactly it is noted when a session was last used, in microseconds.
const NOTED: i64 = 60 * 1_000_000;

/// Somebody who is logged in.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) user: User,
    pub(crate) level: Level,
    /// What each of the site's forms must bring back.
    pub(crate) form_token: String,
}

/// A token that nobody has.
pub(crate) async fn open(site: &Site, api: &ChatApi, user: &User) -> Result<String> {
    let (token, now) = (hex(&SystemRandom, 32), api.now());
    let session = NewSession { token_hash: hash(&token), user: user.id, revision: user.revision, at: now };
    site.store().open_session(session, earlier(now, site.options().idle)).await?;
    Ok(token)
}

/// Whose session a request belongs to: it is neither too old nor idle for too long, the password is still the one that it
/// began with, and the user is still active staff.
pub(crate) async fn visitor(site: &Site, api: &ChatApi, call: &Call) -> Result<Option<Visitor>> {
    let Some(token) = cookie(call, COOKIE) else { return Ok(None) };
    let token_hash = hash(token);
    let Some(session) = site.store().session(&token_hash).await? else { return Ok(None) };
    let now = api.now();
    if !is_alive(&session, site, now) {
        site.store().close_session(&token_hash).await?;
        return Ok(None);
    }
    let Some(level) = session.user.level() else { return Ok(None) };
    if now.as_micros() - session.seen_at.as_micros() >= NOTED {
        site.store().touch_session(&token_hash, now).await?;
    }
    let form_token = hash(&format!("form {token}"));
    Ok(Some(Visitor { user: session.user, level, form_token }))
}

/// Ends the session that a request belongs to.
pub(crate) async fn close(site: &Site, call: &Call) -> Result<()> {
    match cookie(call, COOKIE) {
        Some(token) => Ok(site.store().close_session(&hash(token)).await?),
        None => Ok(()),
    }
}

fn is_alive(session: &Session, site: &Site, now: Timestamp) -> bool {
    session.revision == session.user.revision
        && session.seen_at >= earlier(now, site.options().idle)
        && session.opened_at >= earlier(now, site.options().lifetime)
}

fn earlier(now: Timestamp, by: std::time::Duration) -> Timestamp {
    Timestamp::from_micros(now.as_micros().saturating_sub(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)))
}

fn hash(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The value of a cookie that came with a request.
pub(crate) fn cookie<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    let headers = call.head().headers.get_all("cookie").iter();
    let pairs = headers.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(known, value)| (known == name).then_some(value))
}
