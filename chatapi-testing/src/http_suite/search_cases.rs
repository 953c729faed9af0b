//! Cases about `?search=`.

use form_urlencoded::byte_serialize;

use super::case::cases;
use super::chat::{Chat, Person, Suite};

cases! {
    every_word_must_be_there_in_any_order,
    a_phrase_in_quotes_is_kept_together,
    a_lone_quote_is_a_character,
    letters_are_the_same_in_either_case,
    letters_are_the_same_however_they_are_composed,
    signs_that_databases_take_for_wildcards_are_characters,
    a_word_may_be_one_character_of_any_script,
    nothing_but_blanks_and_commas_finds_everything,
    a_nul_character_cannot_be_searched_for,
    a_search_has_no_more_terms_than_there_may_be,
    a_search_follows_what_becomes_of_a_message,
    a_search_stays_within_the_rooms_that_one_is_in,
}

async fn every_word_must_be_there_in_any_order(suite: Suite) {
    let there = There::with(&suite, &["the quick brown fox", "a quick, brown dog", "fox, quick"]).await;
    there.finds("quick", &["the quick brown fox", "a quick, brown dog", "fox, quick"]).await;
    there.finds("fox quick", &["the quick brown fox", "fox, quick"]).await;
    there.finds("brown,quick", &["the quick brown fox", "a quick, brown dog"]).await;
    there.finds(" ,quick,,  \n dog, ", &["a quick, brown dog"]).await;
    there.finds("uic ow", &["the quick brown fox", "a quick, brown dog"]).await;
    there.finds("quick cat", &[]).await;
}

