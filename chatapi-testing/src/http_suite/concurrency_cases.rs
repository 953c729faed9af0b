//! Cases about requests that come at once: what one of them was promised holds.

use futures_util::future::join_all;

use super::ask::{Answer, Ask};
use super::case::cases;
use super::chat::{Person, Suite, ids};
use super::json::Json;

cases! {
    of_many_who_register_a_name_at_once_one_gets_it,
    of_two_admins_whose_changes_meet_the_room_has_one,
    of_many_who_delete_a_message_at_once_one_does,
    of_many_new_passwords_at_once_one_is_kept,
    many_messages_sent_at_once_are_all_kept,
    a_member_who_is_removed_while_it_sends_is_answered_as_one_or_the_other,
    of_many_lists_of_members_at_once_none_undoes_another_unseen,
}

async fn of_many_who_register_a_name_at_once_one_gets_it(suite: Suite) {
    let chat = suite.chat().await;
    let body = r#"{"username":"ann","password":"zaq123wsx!Q"}"#;
    let answers = at_once((0..12).map(|_| chat.post("/auth/users/").json(body))).await;
    let refused: Vec<&Answer> = answers.iter().filter(|answer| answer.status != 201).collect();
    assert_eq!(refused.len(), 11);
    for answer in refused {
        answer.fault("username", "A user with that username already exists.");
    }
}

async fn of_two_admins_whose_changes_meet_the_room_has_one(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob, cyd] = chat.people(["ann", "bob", "cyd"]).await;
    for _ in 0..6 {
        let path = format!("/rooms/{}/", chat.room(&ann, &[&bob, &cyd]).await);
        let heirs = [&bob, &cyd];
        let hand_over = |heir: i64| chat.patch(&path).by(&ann).json(format!(r#"{{"admin":{heir}}}"#));
        let answers = at_once(heirs.iter().map(|heir| hand_over(heir.id))).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 403]);
        let room = chat.get(&path).by(&ann).await;
        let winner = answers.iter().find(|answer| answer.status == 200).unwrap();
        room.is(200, &winner.body);
    }
}

async fn of_many_who_delete_a_message_at_once_one_does(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    let path = format!("/messages/{}/", chat.say(&ann, room, "x").await);
    let answers = at_once((0..8).map(|_| chat.delete(&path).by(&ann))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 204) {
        answer.detail(404, "No Message matches the given query.");
    }
}

async fn of_many_new_passwords_at_once_one_is_kept(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let body = |n: usize| format!(r#"{{"new_password":"nhy678UJM,k{n}","current_password":"zaq123wsx!Q"}}"#);
    let set = |n| chat.post("/auth/users/set_password/").by(&ann).json(body(n));
    let answers = at_once((0..6).map(set)).await;
    let kept: Vec<usize> = (0..6).filter(|n| answers[*n].status == 204).collect();
    assert_eq!(kept.len(), 1);
    // Who came later is told that the password is no longer that, or that the token is no longer good.
    assert!(answers.iter().all(|answer| [204, 400, 401].contains(&answer.status)));
    for n in 0..6 {
        let status = if n == kept[0] { 200 } else { 401 };
        chat.try_log_in("ann", &format!("nhy678UJM,k{n}")).await.status(status);
    }
}

async fn many_messages_sent_at_once_are_all_kept(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    let send = |n: usize| {
        let author = if n.is_multiple_of(2) { &ann } else { &bob };
        chat.post("/messages/").by(author).json(format!(r#"{{"room":{room},"content":"{n}"}}"#))
    };
    let answers = at_once((0..20).map(send)).await;
    assert!(answers.iter().all(|answer| answer.status == 201));
    let found = chat.get("/messages/").by(&ann).await;
    let ids: Vec<i64> = found.each("id").iter().filter_map(Json::as_i64).collect();
    assert_eq!(ids.len(), 20);
    assert!(ids.is_sorted(), "{ids:?}");
}

async fn a_member_who_is_removed_while_it_sends_is_answered_as_one_or_the_other(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    let body = format!(r#"{{"room":{room},"content":"x"}}"#);
    let sends = (0..6).map(|_| chat.post("/messages/").by(&bob).json(&body));
    let path = format!("/rooms/{room}/");
    let removal = chat.patch(&path).by(&ann).json(format!(r#"{{"users":{}}}"#, ids([&ann])));
    let answers = at_once(sends.chain([removal])).await;
    let sent = answers[..6].iter().filter(|answer| answer.status == 201).count();
    for answer in answers[..6].iter().filter(|answer| answer.status != 201) {
        answer.fault("non_field_errors", "User must be part of the room to create a message.");
    }
    answers[6].status(200);
    assert_eq!(chat.get("/messages/").by(&ann).await.contents().len(), sent);
}

async fn of_many_lists_of_members_at_once_none_undoes_another_unseen(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob, cyd, dan, eve] = chat.people(["ann", "bob", "cyd", "dan", "eve"]).await;
    let path = format!("/rooms/{}/", chat.room(&ann, &[]).await);
    let replace = |other: &Person| {
        let body = format!(r#"{{"name":"{}","users":{}}}"#, other.name, ids([&ann, other]));
        chat.put(&path).by(&ann).json(body)
    };
    let answers = at_once([&bob, &cyd, &dan, &eve].into_iter().map(replace)).await;
    let (kept, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    let detail = "The members of the room were changed in the meantime; read the room and try again.";
    for answer in refused {
        answer.is(409, format!(r#"{{"detail":"{detail}","code":"conflict"}}"#));
    }
    let room = chat.get(&path).by(&ann).await;
    assert!(kept.iter().any(|answer| answer.body == room.body), "{answers:?}");
}

async fn at_once<'a>(asks: impl IntoIterator<Item = Ask<'a>>) -> Vec<Answer> {
    join_all(asks.into_iter().map(IntoFuture::into_future)).await
}
