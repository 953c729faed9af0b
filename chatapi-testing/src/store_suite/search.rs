//! Cases about search: a message is found where each term is a part of its folded text, on every store alike.

use chatapi_core::search::SearchTerms;

use super::case::{Subject, cases};
use super::given::{found, room, send, text, user, users};

cases! {
    letters_are_found_in_any_case,
    letters_are_found_however_their_accents_are_encoded,
    an_accent_is_part_of_its_letter,
    wildcards_and_operators_are_characters_like_others,
    terms_of_one_and_two_characters_are_found,
    scripts_without_blanks_are_found_by_any_part,
    emoji_are_found,
    all_terms_must_be_there_in_any_order,
    a_quoted_phrase_is_found_as_it_stands,
    terms_are_found_across_line_breaks,
    terms_may_be_long_and_many,
    no_terms_find_everything,
    rooms_that_the_reader_is_not_in_are_never_found,
    every_store_finds_exactly_what_the_terms_are_parts_of,
}

async fn letters_are_found_in_any_case(store: &Subject) {
    each_is_found(
        store,
        &[
            ("Hello World", "hELLO"),
            ("KÖLN am Rhein", "köln"),
            ("köln am rhein", "KÖLN"),
            ("Die Straße", "STRASSE"),
            ("DIE STRASSE", "straße"),
            ("Οδυσσεύς", "ΟΔΥΣΣΕΎΣ"),
            ("Η ΟΔΟΣ", "οδος"),
            ("η οδός", "ΔΌΣ"),
            ("Москва", "МОСКВА"),
            ("İstanbul", "i\u{307}stanbul"),
            ("KIRMIZI", "kırmızı"),
            ("kırmızı", "KIRMIZI"),
            ("kırmızı", "kirmizi"),
            ("ﬁne ligature", "FINE"),
            ("Երևան", "ԵՐԵՒԱՆ"),
            ("𐐀𐐁𐐂", "𐐨𐐩𐐪"),
            ("ᏣᎳᎩ", "ꮳꮃꭹ"),
        ],
    )
    .await;
}

async fn letters_are_found_however_their_accents_are_encoded(store: &Subject) {
    each_is_found(
        store,
        &[
            ("caf\u{e9} noir", "cafe\u{301}"),
            ("cafe\u{301} noir", "CAF\u{c9}"),
            ("Ti\u{1ebf}ng Vi\u{1ec7}t", "tie\u{302}\u{301}ng vie\u{323}\u{302}t"),
            ("\u{d55c}\u{ad6d}", "\u{1112}\u{1161}\u{11ab}"),
            ("\u{1112}\u{1161}\u{11ab}\u{ad6d}", "\u{d55c}\u{ad6d}"),
            ("\u{212b}ngstr\u{f6}m", "a\u{30a}ngstro\u{308}m"),
            ("q\u{307}\u{323}", "Q\u{323}\u{307}"),
        ],
    )
    .await;
}

async fn an_accent_is_part_of_its_letter(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    send(store, &tea, &ann, "café").await;
    send(store, &tea, &ann, "cafe noir").await;
    assert_eq!(found(store, &ann, "cafe").await, ["cafe noir"]);
    assert_eq!(found(store, &ann, "café").await, ["café"]);
    assert_eq!(found(store, &ann, "é").await, ["café"]);
    assert_eq!(found(store, &ann, "caf").await, ["café", "cafe noir"]);
}

async fn wildcards_and_operators_are_characters_like_others(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let texts = [
        "100% sure",
        "snake_case",
        "back\\slash",
        "plain",
        "a*b",
        "-minus",
        "x:y",
        "near(x)",
        "that's",
        "5\" disc",
        "^top$",
        "[a-z]",
        "{2,3}",
        "a|b",
        "(group)",
        "what?",
        "a+b",
        "c#",
        "$1",
        "a&b",
        "!not",
    ];
    for text in texts {
        send(store, &tea, &ann, text).await;
    }
    for sign in [
        "%", "_", "\\", "*", "-", ":", "(", "'", "\"", "^", "$", "[", "{", "|", "?", "+", "#", "&", "!", "]",
        "}",
    ] {
        let holding: Vec<&str> = texts.into_iter().filter(|text| text.contains(sign)).collect();
        assert_eq!(found(store, &ann, sign).await, holding, "{sign}");
    }
    for (query, expected) in [
        ("100%", &["100% sure"][..]),
        ("1%0", &[]),
        ("%%", &[]),
        ("e_c", &["snake_case"]),
        ("p_ain", &[]),
        ("k\\s", &["back\\slash"]),
        ("\\\\", &[]),
        ("\\%", &[]),
        ("plai*", &[]),
        ("near(x)", &["near(x)"]),
        ("-minus", &["-minus"]),
        ("x:y", &["x:y"]),
        ("plain OR sure", &[]),
        ("plain -sure", &[]),
        ("that's", &["that's"]),
        ("[a-z]", &["[a-z]"]),
    ] {
        assert_eq!(found(store, &ann, query).await, expected, "{query}");
    }
}

