//! What can go wrong, named for the caller's next move, and the one table of statuses and bodies.

use std::borrow::Cow;
use std::time::Duration;

use http::{Method, StatusCode};
use serde::Serialize;

use crate::store::{Cause, StoreError};

mod fields;
mod refusal;

pub(crate) use fields::{BLANK, NO_ADDRESS, NUL, NULL, REQUIRED, no_such_key, not_combined_with, too_long};
pub use fields::{ErrorDetail, FieldErrors, NON_FIELD};
pub use refusal::{InvalidStatus, Refusal};

/// What a use-case gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The code of a conflict, which its body has too.
const CONFLICT: &str = "conflict";

/// Why a request was not done. `Display` is for the client, `source()` for the log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// 401: log in, or log in again.
    #[error("{}", .0.detail())]
    Unauthenticated(Unauthenticated),
    /// 403: ask somebody who may.
    #[error("{0}")]
    Forbidden(Cow<'static, str>),
    /// 404: it is not there, or not for you to know.
    #[error("{0}")]
    NotFound(ErrorDetail),
    /// 405: use another method.
    #[error("Method \"{0}\" not allowed.")]
    MethodNotAllowed(Method),
    /// 406: accept another type.
    #[error("Could not satisfy the request Accept header.")]
    NotAcceptable,
    /// 409, with the code `conflict`: read again, then decide again.
    #[error("{0}")]
    Conflict(Cow<'static, str>),
    /// 413: send less.
    #[error("Request body too large: at most {limit} bytes are accepted.")]
    TooLarge {
        /// The most that is accepted, in bytes.
        limit: usize,
    },
    /// 415: send another type.
    #[error("Unsupported media type \"{0}\" in request.")]
    UnsupportedMediaType(String),
    /// 400: correct what the body of the answer names.
    #[error("the request is invalid")]
    Invalid(Invalid),
    /// 400 to 499: the host says no, and says why.
    #[error("{}", .0.detail())]
    Refused(Refusal),
    /// 429: wait.
    #[error("Request was throttled. Expected available in {} second{}.", whole_seconds(.retry_after), plural(.retry_after))]
    TooManyRequests {
        /// How long to wait.
        retry_after: Duration,
    },
    /// 503: try again soon; it is not known whether a write happened.
    #[error("Service temporarily unavailable, try again later.")]
    Unavailable(#[source] Cause),
    /// 500: tell whoever runs the service.
    #[error("A server error occurred.")]
    Internal(#[source] Cause),
}

/// Why somebody is not known, with the texts and codes of the documented API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unauthenticated {
    /// No credentials were sent, or some of another scheme.
    Missing,
    /// The header is not a scheme and one token.
    BadHeader,
    /// The access token is false, too old, or ended by a change of password.
    BadAccessToken,
    /// A refresh token where an access token is due.
    WrongTokenType,
    /// The token names no user.
    NoUserInToken,
    /// The user is gone.
    UserNotFound,
    /// The user may not log in.
    UserInactive,
    /// The name or the password is wrong.
    NoActiveAccount,
    /// A token that was sent as data is false, too old or has ended.
    BadToken,
    /// A token that was sent as data is of the other type.
    BadTokenType,
}

impl Unauthenticated {
    fn detail(self) -> &'static str {
        match self {
            Self::Missing => "Authentication credentials were not provided.",
            Self::BadHeader => "Authorization header must contain two space-delimited values",
            Self::BadAccessToken | Self::WrongTokenType => "Given token not valid for any token type",
            Self::NoUserInToken => "Token contained no recognizable user identification",
            Self::UserNotFound => "User not found",
            Self::UserInactive => "User is inactive",
            Self::NoActiveAccount => "No active account found with the given credentials",
            Self::BadToken => "Token is invalid or expired",
            Self::BadTokenType => "Token has wrong type",
        }
    }

    fn code(self) -> Option<&'static str> {
        match self {
            Self::Missing | Self::NoActiveAccount => None,
            Self::BadHeader => Some("bad_authorization_header"),
            Self::UserNotFound => Some("user_not_found"),
            Self::UserInactive => Some("user_inactive"),
            _ => Some("token_not_valid"),
        }
    }

    /// What SimpleJWT says of each kind of token that it tried: here there is one.
    fn tried(self) -> Option<&'static str> {
        match self {
            Self::BadAccessToken => Some("Token is invalid or expired"),
            Self::WrongTokenType => Some("Token has wrong type"),
            _ => None,
        }
    }
}

/// What is wrong with a request's data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Invalid {
    /// The faults of each field, in the order of the documentation.
    Fields(FieldErrors),
    /// Faults of the one thing that was sent.
    List(Vec<String>),
    /// A fault of the whole, as when it cannot be read.
    Detail(String),
}

impl Error {
    /// 403 as the documented API has it.
    pub fn forbidden() -> Self {
        Self::Forbidden("You do not have permission to perform this action.".into())
    }

    /// 404 as the documented API has it where nothing is named.
    pub fn not_found() -> Self {
        Self::NotFound(ErrorDetail::new("not_found", "Not found."))
    }

    /// 404 for a thing of this kind: `No Room matches the given query.`, with the code `no_such_room`.
    pub fn no_such(kind: &str) -> Self {
        let code = match kind {
            "Room" => "no_such_room",
            "Message" => "no_such_message",
            "User" => "no_such_user",
            _ => "not_found",
        };
        Self::NotFound(ErrorDetail::new(code, format!("No {kind} matches the given query.")))
    }

