use super::*;

/// A request from `peer`, with a `Host` and these headers.
fn head(peer: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = http::Request::builder().uri("/rooms/").header("host", "inner:8000");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let peer = Peer(format!("{peer}:1").parse().unwrap());
    request.extension(peer).body(()).unwrap().into_parts().0
}

fn config(headers: ProxyHeaders) -> Config {
    let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    Config { trusted_proxies, proxy_headers: headers, ..Config::default() }
}

/// What is made of headers of the older kind.
fn x_forwarded(peer: &str, headers: &[(&str, &str)]) -> (String, String) {
    made_of(peer, ProxyHeaders::XForwarded, headers)
}

/// What is made of `Forwarded`.
fn forwarded(values: &[&str]) -> (String, String) {
    let headers: Vec<_> = values.iter().map(|value| ("forwarded", *value)).collect();
    made_of("10.0.0.1", ProxyHeaders::Forwarded, &headers)
}

fn made_of(peer: &str, family: ProxyHeaders, headers: &[(&str, &str)]) -> (String, String) {
    let (head, config) = (head(peer, headers), config(family));
    (client(&head, &config).unwrap().to_string(), Origin::of(&head, &config).to_string())
}

fn is(client: &str, origin: &str) -> (String, String) {
    (client.to_owned(), origin.to_owned())
}

#[test]
fn headers_of_strangers_do_not_count() {
    let said = [
        ("x-forwarded-for", "1.2.3.4"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "for=1.2.3.4;host=evil.example;proto=https"),
    ];
    for family in [ProxyHeaders::XForwarded, ProxyHeaders::Forwarded] {
        assert_eq!(made_of("192.0.2.1", family, &said), is("192.0.2.1", "http://inner:8000"));
    }
}

#[test]
fn headers_of_trusted_proxies_count() {
    let said = [
        ("x-forwarded-host", "chat.example"),
        ("x-forwarded-proto", "HTTPS"),
        ("x-forwarded-for", "203.0.113.9"),
    ];
    for peer in ["10.0.0.1", "[::ffff:10.0.0.1]"] {
        assert_eq!(x_forwarded(peer, &said), is("203.0.113.9", "https://chat.example"), "{peer}");
    }
    assert_eq!(x_forwarded("10.0.0.1", &[]), is("10.0.0.1", "http://inner:8000"));
    let said = "For=\"[2001:db8::7]:4711\";Proto=https;host=\"chat.example:8443\"";
    assert_eq!(forwarded(&[said]), is("2001:db8::7", "https://chat.example:8443"));
}

#[test]
fn headers_of_the_kind_that_the_proxy_does_not_write_are_ignored() {
    let older = [
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "chat.example"),
    ];
    let newer = [("forwarded", "for=1.2.3.4;proto=http;host=evil.example")];
    let both = [&older[..], &newer[..]].concat();
    let expected = is("203.0.113.9", "https://chat.example");
    assert_eq!(x_forwarded("10.0.0.1", &both), expected);
    let by_forwarded = made_of("10.0.0.1", ProxyHeaders::Forwarded, &both);
    assert_eq!(by_forwarded, is("1.2.3.4", "http://evil.example"));
    assert_eq!(x_forwarded("10.0.0.1", &newer), is("10.0.0.1", "http://inner:8000"));
    assert_eq!(made_of("10.0.0.1", ProxyHeaders::Forwarded, &older), is("10.0.0.1", "http://inner:8000"));
}

#[test]
fn headers_that_look_alike_are_ignored() {
    for name in ["x_forwarded_for", "x-real-ip", "x-client-ip", "cf-connecting-ip", "x-forwarded", "via"] {
        assert_eq!(x_forwarded("10.0.0.1", &[(name, "1.2.3.4")]).0, "10.0.0.1", "{name}");
    }
}

