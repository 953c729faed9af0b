//! Cases about the encodings that requests declare for what they say.

use super::ask::Ask;
use super::case::cases;
use super::chat::{Chat, Person, Suite};

cases! {
    json_is_read_in_the_encoding_that_it_declares,
    json_that_is_not_sound_in_its_encoding_is_refused,
    a_form_is_read_in_the_encoding_that_it_declares,
    what_a_form_declares_holds_for_its_raw_bytes_too,
    bytes_that_a_form_encodes_and_its_encoding_does_not_have_are_replaced,
    a_form_names_its_encoding_in_a_field,
    parts_are_read_in_the_encoding_of_the_form,
    each_part_may_declare_an_encoding_of_its_own,
    a_part_in_base64_is_decoded,
    an_encoding_that_nobody_knows_is_refused,
    a_content_coding_is_refused,
    an_encoding_does_not_matter_where_there_is_no_body,
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const PARTS: &str = "multipart/form-data; boundary=B";

async fn json_is_read_in_the_encoding_that_it_declares(suite: Suite) {
    let there = There::with(&suite).await;
    let said = |content: &str| format!(r#"{{"room":{},"content":"{content}"}}"#, there.room);
    let (plain, french) = (said("café €"), said("café"));
    let utf_16 = |big: bool, marked: bool| {
        let text = if marked { format!("\u{feff}{plain}") } else { plain.clone() };
        let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
    };
    for charset in ["utf-8", "UTF8", "\"utf-8\"", "unicode-1-1-utf-8", "koi8-r; charset=utf-8", ""] {
        there.said(&format!("{JSON}; charset={charset}"), plain.clone().into_bytes(), "café €").await;
    }
    for charset in ["ISO-8859-1", "latin1", "\"iso-8859-1\"", "us-ascii", "windows-1252"] {
        there.said(&format!("{JSON};Charset={charset}"), latin(&french), "café").await;
    }
    let with_room = |begin: &[u8]| [begin, format!(r#""room":{}}}"#, there.room).as_bytes()].concat();
    there.said(&format!("{JSON}; charset=windows-1252"), with_room(b"{\"content\":\"\x80\","), "€").await;
    for (charset, body) in [
        ("utf-16", utf_16(true, true)),
        ("utf-16", utf_16(false, true)),
        ("UTF-16", utf_16(false, false)),
        ("utf-16le", utf_16(false, false)),
        ("utf-16le", utf_16(false, true)),
        ("utf-16be", utf_16(true, false)),
    ] {
        there.said(&format!("{JSON}; charset={charset}"), body, "café €").await;
    }
    let tokyo = with_room(b"{\"content\":\"\x93\x8c\x8b\x9e\",");
    there.said(&format!("{JSON}; charset=Shift_JIS"), tokyo, "東京").await;
}

async fn json_that_is_not_sound_in_its_encoding_is_refused(suite: Suite) {
    let there = There::with(&suite).await;
    for (media_type, body) in [
        (JSON.to_owned(), b"{\"content\":\"caf\xe9\"}".to_vec()),
        (format!("{JSON}; charset=utf-8"), b"{\"content\":\"caf\xe9\"}".to_vec()),
        (format!("{JSON}; charset=utf-16"), b"{\0}".to_vec()),
        (format!("{JSON}; charset=utf-16le"), b"\0\xd8".to_vec()),
        (format!("{JSON}; charset=shift_jis"), b"{\"content\":\"\x93\"}".to_vec()),
    ] {
        let refused = there.ask(&media_type, body).await;
        let detail = refused.status(400).text("detail");
        assert!(detail.starts_with("JSON parse error - "), "{media_type}: {detail}");
    }
}

async fn a_form_is_read_in_the_encoding_that_it_declares(suite: Suite) {
    let there = There::with(&suite).await;
    for (charset, content, read) in [
        ("ISO-8859-1", "caf%E9+cr%e8me", "café crème"),
        ("latin1", "%80", "€"),
        ("\"windows-1252\"", "%93x%94", "“x”"),
        ("Shift_JIS", "%93%8C%8B%9E", "東京"),
        ("gb18030", "%C4%E3%BA%C3", "你好"),
        ("iso-2022-jp", "%1B%24B%45%6C%35%7E%1B%28B", "東京"),
        ("utf-8", "gr%C3%BC%C3%9Fe", "grüße"),
        ("utf-8; charset=iso-8859-1", "caf%E9", "café"),
        ("", "gr%C3%BC%C3%9Fe", "grüße"),
    ] {
        let form = format!("content={content}&room={}", there.room);
        there.said(&format!("{FORM}; charset={charset}"), form.into_bytes(), read).await;
    }
}

async fn what_a_form_declares_holds_for_its_raw_bytes_too(suite: Suite) {
    let there = There::with(&suite).await;
    let form = |content: &[u8]| {
        [b"content=".as_slice(), content, format!("&room={}", there.room).as_bytes()].concat()
    };
    there.said(&format!("{FORM}; charset=iso-8859-1"), form(b"caf\xe9 %E9"), "café é").await;
    there.said(&format!("{FORM}; charset=shift_jis"), form(b"\x93\x8c\x8b\x9e"), "東京").await;
    there.said(FORM, form("café %C3%A9".as_bytes()), "café é").await;
    // As the documented deployment: a form that is no UTF-8 as a whole is ISO-8859-1.
    there.said(FORM, form(b"caf\xe9 %C3%A9"), "café é").await;
}

async fn bytes_that_a_form_encodes_and_its_encoding_does_not_have_are_replaced(suite: Suite) {
    let there = There::with(&suite).await;
    for charset in ["", "; charset=utf-8"] {
        let form = format!("content=a%FFb&room={}", there.room);
        there.said(&format!("{FORM}{charset}"), form.into_bytes(), "a\u{fffd}b").await;
        there
            .said(&format!("{PARTS}{charset}"), there.parts(&[("content", "", b"a\xffb")]), "a\u{fffd}b")
            .await;
    }
}

async fn a_form_names_its_encoding_in_a_field(suite: Suite) {
    let there = There::with(&suite).await;
    let form = |charset: &str| format!("content=caf%E9&_charset_={charset}&room={}", there.room).into_bytes();
    there.said(FORM, form("ISO-8859-1"), "café").await;
    there.said(FORM, form(""), "caf\u{fffd}").await;
    there.said(&format!("{FORM}; charset=koi8-r"), form("ISO-8859-1"), "cafИ").await;
    let refused = there.ask(FORM, form("klingon")).await;
    refused.detail(415, &format!("Unsupported media type \"{FORM}; _charset_=klingon\" in request."));
    let parts = |charset| there.parts(&[("content", "", b"caf\xe9"), ("_charset_", "", charset)]);
    there.said(PARTS, parts(b"ISO-8859-1"), "café").await;
    let refused = there.ask(PARTS, parts(b"klingon")).await;
    refused.detail(415, &format!("Unsupported media type \"{PARTS}; _charset_=klingon\" in request."));
}

async fn parts_are_read_in_the_encoding_of_the_form(suite: Suite) {
    let there = There::with(&suite).await;
    let parts = there.parts(&[("content", "", b"caf\xe9")]);
    there.said(&format!("{PARTS}; charset=iso-8859-1"), parts, "café").await;
    there.said(PARTS, there.parts(&[("content", "", "café".as_bytes())]), "café").await;
}

async fn each_part_may_declare_an_encoding_of_its_own(suite: Suite) {
    let there = There::with(&suite).await;
    for (head, content, read) in [
        ("Content-Type: text/plain; charset=ISO-8859-1\r\n", b"caf\xe9".as_slice(), "café"),
        ("content-type: text/plain;charset=\"utf-8\"\r\n", "café".as_bytes(), "café"),
        ("Content-Type: text/plain; charset=utf-16\r\n", b"\xfe\xff\0h\0i", "hi"),
        ("Content-Type: text/plain\r\n", "café".as_bytes(), "café"),
        ("Content-Type: nonsense\r\n", "café".as_bytes(), "café"),
    ] {
        there.said(PARTS, there.parts(&[("content", head, content)]), read).await;
    }
    let own = "Content-Type: text/plain; charset=utf-8\r\n";
    let parts = there.parts(&[("content", own, "café".as_bytes()), ("_charset_", "", b"koi8-r")]);
    there.said(&format!("{PARTS}; charset=iso-8859-1"), parts, "café").await;
    let unknown = there.parts(&[("content", "Content-Type: text/plain; charset=klingon\r\n", b"nuq")]);
    let refused = there.ask(PARTS, unknown).await;
    refused.detail(415, "Unsupported media type \"text/plain; charset=klingon\" in request.");
}

async fn a_part_in_base64_is_decoded(suite: Suite) {
    let there = There::with(&suite).await;
    let head = "Content-Transfer-Encoding: BASE64\r\n";
    there.said(PARTS, there.parts(&[("content", head, b"Y2Fm\r\nw6k=")]), "café").await;
    for coding in ["8bit", "binary", "7bit"] {
        let head = format!("Content-Transfer-Encoding: {coding}\r\n");
        there.said(PARTS, there.parts(&[("content", &head, "café".as_bytes())]), "café").await;
    }
    let head = "Content-Transfer-Encoding: quoted-printable\r\n";
    there.ask(PARTS, there.parts(&[("content", head, b"caf=C3=A9")])).await.status(415);
}

async fn an_encoding_that_nobody_knows_is_refused(suite: Suite) {
    let there = There::with(&suite).await;
    let parts = there.parts(&[("content", "", b"x")]);
    let form = format!("content=x&room={}", there.room).into_bytes();
    let json = format!(r#"{{"room":{},"content":"x"}}"#, there.room).into_bytes();
    for (media_type, body) in [(JSON, json), (FORM, form), (PARTS, parts)] {
        for charset in ["klingon", "utf-7", "utf-32", "utf-8-sig", "hz-gb-2312", "\"utf 8\"", "utf-8, utf-8"]
        {
            let media_type = format!("{media_type}; charset={charset}");
            let detail = format!("Unsupported media type \"{media_type}\" in request.");
            there.ask(&media_type, body.clone()).await.detail(415, &detail);
        }
    }
    // Its separators are no bytes of UTF-16.
    there.ask(&format!("{FORM}; charset=utf-16"), b"content=x".to_vec()).await.status(415);
}

async fn a_content_coding_is_refused(suite: Suite) {
    let there = There::with(&suite).await;
    let json = || format!(r#"{{"room":{},"content":"x"}}"#, there.room).into_bytes();
    for coding in ["gzip", "br", "identity, deflate"] {
        let refused = there.ask(JSON, json()).header("content-encoding", coding).await;
        let media_type = format!("{JSON}; content-encoding={coding}");
        refused.detail(415, &format!("Unsupported media type \"{media_type}\" in request."));
    }
    for coding in ["identity", "Identity", ""] {
        there.ask(JSON, json()).header("content-encoding", coding).await.status(201);
    }
}

async fn an_encoding_does_not_matter_where_there_is_no_body(suite: Suite) {
    let there = There::with(&suite).await;
    let required = r#"{"content":["This field is required."],"room":["This field is required."]}"#;
    for media_type in [JSON, FORM, "multipart/form-data"] {
        there.ask(&format!("{media_type}; charset=klingon"), Vec::new()).await.is(400, required);
    }
    let list =
        there.chat.get("/messages/").by(&there.ann).header("content-type", "application/json; charset=UTF-8");
    list.await.status(200);
}

/// A room of Ann's.
struct There {
    chat: Chat,
    ann: Person,
    room: i64,
}

impl There {
    async fn with(suite: &Suite) -> Self {
        let chat = suite.chat().await;
        let ann = chat.person("ann").await;
        let room = chat.room(&ann, &[]).await;
        Self { chat, ann, room }
    }

    fn ask(&self, media_type: &str, body: Vec<u8>) -> Ask<'_> {
        self.chat.post("/messages/").by(&self.ann).body(media_type, body)
    }

    /// What is sent is kept as this text.
    #[track_caller]
    fn said(&self, media_type: &str, body: Vec<u8>, content: &str) -> impl Future<Output = ()> {
        let (ask, media_type, content) =
            (self.ask(media_type, body), media_type.to_owned(), content.to_owned());
        async move { assert_eq!(ask.await.status(201).text("content"), content, "{media_type}") }
    }

    /// A form in parts, each with its name, its headers and its bytes; the room comes last.
    fn parts(&self, parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
        let room = self.room.to_string();
        let mut body = Vec::new();
        for (name, head, bytes) in parts.iter().chain([&("room", "", room.as_bytes())]) {
            let head = format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n{head}\r\n");
            body.extend([head.as_bytes(), bytes, b"\r\n"].concat());
        }
        body.extend(b"--B--\r\n");
        body
    }
}

/// A text in ISO-8859-1.
fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect()
}
