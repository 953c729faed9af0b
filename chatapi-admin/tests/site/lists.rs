//! Lists: their order, their pages, filters and searches.

use crate::chat::Chat;
use crate::on_both;

on_both! {
    pages_go_by_place_and_back,
    columns_sort_both_ways,
    filters_leave_out,
    searches_find_parts_of_names_and_addresses,
    searches_find_letters_of_any_script_in_any_case,
    a_search_has_no_more_words_than_one_may_have,
    no_more_is_selected_than_is_changed_at_once,
    an_empty_list_says_so,
}

async fn pages_go_by_place_and_back(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    for name in ["ann", "bob", "carl", "dora", "emil", "fay"] {
        chat.user(name).await;
    }
    let first = browser.get("/admin/users/").await;
    assert_eq!(first.names(), ["ann", "bob", "carl"]);
    first.shows(&["7 users"]);
    first.hides(&[">Previous<"]);
    // Who comes and goes in between moves nobody from page to page.
    chat.user("abe").await;
    let second = browser.get(&first.link("Next")).await;
    assert_eq!(second.names(), ["dora", "emil", "fay"]);
    let third = browser.get(&second.link("Next")).await;
    assert_eq!(third.names(), ["root"]);
    third.hides(&[">Next<"]);
    assert_eq!(browser.get(&third.link("Previous")).await.names(), ["dora", "emil", "fay"]);
    let before = browser.get(&second.link("Previous")).await;
    assert_eq!(before.names(), ["ann", "bob", "carl"]);
    assert_eq!(browser.get(&before.link("Previous")).await.names(), ["abe"]);
    assert_eq!(browser.get(&third.link("First page")).await.names(), ["abe", "ann", "bob"]);
}

async fn columns_sort_both_ways(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    for name in ["bob", "ann", "Zoe"] {
        chat.clock.pass(std::time::Duration::from_secs(60));
        chat.user(name).await;
    }
    let mut names = async |query: &str| {
        let page = browser.get(&format!("/admin/users/?sort={query}")).await;
        page.names().iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("username").await, ["Zoe", "ann", "bob"]);
    assert_eq!(names("-username").await, ["root", "bob", "ann"]);
    assert_eq!(names("joined").await, ["root", "bob", "ann"]);
    assert_eq!(names("-joined").await, ["Zoe", "ann", "bob"]);
    assert_eq!(names("-id").await, ["Zoe", "ann", "bob"]);
    assert_eq!(names("password").await, ["Zoe", "ann", "bob"]);
    for sort in ["-joined", "joined", "-id", "username"] {
        let page = browser.get(&format!("/admin/users/?sort={sort}")).await;
        let next = browser.get(&page.link("Next")).await;
        assert_eq!(next.names().len(), 1, "{sort}");
        assert_eq!(browser.get(&next.link("Previous")).await.names(), page.names(), "{sort}");
    }
    let page = browser.get("/admin/users/").await;
    page.shows(&["aria-sort=\"ascending\""]);
    assert_eq!(page.link("Username"), "/admin/users/?sort=-username");
}

async fn filters_leave_out(chat: &Chat) {
    let root = chat.superuser("root").await;
    let mut browser = chat.browser_of(&root).await;
    let (sam, ann, bob) = (chat.staff("sam").await, chat.user("ann").await, chat.user("bob").await);
    browser
        .post(
            "/admin/users/",
            &[("action", "deactivate"), ("selected", &ann.id.to_string()), ("confirmed", "yes")],
        )
        .await;
    for (query, expected) in [
        ("active=no", vec!["ann"]),
        ("active=yes", vec!["bob", "root", "sam"]),
        ("role=staff", vec!["root", "sam"]),
        ("role=superuser", vec!["root"]),
        ("role=viewer", vec![]),
        ("role=staff&active=no", vec![]),
    ] {
        assert_eq!(browser.get(&format!("/admin/users/?{query}")).await.names(), expected, "{query}");
    }
    let (tea, den) = (chat.room("Tea", &sam, &[&bob]).await, chat.room("Den", &root, &[]).await);
    chat.say(&bob, &tea, "Hello").await;
    chat.say(&root, &den, "Hi").await;
    let rooms = browser.get(&format!("/admin/rooms/?member={}", bob.id)).await;
    assert_eq!(rooms.names(), ["Tea"]);
    assert_eq!(rooms.link("<span>With bob</span> <span aria-hidden=\"true\">×</span><span class=\"unseen\">, remove this filter</span>"), "/admin/rooms/");
    assert_eq!(browser.get(&format!("/admin/messages/?room={}", den.id)).await.names(), ["Hi"]);
    assert_eq!(browser.get("/admin/messages/?since=7d").await.names(), ["Hi", "Hello"]);
    chat.clock.pass(std::time::Duration::from_secs(8 * 24 * 60 * 60));
    let mut browser = chat.browser_of(&root).await;
    assert_eq!(browser.get("/admin/messages/?since=7d").await.names(), Vec::<&str>::new());
    // What is no filter filters nothing.
    for query in ["room=x", "since=1y", "after=x", "before=,"] {
        assert_eq!(
            browser.get(&format!("/admin/messages/?{query}")).await.names(),
            ["Hi", "Hello"],
            "{query}"
        );
    }
}

