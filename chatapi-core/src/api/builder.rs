//! [`ChatApiBuilder`], which puts a [`ChatApi`] together.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{ChatApi, Parts, SignedTokens};
use crate::auth::Authenticator;
use crate::auth::jwt::{JwtAuthenticator, SigningKey, Tokens};
use crate::auth::mail_token::MailTokens;
use crate::auth::password::{PasswordConfig, PasswordConfigError, PasswordHasher, PasswordRules};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::health::Draining;
use crate::hooks::{Events, Hooks};
use crate::http::body::BodyMemory;
use crate::http::{Pages, Route};
use crate::mail::{LogMailer, Mailer};
use crate::observer::Observer;
use crate::permission::{DocumentedPolicy, Policy};
use crate::random::{Random, SystemRandom};
use crate::rate_limit::{Buckets, Limiter};
use crate::store::Store;
use crate::users::{KnownUsers, TrustedNetworks};

/// Puts a [`ChatApi`] together. Everything but the store and the secret has a default, which is the documented one; without
/// accounts ([`ChatApi::builder_without_accounts`]) there is no secret.
#[derive(Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct ChatApiBuilder {
    store: Arc<dyn Store>,
    signing: Option<SigningKey>,
    former: Vec<SigningKey>,
    authenticator: Option<Arc<dyn Authenticator>>,
    policy: Arc<dyn Policy>,
    mailer: Arc<dyn Mailer>,
    hooks: Option<Arc<dyn Hooks>>,
    limiter: Arc<dyn Limiter>,
    observer: Option<Arc<dyn Observer>>,
    pages: Option<Arc<dyn Pages>>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    passwords: PasswordConfig,
    password_rules: PasswordRules,
    config: Config,
    accounts: bool,
    more_routes: Vec<Route>,
}

/// The shortest secret that signs tokens, in bytes: as long as the hash that it keys (RFC 7518, section 3.2).
const SHORTEST_SECRET: usize = 32;

impl ChatApiBuilder {
    pub(super) fn new(store: Arc<dyn Store>, signing: Option<SigningKey>) -> Self {
        Self {
            store,
            signing,
            former: Vec::new(),
            authenticator: None,
            policy: Arc::new(DocumentedPolicy),
            mailer: Arc::new(LogMailer),
            hooks: None,
            limiter: Arc::new(Buckets::default()),
            observer: None,
            pages: None,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            passwords: PasswordConfig::default(),
            password_rules: PasswordRules::default(),
            config: Config::default(),
            accounts: true,
            more_routes: Vec::new(),
        }
    }

    /// Limits and options.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Names the key that signs tokens: it stands in their header as `kid`, so that keys can be rotated.
    pub fn key_id(mut self, id: impl Into<String>) -> Self {
        if let Some(signing) = &mut self.signing {
            signing.id = Some(id.into());
        }
        self
    }

    /// A key that signed tokens before: they are valid until they expire. Keep it for as long as a refresh token lasts.
    pub fn former_key(mut self, id: Option<String>, secret: impl Into<Vec<u8>>) -> Self {
        self.former.push(SigningKey { id, secret: secret.into() });
        self
    }

