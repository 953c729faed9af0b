//! cargo run -p chatapi-embed --bin tokens
//!
//! Clients bring tokens that the host signed, here on actix-web, and the chat verifies them by the keys that the host
//! publishes: it fetches them when the first token comes. A token says who the user is and what it is called; the chat
//! makes a row for each user when it first sees it.

use std::error::Error;

use actix_web::{App, HttpServer, web};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use chatapi_core::auth::issuer::IssuerAuthenticator;
use chatapi_core::auth::issuer::jwks::JwksSource;
use chatapi_core::rooms::RoomDraft;
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::users::ExternalUser;
use chatapi_core::{ChatApi, CurrentUser};
use chatapi_embed::{listen, say_what_to_try};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

/// The host's name in `iss`, and the chat's in `aud`.
const ISSUER: &str = "https://id.example.org";
const AUDIENCE: &str = "chat";

const KEY_ID: &str = "made-at-the-start";

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?.to_pkcs8v1()?;
    let key = EncodingKey::from_ec_der(key.as_ref());
    let listener = listen()?;
    let keys = JwksSource::new(&format!("http://{}/jwks.json", listener.local_addr()?))?;
    let chat = ChatApi::builder_without_accounts(MemoryStore::new())
        .authenticator(IssuerAuthenticator::new(ISSUER, AUDIENCE, keys))
        .build()?;
    // The host may know a user before any token names it.
    let ann = chat.user_of_host(&ExternalUser::new("user-17").username("ann")).await?;
    let draft = RoomDraft { name: "Tea".into(), users: vec![ann.id], admin: None };
    let room = chat.create_room(&CurrentUser::from(&ann), draft).await?;

    let (served, published) = (chat.clone(), public_half(&key)?);
    let app = move || {
        let published = published.clone();
        App::new()
            .route("/jwks.json", web::get().to(move || std::future::ready(web::Json(published.clone()))))
            .service(web::scope("/chat").configure(chatapi_actix::configure(served.clone())))
    };

    let (token, too_old) = (token(&key, 60 * 60)?, token(&key, -1)?);
    let lines = format!(
        r#"
# What the host publishes.
curl -s http://127.0.0.1:8000/jwks.json
# Ann with her token, and with one that was good until a second ago.
TOKEN={token}
curl -s http://127.0.0.1:8000/chat/messages/ -H "Authorization: Bearer $TOKEN" -d room={} -d "content=Hello, host"
curl -s http://127.0.0.1:8000/chat/rooms/ -H "Authorization: Bearer $TOKEN"
curl -s -w ' %{{http_code}}\n' http://127.0.0.1:8000/chat/rooms/ -H "Authorization: Bearer {too_old}"
"#,
        room.id
    );
    say_what_to_try(&listener, &lines)?;
    HttpServer::new(app).listen(listener)?.run().await?;
    chat.shutdown().await;
    Ok(())
}

/// The public half of the key, as hosts publish it (RFC 7517).
fn public_half(key: &EncodingKey) -> jsonwebtoken::errors::Result<JwkSet> {
    let mut public = Jwk::from_encoding_key(key, Algorithm::ES256)?;
    public.common.key_id = Some(KEY_ID.to_owned());
    Ok(JwkSet { keys: vec![public] })
}

/// A token for Ann that is good for so many seconds from now.
fn token(key: &EncodingKey, seconds: i64) -> jsonwebtoken::errors::Result<String> {
    let now = jsonwebtoken::get_current_timestamp().cast_signed();
    let header = Header { kid: Some(KEY_ID.to_owned()), ..Header::new(Algorithm::ES256) };
    let claims = json!({
        "iss": ISSUER, "aud": AUDIENCE, "exp": now + seconds,
        "sub": "user-17", "preferred_username": "ann", "email": "ann@example.org",
    });
    jsonwebtoken::encode(&header, &claims, key)
}
