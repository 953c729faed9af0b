//! A request on its way to its endpoint.

use std::net::IpAddr;

use bytes::Bytes;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::Params;
use super::form::{self, Form};
use super::forwarded::{self, Origin};
use super::query::Query;
use crate::error::{Error, Result, Unauthenticated};
use crate::messages::Cursor;
use crate::page::{Counting, Page, PageNumber, PageRequest};
use crate::text::integer;
use crate::{ChatApi, CurrentUser};

/// The most rows that `limit` may ask for; more is served as this many.
const MOST: u32 = 100;

/// Part of a list, by `limit` and `offset`.
struct Window {
    limit: u32,
    offset: u64,
}

/// A request, with what is known about it.
#[derive(Clone, Debug)]
pub struct Call(Box<RequestContext>);

/// What a [`Call`] holds: boxed, for it goes through many hands.
#[derive(Clone, Debug)]
pub(super) struct RequestContext {
    pub(super) head: Parts,
    pub(super) body: Bytes,
    pub(super) params: Params,
    pub(super) query: Query,
    pub(super) user: Option<CurrentUser>,
    pub(super) origin: Origin,
}

impl From<RequestContext> for Call {
    fn from(asked: RequestContext) -> Self {
        Self(Box::new(asked))
    }
}

impl Call {
    /// The user that the request comes from.
    ///
    /// # Errors
    /// 401 where it comes from nobody; a route for users alone never gets there.
    pub fn user(&self) -> Result<&CurrentUser> {
        self.0.user.as_ref().ok_or_else(|| Unauthenticated::Missing.into())
    }

    /// The address that the request comes from, behind the proxies that are trusted; none where the adapter does not know.
    pub fn address(&self, api: &ChatApi) -> Option<IpAddr> {
        forwarded::client(&self.0.head, api.config())
    }

    /// The method, the URI and the headers.
    pub fn head(&self) -> &Parts {
        &self.0.head
    }

    /// `http` or `https`, as the client knows us: what the request itself says, and what trusted proxies say.
    pub fn scheme(&self) -> &str {
        self.0.origin.scheme()
    }

    /// The host that the client asked, with its port where it named one; of proxies as for [`scheme`](Self::scheme).
    pub fn host(&self) -> &str {
        self.0.origin.host()
    }

    /// The path that the client asked, as it was sent, with the prefix that a trusted proxy took off it.
    pub fn path(&self) -> String {
        format!("{}{}", self.0.origin.prefix(), self.0.head.uri.path())
    }

