//! The site's pages as rows of the chat's table, and what each request goes through before its page.

use async_trait::async_trait;
use chatapi_core::http::{Access, Call, Handler, Method, Response, Route};
use chatapi_core::{ChatApi, Error, Result};

use crate::request::AdminRequest;
use crate::site::Site;
use crate::{csrf, session};

pub(crate) mod assets;
mod bulk;
mod dashboard;
mod listing;
mod log;
mod log_in;
mod messages;
mod pages;
mod rooms;
mod suggest;
mod users;

use pages::Failure;

pub(crate) fn routes(site: &Site) -> Vec<Route> {
    let open = |path| Row { site, path, is_open: true };
    let staff = |path| Row { site, path, is_open: false };
    vec![
        staff("/").get(dashboard::show),
        open("/login/").both(log_in::show, log_in::log_in),
        staff("/logout/").both(log_in::ask_to_leave, log_in::log_out),
        staff("/password/").both(log_in::password, log_in::set_password),
        staff("/users/").both(users::list::show, users::bulk::act),
        staff("/users/add/").both(users::form::add, users::form::create),
        staff("/users/{id}/").both(users::form::change, users::form::save),
        staff("/users/{id}/password/").both(users::password::show, users::password::set),
        staff("/users/{id}/delete/").both(users::delete::ask, users::delete::delete),
        staff("/users/{id}/history/").get(log::of_user),
        staff("/rooms/").both(rooms::list::show, rooms::delete::act),
        staff("/rooms/add/").both(rooms::form::add, rooms::form::create),
        staff("/rooms/{id}/").both(rooms::form::change, rooms::form::save),
        staff("/rooms/{id}/delete/").both(rooms::delete::ask, rooms::delete::delete),
        staff("/rooms/{id}/history/").get(log::of_room),
        staff("/messages/").both(messages::list::show, messages::delete::act),
        staff("/messages/add/").both(messages::form::add, messages::form::create),
        staff("/messages/{id}/").both(messages::form::change, messages::form::save),
        staff("/messages/{id}/delete/").both(messages::delete::ask, messages::delete::delete),
        staff("/messages/{id}/history/").get(log::of_message),
        staff("/log/").get(log::show),
        staff("/suggest/users/").get(suggest::users),
        staff("/suggest/rooms/").get(suggest::rooms),
        open("/static/{file}/").get(assets::serve),
    ]
}

/// A row in the making.
struct Row<'a> {
    site: &'a Site,
    path: &'static str,
    is_open: bool,
}

impl Row<'_> {
    fn get<F, A>(&self, page: F) -> Route
    where
        F: Fn(AdminRequest) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Response>> + Send + 'static,
    {
        self.route().get(self.page(page))
    }

    fn both<F, A, G, B>(&self, page: F, action: G) -> Route
    where
        F: Fn(AdminRequest) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Response>> + Send + 'static,
        G: Fn(AdminRequest) -> B + Send + Sync + 'static,
        B: Future<Output = Result<Response>> + Send + 'static,
    {
        self.get(page).post(self.page(action))
    }

    fn route(&self) -> Route {
        let path = format!("{}{}", self.site.options().path, self.path);
        Route::new(path).named("Administration").access(Access::Public).unlisted()
    }

    fn page<F>(&self, page: F) -> Page<F> {
        Page { site: self.site.clone(), is_open: self.is_open, page }
    }
}

/// A page, and who may see it.
struct Page<F> {
    site: Site,
    is_open: bool,
    page: F,
}

#[async_trait]
impl<F, A> Handler for Page<F>
where
    F: Fn(AdminRequest) -> A + Send + Sync,
    A: Future<Output = Result<Response>> + Send,
{
    async fn handle(&self, api: ChatApi, call: Call) -> Result<Response> {
        let visitor = match self.is_open {
            true => Ok(None),
            false => session::visitor(&self.site, &api, &call).await,
        };
        let visitor = match visitor {
            Ok(visitor) => visitor,
            Err(error) => {
                return Failure::answer(&AdminRequest::new(self.site.clone(), &api, call, None), &error);
            }
        };
        let request = AdminRequest::new(self.site.clone(), &api, call, visitor);
        if let Err(error) = self.refuse_forged(&request) {
            return Failure::answer(&request, &error);
        }
        if !self.is_open && request.visitor.is_none() {
            return log_in::send_there(&request);
        }
        match (self.page)(request.clone()).await {
            Err(error) => Failure::answer(&request, &error),
            answer => answer,
        }
    }
}

impl<F> Page<F> {
    /// 403 for what one of the site's own pages did not send.
    fn refuse_forged(&self, request: &AdminRequest) -> Result<()> {
        if request.call.head().method != Method::POST {
            return Ok(());
        }
        let has_token = match &request.visitor {
            Some(visitor) => csrf::is_same(request.fields.get("form_token"), &visitor.form_token),
            None => true,
        };
        if request.call.is_cross_site() || !has_token {
            return Err(Error::Forbidden(FORGED.into()));
        }
        Ok(())
    }
}

const FORGED: &str = "This request did not come from a page of this site, or from one that is too old. \
     Go back, reload the page and try again.";
