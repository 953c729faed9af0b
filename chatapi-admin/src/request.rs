//! A request in hand: who it comes from, what it brings, and how it is answered.

use std::borrow::Cow;

use askama::Template;
use chatapi_core::error::{FieldErrors, Invalid};
use chatapi_core::http::{Body, Call, Response, StatusCode};
use chatapi_core::{ChatApi, CurrentUser, Error, Result};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, SET_COOKIE};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::fields::Fields;
use crate::policy::AdminPolicy;
use crate::session::{COOKIE, Visitor, cookie};
use crate::site::Site;
use crate::store::{AdminStore, Kind, NewEntry};
use crate::view::{Frame, Note};
use chatapi_core::permission::Level;

/// The cookie that carries a message to the page after a redirect.
const NOTE: &str = "chatapi_admin_note";

/// Everything comes from here, and nothing stands in the pages themselves that runs or paints.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A request in hand.
#[derive(Clone)]
pub(crate) struct AdminRequest {
    pub(crate) site: Site,
    /// The chat, under the site's rules.
    pub(crate) api: ChatApi,
    pub(crate) call: Call,
    pub(crate) fields: Fields,
    /// Where the client finds the site: `/chat/admin`.
    pub(crate) base: String,
    pub(crate) visitor: Option<Visitor>,
}

impl AdminRequest {
    pub(crate) fn new(site: Site, api: &ChatApi, call: Call, visitor: Option<Visitor>) -> Self {
        let base = base(&call.path(), &site.options().path);
        let fields = Fields::of(&call);
        Self { site, api: api.with_policy(AdminPolicy), call, fields, base, visitor }
    }

    pub(crate) fn store(&self) -> &dyn AdminStore {
        self.site.store()
    }

    /// Who asks.
    ///
    /// # Errors
    /// 403 where nobody is logged in: a page for visitors is not reached then.
    pub(crate) fn visitor(&self) -> Result<&Visitor> {
        self.visitor.as_ref().ok_or_else(Error::forbidden)
    }

    pub(crate) fn level(&self) -> Result<Level> {
        Ok(self.visitor()?.level)
    }

    /// Who asks, for the chat.
    pub(crate) fn actor(&self) -> Result<CurrentUser> {
        Ok(CurrentUser::from(&self.visitor()?.user))
    }

    /// The path's id, of a thing of this kind.
    ///
    /// # Errors
    /// 404 where it is none.
    pub(crate) fn id(&self, kind: Kind) -> Result<i64> {
        let id = self.call.param("id").filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
        id.and_then(|id| id.parse().ok()).ok_or_else(|| Error::no_such(kind.name()))
    }

    /// A path of the site's, as the client must ask it.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// What surrounds a page.
    pub(crate) fn frame(&self, title: impl Into<String>, section: &'static str) -> Frame {
        let note = cookie(&self.call, NOTE).and_then(|note| {
            let (kind, text) = note.split_once('.')?;
            let text = percent_decode_str(text).decode_utf8().ok()?.into_owned();
            Some(Note { is_good: kind == "good", text })
        });
        Frame::new(self, title.into(), section, note)
    }

    /// 200: a page.
    pub(crate) fn page(&self, page: &impl Template) -> Result<Response> {
        self.page_with(StatusCode::OK, page)
    }

