//! What the document says of `/auth/jwt/`.

use http::StatusCode;

use crate::http::doc::{Doc, Property, Record, Shape};

pub(super) const CREATE: Doc = Doc::new("create_token", "Log in")
    .about("The access token goes along with every request, as `Authorization: Bearer …`; the refresh token gets another.")
    .answers(StatusCode::OK, Shape::Record(&PAIR))
    .refuses(&[StatusCode::UNAUTHORIZED]);

pub(super) const REFRESH: Doc = Doc::new("refresh_token", "Get another access token")
    .answers(StatusCode::OK, Shape::Record(&REFRESHED))
    .refuses(&[StatusCode::UNAUTHORIZED]);

pub(super) const VERIFY: Doc = Doc::new("verify_token", "Look whether a token is good")
    .answers(StatusCode::OK, Shape::Record(&NOTHING))
    .refuses(&[StatusCode::UNAUTHORIZED]);

/// What a token looks like; this one is nobody's.
pub(super) const TOKEN: &str = "\"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.dGVh\"";

const PAIR: Record = Record::new(
    "TokenPair",
    "What a log-in gives.",
    &[
        Property::new("refresh", Shape::Text, "The refresh token: it gets another access token.")
            .example(TOKEN),
        ACCESS,
    ],
);

const REFRESHED: Record = Record::new("AccessToken", "Another access token.", &[ACCESS]);

const ACCESS: Property =
    Property::new("access", Shape::Text, "The access token: it goes along with every request.")
        .example(TOKEN);

const NOTHING: Record = Record::new("Nothing", "An empty object: the token is good.", &[]);
