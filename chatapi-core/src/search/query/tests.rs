use proptest::prelude::*;
use time::macros::datetime;

use super::*;
use crate::error::{Error, Invalid};
use crate::search::Language;

fn query(text: &str) -> Query {
    Query::parse(text, Analyzer::default()).unwrap()
}

/// What a query says of words: clauses with `|` between them, stems of a phrase with `+`, and `-` before what is left out.
fn words(text: &str) -> String {
    let query = query(text);
    let phrase = |index: &usize| query.phrases()[*index].stems().join("+");
    let clause = |clause: &Clause| {
        let all = clause.all.iter().map(phrase);
        let none = clause.none.iter().map(|index| format!("-{}", phrase(index)));
        all.chain(none).collect::<Vec<_>>().join(" ")
    };
    query.any_of().iter().map(clause).collect::<Vec<_>>().join(" | ")
}

fn fault(text: &str) -> String {
    match Query::parse(text, Analyzer::default()).unwrap_err() {
        Error::Invalid(Invalid::Fields(errors)) => {
            let faults: Vec<_> = errors.iter().collect();
            assert_eq!((faults.len(), faults[0].0), (1, "q"), "{text}");
            faults[0].1.to_owned()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn words_are_looked_for_by_their_stems() {
    assert_eq!(words("Messages  sent\ttoday"), "messag sent today");
    assert_eq!(words("tea TEA tea"), "tea");
}

#[test]
fn quotes_and_signs_within_a_word_make_a_phrase() {
    assert_eq!(words(r#""green tea" cake"#), "green+tea cake");
    assert_eq!(words("qwen3.6 foo.png"), "qwen+3+6 foo+png");
    assert_eq!(words("東京"), "東+京");
    assert_eq!(words(r#"hot"green tea"now"#), "hot green+tea now");
    assert_eq!(words("\u{201c}green tea\u{201d} \u{201e}hot milk\u{201c}"), "green+tea hot+milk");
    assert_eq!(words(r#"cake "green tea -or milk"#), "cake green+tea+or+milk");
}

#[test]
fn what_a_minus_stands_before_is_left_out() {
    assert_eq!(words(r#"tea -milk -"hot cake""#), "tea -milk -hot+cake");
    assert_eq!(words("tea - milk e-mail --x"), "tea milk e+mail -x");
    assert_eq!(words("tea -tea"), "tea -tea");
}

#[test]
fn or_binds_less_than_words_that_stand_together() {
    assert_eq!(words("tea cake OR coffee -milk OR rum"), "tea cake | coffe -milk | rum");
    assert_eq!(words("tea or coffee"), "tea or coffe");
}

#[test]
fn an_or_with_nothing_to_stand_between_is_a_word() {
    assert_eq!(words("OR tea"), "or tea");
    assert_eq!(words("tea OR"), "tea or");
    assert_eq!(words("tea OR OR OR cake"), "tea | or | cake");
    assert_eq!(words(r#"tea "OR" cake -OR"#), "tea or cake -or");
}

#[test]
fn authors_are_named_or_the_reader() {
    let query = query("from:alice From:me from:\"me\" from:alice tea from:\u{ff42}ob@x.org");
    let named = |name: &str| Author::Named(name.into());
    assert_eq!(query.from(), [named("alice"), Author::Me, named("me"), named("bob@x.org")]);
    assert_eq!(query.any_of().len(), 1);
}

#[test]
fn neither_before_nor_after_counts_the_day_in() {
    let query = query("after:2026-01-31 before:2026-03-01");
    assert_eq!(query.since(), Some(datetime!(2026-02-01 0:00 UTC).into()));
    assert_eq!(query.before(), Some(datetime!(2026-03-01 0:00 UTC).into()));
}

#[test]
fn a_moment_may_be_named_too() {
    let query = query("before:2026-01-31T12:00:00+02:00 AFTER:2026-01-30T09:30:00.5Z");
    assert_eq!(query.since(), Some(datetime!(2026-01-30 9:30:00.500_001 UTC).into()));
    assert_eq!(query.before(), Some(datetime!(2026-01-31 10:00 UTC).into()));
}

#[test]
fn each_of_several_dates_holds() {
    let query = query("after:2026-01-01 after:2026-02-01 before:2026-05-01 before:2026-04-01");
    assert_eq!(query.since(), Some(datetime!(2026-02-02 0:00 UTC).into()));
    assert_eq!(query.before(), Some(datetime!(2026-04-01 0:00 UTC).into()));
}

#[test]
fn filters_may_stand_alone() {
    let query = query("from:me");
    assert!(query.any_of().is_empty() && !query.is_empty());
    assert!(Query::parse(" \n", Analyzer::default()).unwrap().is_empty());
}

#[test]
fn unknown_names_before_a_colon_are_words() {
    assert_eq!(words("note:this https://example.org 12:30"), "note+this https+exampl+org 12+30");
}

#[test]
fn a_query_must_name_a_word_to_find() {
    for text in ["-tea", "-\"green tea\" from:me", "...", "\"\""] {
        assert_eq!(fault(text), "Enter at least one word to search for.", "{text}");
    }
    for text in ["tea OR -milk", "tea OR ...", "from:alice OR from:bob", "tea OR from:bob"] {
        assert!(fault(text).contains("on each side of OR"), "{text}");
    }
}

#[test]
fn a_bad_date_is_named() {
    for date in
        ["", "yesterday", "2026-02-30", "31.01.2026", "2026-1-3", "-2026-01-01", "9999-12-31T23:59:59-01:00"]
    {
        let expected = format!(
            "\"{date}\" is not a valid date. Enter a date such as 2026-01-31, or a time such as 2026-01-31T09:30:00Z."
        );
        assert_eq!(fault(&format!("tea before:{date}")), expected);
        assert_eq!(fault(&format!("after:\"{date}\"")), expected);
    }
}

#[test]
fn operators_without_a_sense_are_faults() {
    assert_eq!(fault("from: alice"), "Enter a username directly after from:, such as from:alice.");
    assert!(fault("tea -from:alice").starts_with("A minus sign can only exclude"));
    assert_eq!(fault("te\0a"), "Null characters are not allowed.");
}

#[test]
fn no_word_is_dropped_for_being_one_too_many() {
    let most = vec!["tea"; Query::LIMIT - 1].join(" ");
    assert_eq!(words(&format!("{most} -milk")), "tea -milk");
    for more in ["milk cake", "-3.6", "from:alice from:bob"] {
        assert_eq!(
            fault(&format!("{most} {more}")),
            "Ensure this search has no more than 50 words and usernames."
        );
    }
}

proptest! {
    #[test]
    fn any_text_is_a_query_or_a_fault_of_q(
        text in r#"(\PC|[ "-]|OR | from:| before:| after:|2026-01-31|me){0,12}"#,
        language in prop::sample::select(Language::ALL),
    ) {
        match Query::parse(&text, Analyzer::new(language)) {
            Ok(query) => {
                let named = |index: &usize| *index < query.phrases().len();
                for clause in query.any_of() {
                    prop_assert!(!clause.all.is_empty());
                    prop_assert!(clause.all.iter().chain(&clause.none).all(named));
                }
            }
            Err(error) => prop_assert!(matches!(error, Error::Invalid(_))),
        }
    }
}

// Where the time grew with the square of the length, this would not end.
#[test]
fn a_long_query_is_read_once() {
    for query in ["- ".repeat(300_000), "\" ".repeat(300_000), "-\"\"".repeat(300_000), "x".repeat(1_000_000)]
    {
        assert!(Query::parse(&query, Analyzer::default()).is_err(), "{}", &query[..9]);
    }
}
