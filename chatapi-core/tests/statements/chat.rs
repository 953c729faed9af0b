//! A chat of two people on a store, and what is asked of it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use chatapi_core::auth::password::PasswordConfig;
use chatapi_core::http::{Body, Request};
use chatapi_core::mail::{Mail, Mailer};
use chatapi_core::rooms::RoomDraft;
use chatapi_core::store::Cause;
use chatapi_core::users::{NewAccount, TokenPair};
use chatapi_core::{ChatApi, Config, CurrentUser, Store};

use super::counter::Count;

const PASSWORD: &str = "zaq123wsx!Q";

/// Ann, who has the id 1, asks; she and Bob, 2, are in the rooms 1 and 2; in each she has sent a message.
pub(crate) struct Chat {
    pub(crate) api: ChatApi,
    mailbox: Mailbox,
    tokens: TokenPair,
}

#[derive(Clone, Debug, Default)]
struct Mailbox(Arc<Mutex<String>>);

#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, mail: Mail) -> Result<(), Cause> {
        *self.0.lock().unwrap() = mail.body;
        Ok(())
    }
}

impl Chat {
    pub(crate) async fn on(store: impl Store + 'static) -> Self {
        store.migrate().await.unwrap();
        let mailbox = Mailbox::default();
        let mut config = Config::default();
        config.accounts.send_activation_email = true;
        // What is done in the background is no endpoint's.
        config.background_indexing = false;
        // The cheapest hashes there are.
        let mut passwords = PasswordConfig::default();
        (passwords.memory_kib, passwords.passes) = (8, 1);
        let builder = ChatApi::builder(store, [7; 32]).config(config).passwords(passwords);
        let api = builder.mailer(mailbox.clone()).build().unwrap();
        let [ann, bob, root] = ["ann", "bob", "root"].map(|name| NewAccount {
            email: format!("{name}@example.org"),
            is_superuser: true,
            ..NewAccount::new(name, PASSWORD)
        });
        let ann = CurrentUser::from(&api.register(ann).await.unwrap());
        let bob = api.register(bob).await.unwrap();
        // Ann may go: she is not the last superuser.
        api.register(root).await.unwrap();
        for name in ["Tea", "Coffee"] {
            let draft = RoomDraft { name: name.into(), users: vec![ann.id, bob.id], admin: None };
            let room = api.create_room(&ann, draft).await.unwrap();
            api.send_message(&ann, room.id, "Hello").await.unwrap();
        }
        let tokens = api.log_in("ann", PASSWORD).await.unwrap();
        Self { api, mailbox, tokens }
    }

    /// Asks as Ann, whom the chat has just seen: the row of the table that the request is to, and what it took.
    pub(crate) async fn ask_again(&mut self, line: &str, body: &str) -> (String, Count) {
        if self.api.user_of_access_token(&self.tokens.access).await.is_err() {
            self.tokens = self.api.log_in("ann", PASSWORD).await.unwrap();
            self.api.user_of_access_token(&self.tokens.access).await.unwrap();
        }
        self.ask(line, body).await
    }

    /// Asks as Ann. `line` is `GET /rooms/`; the body's words in braces are filled in.
    pub(crate) async fn ask(&self, line: &str, body: &str) -> (String, Count) {
        let (method, uri) = line.split_once(' ').unwrap();
        let (route, params) = self.api.find(uri.split('?').next().unwrap()).unwrap();
        let (uid, token) = self.link().await;
        let body = body
            .replace("{password}", PASSWORD)
            .replace("{refresh}", &self.tokens.refresh)
            .replace("{access}", &self.tokens.access)
            .replace("{uid}", &uid)
            .replace("{token}", &token);
        let request = http::Request::builder()
            .method(method)
            .uri(uri)
            .header("host", "chat")
            .header("authorization", format!("Bearer {}", self.tokens.access))
            .header("content-type", "application/json");
        let request: Request = request.body(Bytes::from(body)).unwrap();
        Count::take();
        let answer = self.api.call(route, request, params).await;
        let count = Count::take();
        let (head, body) = answer.into_parts();
        let Body::Full(body) = body else { panic!("{line}: not all at once") };
        assert!(head.status.is_success(), "{line}: {} {body:?}", head.status);
        (format!("{method} {}", route.path()), count)
    }

    /// The parts of the link in the last mail, which may be under way.
    async fn link(&self) -> (String, String) {
        self.api.shutdown().await;
        let mail = self.mailbox.0.lock().unwrap().clone();
        let url = mail.split_whitespace().find(|word| word.starts_with("http")).unwrap_or_default();
        let mut parts = url.rsplit('/').map(str::to_owned);
        let token = parts.next().unwrap_or_default();
        (parts.next().unwrap_or_default(), token)
    }
}