async fn a_phrase_in_quotes_is_kept_together(suite: Suite) {
    let there = There::with(&suite, &["it is, so they say", "so it is", r#"he said "hi" \ now"#]).await;
    there.finds("\"it is\"", &["it is, so they say", "so it is"]).await;
    there.finds("\"it is, so\"", &["it is, so they say"]).await;
    there.finds("'it is, so' say", &["it is, so they say"]).await;
    there.finds("say \"it is\"", &["it is, so they say"]).await;
    there.finds("\"is it\"", &[]).await;
    there.finds(r#""said \"hi\" \\ now""#, &[r#"he said "hi" \ now"#]).await;
    there.finds("\"\"", &["it is, so they say", "so it is", r#"he said "hi" \ now"#]).await;
}

async fn a_lone_quote_is_a_character(suite: Suite) {
    let there = There::with(&suite, &["it's here", "its here", "5\" wide"]).await;
    there.finds("it's", &["it's here"]).await;
    there.finds("it's here", &["it's here"]).await;
    there.finds("'", &["it's here"]).await;
    there.finds("5\"", &["5\" wide"]).await;
    there.finds("\"", &["5\" wide"]).await;
}

async fn letters_are_the_same_in_either_case(suite: Suite) {
    let there = There::with(&suite, &["Die Straße", "ΟΔΟΣ και οδος", "ÄPFEL", "Tea"]).await;
    there.finds("STRASSE", &["Die Straße"]).await;
    there.finds("strasse", &["Die Straße"]).await;
    there.finds("STRAẞE", &["Die Straße"]).await;
    there.finds("οδός", &[]).await;
    there.finds("ΟΔΟΣ", &["ΟΔΟΣ και οδος"]).await;
    there.finds("οδος", &["ΟΔΟΣ και οδος"]).await;
    there.finds("äpfel", &["ÄPFEL"]).await;
    let turkish = There::with(&suite, &["KIRMIZI", "kırmızı"]).await;
    turkish.finds("kırmızı", &["KIRMIZI", "kırmızı"]).await;
    turkish.finds("KIRMIZI", &["KIRMIZI", "kırmızı"]).await;
    there.finds("tEA", &["Tea"]).await;
}

async fn letters_are_the_same_however_they_are_composed(suite: Suite) {
    let there = There::with(&suite, &["caf\u{e9}", "nai\u{308}f", "cafe"]).await;
    there.finds("cafe\u{301}", &["caf\u{e9}"]).await;
    there.finds("CAFE\u{301}", &["caf\u{e9}"]).await;
    there.finds("na\u{ef}f", &["nai\u{308}f"]).await;
    // A message is given back as it was sent.
    let message = there.chat.get("/messages/?search=na%C3%AFf").by(&there.ann).await;
    assert_eq!(message.contents(), ["nai\u{308}f"]);
}

async fn signs_that_databases_take_for_wildcards_are_characters(suite: Suite) {
    let there = There::with(
        &suite,
        &["100% sure", "1000 sure", "snake_case", "snakeXcase", r"C:\temp", "C:/temp", "a*b?c[d]^e"],
    )
    .await;
    there.finds("0%", &["100% sure"]).await;
    there.finds("%", &["100% sure"]).await;
    there.finds("e_c", &["snake_case"]).await;
    there.finds("_", &["snake_case"]).await;
    there.finds(r"\", &[r"C:\temp"]).await;
    there.finds(r":\t", &[r"C:\temp"]).await;
    there.finds(r"\%", &[]).await;
    there.finds("*b?", &["a*b?c[d]^e"]).await;
    there.finds("[d]^", &["a*b?c[d]^e"]).await;
    there.finds("c.d", &[]).await;
}

async fn a_word_may_be_one_character_of_any_script(suite: Suite) {
    let there = There::with(&suite, &["日本語", "go 🚀", "x"]).await;
    there.finds("日", &["日本語"]).await;
    there.finds("本語", &["日本語"]).await;
    there.finds("🚀", &["go 🚀"]).await;
    there.finds("X", &["x"]).await;
    there.finds("o", &["go 🚀"]).await;
}

async fn nothing_but_blanks_and_commas_finds_everything(suite: Suite) {
    let there = There::with(&suite, &["one", "two"]).await;
    for search in ["", " ", ",", " , ,, ", "\t\n"] {
        there.finds(search, &["one", "two"]).await;
    }
}

async fn a_nul_character_cannot_be_searched_for(suite: Suite) {
    let there = There::with(&suite, &["one"]).await;
    for search in ["%00", "a%00b", "%22%00%22", "one+%00"] {
        let answer = there.chat.get(format!("/messages/?search={search}")).by(&there.ann).await;
        answer.is(400, r#"["Null characters are not allowed."]"#);
    }
}

async fn a_search_has_no_more_terms_than_there_may_be(suite: Suite) {
    let there = There::with(&suite, &["one two", "one"]).await;
    there.finds(&"one two ONE,two ".repeat(200), &["one two"]).await;
    let terms = |number: usize| (0..number).map(|n| format!("t{n}")).collect::<Vec<_>>().join("+");
    there.finds(&terms(50).replace('+', " "), &[]).await;
    for (search, fault) in [
        (terms(51), r#"{"search":["Ensure this search has no more than 50 different terms."]}"#),
        (terms(2000), r#"{"search":["Ensure this search has no more than 50 different terms."]}"#),
        (
            "x".repeat(2001),
            r#"{"search":["Ensure the terms of this search have no more than 2000 characters."]}"#,
        ),
    ] {
        for more in ["", "&count=exact", "&order=newest", "&highlight=true"] {
            let answer = there.chat.get(format!("/messages/?search={search}{more}")).by(&there.ann).await;
            answer.is(400, fault);
        }
    }
}

async fn a_search_follows_what_becomes_of_a_message(suite: Suite) {
    let there = There::with(&suite, &[]).await;
    let message = there.chat.say(&there.ann, there.room, "before").await;
    let path = format!("/messages/{message}/");
    there.chat.patch(&path).by(&there.ann).json(r#"{"content":"After"}"#).await.status(200);
    there.finds("before", &[]).await;
    there.finds("after", &["After"]).await;
    there.chat.delete(&path).by(&there.ann).await.status(204);
    there.finds("after", &[]).await;
}

async fn a_search_stays_within_the_rooms_that_one_is_in(suite: Suite) {
    let there = There::with(&suite, &["one"]).await;
    let bob = there.chat.person("bob").await;
    let room = there.chat.room(&bob, &[]).await;
    there.chat.say(&bob, room, "another one").await;
    there.finds("one", &["one"]).await;
    there.finds("another", &[]).await;
    let answer = there.chat.get(format!("/messages/?search=one&room={room}")).by(&there.ann).await;
    assert!(answer.contents().is_empty());
    let answer = there.chat.get(format!("/messages/?search=ONE&user={}&room={room}", bob.id)).by(&bob).await;
    assert_eq!(answer.contents(), ["another one"]);
}

/// A room with messages of Ann's.
struct There {
    chat: Chat,
    ann: Person,
    room: i64,
}

impl There {
    async fn with(suite: &Suite, messages: &[&str]) -> Self {
        let chat = suite.chat().await;
        let ann = chat.person("ann").await;
        let room = chat.room(&ann, &[]).await;
        for message in messages {
            chat.say(&ann, room, message).await;
        }
        Self { chat, ann, room }
    }

    async fn finds(&self, search: &str, expected: &[&str]) {
        let search: String = byte_serialize(search.as_bytes()).collect();
        let found = self.chat.get(format!("/messages/?search={search}")).by(&self.ann).await;
        assert_eq!(found.contents(), expected, "?search={search}");
    }
}
