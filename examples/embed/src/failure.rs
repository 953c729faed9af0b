//! What goes wrong in the host's own endpoints.

use axum::Json;
use axum::response::{IntoResponse, Response};
use chatapi_core::Error;

/// What an endpoint of the host's on axum gives where something fails: the client is told as the chat tells its own
/// failures, and the cause goes to the log.
#[derive(Debug)]
pub struct Failure(Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self(Error::Internal(error.into()))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if let Error::Internal(cause) | Error::Unavailable(cause) = &self.0 {
            eprintln!("{cause}");
        }
        (self.0.status(), Json(self.0.body())).into_response()
    }
}
