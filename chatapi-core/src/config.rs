//! Limits and options: plain fields with documented units.

use std::time::Duration;

use ipnet::IpNet;

use crate::http::{Cors, ProxyHeaders};
use crate::mail::MailTemplates;
use crate::page::COUNT_BOUND;
use crate::rate_limit::Limits;
use crate::search::Language;

/// What a deployment may set. [`Config::default`] is the documented deployment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Rows a page.
    pub page_size: u32,
    /// How far lists of messages are counted, in rows: what is longer is estimated. To count 10,000 takes a few milliseconds.
    pub count_bound: u64,
    /// The longest request body that is read, in bytes.
    pub body_limit: usize,
    /// How much memory the bodies of requests take at once, in bytes, in total. Where they take all of it, a request whose body
    /// has more than 8 KiB is answered 503 with `Retry-After`. It is at least [`body_limit`](Self::body_limit).
    pub body_memory: usize,
    /// How long a client may take to send the body of a request.
    pub body_timeout: Duration,
    /// The longest message that is kept, in characters.
    pub message_limit: usize,
    /// The most members that a room may have. Rooms that have more already stay as they are.
    pub members_per_room: usize,
    /// The most users that a request may name as the members of a room.
    pub members_per_request: usize,
    /// The language that most messages are in: ranked search finds words in it whatever their endings are. When it is
    /// changed, the index is rewritten in the background; until then texts are searched in the language that they were sent in.
    pub language: Language,
    /// Whether this instance keeps the search index in order, in the background, as messages are sent. One that does not
    /// leaves it to the others, or to [`ChatApi::index_pending`](crate::ChatApi::index_pending).
    pub background_indexing: bool,
    /// How long an access token lasts.
    pub access_lifetime: Duration,
    /// How long a refresh token lasts.
    pub refresh_lifetime: Duration,
    /// How long after its end a token is still taken, for clocks that differ.
    pub leeway: Duration,
    /// How long a user who was read for a request is taken to be as it was then, so that not each request reads it anew. What
    /// changes through this chat counts from the next request on; what changes elsewhere, on another instance or by SQL of
    /// the host's, counts after this long at most: that a user was deleted or is inactive, that its tokens ended with a
    /// change of password, that it is no longer staff. [`Duration::ZERO`] has each request read its user.
    pub user_cache: Duration,
    /// Whether users find others by their exact names: `GET /auth/users/?username=`. Where not, the parameter means nothing, as
    /// in the documented API.
    pub finds_users: bool,
    /// Who sees the addresses of a room's members.
    pub show_emails: ShowEmails,
    /// Proxies whose [`proxy_headers`](Self::proxy_headers) count. None by default.
    pub trusted_proxies: Vec<IpNet>,
    /// The headers that these proxies write, and that alone count: `X-Forwarded-For`, `-Proto` and `-Host` by default.
    pub proxy_headers: ProxyHeaders,
    /// Whether these proxies write `X-Forwarded-Prefix`, the beginning of the path that they took off. Not by default: a proxy
    /// that does not write it passes on what a client sent.
    pub proxy_prefix: bool,
    /// Other sites whose pages may use the chat from a browser. None by default.
    pub cors: Cors,
    /// Whether a request that changes something is refused where a browser sends it for a page of another site: browsers add
    /// the cookies that a host's middleware, or an [`Authenticator`](crate::Authenticator) of the host's, may find the user
    /// by. Origins that [`cors`](Self::cors) lists are let through, and so is who proves by a `Bearer` token who asks. Switch
    /// it off where the host checks itself.
    pub csrf_check: bool,
    /// How much one user, or one network, may ask for. Anything by default.
    pub limits: Limits,
    /// Accounts and their mails.
    pub accounts: Accounts,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            page_size: 25,
            count_bound: COUNT_BOUND,
            body_limit: 1024 * 1024,
            body_memory: 32 * 1024 * 1024,
            body_timeout: Duration::from_secs(60),
            message_limit: 100_000,
            members_per_room: 1_000,
            members_per_request: 1_000,
            language: Language::default(),
            background_indexing: true,
            access_lifetime: Duration::from_secs(60 * 60),
            refresh_lifetime: Duration::from_secs(24 * 60 * 60),
            leeway: Duration::ZERO,
            user_cache: Duration::from_secs(5),
            finds_users: false,
            show_emails: ShowEmails::default(),
            trusted_proxies: Vec::new(),
            proxy_headers: ProxyHeaders::default(),
            proxy_prefix: false,
            cors: Cors::default(),
            csrf_check: true,
            limits: Limits::default(),
            accounts: Accounts::default(),
        }
    }
}

/// Who sees the addresses of a room's members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShowEmails {
    /// Everybody who sees the room, as documented.
    #[default]
    Members,
    /// Staff, and each user its own: for others the field is empty.
    Staff,
}

/// Accounts and their mails, under the names that djoser gives these settings.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Accounts {
    /// New users are inactive until they follow the link in a mail.
    pub send_activation_email: bool,
    /// New users, and users who became active, get a mail that says so.
    pub send_confirmation_email: bool,
    /// Users get a mail when their password was changed.
    pub password_changed_email_confirmation: bool,
    /// Users get a mail when their name was changed.
    pub username_changed_email_confirmation: bool,
    /// Where the pages are that the mails lead to, without a slash at the end: `https://chat.example.org`. A mail's links
    /// are never made from a request's headers, which anybody can forge.
    pub site_url: String,
    /// The name of the site, as mails give it.
    pub site_name: String,
    /// Who mails are from: `Chat <chat@example.org>`.
    pub mail_from: String,
    /// The page that activates an account: a path under `site_url`, or a URL that begins with `https://` or `http://`;
    /// `{uid}` and `{token}` are filled in. They belong after a `#`: what follows it stays in the browser, so that no server's
    /// log has a token that sets a password.
    pub activation_url: String,
    /// The page that sets a new password; `{uid}` and `{token}` are filled in.
    pub password_reset_confirm_url: String,
    /// The page that sets a new name; `{uid}` and `{token}` are filled in.
    pub username_reset_confirm_url: String,
    /// How long the links in mails last.
    pub mail_token_lifetime: Duration,
    /// After which delays a mail is sent again that the mail server refuses for now, one attempt after each.
    pub mail_retries: Vec<Duration>,
    /// The texts of the mails.
    pub templates: MailTemplates,
}

impl Default for Accounts {
    fn default() -> Self {
        Self {
            send_activation_email: false,
            send_confirmation_email: false,
            password_changed_email_confirmation: false,
            username_changed_email_confirmation: false,
            site_url: "http://localhost:8000".into(),
            site_name: "ChatAPI".into(),
            mail_from: "ChatAPI <noreply@localhost>".into(),
            activation_url: "#/activate/{uid}/{token}".into(),
            password_reset_confirm_url: "#/password-reset/{uid}/{token}".into(),
            username_reset_confirm_url: "#/username-reset/{uid}/{token}".into(),
            mail_token_lifetime: Duration::from_secs(3 * 24 * 60 * 60),
            mail_retries: [30, 2 * 60, 10 * 60, 30 * 60].map(Duration::from_secs).to_vec(),
            templates: MailTemplates::default(),
        }
    }
}
