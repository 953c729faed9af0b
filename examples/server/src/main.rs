//! trial
use chatapi_core::*;
#[tokio::main]
async fn main() {
    let store = store::sqlite::SqliteStore::open("/tmp/try.sqlite3").await.unwrap();
    store.migrate().await.unwrap();
    let api = ChatApi::builder(store, "0123456789012345678901234567890123456789").build().unwrap();
    let _ = api.register(users::NewAccount { username: "admin".into(), email: "".into(), password: "zaq123wsx!Q".into(), is_superuser: true }).await;
    let app = axum::Router::new().merge(chatapi_axum::router(api.clone())).fallback_service(chatapi_axum::not_found::<()>(api).with_state(()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await.unwrap();
    axum::serve(listener, app.into_make_service_with_connect_info::<std::net::SocketAddr>()).await.unwrap();
}
