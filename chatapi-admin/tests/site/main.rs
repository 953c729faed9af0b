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

/// Each case on each engine.
macro_rules! on_both {
    ($($case:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test] async fn $case() { super::$case(&crate::chat::on_sqlite().await).await; })*
        }
        mod on_postgres {
            $(#[tokio::test] async fn $case() { crate::chat::on_postgres(async |chat| super::$case(chat).await).await; })*
        }
    };
}
pub(crate) use on_both;
