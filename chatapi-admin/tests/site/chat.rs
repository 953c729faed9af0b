//! A chat with its admin site, and a clock that stands still.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chatapi_admin::{AdminStore, Options};
use chatapi_core::auth::password::PasswordConfig;
use chatapi_core::hooks::{Draft, Event, Hooks, Verdict};
use chatapi_core::messages::Message;
use chatapi_core::rooms::{Room, RoomDraft};
use chatapi_core::store::SqlStore;
use chatapi_core::store::engine::Engine;
use chatapi_core::store::postgres::PgStore;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::users::{NewAccount, NewUser, User};
use chatapi_core::{ChatApi, Clock, Config, CurrentUser, MessageId, Store, Timestamp};
use chatapi_testing::postgres::Databases;
use tempfile::TempDir;

use crate::browser::Browser;

pub(crate) const PASSWORD: &str = "zaq123wsx!Q";

/// A chat, its site, and what was told to its hooks.
pub(crate) struct Chat {
    pub(crate) api: ChatApi,
    pub(crate) clock: Hand,
    pub(crate) heard: Heard,
    /// Adds messages by the thousand.
    load: Loads,
    _folder: Option<TempDir>,
}

type Loads = Box<dyn Fn(Vec<Message>) -> Pin<Box<dyn Future<Output = ()>>>>;

/// A clock that is moved by hand.
#[derive(Clone, Debug)]
pub(crate) struct Hand(Arc<AtomicI64>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

impl Hand {
    pub(crate) fn pass(&self, time: Duration) {
        self.0.fetch_add(i64::try_from(time.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

/// The names of the events that were committed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard(Arc<std::sync::Mutex<Vec<String>>>);

#[async_trait::async_trait]
impl Hooks for Heard {
    async fn before_send(&self, _: &Draft<'_>) -> chatapi_core::Result<Verdict> {
        Ok(Verdict::Allow)
    }

    async fn after_commit(&self, event: &Event) {
        let text = format!("{event:?}");
        self.0.lock().unwrap().push(text.split([' ', '{']).next().unwrap_or_default().to_owned());
    }
}

impl Heard {
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

pub(crate) async fn on_sqlite() -> Chat {
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open(folder.path().join("chat.sqlite3")).await.unwrap();
    Chat { _folder: Some(folder), ..Chat::on(store).await }
}

pub(crate) async fn on_postgres(case: impl AsyncFnOnce(&Chat)) {
    let databases = Databases::new().await;
    let chat = Chat::on(PgStore::connect_lazy(&databases.fresh().await, 4).unwrap()).await;
    case(&chat).await;
    databases.drop_all().await;
}

impl Chat {
    async fn on<E: Engine>(store: SqlStore<E>) -> Self
    where
        SqlStore<E>: Store + AdminStore + Clone,
    {
        Store::migrate(&store).await.unwrap();
        AdminStore::migrate(&store).await.unwrap();
        // Once more: what was applied is not applied again.
        AdminStore::migrate(&store).await.unwrap();
        let mut options = Options::default();
        (options.page_size, options.log_in_tries) = (3, 3);
        let mut passwords = PasswordConfig::default();
        (passwords.memory_kib, passwords.passes) = (8, 1);
        let (clock, heard) = (Hand(Arc::new(AtomicI64::new(1_795_338_707_809_284))), Heard::default());
        let mut config = Config::default();
        config.limits.log_in = Some("20/min".parse().unwrap());
        let api = ChatApi::builder(store.clone(), [7; 32])
            .config(config)
            .passwords(passwords)
            .clock(clock.clone())
            .hooks(heard.clone())
            .routes(chatapi_admin::routes(store.clone(), options))
            .build()
            .unwrap();
        let analyzer = api.analyzer();
        let load: Loads = Box::new(move |messages| {
            let store = store.clone();
            Box::pin(async move {
                let mut load = store.load(analyzer).await.unwrap();
                load.add_messages(&messages).await.unwrap();
                load.commit().await.unwrap();
            })
        });
        Self { api, clock, heard, load, _folder: None }
    }

    pub(crate) async fn user(&self, name: &str) -> User {
        self.api.register(NewAccount::new(name, PASSWORD)).await.unwrap()
    }

    pub(crate) async fn staff(&self, name: &str) -> User {
        self.make(name, true, false).await
    }

    pub(crate) async fn superuser(&self, name: &str) -> User {
        self.make(name, true, true).await
    }

    async fn make(&self, name: &str, is_staff: bool, is_superuser: bool) -> User {
        let password = self.api.hash_new_password(PASSWORD, name, "").await.unwrap();
        let user = NewUser {
            username: name.into(),
            email: String::new(),
            password,
            is_active: true,
            awaits_activation: false,
            is_staff,
            is_superuser,
            is_viewer: false,
            date_joined: self.clock.now(),
            revision: 0,
        };
        self.api.add_user(user).await.unwrap()
    }

    pub(crate) async fn room(&self, name: &str, admin: &User, others: &[&User]) -> Room {
        let users = [&[admin], others].concat().iter().map(|user| user.id).collect();
        let draft = RoomDraft { name: name.into(), users, admin: None };
        self.api.create_room(&CurrentUser::from(admin), draft).await.unwrap()
    }

    /// A message; each is a second later than the one before.
    pub(crate) async fn say(
        &self,
        author: &User,
        room: &Room,
        content: &str,
    ) -> chatapi_core::messages::Message {
        self.clock.pass(Duration::from_secs(1));
        self.api.send_message(&CurrentUser::from(author), room.id, content).await.unwrap()
    }

    /// So many messages after one, each a second later than the one before.
    pub(crate) async fn say_more(&self, than: &Message, number: i64) {
        let more = (1..=number).map(|n| {
            self.clock.pass(Duration::from_secs(1));
            let (id, now) = (MessageId(than.id.0 + n), self.clock.now());
            let content = format!("one of {number}, the {n}.");
            Message { id, content, created_at: now, updated_at: now, ..than.clone() }
        });
        (self.load)(more.collect()).await;
    }

    /// A browser in which nobody is logged in.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.api.clone())
    }

    /// A browser in which this user is logged in.
    pub(crate) async fn browser_of(&self, user: &User) -> Browser {
        let mut browser = self.browser();
        let answer = browser.log_in(&user.username, PASSWORD).await;
        assert_eq!((answer.status, answer.location()), (303, "/admin/"), "{}", answer.body);
        browser
    }
}
