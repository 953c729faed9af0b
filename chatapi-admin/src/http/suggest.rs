//! What a name may go on as, while somebody types it.

use chatapi_core::Result;
use chatapi_core::http::{Response, StatusCode, json};
use chatapi_core::search::SearchTerms;
use chatapi_core::text::nfkc;
use serde::Serialize;

use crate::request::AdminRequest;
use crate::store::{ListWindow, RoomList, UserList, UserRow, UserSort};

#[derive(Serialize)]
struct Suggestions {
    results: Vec<Suggestion>,
}

#[derive(Serialize)]
struct Suggestion {
    value: String,
    label: String,
}

/// The most that are suggested.
const MOST: u32 = 8;

/// Users whose name begins so, and then those that have it within their name or address.
pub(super) async fn users(request: AdminRequest) -> Result<Response> {
    let Some(typed) = typed(&request).map(nfkc) else { return answer(Vec::new()) };
    let mut users = request.store().users_called(&typed, MOST).await?;
    if users.len() < MOST as usize {
        let list = UserList { sort: UserSort::Username, status: None, role: None, window: window(&typed)? };
        let found = request.store().users(&list).await?.rows.into_iter().map(|(_, user)| user);
        let known: Vec<_> = users.iter().map(|user| user.id).collect();
        users.extend(found.filter(|user| !known.contains(&user.id)));
        users.truncate(MOST as usize);
    }
    let label = |user: &UserRow| match user.email.as_str() {
        "" => user.username.clone(),
        email => format!("{} – {email}", user.username),
    };
    answer(users.iter().map(|user| Suggestion { value: user.username.clone(), label: label(user) }).collect())
}

pub(super) async fn rooms(request: AdminRequest) -> Result<Response> {
    let Some(typed) = typed(&request) else { return answer(Vec::new()) };
    let list = RoomList { by_name: true, without_admin: false, member: None, window: window(typed)? };
    let found = request.store().rooms(&list).await?;
    let suggestion = |room: &crate::store::RoomRow| Suggestion {
        value: room.id.to_string(),
        label: format!("{} – room {}", room.name, room.id),
    };
    answer(found.rows.iter().map(|(_, room)| suggestion(room)).collect())
}

fn typed(request: &AdminRequest) -> Option<&str> {
    request.call.query("q").map(str::trim).filter(|typed| !typed.is_empty() && !typed.contains('\0'))
}

fn window(typed: &str) -> Result<ListWindow> {
    Ok(ListWindow { descending: false, from: None, size: MOST, search: SearchTerms::phrase(typed)? })
}

fn answer(results: Vec<Suggestion>) -> Result<Response> {
    let mut response = json(StatusCode::OK, &Suggestions { results })?;
    response.headers_mut().insert(http::header::CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    Ok(response)
}
