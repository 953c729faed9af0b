//! As much of a browser as the cases need: cookies, forms, and what a page shows.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use bytes::Bytes;
use chatapi_core::ChatApi;
use chatapi_core::http::{Body, Peer, Request};
use http::{HeaderMap, Method};

/// A browser.
#[derive(Clone)]
pub(crate) struct Browser {
    api: ChatApi,
    cookies: BTreeMap<String, String>,
    /// What it says with each request.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Where it connects from, where that is known.
    pub(crate) peer: Option<SocketAddr>,
    form_token: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.headers.get("location").map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let cookies = self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
        cookies.into_iter().find(|cookie| cookie.starts_with(&format!("{name}=")))
    }

    /// Whether the page shows all of these.
    #[track_caller]
    pub(crate) fn shows(&self, texts: &[&str]) {
        for text in texts {
            assert!(self.body.contains(text), "no {text:?} in:\n{}", self.body);
        }
    }

    /// Whether the page shows none of these.
    #[track_caller]
    pub(crate) fn hides(&self, texts: &[&str]) {
        for text in texts {
            assert!(!self.body.contains(text), "{text:?} in:\n{}", self.body);
        }
    }

    /// Where the link of this text leads.
    #[track_caller]
    pub(crate) fn link(&self, text: &str) -> String {
        let end = self
            .body
            .find(&format!(">{text}</a>"))
            .unwrap_or_else(|| panic!("no link {text:?} in:\n{}", self.body));
        let tag = &self.body[self.body[..end].rfind("<a ").unwrap()..end];
        let url = tag.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
        url.replace("&#38;", "&").replace("&amp;", "&")
    }

    /// The texts of the first column's links.
    pub(crate) fn names(&self) -> Vec<&str> {
        let rows = self.body.split("<tbody>").nth(1).unwrap_or_default().split("<tr>").skip(1);
        rows.map(|row| row.split("\">").find_map(|piece| piece.split_once("</a>")).unwrap().0).collect()
    }
}

impl Browser {
    pub(crate) fn new(api: ChatApi) -> Self {
        Self { api, cookies: BTreeMap::new(), headers: Vec::new(), peer: None, form_token: String::new() }
    }

    pub(crate) fn cookie(&self) -> &str {
        &self.cookies["chatapi_admin"]
    }

    pub(crate) fn set_cookie(&mut self, value: &str) {
        self.cookies.insert("chatapi_admin".into(), value.into());
    }

    pub(crate) async fn log_in(&mut self, name: &str, password: &str) -> Answer {
        let answer = self.post("/admin/login/", &[("username", name), ("password", password)]).await;
        if answer.status == 303 {
            self.get("/admin/").await;
        }
        answer
    }

    /// Opens a page, and keeps the token of its forms.
    pub(crate) async fn get(&mut self, url: &str) -> Answer {
        let answer = self.ask(Method::GET, url, "").await;
        if let Some((_, rest)) = answer.body.split_once("name=\"form_token\" value=\"") {
            self.form_token = rest.split('"').next().unwrap().to_owned();
        }
        answer
    }

    /// Sends a form of one of the site's pages.
    pub(crate) async fn post(&mut self, url: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("form_token", &self.form_token);
        form.extend_pairs(fields);
        self.ask(Method::POST, url, &form.finish()).await
    }

    /// Sends a form without the token.
    pub(crate) async fn post_bare(&mut self, url: &str, form: &str) -> Answer {
        self.ask(Method::POST, url, form).await
    }

    async fn ask(&mut self, method: Method, url: &str, body: &str) -> Answer {
        let mut request = http::Request::builder().method(method).uri(url).header("host", "chat.example");
        let accepted = if url.contains("/admin/") {
            "text/html,application/xhtml+xml,*/*;q=0.8"
        } else {
            "application/json"
        };
        request = request.header("accept", accepted);
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(peer) = self.peer {
            request = request.extension(Peer(peer));
        }
        let request: Request = request.body(Bytes::from(body.to_owned())).unwrap();
        let path = request.uri().path().to_owned();
        let answer = match self.api.find(&path) {
            Some((route, params)) => self.api.call(route, request, params).await,
            None => self.api.not_found(&request.into_parts().0),
        };
        let (head, body) = answer.into_parts();
        let Body::Full(body) = body else { panic!("a stream") };
        for cookie in head.headers.get_all("set-cookie") {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        let body = String::from_utf8(body.to_vec()).unwrap();
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }
}