    /// 404 for a page that a list does not have.
    pub fn no_such_page() -> Self {
        Self::NotFound(ErrorDetail::new("no_such_page", "Invalid page."))
    }

    /// 400 for one fault of one field.
    pub fn field(field: &'static str, fault: impl Into<ErrorDetail>) -> Self {
        let mut errors = FieldErrors::default();
        errors.add(field, fault);
        Self::Invalid(Invalid::Fields(errors))
    }

    /// 400 for a field that is not there.
    pub fn required(field: &'static str) -> Self {
        Self::field(field, REQUIRED)
    }

    /// 400 for one fault of no single field.
    pub fn non_field(fault: impl Into<ErrorDetail>) -> Self {
        Self::field(NON_FIELD, fault)
    }

    /// 400 for a request that cannot be read.
    pub fn unreadable(detail: impl Into<String>) -> Self {
        Self::Invalid(Invalid::Detail(detail.into()))
    }

    /// The status that a client sees.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Refused(refusal) => refusal.status,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What programs tell it by. It stays the same from release to release: of several faults, the code of the first; those of
    /// [Django REST Framework] where it has one.
    ///
    /// ```
    /// use chatapi_core::Error;
    ///
    /// assert_eq!(Error::required("content").code(), "required");
    /// assert_eq!(Error::no_such("Room").code(), "no_such_room");
    /// assert_eq!(Error::forbidden().code(), "permission_denied");
    /// ```
    ///
    /// [Django REST Framework]: https://www.django-rest-framework.org/api-guide/exceptions/
    pub fn code(&self) -> &str {
        match self {
            Self::Unauthenticated(why) => why.code().unwrap_or(match why {
                Unauthenticated::Missing => "not_authenticated",
                _ => "no_active_account",
            }),
            Self::Forbidden(_) => "permission_denied",
            Self::NotFound(detail) => detail.code(),
            Self::MethodNotAllowed(_) => "method_not_allowed",
            Self::NotAcceptable => "not_acceptable",
            Self::Conflict(_) => CONFLICT,
            Self::TooLarge { .. } => "too_large",
            Self::UnsupportedMediaType(_) => "unsupported_media_type",
            Self::Invalid(Invalid::Fields(fields)) => {
                fields.details().next().map_or("invalid", |(_, detail)| detail.code())
            }
            Self::Invalid(Invalid::List(_)) => "invalid",
            Self::Invalid(Invalid::Detail(_)) => "parse_error",
            Self::Refused(refusal) => refusal.code().unwrap_or("refused"),
            Self::TooManyRequests { .. } => "throttled",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "error",
        }
    }

    /// When to try again, in whole seconds, where that is known.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooManyRequests { retry_after } => Some(whole_seconds(retry_after)),
            Self::Unavailable(_) => Some(1),
            _ => None,
        }
    }

    /// The body that a client sees.
    pub fn body(&self) -> impl Serialize + '_ {
        match self {
            Self::Invalid(Invalid::Fields(fields)) => ErrorBody::Fields(fields),
            Self::Invalid(Invalid::List(faults)) => ErrorBody::List(faults),
            Self::Invalid(Invalid::Detail(detail)) => ErrorBody::detail(detail.clone()),
            Self::Unauthenticated(why) => ErrorBody::Detail {
                detail: why.detail().into(),
                code: why.code(),
                messages: why.tried().map(|message| {
                    [TriedToken { token_class: "AccessToken", token_type: "access", message }]
                }),
            },
            Self::Conflict(detail) => {
                ErrorBody::Detail { detail: (&**detail).into(), code: Some(CONFLICT), messages: None }
            }
            Self::Refused(Refusal { detail, code, .. }) => {
                ErrorBody::Detail { detail: (&**detail).into(), code: code.as_deref(), messages: None }
            }
            other => ErrorBody::detail(other.to_string()),
        }
    }
}

/// The three shapes that the documented API's errors have.
#[derive(Serialize)]
#[serde(untagged)]
enum ErrorBody<'a> {
    Fields(&'a FieldErrors),
    List(&'a [String]),
    Detail {
        detail: Cow<'a, str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        messages: Option<[TriedToken; 1]>,
    },
}

impl ErrorBody<'_> {
    fn detail(detail: String) -> Self {
        Self::Detail { detail: detail.into(), code: None, messages: None }
    }
}

#[derive(Serialize)]
struct TriedToken {
    token_class: &'static str,
    token_type: &'static str,
    message: &'static str,
}

impl From<Unauthenticated> for Error {
    fn from(why: Unauthenticated) -> Self {
        Self::Unauthenticated(why)
    }
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(Invalid::Fields(errors))
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unavailable(error.into()),
            // The use-cases turn these into faults of the field that they concern; here the field is not known.
            StoreError::Taken => Self::Conflict("The name is taken.".into()),
            StoreError::Missing(user) => Self::non_field(no_such_key("no_such_user", user)),
            StoreError::TooMany => Self::field(
                "users",
                ErrorDetail::new("too_many_members", "The room would have too many members."),
            ),
            StoreError::Forbidden | StoreError::LastSuperuser => Self::forbidden(),
            StoreError::Backend(_) => Self::Internal(error.into()),
        }
    }
}

fn whole_seconds(wait: &Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

fn plural(wait: &Duration) -> &'static str {
    if whole_seconds(wait) == 1 { "" } else { "s" }
}
