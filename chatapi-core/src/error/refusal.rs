//! A refusal in the host's own words.

use std::borrow::Cow;

use http::StatusCode;

use super::Error;

/// A refusal of the host's: a status of 400 to 499, what the client is told, and a code where programs are to tell one
/// refusal from another.
///
/// ```
/// use chatapi_core::error::Refusal;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let refusal = Refusal::new(422, "Mind your words.")?.with_code("bad_words");
/// assert_eq!(refusal.status(), 422);
/// assert!(Refusal::new(200, "Fine.").is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub(super) status: StatusCode,
    pub(super) detail: Cow<'static, str>,
    pub(super) code: Option<Cow<'static, str>>,
}

impl Refusal {
    /// A refusal with this status and this text: `{"detail": "…"}`.
    ///
    /// # Errors
    /// [`InvalidStatus`] where the status is not within 400 and 499. A hook that passes it on with `?` has the client told of
    /// a server error, and the log of the status.
    pub fn new(status: u16, detail: impl Into<Cow<'static, str>>) -> Result<Self, InvalidStatus> {
        let sound = StatusCode::from_u16(status).ok().filter(StatusCode::is_client_error);
        let status = sound.ok_or(InvalidStatus { status })?;
        Ok(Self { status, detail: detail.into(), code: None })
    }

    /// The same with a code: `{"detail": "…", "code": "…"}`.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// The status, from 400 to 499.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// What the client is told.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What programs tell it by.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }
}

/// A status that refuses nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid status {status}: expected 400 to 499")]
pub struct InvalidStatus {
    /// The status.
    pub status: u16,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<InvalidStatus> for Error {
    fn from(fault: InvalidStatus) -> Self {
        Self::Internal(fault.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_a_status_from_400_to_499() {
        for status in [400, 401, 422, 451, 499] {
            assert_eq!(Refusal::new(status, "No.").unwrap().status(), status);
        }
        for status in [0, 99, 200, 302, 399, 500, 503, 1000, u16::MAX] {
            assert_eq!(Refusal::new(status, "No."), Err(InvalidStatus { status }));
        }
    }
}
