use super::common::is_common;
use super::similarity::is_similar;
use super::unicode::is_digit;
use crate::error::ErrorDetail;

/// Which passwords are refused: the four validators of Django 5.0, with its texts.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PasswordRules {
    /// How alike a password may not be to what is known about the user, from 0.1 (hardly) to 1 (the same characters).
    /// 0.7 by default; more than 1 allows everything.
    pub max_similarity: f64,
    /// The fewest characters (code points) of a password. 8 by default.
    pub min_length: usize,
    /// Whether the nearly 20 000 most common passwords are refused. True by default.
    pub refuse_common: bool,
    /// Whether passwords of digits alone are refused. True by default.
    pub refuse_numeric: bool,
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self { max_similarity: 0.7, min_length: 8, refuse_common: true, refuse_numeric: true }
    }
}

impl PasswordRules {
    /// What is wrong with the password, a sentence for each rule it breaks; empty where it may be used.
    ///
    /// `about` is what is known about the user, as pairs of a name and a value. Django looks at `username`,
    /// `first name`, `last name` and `email address`, in this order. Only the first that is too similar is told.
    pub fn check(&self, password: &str, about: &[(&str, &str)]) -> Vec<ErrorDetail> {
        let mut broken = Vec::new();
        if let Some((name, _)) =
            about.iter().find(|(_, value)| is_similar(password, value, self.max_similarity))
        {
            broken.push(ErrorDetail::new(
                "password_too_similar",
                format!("The password is too similar to the {name}."),
            ));
        }
        if password.chars().count() < self.min_length {
            let min_length = self.min_length;
            let characters = if min_length == 1 { "character" } else { "characters" };
            let text =
                format!("This password is too short. It must contain at least {min_length} {characters}.");
            broken.push(ErrorDetail::new("password_too_short", text));
        }
        if self.refuse_common && is_common(password) {
            broken.push(ErrorDetail::new("password_too_common", "This password is too common."));
        }
        if self.refuse_numeric && !password.is_empty() && password.chars().all(is_digit) {
            broken.push(ErrorDetail::new("password_entirely_numeric", "This password is entirely numeric."));
        }
        broken
    }
}

#[cfg(test)]
mod tests;