    /// A page with another status.
    pub(crate) fn page_with(&self, status: StatusCode, page: &impl Template) -> Result<Response> {
        let text = page.render().map_err(|fault| Error::Internal(fault.into()))?;
        let mut response = Response::new(Body::Full(text.into()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if cookie(&self.call, NOTE).is_some() {
            self.set_cookie(&mut response, NOTE, "", Some(0))?;
        }
        Ok(response)
    }

    /// 200, or 400 where something is wrong with what was sent.
    pub(crate) fn form_page(&self, faults: &FieldErrors, page: &impl Template) -> Result<Response> {
        let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        self.page_with(status, page)
    }

    /// 303: look there.
    pub(crate) fn go_to(&self, url: &str) -> Result<Response> {
        let mut response = Response::new(Body::Full(Default::default()));
        *response.status_mut() = StatusCode::SEE_OTHER;
        let url = HeaderValue::from_str(url).map_err(|fault| Error::Internal(fault.into()))?;
        response.headers_mut().insert(LOCATION, url);
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    }

    /// 303: it was done, as the page there says.
    pub(crate) fn done(&self, url: &str, text: &str) -> Result<Response> {
        self.noted(url, "good", text)
    }

    /// 303: it was not done, as the page there says.
    pub(crate) fn undone(&self, url: &str, text: &str) -> Result<Response> {
        self.noted(url, "bad", text)
    }

    fn noted(&self, url: &str, kind: &str, text: &str) -> Result<Response> {
        let mut response = self.go_to(url)?;
        let text: String = text.chars().take(400).collect();
        let text = utf8_percent_encode(&text, NON_ALPHANUMERIC);
        self.set_cookie(&mut response, NOTE, &format!("{kind}.{text}"), Some(60))?;
        Ok(response)
    }

    /// Gives the client the cookie of its session, or takes it.
    pub(crate) fn set_session(&self, response: &mut Response, token: Option<&str>) -> Result<()> {
        self.set_cookie(response, COOKIE, token.unwrap_or_default(), token.is_none().then_some(0))
    }

    fn set_cookie(&self, response: &mut Response, name: &str, value: &str, age: Option<u32>) -> Result<()> {
        let age = age.map_or_else(String::new, |age| format!("; Max-Age={age}"));
        let secure = if self.call.scheme() == "https" { "; Secure" } else { "" };
        let path = &self.base;
        let cookie = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{secure}{age}");
        let cookie = HeaderValue::from_str(&cookie).map_err(|fault| Error::Internal(fault.into()))?;
        response.headers_mut().append(SET_COOKIE, cookie);
        Ok(())
    }

    /// Writes down what the visitor did.
    pub(crate) async fn note(
        &self,
        action: &str,
        kind: Kind,
        id: i64,
        object: &str,
        detail: impl Into<String>,
    ) -> Result<()> {
        let visitor = self.visitor()?;
        let entry = NewEntry {
            at: self.api.now(),
            actor: (visitor.user.id, visitor.user.username.clone()),
            action: action.to_owned(),
            kind,
            object_id: id,
            object: shortened(object, 150).into_owned(),
            detail: detail.into(),
        };
        Ok(self.store().note(entry).await?)
    }
}

/// Where the site is, of a path within it: up to the last segment that is the site's own.
fn base(path: &str, own: &str) -> String {
    let ends = path.rmatch_indices(own).map(|(at, _)| at + own.len());
    let mut ends = ends.filter(|end| matches!(path.as_bytes().get(*end), None | Some(b'/')));
    ends.next().map_or(own, |end| &path[..end]).to_owned()
}

/// The beginning of a text.
pub(crate) fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()).into(),
        None => text.into(),
    }
}

/// The faults of a form's fields.
///
/// # Errors
/// Whatever is no fault of what was sent.
pub(crate) fn faults_of(error: Error) -> Result<FieldErrors> {
    let mut faults = FieldErrors::default();
    match error {
        Error::Invalid(Invalid::Fields(fields)) => return Ok(fields),
        Error::Invalid(Invalid::List(list)) => {
            for fault in list {
                faults.add(chatapi_core::error::NON_FIELD, fault);
            }
        }
        Error::Refused(_) | Error::Conflict(_) | Error::TooManyRequests { .. } => {
            faults.add(chatapi_core::error::NON_FIELD, error.to_string());
        }
        other => return Err(other),
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_is_where_its_own_path_is() {
        assert_eq!(base("/admin/", "/admin"), "/admin");
        assert_eq!(base("/chat/admin", "/admin"), "/chat/admin");
        assert_eq!(base("/admin/admin/users/7/", "/admin"), "/admin/admin");
        assert_eq!(base("/chat/admin/administrators/", "/admin"), "/chat/admin");
    }

    #[test]
    fn a_text_is_shortened_by_characters() {
        assert_eq!(shortened("grüße", 3), "grü…");
        assert_eq!(shortened("grüße", 5), "grüße");
    }
}
