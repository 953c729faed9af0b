//! Not each request reads its user, and what becomes of one holds all the same: here at once, elsewhere soon.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chatapi_core::auth::password::PasswordConfig;
use chatapi_core::clock::Clock;
use chatapi_core::error::Unauthenticated;
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::users::{ExternalUser, NewAccount, User, UserChange};
use chatapi_core::{ChatApi, Config, CurrentUser, Error, Result, Timestamp};

const PASSWORD: &str = "earl-grey-4-two";
const USER_CACHE: Duration = Duration::from_secs(5);

#[derive(Clone, Debug, Default)]
struct SetClock(Arc<AtomicI64>);

impl SetClock {
    fn pass(&self, time: Duration) {
        self.0.fetch_add(i64::try_from(time.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Two instances on one store, and a user whom both know.
struct Chats {
    here: ChatApi,
    there: ChatApi,
    clock: SetClock,
    ann: User,
    access: String,
}

impl Chats {
    async fn with(user_cache: Duration) -> Self {
        let (store, clock) = (MemoryStore::new(), SetClock::default());
        let mut config = Config::default();
        config.user_cache = user_cache;
        config.accounts.send_activation_email = true;
        // The cheapest hashes there are.
        let mut passwords = PasswordConfig::default();
        (passwords.memory_kib, passwords.passes) = (8, 1);
        let chat = || {
            let builder = ChatApi::builder(store.clone(), [7; 32]).config(config.clone());
            builder.clock(clock.clone()).passwords(passwords.clone()).build().unwrap()
        };
        let (here, there) = (chat(), chat());
        // Ann may go: she is not the last superuser.
        let root = NewAccount { is_superuser: true, ..NewAccount::new("root", PASSWORD) };
        here.register(root).await.unwrap();
        let account = NewAccount { is_superuser: true, ..NewAccount::new("ann", PASSWORD) };
        let ann = here.register(account).await.unwrap();
        let access = here.log_in("ann", PASSWORD).await.unwrap().access;
        let chats = Self { here, there, clock, ann, access };
        assert_eq!(chats.seen_here().await.unwrap(), chats.ann);
        assert_eq!(chats.seen_there().await.unwrap(), chats.ann);
        chats
    }

    async fn seen_here(&self) -> Result<User> {
        self.here.user_of_access_token(&self.access).await
    }

    async fn seen_there(&self) -> Result<User> {
        self.there.user_of_access_token(&self.access).await
    }

    /// The other instance takes the token until the time is up, and not for longer.
    async fn is_refused_there_in_time(&self) {
        self.clock.pass(USER_CACHE - Duration::from_micros(1));
        assert_eq!(self.seen_there().await.unwrap().id, self.ann.id);
        self.clock.pass(Duration::from_micros(1));
        is_refused(&self.seen_there().await);
    }

    fn ann(&self) -> CurrentUser {
        CurrentUser::from(&self.ann)
    }
}

#[track_caller]
fn is_refused(seen: &Result<User>) {
    assert!(matches!(seen, Err(Error::Unauthenticated(_))), "{seen:?}");
}

#[tokio::test]
async fn a_changed_password_ends_tokens_here_at_once_and_elsewhere_in_time() {
    let chats = Chats::with(USER_CACHE).await;
    chats.here.set_password(&chats.ann(), "lapsang-4-two", PASSWORD).await.unwrap();
    is_refused(&chats.seen_here().await);
    chats.is_refused_there_in_time().await;
}

#[tokio::test]
async fn a_deleted_user_is_refused_here_at_once_and_elsewhere_in_time() {
    let chats = Chats::with(USER_CACHE).await;
    chats.here.delete_account(&chats.ann(), chats.ann.id, PASSWORD).await.unwrap();
    is_refused(&chats.seen_here().await);
    chats.is_refused_there_in_time().await;
}

#[tokio::test]
async fn a_user_who_became_inactive_is_refused_here_at_once_and_elsewhere_in_time() {
    let chats = Chats::with(USER_CACHE).await;
    chats.here.set_email(&chats.ann(), chats.ann.id, "ann@example.org".into()).await.unwrap();
    is_refused(&chats.seen_here().await);
    chats.is_refused_there_in_time().await;
}

#[tokio::test]
async fn a_new_name_and_a_new_address_are_seen_here_at_once() {
    let chats = Chats::with(USER_CACHE).await;
    chats.here.set_username(&chats.ann(), "anna", PASSWORD).await.unwrap();
    assert_eq!(chats.seen_here().await.unwrap().username, "anna");
    assert_eq!(chats.seen_there().await.unwrap().username, "ann");
}

#[tokio::test]
async fn a_token_that_was_issued_after_a_change_elsewhere_is_taken_at_once() {
    let chats = Chats::with(USER_CACHE).await;
    chats.here.set_password(&chats.ann(), "lapsang-4-two", PASSWORD).await.unwrap();
    let access = chats.here.log_in("ann", "lapsang-4-two").await.unwrap().access;
    let seen = chats.there.user_of_access_token(&access).await.unwrap();
    assert_eq!(seen.revision, chats.ann.revision + 1);
}

#[tokio::test]
async fn who_became_active_elsewhere_is_let_in_at_once() {
    let chats = Chats::with(USER_CACHE).await;
    chats.there.set_email(&chats.ann(), chats.ann.id, "ann@example.org".into()).await.unwrap();
    is_refused(&chats.seen_there().await);
    chats.here.store().update_user(chats.ann.id, UserChange::Activate).await.unwrap().unwrap();
    chats.seen_there().await.unwrap();
}

#[tokio::test]
async fn a_refresh_token_is_judged_by_the_user_as_it_is() {
    let chats = Chats::with(USER_CACHE).await;
    let tokens = chats.there.log_in("ann", PASSWORD).await.unwrap();
    chats.here.set_password(&chats.ann(), "lapsang-4-two", PASSWORD).await.unwrap();
    for refused in
        [chats.there.refresh(&tokens.refresh).await.err(), chats.there.verify(&tokens.access).await.err()]
    {
        assert!(matches!(refused, Some(Error::Unauthenticated(Unauthenticated::BadToken))), "{refused:?}");
    }
}

#[tokio::test]
async fn without_the_cache_each_request_reads_its_user() {
    let chats = Chats::with(Duration::ZERO).await;
    chats.here.set_password(&chats.ann(), "lapsang-4-two", PASSWORD).await.unwrap();
    is_refused(&chats.seen_there().await);
}

#[tokio::test]
async fn a_user_whom_the_host_changed_is_read_anew_when_the_chat_is_told() {
    let chats = Chats::with(USER_CACHE).await;
    chats.here.store().delete_user(chats.ann.id, chats.ann.revision).await.unwrap();
    assert_eq!(chats.seen_here().await.unwrap(), chats.ann);
    chats.here.forget_user(chats.ann.id);
    is_refused(&chats.seen_here().await);
}

#[tokio::test]
async fn a_clock_that_is_set_back_keeps_nobody_for_longer() {
    let chats = Chats::with(USER_CACHE).await;
    chats.clock.pass(USER_CACHE);
    chats.seen_there().await.unwrap();
    chats.here.store().delete_user(chats.ann.id, chats.ann.revision).await.unwrap();
    chats.clock.0.fetch_sub(1, Ordering::SeqCst);
    is_refused(&chats.seen_there().await);
}

#[tokio::test]
async fn what_the_host_says_anew_of_a_known_user_is_written_and_seen_at_once() {
    let chats = Chats::with(USER_CACHE).await;
    let said = ExternalUser::new("auth0|42").username("zoe").staff(true);
    for _ in 0..3 {
        assert!(chats.here.user_of_host(&said).await.unwrap().is_staff);
    }
    let said = said.username("zoey").staff(false);
    for _ in 0..3 {
        let zoe = chats.here.user_of_host(&said).await.unwrap();
        assert_eq!((&*zoe.username, zoe.is_staff), ("zoey", false));
    }
    assert!(chats.here.store().user_by_name("zoey").await.unwrap().is_some());
}

#[tokio::test]
async fn a_user_of_the_hosts_who_was_deleted_is_made_anew() {
    let chats = Chats::with(USER_CACHE).await;
    let said = ExternalUser::new("auth0|42");
    for _ in 0..3 {
        chats.there.user_of_host(&said).await.unwrap();
    }
    let zoe = chats.there.user_of_host(&said).await.unwrap();
    chats.here.store().delete_user(zoe.id, zoe.revision).await.unwrap();
    assert_eq!(chats.there.user_of_host(&said).await.unwrap(), zoe);
    chats.clock.pass(USER_CACHE);
    assert!(chats.there.user_of_host(&said).await.unwrap().id > zoe.id);
}
