//! What a segment's pages say of a search.

use super::Damaged;
use super::grams::cover;
use super::pages::{Page, Sought};
use super::segment::{of_author, of_gram, of_word};
use super::spots::{Spot, followed};
use crate::UserId;
use crate::search::SearchTerms;

/// Something to look for: what must stand at which distance from the spot where it begins.
#[derive(Clone, Debug)]
pub(crate) struct Needle(Vec<(u32, Sought)>);

impl Needle {
    /// A folded text, anywhere.
    pub(crate) fn term(term: &str) -> Self {
        Self(cover(term).into_iter().map(|(distance, gram)| (distance, of_gram(&gram))).collect())
    }

    /// Words in a row, by their stems.
    pub(crate) fn phrase(stems: &[String]) -> Self {
        Self((0..).zip(stems).map(|(distance, stem)| (distance, of_word(stem))).collect())
    }

    /// A message of this author.
    pub(crate) fn author(author: UserId) -> Self {
        Self(vec![(0, of_author(author))])
    }

    /// Every term of a search, and its author where one is named.
    pub(crate) fn all_of(terms: &SearchTerms, author: Option<UserId>) -> Vec<Self> {
        let terms = terms.as_slice().iter().map(|term| Self::term(term));
        author.into_iter().map(Self::author).chain(terms).collect()
    }

    /// What must be read to find it.
    pub(crate) fn sought(&self) -> impl Iterator<Item = &Sought> {
        self.0.iter().map(|(_, sought)| sought)
    }

    /// The messages of a segment that have it, by their ordinals, in order.
    fn messages_on(&self, pages: &[Page]) -> Result<Vec<u32>, Damaged> {
        match self.0.as_slice() {
            // Where it stands does not matter without another beside it.
            [(_, alone)] => alone.messages_on(pages),
            _ => {
                let mut ordinals: Vec<u32> =
                    self.spots_on(pages)?.iter().map(|spot| spot.ordinal()).collect();
                ordinals.dedup();
                Ok(ordinals)
            }
        }
    }

    /// Where it begins in a segment, of which these pages were read.
    pub(crate) fn spots_on(&self, pages: &[Page]) -> Result<Vec<Spot>, Damaged> {
        let mut parts = self.0.iter();
        let Some((_, first)) = parts.next() else { return Ok(Vec::new()) };
        let mut spots = first.spots_on(pages)?;
        for (distance, part) in parts {
            if spots.is_empty() {
                break;
            }
            followed(&mut spots, &part.spots_on(pages)?, *distance);
        }
        Ok(spots)
    }
}

/// The messages of a segment that have every needle, by their ordinals.
pub(crate) fn messages_with(needles: &[Needle], pages: &[Page]) -> Result<Vec<u32>, Damaged> {
    let mut found: Option<Vec<u32>> = None;
    for needle in needles {
        let mut here = needle.messages_on(pages)?;
        if let Some(before) = found {
            here.retain(|ordinal| before.binary_search(ordinal).is_ok());
        }
        if here.is_empty() {
            return Ok(here);
        }
        found = Some(here);
    }
    Ok(found.unwrap_or_default())
}

/// How often a needle occurs in the messages of a segment that have it.
pub(crate) fn counts_of(needle: &Needle, pages: &[Page]) -> Result<Vec<(u32, u32)>, Damaged> {
    // Where a word stands does not matter without another beside it.
    if let [(_, word @ Sought::Key(_))] = needle.0.as_slice() {
        return word.counts_on(pages);
    }
    let spots = needle.spots_on(pages)?;
    let of_message = spots.chunk_by(|one, other| one.ordinal() == other.ordinal());
    Ok(of_message.map(|spots| (spots[0].ordinal(), u32::try_from(spots.len()).unwrap_or(u32::MAX))).collect())
}