    /// The body, as it came. That of `GET`, `HEAD` and `OPTIONS` means nothing, and is not read.
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// The body, read as JSON whatever its type says, in the encoding that it declares.
    ///
    /// # Errors
    /// 400 where it is none, or another; 415 where its encoding is not known.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&form::json(&self.0.head.headers, self.body())?)
            .map_err(|fault| Error::unreadable(format!("JSON parse error - {fault}")))
    }

    /// A parameter of the path, decoded.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.0.params.get(name)
    }

    /// The path's `{id}`.
    ///
    /// # Errors
    /// 404 for a thing of this `kind` where the number is past 64 bits: nothing has such an id.
    pub fn id<I: From<i64>>(&self, kind: &str) -> Result<I> {
        let id = self.param("id").and_then(|id| id.parse().ok());
        id.map(I::from).ok_or_else(|| Error::no_such(kind))
    }

    /// The last value of a parameter of the query; `None` where it is absent or empty.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.0.query.get(name).filter(|value| !value.is_empty())
    }

    /// The body's fields: JSON, a form, or a form in parts.
    pub(super) async fn form(&self) -> Result<Form> {
        Form::read(&self.0.head.headers, &self.0.body).await
    }

    /// The page that the query asks for: by `page`, or else by `limit` and `offset`. What is no number asks for a page that
    /// no list has, and so is told of when the list is looked for, not before.
    pub(super) fn page(&self, api: &ChatApi) -> PageRequest {
        let counting = self.counting(api).unwrap_or(Counting::UpTo(api.config().count_bound));
        let size = api.config().page_size;
        if let Some(Window { limit, offset }) = self.window() {
            return PageRequest { number: PageNumber::Offset(offset), size: limit, counting };
        }
        let number = match self.query("page") {
            Some(text) => PageNumber::parse(text).unwrap_or(PageNumber::Number(0)),
            None => PageNumber::Number(1),
        };
        PageRequest { number, size, counting }
    }

    /// How far the query wants the list to be counted, where it says so in one of the words for it.
    pub(super) fn counting(&self, api: &ChatApi) -> Option<Counting> {
        match self.query("count")? {
            "exact" => Some(Counting::Exact),
            "estimate" => Some(Counting::UpTo(api.config().count_bound)),
            "none" => Some(Counting::None),
            _ => None,
        }
    }

    /// How many rows a page is to have: what `limit` says, up to [`MOST`]; `None` where it says no positive integer.
    pub(super) fn limit(&self) -> Option<u32> {
        let text = self.query("limit")?;
        let number = match integer(text)? {
            Some(number) => number,
            // What is past 64 bits is past every limit.
            None if text.contains('-') => return None,
            None => i64::MAX,
        };
        let number = u32::try_from(number.min(MOST.into())).ok()?;
        (number > 0).then_some(number)
    }

    /// The part of a list that the query asks for by `limit` and `offset`, both of them. The documented `page` comes before
    /// them.
    fn window(&self) -> Option<Window> {
        if self.query("page").is_some() {
            return None;
        }
        let (limit, offset) = (self.limit()?, self.query("offset")?);
        let offset = match integer(offset) {
            Some(Some(offset)) => u64::try_from(offset).unwrap_or_default(),
            Some(None) if !offset.contains('-') => i64::MAX.unsigned_abs(),
            _ => 0,
        };
        Some(Window { limit, offset })
    }

    /// The parameter that asks for a page of the list in its own order: by number, or by an offset.
    pub(super) fn listed_by(&self) -> Option<&'static str> {
        match self.query("page") {
            Some(_) => Some("page"),
            None => self.window().map(|_| "offset"),
        }
    }

    /// The link to another page of the list that this request asked for.
    pub(super) fn page_link(&self, number: u64) -> String {
        self.list_link(&self.0.query.with_page(number))
    }

    /// The link to another cursor page: `name` is `before` or `after`.
    pub(super) fn cursor_link(&self, name: &str, cursor: Cursor) -> String {
        let less = ["before", "after", "around", "order"];
        self.list_link(&self.0.query.with(&less, &[(name, &cursor.to_string())]))
    }

    fn window_link(&self, limit: u32, offset: u64) -> String {
        let [limit, offset] = [limit.to_string(), offset.to_string()];
        self.list_link(&self.0.query.with(&["limit", "offset"], &[("limit", &limit), ("offset", &offset)]))
    }

    /// The links to the pages before and after this one.
    pub(super) fn page_links<T>(&self, page: &Page<T>) -> (Option<String>, Option<String>) {
        if let Some(Window { limit, offset }) = self.window() {
            let link = |offset: u64| self.window_link(limit, offset);
            let previous = (offset > 0).then(|| link(offset.saturating_sub(limit.into())));
            let next = page.has_next.then(|| link(offset.saturating_add(limit.into())));
            return (previous, next);
        }
        let previous = (page.number > 1).then(|| self.page_link(page.number - 1));
        let next = page.has_next.then(|| self.page_link(page.number.saturating_add(1)));
        (previous, next)
    }

    fn list_link(&self, query: &str) -> String {
        let link = self.link(self.0.head.uri.path());
        if query.is_empty() { link } else { format!("{link}?{query}") }
    }

    /// The link to a path on the host that the client asked.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.0.origin)
    }
}
