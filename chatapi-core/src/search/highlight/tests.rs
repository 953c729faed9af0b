use proptest::prelude::*;

use super::*;
use crate::search::Language;
use crate::search::alignment::tests::HARD;
use crate::text::search_fold;

/// The content with brackets around what is highlighted, which must be the same in both units.
fn marked(content: &str, highlights: &[Highlight]) -> String {
    let units: Vec<u16> = content.encode_utf16().collect();
    let mut marked = String::new();
    let mut at = 0;
    for highlight in highlights {
        let part = &content[highlight.start_byte..highlight.end_byte];
        assert_eq!(String::from_utf16(&units[highlight.start..highlight.end]).unwrap(), part);
        marked += &format!("{}[{part}]", &content[at..highlight.start_byte]);
        at = highlight.end_byte;
    }
    marked + &content[at..]
}

fn terms(search: &str, content: &str) -> String {
    marked(content, &SearchTerms::parse(search).unwrap().highlights(content))
}

fn query(text: &str, content: &str) -> String {
    let words = Analyzer::new(Language::English);
    marked(content, &Query::parse(text, words).unwrap().highlights(content, words))
}

#[test]
fn each_occurrence_of_a_term_is_highlighted() {
    assert_eq!(terms("tea", "Tea, steam and TEA"), "[Tea], s[tea]m and [TEA]");
    assert_eq!(terms("🚀 b", "🚀ab🚀"), "[🚀]a[b🚀]");
    assert_eq!(terms("", "tea"), "tea");
}

#[test]
fn occurrences_that_overlap_or_touch_are_one() {
    assert_eq!(terms("aba", "xababa aba"), "x[ababa] [aba]");
    assert_eq!(terms("te ea st", "steam"), "[stea]m");
    assert_eq!(terms("aa", "aaaaa"), "[aaaaa]");
    assert_eq!(terms("tea te", "tea"), "[tea]");
}

#[test]
fn a_highlight_covers_whole_characters_of_the_content() {
    assert_eq!(terms("masse", "große Maße"), "große [Maße]");
    assert_eq!(terms("s", "Maß"), "Ma[ß]");
    assert_eq!(terms("i", "İzmir"), "[İ]zm[i]r");
    assert_eq!(terms("KIRMIZI", "ein kırmızı, ein Kırmızı"), "ein [kırmızı], ein [Kırmızı]");
    assert_eq!(terms("café", "cafe\u{301} CAFÉ"), "[cafe\u{301}] [CAFÉ]");
    assert_eq!(terms("👩", "x👩\u{200d}🔬x"), "x[👩\u{200d}🔬]x");
    assert_eq!(terms("fi", "eﬃcient"), "e[ﬃ]cient");
}

#[test]
fn a_content_has_so_many_highlights_and_no_more() {
    let found = SearchTerms::parse("a").unwrap().highlights(&"a ".repeat(Highlight::LIMIT + 1));
    assert_eq!(found.len(), Highlight::LIMIT);
    assert_eq!(found.last().map(|last| last.start), Some(2 * (Highlight::LIMIT - 1)));
}

#[test]
fn offsets_are_those_of_utf_16_and_of_bytes() {
    let found = SearchTerms::parse("tea").unwrap().highlights("🚀ä tea");
    assert_eq!(found, [Highlight { start: 4, end: 7, start_byte: 7, end_byte: 10 }]);
}

#[test]
fn words_are_highlighted_by_their_stem_and_phrases_as_a_whole() {
    assert_eq!(query("message sent", "Messages are sent; a messenger"), "[Messages] are [sent]; a messenger");
    assert_eq!(query("qwen", "try QWEN3.6"), "try [QWEN]3.6");
    assert_eq!(query("qwen3.6", "try QWEN3.6, not 3.6"), "try [QWEN3.6], not 3.6");
    assert_eq!(query("\"green tea\"", "Green, teas and tea"), "[Green, teas] and tea");
    assert_eq!(query("\"ha ha\"", "ha ha ha"), "[ha ha ha]");
    assert_eq!(query("東京", "東、東京"), "東、[東京]");
}

#[test]
fn what_did_not_count_is_not_highlighted() {
    assert_eq!(query("tea cake OR rum -milk", "tea and rum"), "tea and [rum]");
    assert_eq!(query("tea cake", "tea"), "tea");
    assert_eq!(query("from:me", "tea"), "tea");
}

#[test]
fn long_repetitions_are_highlighted_at_once() {
    let content = "a".repeat(100_000);
    let found = SearchTerms(vec!["a".repeat(50_000)]).highlights(&content);
    assert_eq!(found, [Highlight { start: 0, end: 100_000, start_byte: 0, end_byte: 100_000 }]);
}

fn hard_or_any() -> impl Strategy<Value = String> {
    prop_oneof![HARD, "\\PC{0,10}", "[abäß 🚀]{0,20}"]
}

/// Every occurrence of a term in a folded text, by a search from each of its bytes.
fn every_occurrence(term: &str, folded: &str) -> Vec<Range<usize>> {
    let starts = folded.char_indices().map(|(start, _)| start);
    starts.filter(|start| folded[*start..].starts_with(term)).map(|start| start..start + term.len()).collect()
}

proptest! {
    #[test]
    fn a_highlight_has_the_term_in_it_and_none_is_missed(
        content in hard_or_any(), term in prop_oneof![HARD, "[abäßsi🚀]{1,3}"],
    ) {
        let search = SearchTerms(vec![search_fold(&term)]);
        prop_assume!(!term.is_empty());
        let found = search.highlights(&content);
        marked(&content, &found);
        for highlight in &found {
            prop_assert!(search_fold(&content[highlight.start_byte..highlight.end_byte]).contains(&search_fold(&term)));
        }
        prop_assert!(found.windows(2).all(|pair| pair[0].end_byte < pair[1].start_byte));
        let covered = |at: usize| found.iter().any(|found| (found.start_byte..found.end_byte).contains(&at));
        let alignment = Alignment::new(&content);
        for part in every_occurrence(&search_fold(&term), alignment.folded()) {
            prop_assert!(alignment.in_content(part).all(covered));
        }
        prop_assert_eq!(found.is_empty(), !search_fold(&content).contains(&search_fold(&term)));
    }

    #[test]
    fn a_part_of_a_content_is_highlighted_with_its_neighbours_left_alone(
        before in "[0-9 ]{0,5}", term in "[a-zäöüß]{1,5}", after in "[0-9 ]{0,5}",
    ) {
        let content = format!("{before}{}{after}", term.to_uppercase());
        let found = SearchTerms(vec![search_fold(&term)]).highlights(&content);
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(&content[found[0].start_byte..found[0].end_byte], term.to_uppercase());
    }

    #[test]
    fn a_word_of_a_content_is_highlighted_if_and_only_if_it_is_found(
        content in "[ab ]{0,12}", one in "[ab]{1,2}", other in "[ab]{1,2}",
    ) {
        let words = Analyzer::new(Language::None);
        let query = Query::parse(&format!("{one} OR {other}"), words).unwrap();
        let is_one = |word: &&str| *word == one || *word == other;
        let expected = content.split(' ').filter(is_one).map(str::len).sum::<usize>();
        let found = query.highlights(&content, words);
        prop_assert_eq!(found.iter().map(|found| found.end - found.start).sum::<usize>(), expected);
    }
}
