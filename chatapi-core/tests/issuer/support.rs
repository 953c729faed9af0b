//! An issuer's keys and tokens, and a chat that takes them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use chatapi_core::auth::issuer::{IssuerAuthenticator, KeySource, VerifyingKey};
use chatapi_core::http::{Body, Params, Request};
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::{Authenticator, ChatApi, Clock, Config, Timestamp};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, AlgorithmFamily, EncodingKey, Header, encode};
use serde_json::{Value, json};

pub(crate) const ISSUER: &str = "https://id.example.org";
pub(crate) const AUDIENCE: &str = "chat";

/// Where all begins, in seconds since 1970.
pub(crate) const NOW: i64 = 1_795_338_707;

/// One of the keys that were made for these tests, and sign nothing else; `.pub` has the public half.
macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("keys/", $name, ".pem"))
    };
}
pub(crate) use key;

/// A clock that stands still until it is moved.
#[derive(Clone, Debug)]
pub(crate) struct SetClock(Arc<AtomicI64>);

impl SetClock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(NOW * 1_000_000)))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// A key that the issuer signs with.
pub(crate) struct Signer {
    pub(crate) algorithm: Algorithm,
    pub(crate) id: Option<&'static str>,
    key: EncodingKey,
}

impl Signer {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        let pem = match algorithm {
            Algorithm::ES256 => key!("p256"),
            Algorithm::ES384 => key!("p384"),
            Algorithm::EdDSA => key!("ed25519"),
            _ => key!("rsa"),
        };
        Self::of(algorithm, pem)
    }

    pub(crate) fn of(algorithm: Algorithm, pem: &str) -> Self {
        let read = match algorithm.family() {
            AlgorithmFamily::Ec => EncodingKey::from_ec_pem,
            AlgorithmFamily::Ed => EncodingKey::from_ed_pem,
            _ => EncodingKey::from_rsa_pem,
        };
        Self { algorithm, id: None, key: read(pem.as_bytes()).unwrap() }
    }

    pub(crate) fn named(self, id: &'static str) -> Self {
        Self { id: Some(id), ..self }
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: self.id.map(str::to_owned), ..Header::new(self.algorithm) };
        encode(&header, claims, &self.key).unwrap()
    }

    /// The public key as issuers publish it.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        jwk.common.key_id = self.id.map(str::to_owned);
        serde_json::to_value(jwk).unwrap()
    }

    pub(crate) fn verifying(&self) -> VerifyingKey {
        VerifyingKey::from_jwk(&self.jwk().to_string()).unwrap()
    }
}

/// What a good token says.
pub(crate) fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "auth0|42", "exp": NOW + 60 })
}

/// What a good token says, with this changed; null takes a claim away.
pub(crate) fn claims_with(changes: &Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        claims.as_object_mut().unwrap().insert(name.clone(), value.clone());
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

/// A token with this header and these claims, and this signature.
pub(crate) fn forged(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let part = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
    let (header, claims) = (header.to_string(), claims.to_string());
    format!("{}.{}.{}", part(header.as_bytes()), part(claims.as_bytes()), part(signature))
}

pub(crate) struct Chat {
    pub(crate) api: ChatApi,
    pub(crate) clock: SetClock,
}

impl Chat {
    /// A chat that takes the tokens that these keys verify.
    pub(crate) fn new(keys: impl KeySource + 'static) -> Self {
        Self::of(IssuerAuthenticator::new(ISSUER, AUDIENCE, keys))
    }

    pub(crate) fn of(authenticator: impl Authenticator + 'static) -> Self {
        Self::with(authenticator, Config::default())
    }

    pub(crate) fn with(authenticator: impl Authenticator + 'static, config: Config) -> Self {
        let clock = SetClock::new();
        let api = ChatApi::builder(MemoryStore::new(), [7; 32])
            .authenticator(authenticator)
            .clock(clock.clone())
            .config(config)
            .build()
            .unwrap();
        Self { api, clock }
    }

    /// The answer to somebody with this token who asks for itself: its status, and its body.
    pub(crate) async fn ask(&self, token: &str) -> (u16, String) {
        self.ask_with(&format!("Bearer {token}")).await
    }

    pub(crate) async fn ask_with(&self, authorization: &str) -> (u16, String) {
        let route = self.api.routes().find(|route| route.path() == "/auth/users/me/").unwrap().clone();
        let mut request = Request::new(Bytes::new());
        request.headers_mut().insert("host", "chat.example".parse().unwrap());
        request.headers_mut().insert("authorization", authorization.parse().unwrap());
        let response = self.api.call(&route, request, Params::default()).await;
        let (head, Body::Full(body)) = response.into_parts() else { panic!("not all at once") };
        if head.status == 401 {
            assert_eq!(head.headers["www-authenticate"], "Bearer realm=\"api\"");
        }
        (head.status.as_u16(), String::from_utf8(body.to_vec()).unwrap())
    }

    pub(crate) async fn takes(&self, token: &str) {
        let (status, body) = self.ask(token).await;
        assert_eq!(status, 200, "{body}");
    }

    /// 401, as for every token that is false or too old.
    pub(crate) async fn refuses(&self, token: &str) {
        let (status, body) = self.ask(token).await;
        assert_eq!(status, 401, "{body}");
        assert!(body.contains(r#""code":"token_not_valid""#), "{body}");
    }
}
