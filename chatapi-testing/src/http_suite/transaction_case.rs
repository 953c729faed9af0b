//! The case that a message goes with the host's own transaction: with an endpoint of the host's, on its pool.

use chatapi_core::error::Error;
use chatapi_core::store::Cause;

use super::case::cases;
use super::chat::Suite;
use super::json::Json;

/// An endpoint of the host's that takes an order and says so in a room, in one transaction, and another that counts orders.
macro_rules! orders {
    ($pool:expr, $begin:literal) => {{
        use chatapi_core::http::{Call, Response, Route, StatusCode, json};
        use chatapi_core::{ChatApi, Error, Result, RoomId};
        use $crate::http_suite::transaction_case::failed;

        let (taken, counted) = ($pool.clone(), $pool.clone());
        let take = move |api: ChatApi, call: Call| {
            let pool = taken.clone();
            async move {
                let (room, state): (i64, String) = call.json()?;
                let mut transaction = api.within(pool.begin_with($begin).await.map_err(failed)?);
                let order = sqlx::query("insert into orders (id, state) select count(*), $1 from orders");
                order.bind(state.clone()).execute(&mut **transaction).await.map_err(failed)?;
                transaction.send_message(call.user()?, RoomId(room), &state).await?;
                if state == "declined" {
                    return Err(Error::Conflict("The card was declined.".into()));
                }
                transaction.commit().await.map_err(failed)?;
                json(StatusCode::CREATED, &state)
            }
        };
        let count = move |_: ChatApi, _: Call| {
            let pool = counted.clone();
            async move {
                let count: i64 = sqlx::query_scalar("select count(*) from orders")
                    .fetch_one(&pool)
                    .await
                    .map_err(failed)?;
                let answer: Result<Response> = json(StatusCode::OK, &count);
                answer
            }
        };
        Route::new("/orders/").get(count).post(take)
    }};
}
pub(super) use orders;

cases! {
    a_message_is_committed_with_the_hosts_transaction_or_not_at_all,
}

/// An order that fails after its message was sent leaves neither; one that succeeds leaves both.
async fn a_message_is_committed_with_the_hosts_transaction_or_not_at_all(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[]).await;
    let order = |state: &str| format!("[{room},{}]", Json::Text(state.to_owned()));
    let declined = chat.post("/orders/").by(&ann).json(order("declined")).await;
    declined.is(409, r#"{"detail":"The card was declined.","code":"conflict"}"#);
    chat.get("/orders/").by(&ann).await.is(200, "0");
    assert!(chat.get("/messages/").by(&ann).await.contents().is_empty());
    let refused = chat.post("/orders/").by(&bob).json(order("by a stranger")).await;
    refused.fault("non_field_errors", "User must be part of the room to create a message.");
    chat.get("/orders/").by(&ann).await.is(200, "0");
    chat.post("/orders/").by(&ann).json(order("paid")).await.is(201, "\"paid\"");
    chat.get("/orders/").by(&ann).await.is(200, "1");
    assert_eq!(chat.get("/messages/").by(&ann).await.contents(), ["paid"]);
}

pub(super) fn failed(fault: sqlx::Error) -> Error {
    Error::Internal(Cause::from(fault))
}
