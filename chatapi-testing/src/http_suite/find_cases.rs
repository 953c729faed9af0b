//! Cases about users who are found by their names.

use chatapi_core::UserId;
use chatapi_core::users::UserChange;

use super::case::cases;
use super::chat::{Chat, Person, Suite};

cases! {
    a_user_is_found_by_exactly_its_name,
    an_address_is_told_to_its_user_and_to_staff_alone,
    who_is_inactive_is_found_by_staff_alone,
    who_looks_for_nobody_gets_an_empty_page,
    only_users_look_for_users,
    where_it_is_off_the_name_means_nothing,
}

const NOBODY: &str = r#"{"count":0,"next":null,"previous":null,"results":[]}"#;

fn page_of(person: &Person, email: &str) -> String {
    let (id, name) = (person.id, &person.name);
    format!(
        r#"{{"count":1,"next":null,"previous":null,"results":[{{"email":"{email}","id":{id},"username":"{name}"}}]}}"#
    )
}

async fn chat(suite: &Suite) -> Chat {
    suite.chat_with(|config| config.finds_users = true).await
}

async fn a_user_is_found_by_exactly_its_name(suite: Suite) {
    let chat = chat(&suite).await;
    let [ann, upper, finn] = chat.people(["ann", "Ann", "finn"]).await;
    let find = |name: &str| chat.get(format!("/auth/users/?username={name}")).by(&finn);
    find("ann").await.is(200, page_of(&ann, ""));
    find("Ann").await.is(200, page_of(&upper, ""));
    // Names are kept in one form of Unicode and without blanks around them, in which they are looked for.
    find("%EF%AC%81nn").await.is(200, page_of(&finn, "finn@example.org"));
    find("ann%20").await.is(200, page_of(&ann, ""));
    for name in ["an", "an%20n", "a%25", "_nn", "ANN", "%00", "ann%00", "ann,Ann"] {
        find(name).await.is(200, NOBODY);
    }
}

async fn an_address_is_told_to_its_user_and_to_staff_alone(suite: Suite) {
    let chat = chat(&suite).await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let root = chat.superuser("root").await;
    chat.get("/auth/users/?username=ann").by(&bob).await.is(200, page_of(&ann, ""));
    for person in [&ann, &root] {
        let found = chat.get("/auth/users/?username=ann").by(person).await;
        found.is(200, page_of(&ann, "ann@example.org"));
    }
}

async fn who_is_inactive_is_found_by_staff_alone(suite: Suite) {
    let chat = chat(&suite).await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let root = chat.superuser("root").await;
    let unproved = UserChange::UnprovedEmail("ann@example.org".into());
    chat.api().store().update_user(UserId(ann.id), unproved).await.unwrap().unwrap();
    chat.get("/auth/users/?username=ann").by(&bob).await.is(200, NOBODY);
    chat.get("/auth/users/?username=ann").by(&root).await.is(200, page_of(&ann, "ann@example.org"));
}

async fn who_looks_for_nobody_gets_an_empty_page(suite: Suite) {
    let chat = chat(&suite).await;
    let ann = chat.person("ann").await;
    chat.get("/auth/users/?username=bob").by(&ann).await.is(200, NOBODY);
    chat.get("/auth/users/?username=ann&page=2").by(&ann).await.detail(404, "Invalid page.");
    // An empty name is none: the list is the documented one.
    chat.get("/auth/users/?username=").by(&ann).await.is(200, page_of(&ann, "ann@example.org"));
}

async fn only_users_look_for_users(suite: Suite) {
    let chat = chat(&suite).await;
    chat.person("ann").await;
    let answer = chat.get("/auth/users/?username=ann").await;
    answer.detail(401, "Authentication credentials were not provided.");
}

async fn where_it_is_off_the_name_means_nothing(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    chat.get("/auth/users/?username=ann").by(&bob).await.is(200, page_of(&bob, "bob@example.org"));
    chat.get("/auth/users/?username=bob").by(&ann).await.is(200, page_of(&ann, "ann@example.org"));
}