async fn terms_of_one_and_two_characters_are_found(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    for text in ["x", "xy", "axbyc", "Ω", "ΑΩ", "abc"] {
        send(store, &tea, &ann, text).await;
    }
    for (query, expected) in [
        ("X", &["x", "xy", "axbyc"][..]),
        ("xy", &["xy"]),
        ("yc", &["axbyc"]),
        ("ω", &["Ω", "ΑΩ"]),
        ("αω", &["ΑΩ"]),
        ("b", &["axbyc", "abc"]),
        ("ab", &["abc"]),
        ("a b", &["axbyc", "abc"]),
        ("q", &[]),
        ("qq", &[]),
    ] {
        assert_eq!(found(store, &ann, query).await, expected, "{query}");
    }
}

async fn scripts_without_blanks_are_found_by_any_part(store: &Subject) {
    each_is_found(
        store,
        &[
            ("東京都に行きます", "京"),
            ("東京都に行きます", "京都"),
            ("東京都に行きます", "都に行き"),
            ("我们喝绿茶吧", "绿茶"),
            ("안녕하세요 세계", "하세"),
            ("ภาษาไทยง่ายนิดเดียว", "ไทย"),
            ("हिन्दी में", "न्दी"),
            ("שלום עולם", "לום"),
            ("مرحبا بالعالم", "حبا"),
            ("𠀀𠀁𠀂", "𠀁"),
            ("ｆｕｌｌ　ＷＩＤＴＨ", "ｗｉｄ"),
        ],
    )
    .await;
    let reader = store.user_by_name("ann").await.unwrap().unwrap();
    for absent in ["京東", "茶绿", "세안", "𠀂𠀁", "width"] {
        assert_eq!(found(store, &reader, absent).await, Vec::<String>::new(), "{absent}");
    }
}

async fn emoji_are_found(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    for text in ["go 🚀", "🚀🚀 now", "family 👩‍👩‍👧", "a girl 👧", "👍🏽 ok", "👍 ok", "flag 🇫🇷"]
    {
        send(store, &tea, &ann, text).await;
    }
    for (query, expected) in [
        ("🚀", &["go 🚀", "🚀🚀 now"][..]),
        ("🚀🚀", &["🚀🚀 now"]),
        ("o 🚀", &["go 🚀", "🚀🚀 now"]),
        ("👧", &["family 👩‍👩‍👧", "a girl 👧"]),
        ("👩‍👩‍👧", &["family 👩‍👩‍👧"]),
        ("👍", &["👍🏽 ok", "👍 ok"]),
        ("👍🏽", &["👍🏽 ok"]),
        ("🇫🇷", &["flag 🇫🇷"]),
        ("🚁", &[]),
    ] {
        assert_eq!(found(store, &ann, query).await, expected, "{query}");
    }
}

async fn all_terms_must_be_there_in_any_order(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    for text in ["green tea is good", "tea that is black", "green grass"] {
        send(store, &tea, &ann, text).await;
    }
    for (query, expected) in [
        ("tea green", &["green tea is good"][..]),
        ("green,tea", &["green tea is good"]),
        ("is TEA", &["green tea is good", "tea that is black"]),
        ("gre tea ood", &["green tea is good"]),
        ("tea tea", &["green tea is good", "tea that is black"]),
        ("tea eat", &[]),
        ("green tea absent", &[]),
    ] {
        assert_eq!(found(store, &ann, query).await, expected, "{query}");
    }
}

async fn a_quoted_phrase_is_found_as_it_stands(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    for text in ["Hello back, you", "back hello", "hello  back", "she said \"hello back\""] {
        send(store, &tea, &ann, text).await;
    }
    for (query, expected) in [
        ("\"hello back\"", &["Hello back, you", "she said \"hello back\""][..]),
        ("'Hello Back'", &["Hello back, you", "she said \"hello back\""]),
        ("\"hello  back\"", &["hello  back"]),
        ("\"back, you\"", &["Hello back, you"]),
        ("'\"hello'", &["she said \"hello back\""]),
        ("\"hello back\" said", &["she said \"hello back\""]),
    ] {
        assert_eq!(found(store, &ann, query).await, expected, "{query}");
    }
}