async fn searches_find_parts_of_names_and_addresses(chat: &Chat) {
    let root = chat.superuser("root").await;
    let mut browser = chat.browser_of(&root).await;
    for name in ["ann", "Joanna", "bob", "Hannes", "susann"] {
        chat.user(name).await;
    }
    let bob = chat.api.store().user_by_name("bob").await.unwrap().unwrap();
    browser
        .post(
            &format!("/admin/users/{}/", bob.id),
            &[("username", "bob"), ("email", "ann@example.org"), ("is_active", "yes")],
        )
        .await;
    let page = browser.get("/admin/users/?q=ANN").await;
    assert_eq!(page.names(), ["Hannes", "Joanna", "ann"]);
    let next = browser.get(&page.link("Next")).await;
    assert_eq!(next.names(), ["bob", "susann"]);
    assert_eq!(browser.get(&next.link("Previous")).await.names(), ["Hannes", "Joanna", "ann"]);
    assert_eq!(browser.get("/admin/users/?q=ann+jo").await.names(), ["Joanna"]);
    assert_eq!(browser.get("/admin/users/?q=%25").await.names(), Vec::<&str>::new());
    chat.room("100% tea", &root, &[]).await;
    chat.room("Coffee", &root, &[]).await;
    assert_eq!(browser.get("/admin/rooms/?q=%25").await.names(), ["100% tea"]);
    assert_eq!(browser.get("/admin/rooms/?q=cof&sort=name").await.names(), ["Coffee"]);
}

async fn searches_find_letters_of_any_script_in_any_case(chat: &Chat) {
    let root = chat.superuser("root").await;
    let mut browser = chat.browser_of(&root).await;
    let zoe = chat.user("ZOË").await;
    chat.user("Иван").await;
    for name in ["Таверна", "GRÜN und Straße", "ΟΔΟΣ"] {
        let room = chat.room(name, &zoe, &[]).await;
        chat.say(&zoe, &room, &format!("about {name}")).await;
    }
    for (query, name) in [("zoë", "ZOË"), ("ИВАН", "Иван"), ("вА", "Иван")] {
        assert_eq!(
            browser.get(&format!("/admin/users/?q={}", encoded(query))).await.names(),
            [name],
            "{query}"
        );
    }
    for (query, name) in [("ТАВЕРНА", "Таверна"), ("grün STRASSE", "GRÜN und Straße"), ("οδος", "ΟΔΟΣ")]
    {
        let query = encoded(query);
        assert_eq!(browser.get(&format!("/admin/rooms/?q={query}")).await.names(), [name], "{query}");
        let found = browser.get(&format!("/admin/messages/?q={query}")).await;
        assert_eq!(found.names(), [format!("about {name}")], "{query}");
    }
    browser.get(&format!("/admin/suggest/users/?q={}", encoded("ВАН"))).await.shows(&["Иван"]);
}

async fn a_search_has_no_more_words_than_one_may_have(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    let words = |number: usize| (0..number).map(|n| format!("w{n}")).collect::<Vec<_>>().join("+");
    for section in ["users", "rooms", "messages"] {
        assert_eq!(browser.get(&format!("/admin/{section}/?q={}", words(50))).await.status, 200, "{section}");
        for number in [51, 3000] {
            let page = browser.get(&format!("/admin/{section}/?q={}", words(number))).await;
            assert_eq!(page.status, 400, "{section}, {number}");
        }
    }
}

async fn no_more_is_selected_than_is_changed_at_once(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    for section in ["users", "rooms", "messages"] {
        for (number, status) in [(500, 303), (501, 400), (20_000, 400)] {
            let ids: Vec<String> = (1000..1000 + number).map(|id| id.to_string()).collect();
            let mut form = vec![("action", "delete")];
            form.extend(ids.iter().map(|id| ("selected", id.as_str())));
            let page = browser.post(&format!("/admin/{section}/"), &form).await;
            assert_eq!(page.status, status, "{section}, {number}");
        }
    }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn an_empty_list_says_so(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    browser.get("/admin/rooms/").await.shows(&["There are no rooms yet.", "0 rooms"]);
    browser.get("/admin/messages/").await.shows(&["There are no messages yet."]);
    browser.get("/admin/log/").await.shows(&["No changes have been recorded yet."]);
    browser.get("/admin/rooms/?q=tea").await.shows(&["There are no matches.", "Show all"]);
}