    /// Finds users in requests in another way than by this chat's own tokens.
    pub fn authenticator(mut self, authenticator: impl Authenticator + 'static) -> Self {
        self.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// Decides who may do what in another way than documented.
    pub fn policy(mut self, policy: impl Policy + 'static) -> Self {
        self.policy = Arc::new(policy);
        self
    }

    /// Sends mails, where the default only logs them.
    pub fn mailer(mut self, mailer: impl Mailer + 'static) -> Self {
        self.mailer = Arc::new(mailer);
        self
    }

    /// Looks at messages before they are written, and hears of what was committed.
    pub fn hooks(mut self, hooks: impl Hooks + 'static) -> Self {
        self.hooks = Some(Arc::new(hooks));
        self
    }

    /// Counts requests in another way than in this process alone.
    pub fn limiter(mut self, limiter: impl Limiter + 'static) -> Self {
        self.limiter = Arc::new(limiter);
        self
    }

    /// Hears of requests and more, to count and measure them.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Shows answers to browsers as pages, where they get JSON otherwise.
    pub fn pages(mut self, pages: impl Pages + 'static) -> Self {
        self.pages = Some(Arc::new(pages));
        self
    }

    /// Another clock, for tests.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Another source of randomness, for tests.
    pub fn random(mut self, random: impl Random + 'static) -> Self {
        self.random = Arc::new(random);
        self
    }

    /// The cost of password hashes, and how many are made at once.
    pub fn passwords(mut self, config: PasswordConfig) -> Self {
        self.passwords = config;
        self
    }

    /// What a new password must be like.
    pub fn password_rules(mut self, rules: PasswordRules) -> Self {
        self.password_rules = rules;
        self
    }

    /// Leaves out everything under `/auth/`: accounts are the host's. Tokens of this chat that the host issues by typed calls
    /// are still taken; where there are none either, [`ChatApi::builder_without_accounts`] needs no secret.
    pub fn without_accounts(mut self) -> Self {
        self.accounts = false;
        self
    }

    /// An endpoint of the host's, beside the documented ones.
    pub fn route(mut self, route: Route) -> Self {
        self.more_routes.push(route);
        self
    }

    /// Endpoints of the host's, as for [`route`](Self::route).
    pub fn routes(mut self, routes: impl IntoIterator<Item = Route>) -> Self {
        self.more_routes.extend(routes);
        self
    }

    /// The chat.
    ///
    /// # Errors
    /// Where an option cannot be: see [`BuildError`].
    pub fn build(self) -> Result<ChatApi, BuildError> {
        if self.signing.iter().chain(&self.former).any(|key| key.secret.len() < SHORTEST_SECRET) {
            return Err(BuildError::ShortSecret);
        }
        if self.config.page_size == 0 {
            return Err(BuildError::EmptyPages);
        }
        // Where a framework goes through paths one by one, the host's own are found first, then those that are used most.
        let mut routes = self.more_routes;
        routes.extend(crate::http::rooms::routes());
        routes.extend(crate::http::messages::routes());
        if self.accounts {
            routes.extend(crate::http::accounts::routes());
            routes.extend(crate::http::tokens::routes());
        }
        let signed = self.signing.map(|key| SignedTokens {
            tokens: Tokens::new(&key, &self.former, &self.config, self.clock.clone(), self.random.clone()),
            mail_tokens: MailTokens::new(
                &key.secret,
                self.config.accounts.mail_token_lifetime,
                self.clock.clone(),
            ),
        });
        let tasks = TaskTracker::new();
        let parts = Parts {
            passwords: PasswordHasher::new(self.passwords, self.random.clone())
                .map_err(BuildError::Passwords)?,
            signed,
            authenticator: self.authenticator.unwrap_or_else(|| Arc::new(JwtAuthenticator)),
            store: self.store,
            mailer: self.mailer,
            events: self.hooks.map(|hooks| Events::new(hooks, tasks.clone())),
            pages: self.pages,
            clock: self.clock,
            password_rules: self.password_rules,
            familiar: TrustedNetworks::default(),
            limiter: self.limiter,
            observer: self.observer,
            known_users: Arc::new(KnownUsers::new(self.config.user_cache)),
            body_memory: BodyMemory::new(self.config.body_memory.max(self.config.body_limit)),
            config: self.config,
            routes: routes.into_iter().map(Arc::new).collect(),
            indexer: Arc::default(),
            random: self.random,
            tasks,
            closing: CancellationToken::new(),
            draining: Draining::default(),
        };
        Ok(ChatApi(Arc::new(parts), self.policy, None))
    }
}

/// Why a chat cannot be put together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A secret is too short to sign with.
    #[error("the secret must have at least {SHORTEST_SECRET} bytes")]
    ShortSecret,
    /// Pages without rows.
    #[error("the page size must be at least 1")]
    EmptyPages,
    /// The cost of password hashes is out of range.
    #[error("{0}")]
    Passwords(#[source] PasswordConfigError),
}
