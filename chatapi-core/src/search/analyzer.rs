//! How texts are analyzed: what is recorded with an index, so that one that was made otherwise is known to be so.

use super::{Analyzer, Phrase};

/// Which folding an index was made with: raised with each change of [`search_fold`](crate::text::search_fold).
const FOLD_VERSION: u32 = 2;

impl Analyzer {
    /// The words that this was recorded of, by whichever release; `None` where it is not known.
    pub(crate) fn from_name(analyzer: &str) -> Option<Self> {
        let (language, _) = analyzer.split_once('.')?;
        language.parse().ok().map(Self::new)
    }

    /// Whether this was recorded by a release whose folding this one does not know.
    pub(crate) fn is_of_newer_release(analyzer: &str) -> bool {
        let version = analyzer.split_once('.').and_then(|(_, version)| version.parse::<u32>().ok());
        version.is_some_and(|version| version > FOLD_VERSION)
    }

    /// The stem of a word that was cut from a text.
    pub(super) fn stem(self, word: &str) -> String {
        self.words(word).next().map_or_else(|| word.to_owned(), |word| word.stem.into_owned())
    }

    /// How texts are read: what is recorded with an index, so that one that was made otherwise is known to be so.
    pub(crate) fn name(self) -> String {
        format!("{}.{FOLD_VERSION}", self.language)
    }
}

impl Phrase {
    /// The stems that its words have when they are read otherwise, as texts of old were.
    pub(crate) fn stems_in(&self, words: Analyzer) -> Vec<String> {
        self.words.iter().map(|word| words.stem(word)).collect()
    }
}