async fn terms_are_found_across_line_breaks(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let text = "first LINE\nsecond line\r\n\r\nthird\u{2028}fourth\ttab";
    send(store, &tea, &ann, text).await;
    for query in ["third first", "LINE SECOND", "fourth tab line", "\"line\nsecond\"", "'e\nS'", "\"h\ttab\""]
    {
        assert_eq!(found(store, &ann, query).await, [text], "{query:?}");
    }
    assert_eq!(found(store, &ann, "\"line second\"").await, Vec::<String>::new());
}

async fn terms_may_be_long_and_many(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let words: Vec<String> = (0..200).map(|n| format!("wörd{n}")).collect();
    let all = words.join(" ");
    send(store, &tea, &ann, &all).await;
    send(store, &tea, &ann, &words[1..].join(" ")).await;
    // As many terms as there may be, the one that only the first message has among them: first, in the middle, and last.
    for at in [0, 1, 3, 4, 5, 25, SearchTerms::LIMIT - 1] {
        let mut terms: Vec<&str> =
            words.iter().rev().take(SearchTerms::LIMIT - 1).map(String::as_str).collect();
        terms.insert(at, "wörd0 wörd1 ");
        let query: Vec<String> = terms.iter().map(|term| format!("\"{term}\"")).collect();
        assert_eq!(found(store, &ann, &query.join(" ")).await, [all.as_str()], "{at}");
        terms[at] = "absent";
        assert_eq!(found(store, &ann, &terms.join(" ")).await, Vec::<String>::new(), "{at}");
    }
    assert_eq!(found(store, &ann, &format!("\"{}\"", all.to_uppercase())).await, [all.as_str()]);
    assert_eq!(found(store, &ann, &format!("\"{all}x\"")).await, Vec::<String>::new());
    assert_eq!(found(store, &ann, &"x".repeat(SearchTerms::LENGTH)).await, Vec::<String>::new());
}

async fn no_terms_find_everything(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    for text in ["one", "two"] {
        send(store, &tea, &ann, text).await;
    }
    for query in ["", "  ", ",", " , ,", "\"\"", "''"] {
        assert_eq!(found(store, &ann, query).await, ["one", "two"], "{query:?}");
    }
}

async fn rooms_that_the_reader_is_not_in_are_never_found(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let coffee = room(store, &bob, &[]).await;
    send(store, &tea, &ann, "secret of the tea").await;
    send(store, &coffee, &bob, "secret of the coffee").await;
    for query in ["secret", "se", "s", "the secret", ""] {
        assert_eq!(found(store, &ann, query).await, ["secret of the tea"], "{query}");
        assert_eq!(found(store, &bob, query).await, ["secret of the tea", "secret of the coffee"], "{query}");
        assert_eq!(found(store, &cyd, query).await, Vec::<String>::new(), "{query}");
    }
    assert_eq!(found(store, &ann, "coffee").await, Vec::<String>::new());
}

async fn every_store_finds_exactly_what_the_terms_are_parts_of(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let parts = [
        "a", "B", "ß", "é", "e\u{301}", "\u{301}", "İ", "ı", "ς", "Σ", "日本", "本", "🚀", "\u{200d}", "%",
        "_", "\\", "*", ".", "ab", "\u{1}", "\u{feff}", "𐐀", "ŉ", "ǰ", "ΐ",
    ];
    let mut texts = Vec::new();
    for (n, one) in parts.into_iter().enumerate() {
        for other in [parts[(n + 1) % parts.len()], parts[(n * 7 + 3) % parts.len()]] {
            texts.push(format!("x{one}{other}{one} {other}\n{one}y"));
        }
    }
    for text in &texts {
        send(store, &tea, &ann, text).await;
    }
    for one in parts {
        for other in ["", "a", "\u{301}", "é", "本", "🚀", "_", "\\", "y"] {
            for query in [format!("{one}{other}"), format!("{other} {one}"), format!("\"{one} {other}\"")] {
                let terms = SearchTerms::parse(&query).unwrap();
                let expected: Vec<&str> = texts
                    .iter()
                    .filter(|content| terms.match_folded(text(content).folded()))
                    .map(String::as_str)
                    .collect();
                assert_eq!(found(store, &ann, &query).await, expected, "{query:?}");
            }
        }
    }
}

/// Checks, for each text and query, that the query finds the text, and that it does not find what shares nothing with it.
async fn each_is_found(store: &Subject, pairs: &[(&str, &str)]) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    send(store, &tea, &ann, "0123456789 ,;").await;
    for (content, _) in pairs {
        send(store, &tea, &ann, content).await;
    }
    for (content, query) in pairs {
        let found = found(store, &ann, query).await;
        assert!(found.iter().any(|text| text == content), "{query} does not find {content} but {found:?}");
        assert!(!found.iter().any(|text| text.starts_with('0')), "{query} finds digits");
    }
}
