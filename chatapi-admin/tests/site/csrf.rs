//! Requests that another site makes a browser send, and texts that would be markup.

use crate::chat::Chat;
use crate::on_both;

on_both! {
    a_form_needs_the_token_of_the_session,
    what_another_site_sends_is_refused,
    markup_is_shown_as_text,
    the_prefix_of_the_client_is_kept,
    what_pages_need_comes_with_the_program,
}

async fn a_form_needs_the_token_of_the_session(chat: &Chat) {
    let (root, sam) = (chat.superuser("root").await, chat.superuser("sam").await);
    let mut browser = chat.browser_of(&root).await;
    let answer = browser.post_bare("/admin/rooms/add/", "name=Tea&admin=root").await;
    assert_eq!(answer.status, 403);
    answer.shows(&["did not come from a page of this site"]);
    let mut other = chat.browser_of(&sam).await;
    let token =
        other.get("/admin/rooms/add/").await.body.split("name=\"form_token\" value=\"").nth(1).unwrap()[..64]
            .to_owned();
    let stolen =
        browser.post_bare("/admin/rooms/add/", &format!("name=Tea&admin=root&form_token={token}")).await;
    assert_eq!(stolen.status, 403);
    assert_eq!(browser.post("/admin/rooms/add/", &[("name", "Tea"), ("admin", "root")]).await.status, 303);
}

async fn what_another_site_sends_is_refused(chat: &Chat) {
    let root = chat.superuser("root").await;
    let mut browser = chat.browser_of(&root).await;
    for (name, value, status) in [
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("origin", "https://chat.example", 303),
        ("sec-fetch-site", "same-origin", 303),
    ] {
        browser.headers = vec![(name, value.to_owned())];
        let answer = browser.post("/admin/rooms/add/", &[("name", "Tea"), ("admin", "root")]).await;
        assert_eq!(answer.status, status, "{name}: {value}");
    }
    let mut stranger = chat.browser();
    stranger.headers = vec![("sec-fetch-site", "cross-site".to_owned())];
    assert_eq!(stranger.log_in("root", crate::chat::PASSWORD).await.status, 403);
}

async fn markup_is_shown_as_text(chat: &Chat) {
    let root = chat.superuser("root").await;
    let evil = "<script>alert(1)</script>\"'&";
    let room = chat.room(evil, &root, &[]).await;
    let message = chat.say(&root, &room, evil).await;
    let mut browser = chat.browser_of(&root).await;
    for url in [
        "/admin/rooms/".to_owned(),
        format!("/admin/rooms/{}/", room.id),
        format!("/admin/rooms/{}/delete/", room.id),
        "/admin/messages/".to_owned(),
        format!("/admin/messages/{}/", message.id),
        format!("/admin/messages/{}/delete/", message.id),
        format!("/admin/messages/?room={}", room.id),
        "/admin/rooms/?q=%3Cscript%3Ealert(1)%3C/script%3E%22'%26".to_owned(),
    ] {
        let page = browser.get(&url).await;
        assert_eq!(page.status, 200, "{url}");
        page.hides(&["<script>alert"]);
        page.shows(&["&#60;script&#62;alert(1)"]);
    }
    let saved = browser
        .post(&format!("/admin/rooms/{}/", room.id), &[("name", "<b>Tea</b>"), ("admin", "root")])
        .await;
    assert_eq!(saved.status, 303);
    let page = browser.get("/admin/rooms/").await;
    page.shows(&["role=\"status\">The room &#60;b&#62;Tea&#60;/b&#62; was saved."]);
    page.hides(&["<b>Tea"]);
    browser.get("/admin/log/").await.hides(&["<b>Tea", "<script>alert"]);
    browser.get("/admin/rooms/").await.hides(&["was saved"]);
}

async fn the_prefix_of_the_client_is_kept(chat: &Chat) {
    chat.superuser("root").await;
    let app: axum::Router = axum::Router::new().nest("/chat", chatapi_axum::router(chat.api.clone()));
    let ask = async |method: &str, path: &str, cookie: &str, body: &str| {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("host", "chat.example")
            .header("cookie", cookie);
        let request = request.body(axum::body::Body::from(body.to_owned())).unwrap();
        tower::ServiceExt::oneshot(app.clone(), request).await.unwrap()
    };
    let answer = ask("GET", "/chat/admin/users", "", "").await;
    assert_eq!(answer.headers()["location"], "/chat/admin/login/?next=%2Fchat%2Fadmin%2Fusers");
    let log_in = "username=root&password=zaq123wsx!Q&next=/chat/admin/users";
    let answer = ask("POST", "/chat/admin/login/", "", log_in).await;
    assert_eq!(answer.headers()["location"], "/chat/admin/users");
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("; Path=/chat/admin;"), "{cookie}");
    let page = ask("GET", "/chat/admin/users", cookie.split(';').next().unwrap(), "").await;
    let page = axum::body::to_bytes(page.into_body(), 1 << 20).await.unwrap();
    let page = String::from_utf8(page.to_vec()).unwrap();
    let links = page
        .split("href=\"")
        .skip(1)
        .chain(page.split("src=\"").skip(1))
        .chain(page.split("action=\"").skip(1));
    for link in links.map(|link| link.split('"').next().unwrap()).filter(|link| *link != "#content") {
        assert!(link.starts_with("/chat/admin/"), "{link}");
    }
}

async fn what_pages_need_comes_with_the_program(chat: &Chat) {
    let page = chat.browser().get("/admin/login/").await;
    let urls = page.body.split("href=\"").skip(1).chain(page.body.split("src=\"").skip(1));
    let urls: Vec<_> =
        urls.map(|url| url.split('"').next().unwrap()).filter(|url| url.contains("/static/")).collect();
    assert_eq!(urls.len(), 4);
    for url in urls {
        let asset = chat.browser().get(url).await;
        assert_eq!(
            (asset.status, asset.headers["cache-control"].to_str().unwrap()),
            (200, "public, max-age=31536000, immutable")
        );
    }
    assert_eq!(chat.browser().get("/admin/static/admin-0.css").await.status, 404);
}
