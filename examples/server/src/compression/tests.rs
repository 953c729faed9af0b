use super::*;

type Headers<'a> = &'a [(&'static str, &'a str)];

fn asked(method: Method, path: &str, accepted: &str) -> Negotiation {
    Negotiation::of(
        &Request::builder().method(method).uri(path).header(ACCEPT_ENCODING, accepted).body(()).unwrap(),
    )
}

/// An answer with a body of so many bytes, and what becomes of it.
async fn sent(asked: &Negotiation, length: usize, headers: Headers<'_>) -> Response<Bytes> {
    let mut response = Response::builder().header(CONTENT_LENGTH, length);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    let body = if asked.is_head { Vec::new() } else { vec![b'x'; length] };
    let response = response.body(Full::new(Bytes::from(body))).unwrap();
    let (head, body) = Compression::default().compress(asked, response).await.into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

fn header(response: &Response<Bytes>, name: HeaderName) -> Option<&str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

const JSON: (&str, &str) = ("content-type", "application/json");
const VARIES: (&str, &str) = ("vary", "Accept");

#[tokio::test]
async fn a_long_answer_is_compressed_and_says_so() {
    for (accepted, coding) in [("gzip, br", "br"), ("gzip", "gzip")] {
        for length in [1024, 100_000] {
            let answer = sent(&asked(Method::GET, "/rooms/", accepted), length, &[JSON, VARIES]).await;
            assert_eq!(header(&answer, CONTENT_ENCODING), Some(coding));
            assert_eq!(header(&answer, VARY), Some("Accept, Accept-Encoding"));
            assert_eq!(header(&answer, CONTENT_LENGTH), Some(answer.body().len().to_string().as_str()));
            assert!(answer.body().len() < length / 10);
            let mut plain = Vec::new();
            match coding {
                "br" => brotli::BrotliDecompress(&mut &answer.body()[..], &mut plain).unwrap(),
                _ => {
                    std::io::copy(&mut flate2::read::GzDecoder::new(&answer.body()[..]), &mut plain).unwrap();
                }
            }
            assert_eq!(plain, vec![b'x'; length]);
        }
    }
}

#[tokio::test]
async fn an_answer_is_as_it_was_for_a_client_that_asks_for_nothing() {
    for accepted in ["", "identity", "br;q=0"] {
        let answer = sent(&asked(Method::GET, "/rooms/", accepted), 5000, &[JSON, VARIES]).await;
        assert_eq!(header(&answer, CONTENT_ENCODING), None);
        assert_eq!(header(&answer, VARY), Some("Accept"));
        assert_eq!(answer.body().len(), 5000);
    }
}

#[tokio::test]
async fn what_is_short_or_small_already_or_secret_is_not_compressed() {
    let get = |path: &str| asked(Method::GET, path, "gzip, br");
    for (asked, length, headers) in [
        (get("/rooms/"), 1023, &[JSON][..]),
        (get("/rooms/"), 5000, &[("content-type", "image/png")]),
        (get("/rooms/"), 5000, &[]),
        (get("/rooms/"), 5000, &[JSON, ("content-encoding", "zstd")]),
        (get("/admin/users/"), 5000, &[("content-type", "text/html"), ("cache-control", "no-store")]),
        (get("/rooms/"), 5000, &[JSON, ("set-cookie", "a=b")]),
        (get("/rooms/"), 5000, &[JSON, ("cache-control", "no-transform")]),
        (get("/auth/jwt/create/"), 5000, &[JSON]),
    ] {
        let answer = sent(&asked, length, headers).await;
        assert_eq!(answer.body().len(), length, "{headers:?}");
        assert_eq!(header(&answer, VARY), None, "{headers:?}");
    }
}

#[tokio::test]
async fn an_asset_varies_and_its_tag_is_weak_where_it_is_compressed() {
    let asset =
        [("content-type", "text/css; charset=utf-8"), ("cache-control", "no-cache"), ("etag", "\"a\"")];
    let plain = sent(&asked(Method::GET, "/a.css", ""), 5000, &asset).await;
    assert_eq!((header(&plain, VARY), header(&plain, ETAG)), (Some("Accept-Encoding"), Some("\"a\"")));
    let compressed = sent(&asked(Method::GET, "/a.css", "br"), 5000, &asset).await;
    assert_eq!(
        (header(&compressed, VARY), header(&compressed, ETAG)),
        (Some("Accept-Encoding"), Some("W/\"a\""))
    );
    let head = sent(&asked(Method::HEAD, "/a.css", "br"), 5000, &asset).await;
    for name in [VARY, ETAG, CONTENT_ENCODING] {
        assert_eq!(header(&head, name.clone()), header(&compressed, name));
    }
    assert_eq!(header(&head, CONTENT_LENGTH), None);
}

#[tokio::test]
async fn an_asset_is_compressed_once() {
    let compression = Compression::default();
    let asked = asked(Method::GET, "/a.css", "br");
    let mut bodies = Vec::new();
    for _ in 0..2 {
        let response = Response::builder().header(CONTENT_TYPE, "text/css").header(CONTENT_LENGTH, 2000);
        let response =
            response.header(CACHE_CONTROL, "no-cache").body(Full::new(Bytes::from(vec![b'x'; 2000])));
        let body = compression.compress(&asked, response.unwrap()).await.into_body();
        bodies.push(body.collect().await.unwrap().to_bytes());
    }
    assert_eq!(bodies[0].as_ptr(), bodies[1].as_ptr());
}
