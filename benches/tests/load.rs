//! What is loaded is what searches find.
#![expect(clippy::unwrap_used, reason = "what cannot be set up ends in a panic that says why")]

use std::env;

use chatapi_benches::data::Data;
use chatapi_benches::data::planted::Class;
use chatapi_benches::data::rooms::{SENDERS, Scope};
use chatapi_benches::{chat, load};
use chatapi_core::messages::MessageFilter;
use chatapi_core::page::Count;
use chatapi_core::page::PageRequest;
use chatapi_core::search::SearchTerms;
use chatapi_core::{ChatApi, CurrentUser, MessageId, UserId};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};

const MESSAGES: u64 = 3000;

#[tokio::test]
async fn sqlite_holds_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chat.sqlite3");
    let data = Data::of(MESSAGES);
    load::into_sqlite(&file, &data).await.unwrap();
    holds(&chat::on_sqlite(&file).await.unwrap(), &data).await;
}

#[tokio::test]
async fn postgres_holds_the_data() {
    let server: PgConnectOptions = env::var("CHATAPI_TEST_POSTGRES").unwrap().parse().unwrap();
    let mut connection = PgConnection::connect_with(&server).await.unwrap();
    sqlx::raw_sql("drop database if exists chatapi_bench_test with (force)")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::raw_sql("create database chatapi_bench_test").execute(&mut connection).await.unwrap();
    let url = server.database("chatapi_bench_test").to_url_lossy().to_string();
    let data = Data::of(MESSAGES);
    load::into_postgres(&url, &data).await.unwrap();
    holds(&chat::on_postgres(&url, 2).unwrap(), &data).await;
    sqlx::raw_sql("drop database chatapi_bench_test with (force)").execute(&mut connection).await.unwrap();
}

async fn holds(api: &ChatApi, data: &Data) {
    for scope in Scope::ALL {
        for class in Class::ALL {
            for (number, term) in class.terms().iter().enumerate().take(3) {
                let filter = MessageFilter {
                    search: SearchTerms::parse(term).unwrap(),
                    ..MessageFilter::all(scope.reader())
                };
                let found = api.messages(&filter, PageRequest::first(25)).await.unwrap();
                assert_eq!(
                    found.count,
                    Count::Exact(class.hits_within(number, data.rooms(), scope)),
                    "{term}, {class:?}"
                );
            }
        }
    }
    let sender = UserId(*SENDERS.start());
    let room = data.rooms().as_slice().iter().find(|room| room.is_sent_to()).unwrap().id;
    let sender = CurrentUser::new(sender, chat::name(sender));
    let sent = api.send_message(&sender, room, "one more").await.unwrap();
    assert_eq!(sent.id, MessageId(i64::try_from(data.len()).unwrap() + 1));
    chat::token(api, sender.id).await.unwrap();
}
