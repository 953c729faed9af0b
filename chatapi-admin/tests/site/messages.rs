//! Messages added, changed, deleted and searched.

use crate::chat::Chat;
use crate::on_both;

on_both! {
    a_message_is_added_changed_and_deleted,
    a_change_is_found_by_the_chats_own_search,
    messages_are_searched_within_a_room_by_an_author_and_among_all,
    messages_of_an_author_come_from_all_rooms_by_time,
    a_search_finds_what_was_said_before_any_number_of_messages,
}

async fn a_message_is_added_changed_and_deleted(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    let (ann, _) = (chat.user("ann").await, chat.user("bob").await);
    let room = chat.room("Tea", &ann, &[]).await;
    let id = room.id.to_string();
    let add =
        |author| vec![("room", id.as_str()), ("author", author), ("content", "Hello"), ("then", "stay")];
    let answer = browser.post("/admin/messages/add/", &add("bob")).await;
    assert_eq!(answer.status, 400);
    answer.shows(&["User must be part of the room to create a message."]);
    let answer =
        browser.post("/admin/messages/add/", &[("room", "x"), ("author", "zoe"), ("content", "")]).await;
    answer.shows(&["This user does not exist.", "Enter the id of a room."]);
    let answer = browser.post("/admin/messages/add/", &add("ann")).await;
    assert_eq!((answer.status, answer.location()), (303, "/admin/messages/1/"));
    browser.get("/admin/messages/1/").await.shows(&[
        "Hello</textarea>",
        ">ann</a>",
        ">Tea</a>",
        "The message was added.",
    ]);
    browser.post("/admin/messages/1/", &[("content", " ")]).await.shows(&["This field may not be blank."]);
    assert_eq!(browser.post("/admin/messages/1/", &[("content", "Good bye")]).await.status, 303);
    browser.get("/admin/messages/1/history/").await.shows(&["Text (was Hello)", "As ann"]);
    browser.get("/admin/messages/1/delete/").await.shows(&["Delete “Good bye”?"]);
    assert_eq!(browser.post("/admin/messages/1/delete/", &[]).await.status, 303);
    assert_eq!(browser.get("/admin/messages/1/").await.status, 404);
    chat.api.shutdown().await;
    let heard = chat.heard.names();
    for event in ["MessageSent", "MessageChanged", "MessageDeleted"] {
        assert!(heard.contains(&event.to_owned()), "{event} is not in {heard:?}");
    }
}

async fn a_change_is_found_by_the_chats_own_search(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    let ann = chat.user("ann").await;
    let room = chat.room("Tea", &ann, &[]).await;
    let message = chat.say(&ann, &room, "an elephant").await;
    browser.post(&format!("/admin/messages/{}/", message.id), &[("content", "a mouse")]).await;
    let token = chat.api.log_in("ann", crate::chat::PASSWORD).await.unwrap().access;
    let mut client = chat.browser();
    client.headers = vec![("authorization", format!("Bearer {token}"))];
    client.get("/messages/?search=mouse").await.shows(&["\"count\":1"]);
    client.get("/messages/?search=elephant").await.shows(&["\"count\":0"]);
}

async fn messages_are_searched_within_a_room_by_an_author_and_among_all(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    let (ann, bob) = (chat.user("ann").await, chat.user("bob").await);
    let (tea, den) = (chat.room("Tea", &ann, &[&bob]).await, chat.room("Den", &bob, &[]).await);
    for (author, room, text) in [
        (&ann, &tea, "One lump"),
        (&bob, &tea, "Two lumps"),
        (&bob, &den, "Three lumps"),
        (&ann, &tea, "No sugar"),
        (&ann, &tea, "Four LUMPS"),
        (&ann, &tea, "Five lumps"),
    ] {
        chat.say(author, room, text).await;
    }
    let mut names = async |query: String| {
        let page = browser.get(&format!("/admin/messages/?{query}")).await;
        page.names().iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("q=lump".into()).await, ["Five lumps", "Four LUMPS", "Three lumps"]);
    let (room, author) = (tea.id, bob.id);
    assert_eq!(names(format!("q=lump&room={room}")).await, ["Five lumps", "Four LUMPS", "Two lumps"]);
    assert_eq!(names(format!("q=lump&room={room}&sort=sent")).await, ["One lump", "Two lumps", "Four LUMPS"]);
    assert_eq!(names(format!("q=lump&author={author}")).await, ["Three lumps", "Two lumps"]);
    assert_eq!(names(format!("q=lump&author={author}&room={room}")).await, ["Two lumps"]);
    assert_eq!(names("q=lump sugar".replace(' ', "+")).await, Vec::<String>::new());
    let page = browser.get(&format!("/admin/messages/?q=lump&room={room}")).await;
    let next = browser.get(&page.link("Next")).await;
    assert_eq!(next.names(), ["One lump"]);
    assert_eq!(browser.get(&next.link("Previous")).await.names(), ["Five lumps", "Four LUMPS", "Two lumps"]);
}

async fn a_search_finds_what_was_said_before_any_number_of_messages(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    let ann = chat.user("ann").await;
    let tea = chat.room("Tea", &ann, &[]).await;
    let first = chat.say(&ann, &tea, "Darjeeling").await;
    chat.say_more(&first, 20_001).await;
    for query in ["q=darjeeling".to_owned(), format!("q=jeel&room={}&author={}", tea.id, ann.id)] {
        assert_eq!(
            browser.get(&format!("/admin/messages/?{query}")).await.names(),
            ["Darjeeling"],
            "{query}"
        );
    }
    let page = browser.get("/admin/messages/?q=%2220001.%22&sort=sent").await;
    assert_eq!(page.names(), ["one of 20001, the 20001."]);
}

async fn messages_of_an_author_come_from_all_rooms_by_time(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    let (ann, bob) = (chat.user("ann").await, chat.user("bob").await);
    let (tea, den) = (chat.room("Tea", &ann, &[&bob]).await, chat.room("Den", &bob, &[&ann]).await);
    for (author, room, text) in
        [(&ann, &tea, "1"), (&bob, &tea, "2"), (&ann, &den, "3"), (&ann, &tea, "4"), (&ann, &den, "5")]
    {
        chat.say(author, room, text).await;
    }
    // Who left a room has its messages there all the same.
    browser
        .post(
            &format!("/admin/rooms/{}/", den.id),
            &[("name", "Den"), ("admin", "bob"), ("remove", &ann.id.to_string())],
        )
        .await;
    let page = browser.get(&format!("/admin/messages/?author={}", ann.id)).await;
    assert_eq!(page.names(), ["5", "4", "3"]);
    page.shows(&["4 messages", "By ann"]);
    for (query, found) in [("q=3", &["3"][..]), ("q=2", &[]), ("q=5&since=1d", &["5"])] {
        let page = browser.get(&format!("/admin/messages/?{query}&author={}", ann.id)).await;
        assert_eq!(page.names(), found, "{query}");
    }
    let next = browser.get(&page.link("Next")).await;
    assert_eq!(next.names(), ["1"]);
    assert_eq!(browser.get(&next.link("Previous")).await.names(), ["5", "4", "3"]);
    assert_eq!(
        browser.get(&format!("/admin/messages/?author={}&sort=sent", ann.id)).await.names(),
        ["1", "3", "4"]
    );
    assert_eq!(
        browser.get(&format!("/admin/messages/?author={}&since=1d", ann.id)).await.names(),
        ["5", "4", "3"]
    );
}
