//! [`ChatApi`], the one handle on everything.

use std::fmt;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth::Authenticator;
use crate::auth::jwt::{MissingSecret, SigningKey, Tokens};
use crate::auth::mail_token::MailTokens;
use crate::auth::password::{PasswordHasher, PasswordRules};
use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::health::Draining;
use crate::hooks::Events;
use crate::http::body::BodyMemory;
use crate::http::{Pages, Route};
use crate::indexer::Indexer;
use crate::mail::Mailer;
use crate::observer::Observer;
use crate::permission::Policy;
use crate::random::Random;
use crate::rate_limit::Limiter;
use crate::search::Analyzer;
use crate::store::Store;
use crate::users::{KnownUsers, TrustedNetworks};

pub use builder::{BuildError, ChatApiBuilder};

mod builder;
mod scope;

use self::scope::Scope;

/// Chat: the use-cases as typed methods, and the endpoints as data. A clone is cheap and is the same chat.
#[derive(Clone)]
pub struct ChatApi(Arc<Parts>, Arc<dyn Policy>, Option<Arc<Scope>>);

struct Parts {
    store: Arc<dyn Store>,
    authenticator: Arc<dyn Authenticator>,
    mailer: Arc<dyn Mailer>,
    events: Option<Events>,
    pages: Option<Arc<dyn Pages>>,
    clock: Arc<dyn Clock>,
    passwords: PasswordHasher,
    password_rules: PasswordRules,
    /// None where there is no secret.
    signed: Option<SignedTokens>,
    random: Arc<dyn Random>,
    known_users: Arc<KnownUsers>,
    familiar: TrustedNetworks,
    limiter: Arc<dyn Limiter>,
    observer: Option<Arc<dyn Observer>>,
    config: Config,
    body_memory: BodyMemory,
    routes: Vec<Arc<Route>>,
    indexer: Arc<Indexer>,
    tasks: TaskTracker,
    closing: CancellationToken,
    draining: Draining,
}

/// What is signed with the secret.
struct SignedTokens {
    tokens: Tokens,
    mail_tokens: MailTokens,
}

impl ChatApi {
    /// Starts to put a chat together on `store`. The secret signs tokens: 32 bytes at least, the same on every instance.
    pub fn builder(store: impl Store + 'static, secret: impl Into<Vec<u8>>) -> ChatApiBuilder {
        let signing = SigningKey { id: None, secret: secret.into() };
        ChatApiBuilder::new(Arc::new(store), Some(signing))
    }

    /// Starts to put a chat together on `store` for users of the host's: there is nothing under `/auth/`, nobody logs in, and
    /// no secret is needed. The host's middleware puts a [`CurrentUser`](crate::CurrentUser) or an
    /// [`ExternalUser`](crate::users::ExternalUser) into each request's extensions, or an
    /// [`authenticator`](ChatApiBuilder::authenticator) finds the user.
    pub fn builder_without_accounts(store: impl Store + 'static) -> ChatApiBuilder {
        ChatApiBuilder::new(Arc::new(store), None).without_accounts()
    }

    /// The store.
    pub fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    /// Limits and options.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The words that ranked search reads texts in.
    pub fn analyzer(&self) -> Analyzer {
        Analyzer::new(self.config().language)
    }

    /// The present moment, by the chat's clock.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The table of routes: what an adapter mounts.
    pub fn routes(&self) -> impl Iterator<Item = &Arc<Route>> {
        self.0.routes.iter()
    }

    /// The same chat under other rules, for whoever asks permission in a way of its own, as an administration does: its
    /// writes are everybody's, with the same checks, hooks and searches after them. Requests are judged by the builder's.
    #[must_use]
    pub fn with_policy(&self, policy: impl Policy + 'static) -> Self {
        Self(self.0.clone(), Arc::new(policy), self.2.clone())
    }

    /// Waits until the mails that are under way are sent or have failed, and the hooks have heard of everything that was
    /// committed. Mails that wait to be sent again are sent at once, for the last time. Call it when the server has stopped.
    pub async fn shutdown(&self) {
        self.0.closing.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    /// The store, for a task that outlasts a request.
    pub(crate) fn shared_store(&self) -> Arc<dyn Store> {
        self.0.store.clone()
    }

    pub(crate) fn authenticator(&self) -> &dyn Authenticator {
        &*self.0.authenticator
    }

    pub(crate) fn policy(&self) -> &dyn Policy {
        &*self.1
    }

    pub(crate) fn mailer(&self) -> &Arc<dyn Mailer> {
        &self.0.mailer
    }

    /// What the host's hooks are told by, where it has any.
    pub(crate) fn events(&self) -> Option<&Events> {
        self.0.events.as_ref()
    }

    /// What shows answers to browsers, where the host has it.
    pub(crate) fn pages(&self) -> Option<&dyn Pages> {
        self.0.pages.as_deref()
    }

    /// The hasher, in which the network of this request has its turns.
    pub(crate) fn passwords(&self) -> PasswordHasher {
        match self.2.as_ref().and_then(|scope| scope.network()) {
            Some(network) => self.0.passwords.on_behalf_of(network),
            None => self.0.passwords.clone(),
        }
    }

    pub(crate) fn password_rules(&self) -> &PasswordRules {
        &self.0.password_rules
    }

    pub(crate) fn tokens(&self) -> Result<&Tokens, MissingSecret> {
        self.0.signed.as_ref().map(|signed| &signed.tokens).ok_or(MissingSecret)
    }

    pub(crate) fn mail_tokens(&self) -> Result<&MailTokens, MissingSecret> {
        self.0.signed.as_ref().map(|signed| &signed.mail_tokens).ok_or(MissingSecret)
    }

    pub(crate) fn random(&self) -> &dyn Random {
        &*self.0.random
    }

    pub(crate) fn known_users(&self) -> &Arc<KnownUsers> {
        &self.0.known_users
    }

    pub(crate) fn familiar(&self) -> &TrustedNetworks {
        &self.0.familiar
    }

    pub(crate) fn limiter(&self) -> &dyn Limiter {
        &*self.0.limiter
    }

    pub(crate) fn observer(&self) -> Option<&dyn Observer> {
        self.0.observer.as_deref()
    }

    pub(crate) fn body_memory(&self) -> &BodyMemory {
        &self.0.body_memory
    }

    pub(crate) fn indexer(&self) -> &Arc<Indexer> {
        &self.0.indexer
    }

    pub(crate) fn draining(&self) -> &Draining {
        &self.0.draining
    }

    /// Cancelled when the chat is shut down.
    pub(crate) fn closing(&self) -> &CancellationToken {
        &self.0.closing
    }

    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }
}

impl fmt::Debug for ChatApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatApi").field("store", &self.0.store).finish_non_exhaustive()
    }
}
