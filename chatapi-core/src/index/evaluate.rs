//! What a segment's blocks say of a search.

use super::CorruptIndex;
use super::blocks::{Block, KeyRange};
use super::grams::cover;
use super::postings::{Posting, followed};
use super::segment::{of_author, of_gram, of_word};
use crate::UserId;
use crate::search::SearchTerms;

/// Something to look for: what must stand at which distance from where it begins.
#[derive(Clone, Debug)]
pub(crate) struct TermQuery(Vec<(u32, KeyRange)>);

impl TermQuery {
    /// A folded text, anywhere.
    pub(crate) fn term(term: &str) -> Self {
        Self(cover(term).into_iter().map(|(distance, gram)| (distance, of_gram(&gram))).collect())
    }

    /// Analyzer in a row, by their stems.
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
    pub(crate) fn key_ranges(&self) -> impl Iterator<Item = &KeyRange> {
        self.0.iter().map(|(_, sought)| sought)
    }

    /// The messages of a segment that have it, by their document ids, in order.
    fn messages_on(&self, blocks: &[Block]) -> Result<Vec<u32>, CorruptIndex> {
        match self.0.as_slice() {
            // Where it stands does not matter without another beside it.
            [(_, alone)] => alone.messages_on(blocks),
            _ => {
                let mut doc_ids: Vec<u32> =
                    self.postings_on(blocks)?.iter().map(|posting| posting.doc_id()).collect();
                doc_ids.dedup();
                Ok(doc_ids)
            }
        }
    }

    /// Where it begins in a segment, of which these blocks were read.
    pub(crate) fn postings_on(&self, blocks: &[Block]) -> Result<Vec<Posting>, CorruptIndex> {
        let mut parts = self.0.iter();
        let Some((_, first)) = parts.next() else { return Ok(Vec::new()) };
        let mut postings = first.postings_on(blocks)?;
        for (distance, part) in parts {
            if postings.is_empty() {
                break;
            }
            followed(&mut postings, &part.postings_on(blocks)?, *distance);
        }
        Ok(postings)
    }
}

/// The messages of a segment that have every term, by their document ids.
pub(crate) fn messages_with(terms: &[TermQuery], blocks: &[Block]) -> Result<Vec<u32>, CorruptIndex> {
    let mut found: Option<Vec<u32>> = None;
    for term in terms {
        let mut here = term.messages_on(blocks)?;
        if let Some(before) = found {
            here.retain(|doc_id| before.binary_search(doc_id).is_ok());
        }
        if here.is_empty() {
            return Ok(here);
        }
        found = Some(here);
    }
    Ok(found.unwrap_or_default())
}

/// How often a term occurs in the messages of a segment that have it.
pub(crate) fn counts_of(term: &TermQuery, blocks: &[Block]) -> Result<Vec<(u32, u32)>, CorruptIndex> {
    // Where a word stands does not matter without another beside it.
    if let [(_, word @ KeyRange::Key(_))] = term.0.as_slice() {
        return word.counts_on(blocks);
    }
    let postings = term.postings_on(blocks)?;
    let of_message = postings.chunk_by(|one, other| one.doc_id() == other.doc_id());
    Ok(of_message
        .map(|postings| (postings[0].doc_id(), u32::try_from(postings.len()).unwrap_or(u32::MAX)))
        .collect())
}
