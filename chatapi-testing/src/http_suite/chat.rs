//! A chat that is served, and the people in it.

use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::Arc;

use chatapi_core::config::Config;
use chatapi_core::http::Route;
use chatapi_core::mail::Mail;
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::users::NewAccount;
use chatapi_core::{ChatApi, ChatApiBuilder};
use futures_util::future::BoxFuture;
use http::Method;
use reqwest::Client;
use reqwest::redirect::Policy;

use super::Server;
use super::ask::Ask;
use super::coverage::Coverage;
use super::fakes::{Mailbox, SetClock};
use super::forge::FORMER_KEY;
use super::json::Json;
use crate::test_chat::cheapest_hashes;

/// The password of everybody, where a case is not about passwords.
pub(super) const PASSWORD: &str = "zaq123wsx!Q";

type Fresh = dyn Fn() -> BoxFuture<'static, ChatApiBuilder> + Send + Sync;
/// Starts a server of the adapter's.
pub(super) type Serve = dyn Fn(ChatApi, &'static str) -> BoxFuture<'static, Server> + Send + Sync;

/// What the suite was given, to make chats of.
#[derive(Clone)]
pub(super) struct Suite {
    fresh: Arc<Fresh>,
    serve: Arc<Serve>,
    coverage: Arc<Coverage>,
}

impl Suite {
    pub(super) fn new<F, B>(fresh: F, serve: Arc<Serve>) -> Self
    where
        F: Fn() -> B + Send + Sync + 'static,
        B: Future<Output = ChatApiBuilder> + Send + 'static,
    {
        let documented = ChatApi::builder(MemoryStore::new(), [7; 32]).build().unwrap();
        Self {
            fresh: Arc::new(move || Box::pin(fresh())),
            serve,
            coverage: Arc::new(Coverage::of(&documented)),
        }
    }

    /// The documented chat.
    pub(super) async fn chat(&self) -> Chat {
        self.chat_with(|_| {}).await
    }

    /// A chat with other options.
    pub(super) async fn chat_with(&self, change: impl FnOnce(&mut Config)) -> Chat {
        self.chat_below("", change).await
    }

    /// A chat whose paths begin with `prefix`.
    pub(super) async fn chat_below(&self, prefix: &'static str, change: impl FnOnce(&mut Config)) -> Chat {
        self.chat_of(prefix, change, |builder| builder.former_key(None, FORMER_KEY)).await
    }

    /// A chat that is put together in another way.
    pub(super) async fn chat_of(
        &self,
        prefix: &'static str,
        change: impl FnOnce(&mut Config),
        finish: impl FnOnce(ChatApiBuilder) -> ChatApiBuilder,
    ) -> Chat {
        let mut config = Config::default();
        change(&mut config);
        let clock = SetClock::new();
        let mailbox = Mailbox::default();
        let builder = (self.fresh)().await.config(config).clock(clock.clone()).mailer(mailbox.clone());
        let api = finish(builder.passwords(cheapest_hashes())).build().unwrap();
        let server = (self.serve)(api.clone(), prefix).await;
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Chat { api, prefix, clock, mailbox, server, client, coverage: self.coverage.clone() }
    }

    /// The rows of the table that no case reached.
    pub(super) fn missed(&self) -> Vec<String> {
        self.coverage.missed()
    }
}

/// A chat that is served.
pub(super) struct Chat {
    api: ChatApi,
    prefix: &'static str,
    pub(super) clock: SetClock,
    mailbox: Mailbox,
    server: Server,
    client: Client,
    coverage: Arc<Coverage>,
}

impl Chat {
    pub(super) fn get(&self, path: impl Display) -> Ask<'_> {
        self.ask(Method::GET, path)
    }

    pub(super) fn post(&self, path: impl Display) -> Ask<'_> {
        self.ask(Method::POST, path)
    }

    pub(super) fn put(&self, path: impl Display) -> Ask<'_> {
        self.ask(Method::PUT, path)
    }

    pub(super) fn patch(&self, path: impl Display) -> Ask<'_> {
        self.ask(Method::PATCH, path)
    }

    pub(super) fn delete(&self, path: impl Display) -> Ask<'_> {
        self.ask(Method::DELETE, path)
    }

    pub(super) fn ask(&self, method: Method, path: impl Display) -> Ask<'_> {
        Ask::new(self, method, path)
    }

    /// People of these names, registered and logged in.
    pub(super) async fn people<const N: usize>(&self, names: [&str; N]) -> [Person; N] {
        let mut people = Vec::new();
        for name in names {
            people.push(self.person(name).await);
        }
        people.try_into().unwrap_or_else(|_| unreachable!("as many people as names"))
    }

    /// Somebody of this name, with the address `name@example.org`, registered and logged in.
    pub(super) async fn person(&self, name: &str) -> Person {
        let body = format!(r#"{{"username":"{name}","password":"{PASSWORD}","email":"{name}@example.org"}}"#);
        self.post("/auth/users/").json(body).await.status(201);
        self.log_in(name, PASSWORD).await
    }

    /// A superuser of this name, logged in.
    pub(super) async fn superuser(&self, name: &str) -> Person {
        let account = NewAccount {
            username: name.to_owned(),
            email: format!("{name}@example.org"),
            password: PASSWORD.to_owned(),
            is_superuser: true,
        };
        self.api.register(account).await.unwrap();
        self.log_in(name, PASSWORD).await
    }

    pub(super) async fn log_in(&self, name: &str, password: &str) -> Person {
        let answer = self.try_log_in(name, password).await;
        answer.status(200);
        let (access, refresh) = (answer.text("access"), answer.text("refresh"));
        let me = self.get("/auth/users/me/").bearer(&access).await;
        Person { id: me.id(), name: name.to_owned(), access, refresh }
    }

    pub(super) fn try_log_in(&self, name: &str, password: &str) -> Ask<'_> {
        let (name, password) = (Json::Text(name.to_owned()), Json::Text(password.to_owned()));
        self.post("/auth/jwt/create/").json(format!(r#"{{"username":{name},"password":{password}}}"#))
    }

    /// A room of `admin`'s with these others.
    pub(super) async fn room(&self, admin: &Person, others: &[&Person]) -> i64 {
        let users = ids([&[admin], others].concat());
        let answer =
            self.post("/rooms/").by(admin).json(format!(r#"{{"name":"tea","users":{users}}}"#)).await;
        answer.status(201).id()
    }

    /// A message in a room.
    pub(super) async fn say(&self, author: &Person, room: i64, content: &str) -> i64 {
        let content = Json::Text(content.to_owned());
        let body = format!(r#"{{"room":{room},"content":{content}}}"#);
        self.post("/messages/").by(author).json(body).await.status(201).id()
    }

    /// The mails since this was asked last.
    pub(super) async fn mails(&self) -> Vec<Mail> {
        // Mails that are under way are tasks of the chat's: it waits for them, and goes on.
        self.api.shutdown().await;
        self.mailbox.take()
    }

    pub(super) fn api(&self) -> &ChatApi {
        &self.api
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// The scheme, the host and the prefix that links begin with.
    pub(super) fn base(&self) -> String {
        format!("http://{}{}", self.server.address, self.prefix)
    }

    pub(super) fn url(&self, path: &str) -> String {
        self.base() + path
    }

    pub(super) fn reached(&self, route: &Route, method: &Method) {
        self.coverage.reach(route, method);
    }
}

/// Somebody who is logged in.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) access: String,
    pub(super) refresh: String,
}

impl Person {
    /// As a room shows its members.
    pub(super) fn shown(&self) -> String {
        format!(r#"{{"id":{},"username":"{name}","email":"{name}@example.org"}}"#, self.id, name = self.name)
    }
}

/// `[1,2]`
pub(super) fn ids<'a>(people: impl IntoIterator<Item = &'a Person>) -> String {
    let ids: Vec<String> = people.into_iter().map(|person| person.id.to_string()).collect();
    format!("[{}]", ids.join(","))
}
