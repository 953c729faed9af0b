//! cargo run -p chatapi-embed --bin transaction
//!
//! An order of the host's and the message that tells of it in one transaction, here on axum and SQLite: both are there or
//! neither. Where the card is declined, after both were written, nothing of either is left.

use std::error::Error;

use axum::extract::State;
use axum::routing::get;
use axum::{Form, Json, Router};
use chatapi_core::error::Refusal;
use chatapi_core::messages::MessageFilter;
use chatapi_core::page::PageRequest;
use chatapi_core::rooms::RoomDraft;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::users::ExternalUser;
use chatapi_core::{ChatApi, CurrentUser, Error as ChatError, RoomId, Store as _};
use chatapi_embed::{Failure, ctrl_c, listen, say_what_to_try};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tokio::net::TcpListener;

const TRY: &str = r#"
# An order that is paid, and one that is not; then all orders, and all messages that tell of them.
curl -s http://127.0.0.1:8000/orders/ -d "tea=Earl Grey" -d card=good
curl -s -w ' %{http_code}\n' http://127.0.0.1:8000/orders/ -d tea=Assam -d card=declined
curl -s http://127.0.0.1:8000/orders/
"#;

#[derive(Clone)]
struct Shop {
    pool: SqlitePool,
    chat: ChatApi,
    clerk: CurrentUser,
    room: RoomId,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = SqliteConnectOptions::new().filename(folder.path().join("shop.db")).create_if_missing(true);
    let pool = SqlitePool::connect_with(file).await?;
    sqlx::migrate!().run(&pool).await?;
    let store = SqliteStore::new(pool.clone());
    store.migrate().await?;

    let chat = ChatApi::builder_without_accounts(store).build()?;
    let clerk = CurrentUser::from(&chat.user_of_host(&ExternalUser::new("clerk")).await?);
    let draft = RoomDraft { name: "Orders".into(), users: vec![clerk.id], admin: None };
    let room = chat.create_room(&clerk, draft).await?.id;
    let shop = Shop { pool: pool.clone(), chat: chat.clone(), clerk, room };
    let app = Router::new().route("/orders/", get(orders).post(order)).with_state(shop);

    let listener = listen()?;
    say_what_to_try(&listener, TRY)?;
    axum::serve(TcpListener::from_std(listener)?, app).with_graceful_shutdown(ctrl_c()).await?;
    chat.shutdown().await;
    pool.close().await;
    Ok(())
}

#[derive(Deserialize)]
struct Order {
    tea: String,
    card: String,
}

/// Takes an order.
async fn order(State(shop): State<Shop>, Form(order): Form<Order>) -> Result<String, Failure> {
    // SQLite has one writer at a time: this waits for its turn to be it.
    let mut transaction = shop.chat.within(shop.pool.begin_with("begin immediate").await?);
    let insert = sqlx::query_scalar("insert into orders (tea) values ($1) returning id").bind(&order.tea);
    let id: i64 = insert.fetch_one(&mut **transaction).await?;
    transaction.send_message(&shop.clerk, shop.room, &format!("Order {id}: {}", order.tea)).await?;
    // Whatever leaves early from here on drops the transaction, and so undoes all of it.
    charge(&order.card)?;
    transaction.commit().await?;
    Ok(format!("Order {id} is on its way.\n"))
}

fn charge(card: &str) -> Result<(), ChatError> {
    if card == "declined" {
        return Err(Refusal::new(402, "The card was declined.")?.into());
    }
    Ok(())
}

#[derive(Serialize)]
struct Orders {
    orders: Vec<String>,
    messages: Vec<String>,
}

/// The orders by the host's table, and by what the chat says.
async fn orders(State(shop): State<Shop>) -> Result<Json<Orders>, Failure> {
    let orders = sqlx::query_scalar("select tea from orders order by id").fetch_all(&shop.pool).await?;
    let filter = MessageFilter { room: Some(shop.room), ..MessageFilter::all(shop.clerk.id) };
    let said = shop.chat.messages(&filter, PageRequest::first(25)).await?;
    let messages = said.results.into_iter().map(|message| message.content).collect();
    Ok(Json(Orders { orders, messages }))
}
