//! The site over HTTP, on SQLite and PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot be set up ends in a panic that says why"
)]

mod browser;
mod chat;
mod csrf;
mod levels;
mod lists;
mod log_in;
mod messages;
mod rooms;
mod upgrade;
mod users;

/// Each fact on each engine.
macro_rules! on_both {
    ($($fact:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test] async fn $fact() { super::$fact(&crate::chat::on_sqlite().await).await; })*
        }
        mod on_postgres {
            $(#[tokio::test] async fn $fact() { crate::chat::on_postgres(async |chat| super::$fact(chat).await).await; })*
        }
    };
}
pub(crate) use on_both;