#[test]
fn what_a_client_wrote_before_the_proxies_does_not_count() {
    let said = "for=1.2.3.4;host=evil.example, for=203.0.113.9;host=chat.example;proto=https, for=10.0.0.2;host=inner";
    assert_eq!(forwarded(&[said]), is("203.0.113.9", "https://chat.example"));
    let lines: Vec<_> = said.split(", ").collect();
    assert_eq!(forwarded(&lines), is("203.0.113.9", "https://chat.example"));
    let said = [
        ("x-forwarded-for", "1.2.3.4, 203.0.113.9, 10.0.0.2"),
        ("x-forwarded-host", "evil.example, chat.example, inner"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-proto", "https, http"),
    ];
    assert_eq!(x_forwarded("10.0.0.1", &said), is("203.0.113.9", "https://chat.example"));
    let said = [("x-forwarded-for", "1.2.3.4"), ("x-forwarded-for", "203.0.113.9")];
    assert_eq!(x_forwarded("10.0.0.1", &said).0, "203.0.113.9");
}

#[test]
fn a_quote_that_a_client_leaves_open_hides_no_proxy() {
    for said in [
        "for=\"1.2.3.4, for=203.0.113.9",
        "for=\"\\\", for=203.0.113.9",
        "host=\"a;for=1.2.3.4\\, for=203.0.113.9",
        "\", for=203.0.113.9;by=\"_x,y\"",
    ] {
        assert_eq!(forwarded(&[said]).0, "203.0.113.9", "{said}");
    }
}

#[test]
fn a_value_in_quotes_may_hold_what_separates_others() {
    let said = "for=203.0.113.9;by=\"a,for=1.2.3.4\";host=\"chat.example\"";
    assert_eq!(forwarded(&[said]), is("203.0.113.9", "http://chat.example"));
    assert_eq!(forwarded(&["for=\"203.0.\\113.9\""]).0, "203.0.113.9");
    // A parameter that is there twice makes the element worthless.
    assert_eq!(forwarded(&["for=203.0.113.9;for=1.2.3.4"]).0, "10.0.0.1");
}

#[test]
fn who_is_not_named_by_an_address_is_the_proxy_before() {
    for said in ["unknown", "_hidden", "\"[2001:db8::7\"", "1.2.3", "::1]", "fe80::1%eth0", "1.2.3.4.5:80"] {
        assert_eq!(forwarded(&[&format!("for=1.2.3.4, for={said}")]).0, "10.0.0.1", "{said}");
        let said = format!("1.2.3.4, {said}");
        assert_eq!(x_forwarded("10.0.0.1", &[("x-forwarded-for", &said)]).0, "10.0.0.1", "{said}");
    }
}

#[test]
fn an_address_may_have_a_port() {
    for (said, client) in [
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
    ] {
        assert_eq!(x_forwarded("10.0.0.1", &[("x-forwarded-for", said)]).0, client);
        assert_eq!(forwarded(&[&format!("for=\"{said}\"")]).0, client);
    }
}

#[test]
fn a_host_that_would_break_a_link_does_not_count() {
    let said = [("x-forwarded-host", "evil.example/?x="), ("x-forwarded-proto", "javascript")];
    assert_eq!(x_forwarded("10.0.0.1", &said).1, "http://inner:8000");
}

#[test]
fn a_prefix_counts_where_it_is_configured() {
    let prefixed = |peer: &str, said: &str, proxy_prefix: bool| {
        let head = head(peer, &[("x-forwarded-prefix", "/client"), ("x-forwarded-prefix", said)]);
        let config = Config { proxy_prefix, ..config(ProxyHeaders::XForwarded) };
        Origin::of(&head, &config).prefix().to_owned()
    };
    assert_eq!(prefixed("10.0.0.1", "/chat/", false), "");
    assert_eq!(prefixed("192.0.2.1", "/chat/", true), "");
    assert_eq!(prefixed("10.0.0.1", "/chat/", true), "/chat");
    assert_eq!(prefixed("10.0.0.1", "/a/b-c", true), "/a/b-c");
    for wrong in ["chat", "//evil.example", "/\\evil.example", "/a//b", "/a?b", "/a#b", "/a b", ""] {
        assert_eq!(prefixed("10.0.0.1", wrong, true), "", "{wrong}");
    }
}
