//! `/auth/jwt/`, as SimpleJWT has it.

use http::Method;
use serde::Serialize;

use super::{Access, Call, Field, Response, Route, Shape, response};
use crate::ChatApi;
use crate::error::{Error, Result};
use crate::rate_limit::RateClass;

mod docs;

const CREATE: &[Field] = &[
    Field::required("username", "string", "Username").example("\"alice\""),
    Field::required("password", "string", "Password").shaped(Shape::Secret).example("\"earl-grey-4-two\""),
];
const REFRESH: &[Field] = &[
    Field::required("refresh", "string", "Refresh").example(docs::TOKEN),
    Field::read_only("access", "string", "Access"),
];
const VERIFY: &[Field] = &[Field::required("token", "string", "Token").example(docs::TOKEN)];

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::new("/auth/jwt/create/")
            .named("Token Obtain Pair")
            .described("Exchanges a name and a password for a refresh token and an access token.")
            .access(Access::Public)
            .tagged("Tokens")
            .post(create)
            .documented(docs::CREATE)
            .limited(RateClass::LogIn)
            .form(Method::POST, CREATE),
        Route::new("/auth/jwt/refresh/")
            .named("Token Refresh")
            .described("Exchanges a refresh token that is good for an access token.")
            .access(Access::Public)
            .tagged("Tokens")
            .post(refresh)
            .documented(docs::REFRESH)
            .form(Method::POST, REFRESH),
        Route::new("/auth/jwt/verify/")
            .named("Token Verify")
            .described("Tells whether a token is good, whatever it is for.")
            .access(Access::Public)
            .tagged("Tokens")
            .post(verify)
            .documented(docs::VERIFY)
            .form(Method::POST, VERIFY),
    ]
}

async fn create(api: ChatApi, call: Call) -> Result<Response> {
    let mut form = call.form().await?;
    let username = form.text("username", None);
    let password = form.text("password", None);
    form.finish()?;
    let (username, password) = (username.unwrap_or_default(), password.unwrap_or_default());
    response::ok(&api.log_in_from(call.address(&api), &username, &password).await?)
}

async fn refresh(api: ChatApi, call: Call) -> Result<Response> {
    #[derive(Serialize)]
    struct Access {
        access: String,
    }
    let token = only(call, "refresh").await?;
    response::ok(&Access { access: api.refresh(&token).await? })
}

async fn verify(api: ChatApi, call: Call) -> Result<Response> {
    #[derive(Serialize)]
    struct Nothing {}
    let token = only(call, "token").await?;
    api.verify(&token).await?;
    response::ok(&Nothing {})
}

/// The one field of a form.
async fn only(call: Call, field: &'static str) -> Result<String> {
    let mut form = call.form().await?;
    let value = form.text(field, None);
    form.finish()?;
    value.ok_or_else(|| Error::required(field))
}
