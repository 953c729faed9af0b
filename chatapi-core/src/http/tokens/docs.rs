//! What the document says of `/auth/jwt/`.

use http::StatusCode;

use crate::http::doc::{Doc, Property, Record, Shape};

pub(super) const CREATE: Doc = Doc::new("create_token", "Log in")
    .about(
        "Returns an access token, which authenticates requests in the header `Authorization: Bearer …`, and a refresh token, which \
         obtains further access tokens.",
    )
    .answers(StatusCode::OK, Shape::Record(&PAIR))
    .refuses(&[StatusCode::UNAUTHORIZED]);

pub(super) const REFRESH: Doc = Doc::new("refresh_token", "Refresh an access token")
    .answers(StatusCode::OK, Shape::Record(&REFRESHED))
    .refuses(&[StatusCode::UNAUTHORIZED]);

pub(super) const VERIFY: Doc = Doc::new("verify_token", "Verify a token")
    .answers(StatusCode::OK, Shape::Record(&NOTHING))
    .refuses(&[StatusCode::UNAUTHORIZED]);

/// What a token looks like; this one is nobody's.
pub(super) const TOKEN: &str = "\"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.dGVh\"";

const PAIR: Record = Record::new(
    "TokenPair",
    "An access token and a refresh token.",
    &[
        Property::new("refresh", Shape::Text, "The refresh token, which obtains further access tokens.")
            .example(TOKEN),
        ACCESS,
    ],
);

const REFRESHED: Record = Record::new("AccessToken", "A new access token.", &[ACCESS]);

const ACCESS: Property =
    Property::new("access", Shape::Text, "The access token, which authenticates requests.").example(TOKEN);

const NOTHING: Record = Record::new("Nothing", "An empty object; the token is valid.", &[]);
