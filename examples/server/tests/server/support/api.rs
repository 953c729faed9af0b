//! A small client of the documented API.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::blocking::{Client, RequestBuilder};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// A password that the rules allow.
pub(crate) const PASSWORD: &str = "zaq123wsx!Q";

#[derive(Clone)]
pub(crate) struct Api {
    client: Client,
    url: String,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Api {
    pub(crate) fn new(url: &str) -> Self {
        let client = Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
        Self { client, url: url.to_owned(), token: None }
    }

    /// The same user, with the same token, at another server.
    pub(crate) fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    /// Makes an account and logs it in.
    #[track_caller]
    pub(crate) fn sign_up(&self, username: &str) -> Self {
        let answer = self.post("/auth/users/", &json!({"username": username, "password": PASSWORD}));
        assert_eq!(answer.status, 201, "{answer:?}");
        self.log_in(username, PASSWORD)
    }

    #[track_caller]
    pub(crate) fn log_in(&self, username: &str, password: &str) -> Self {
        let answer = self.post("/auth/jwt/create/", &json!({"username": username, "password": password}));
        assert_eq!(answer.status, 200, "{answer:?}");
        Self { token: Some(answer.body["access"].as_str().unwrap().to_owned()), ..self.clone() }
    }

    /// The access token of who is logged in.
    pub(crate) fn token(&self) -> String {
        self.token.clone().unwrap_or_default()
    }

    /// Makes a room of this user's own and gives its id.
    #[track_caller]
    pub(crate) fn room(&self) -> Value {
        let me = self.get("/auth/users/me/").body["id"].clone();
        let answer = self.post("/rooms/", &json!({"name": "Lobby", "users": [me]}));
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body["id"].clone()
    }

    /// What all the messages say that this user can read.
    #[track_caller]
    pub(crate) fn messages(&self) -> BTreeSet<String> {
        let mut contents = BTreeSet::new();
        for page in 1.. {
            let answer = self.get(&format!("/messages/?page={page}"));
            assert_eq!(answer.status, 200, "{answer:?}");
            let messages = answer.body["results"].as_array().unwrap();
            contents.extend(messages.iter().map(|message| message["content"].as_str().unwrap().to_owned()));
            if answer.body["next"].is_null() {
                break;
            }
        }
        contents
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send(self.client.get(format!("{}{path}", self.url))).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.try_post(path, body).unwrap()
    }

    /// For a server that may be gone.
    pub(crate) fn try_post(&self, path: &str, body: &Value) -> reqwest::Result<Answer> {
        self.send(self.client.post(format!("{}{path}", self.url)).json(body))
    }

    /// A request with a header of its own.
    pub(crate) fn get_with(&self, path: &str, name: &str, value: &str) -> Answer {
        self.send(self.client.get(format!("{}{path}", self.url)).header(name, value)).unwrap()
    }

    pub(crate) fn post_with(&self, path: &str, body: &Value, name: &str, value: &str) -> Answer {
        self.send(self.client.post(format!("{}{path}", self.url)).json(body).header(name, value)).unwrap()
    }

    fn send(&self, request: RequestBuilder) -> reqwest::Result<Answer> {
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let answer = request.send()?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Ok(Answer { status, headers, body: serde_json::from_str(&answer.text()?).unwrap_or_default() })
    }
}
