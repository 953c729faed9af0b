//! cargo run -p chatapi-embed --bin pool
//!
//! The chat on the host's own pool, here on axum and SQLite: the host's tables and the chat's stand side by side in one
//! database, each with its own migrations. A page of the host's shows a product and what is said of it.

use std::error::Error;
use std::net::SocketAddr;

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use chatapi_core::messages::MessageFilter;
use chatapi_core::page::PageRequest;
use chatapi_core::rooms::RoomDraft;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::users::NewAccount;
use chatapi_core::{ChatApi, CurrentUser, Error as ChatError, RoomId, Store as _};
use chatapi_embed::{Failure, ctrl_c, listen, say_what_to_try};
use serde::Serialize;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tokio::net::TcpListener;

const TRY: &str = r#"
# A product, before and after somebody asks about it.
curl -s http://127.0.0.1:8000/products/1
ROOM=$(curl -s http://127.0.0.1:8000/products/1 | sed 's/.*"room":\([0-9]*\).*/\1/')
TOKEN=$(curl -s http://127.0.0.1:8000/chat/auth/jwt/create/ -d username=alice -d password=earl-grey-4-two | sed 's/.*"access":"\([^"]*\)".*/\1/')
curl -s http://127.0.0.1:8000/chat/messages/ -H "Authorization: Bearer $TOKEN" -d room=$ROOM -d "content=Is it organic?"
curl -s http://127.0.0.1:8000/products/1
"#;

#[derive(Clone)]
struct Shop {
    pool: SqlitePool,
    chat: ChatApi,
    clerk: CurrentUser,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = SqliteConnectOptions::new().filename(folder.path().join("shop.db")).create_if_missing(true);
    let pool = SqlitePool::connect_with(file).await?;
    // The host's tables, from `migrations/`, and then the chat's. Each keeps its own list of what was applied.
    sqlx::migrate!().run(&pool).await?;
    let store = SqliteStore::new(pool.clone());
    store.migrate().await?;

    let secret = "a secret of 32 bytes or more, from your settings";
    let chat = ChatApi::builder(store, secret).build()?;
    let clerk = CurrentUser::from(&chat.register(NewAccount::new("clerk", "lapsang-4-souchong")).await?);
    let alice = chat.register(NewAccount::new("alice", "earl-grey-4-two")).await?;
    let draft = RoomDraft { name: "Earl Grey".into(), users: vec![clerk.id, alice.id], admin: None };
    let room = chat.create_room(&clerk, draft).await?;
    let insert = sqlx::query("insert into products (name, room) values ('Earl Grey', $1)").bind(room.id.0);
    insert.execute(&pool).await?;

    let app = Router::new()
        .route("/products/{id}", get(product))
        .with_state(Shop { pool: pool.clone(), chat: chat.clone(), clerk })
        .nest("/chat", chatapi_axum::router(chat.clone()));
    let listener = listen()?;
    say_what_to_try(&listener, TRY)?;
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(TcpListener::from_std(listener)?, app).with_graceful_shutdown(ctrl_c()).await?;
    chat.shutdown().await;
    pool.close().await;
    Ok(())
}

#[derive(Serialize)]
struct Product {
    name: String,
    room: RoomId,
    questions: Vec<String>,
}

/// A product by the host's table, with what the chat says of it.
async fn product(State(shop): State<Shop>, Path(id): Path<i64>) -> Result<Json<Product>, Failure> {
    let select = sqlx::query_as("select name, room from products where id = $1").bind(id);
    let found: Option<(String, i64)> = select.fetch_optional(&shop.pool).await?;
    let (name, room) = found.ok_or_else(|| ChatError::no_such("Product"))?;
    let filter = MessageFilter { room: Some(RoomId(room)), ..MessageFilter::all(shop.clerk.id) };
    let said = shop.chat.messages(&filter, PageRequest::first(25)).await?;
    let questions = said.results.into_iter().map(|message| message.content).collect();
    Ok(Json(Product { name, room: RoomId(room), questions }))
}
