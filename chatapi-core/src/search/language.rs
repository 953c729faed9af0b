//! The languages whose words are brought to their stems.

use std::fmt;
use std::str::FromStr;

use snowball_stemmers_rs::{Algorithm, Stemmer};

macro_rules! languages {
    ($($(#[$attribute:meta])* $language:ident $name:literal)*) => {
        /// The language that most messages are written in. Analyzer that differ in their endings alone, as `message` and
        /// `messages` do in English, find each other: both are brought to one stem by [Snowball]'s algorithm.
        ///
        /// Analyzer of other languages are found too: the same is done to them in messages and in queries. Its name, as
        /// it is written and parsed, is that of its variant in lower case.
        ///
        /// [Snowball]: https://snowballstem.org/algorithms/
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Language {
            /// No language: words are found as they are written.
            None,
            $(
                $(#[$attribute])*
                #[doc = stringify!($language)]
                $language,
            )*
        }

        impl Language {
            /// Every language, [`None`](Self::None) first.
            pub const ALL: &[Self] = &[Self::None, $(Self::$language),*];

            /// Its name, in lower case.
            pub const fn name(self) -> &'static str {
                match self {
                    Self::None => "none",
                    $(Self::$language => $name,)*
                }
            }

            pub(super) fn stemmer(self) -> Option<Stemmer> {
                match self {
                    Self::None => None,
                    $(Self::$language => Some(Stemmer::create(Algorithm::$language)),)*
                }
            }
        }
    };
}

languages! {
    Arabic "arabic"
    Armenian "armenian"
    Basque "basque"
    Catalan "catalan"
    Czech "czech"
    Danish "danish"
    Dutch "dutch"
    #[default]
    English "english"
    Esperanto "esperanto"
    Estonian "estonian"
    Finnish "finnish"
    French "french"
    German "german"
    Greek "greek"
    Hindi "hindi"
    Hungarian "hungarian"
    Indonesian "indonesian"
    Irish "irish"
    Italian "italian"
    Lithuanian "lithuanian"
    Nepali "nepali"
    Norwegian "norwegian"
    Persian "persian"
    Polish "polish"
    Portuguese "portuguese"
    Romanian "romanian"
    Russian "russian"
    Serbian "serbian"
    Sesotho "sesotho"
    Spanish "spanish"
    Swedish "swedish"
    Tamil "tamil"
    Turkish "turkish"
    Ukrainian "ukrainian"
    Yiddish "yiddish"
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(name: &str) -> Result<Self, UnknownLanguage> {
        let known = Self::ALL.iter().find(|language| language.name().eq_ignore_ascii_case(name));
        known.copied().ok_or_else(|| UnknownLanguage(name.to_owned()))
    }
}

/// A name that is no language's; it says which there are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown language {0:?}: expected one of {all}", all = Language::ALL.iter().map(|known| known.name()).collect::<Vec<_>>().join(", "))]
pub struct UnknownLanguage(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_parsed_by_its_name() {
        for language in Language::ALL {
            assert_eq!(language.name().parse(), Ok(*language));
            assert_eq!(language.to_string(), format!("{language:?}").to_lowercase());
        }
        assert_eq!("English".parse(), Ok(Language::default()));
    }

    #[test]
    fn an_unknown_language_is_told_which_there_are() {
        let error = "klingon".parse::<Language>().unwrap_err().to_string();
        assert!(
            error.starts_with("unknown language \"klingon\": expected one of none, arabic, armenian"),
            "{error}"
        );
    }
}
