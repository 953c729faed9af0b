//! Cases about tokens: what they say, how long they last, and which are refused.

use std::time::Duration;

use super::case::cases;
use super::chat::Suite;
use super::forge::{self, FORMER_KEY, NOW, claims, token, with_revision_of};

cases! {
    tokens_say_what_they_are_and_whose,
    an_access_token_lasts_an_hour_to_the_second,
    a_refresh_token_lasts_a_day_to_the_second,
    a_token_lasts_as_long_as_is_set,
    a_refresh_token_gives_an_access_token_that_begins_now,
    a_token_of_the_wrong_type_is_refused,
    a_token_that_names_nobody_is_refused,
    a_token_that_nobody_signed_is_refused,
    a_token_that_was_tampered_with_is_refused,
    credentials_are_a_scheme_and_one_token,
    a_token_is_verified_of_either_type,
    a_token_that_is_not_good_yet_is_refused,
    an_access_token_has_the_claims_that_were_added_to_the_refresh_token,
}

const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
const MISSING: &str = r#"{"detail":"Authentication credentials were not provided."}"#;
const BAD_HEADER: &str = r#"{"detail":"Authorization header must contain two space-delimited values","code":"bad_authorization_header"}"#;
const BAD_TOKEN: &str = r#"{"detail":"Token is invalid or expired","code":"token_not_valid"}"#;
const WRONG_TYPE: &str = r#"{"detail":"Token has wrong type","code":"token_not_valid"}"#;

/// What an access token that is refused is told.
fn refused(message: &str) -> String {
    let tried = format!(r#"{{"token_class":"AccessToken","token_type":"access","message":"{message}"}}"#);
    format!(
        r#"{{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{tried}]}}"#
    )
}

fn bad_access() -> String {
    refused("Token is invalid or expired")
}

async fn tokens_say_what_they_are_and_whose(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    for (issued, kind, lifetime) in [(&ann.access, "access", 3600), (&ann.refresh, "refresh", 86_400)] {
        let (header, claims) = forge::read(issued);
        assert_eq!(
            [header.at("alg"), header.at("typ")].map(|text| text.unwrap().as_str()),
            [Some("HS256"), Some("JWT")]
        );
        assert!(header.at("kid").is_none());
        assert_eq!(claims.at("token_type").unwrap().as_str(), Some(kind));
        assert_eq!(claims.at("iat").unwrap().as_i64(), Some(NOW));
        assert_eq!(claims.at("exp").unwrap().as_i64(), Some(NOW + lifetime));
        assert_eq!(claims.at("user_id").unwrap().as_i64(), Some(ann.id));
        let jti = claims.at("jti").unwrap().as_str().unwrap();
        assert!(jti.len() == 32 && jti.bytes().all(|byte| b"0123456789abcdef".contains(&byte)), "{jti}");
    }
}

async fn an_access_token_lasts_an_hour_to_the_second(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    // The clock stands at 0.809284 of a second; the token's time is in whole ones.
    chat.clock.advance(Duration::from_micros(3_600_000_000 - 809_284 - 1));
    chat.get("/rooms/").by(&ann).await.status(200);
    chat.clock.advance(Duration::from_micros(1));
    chat.get("/rooms/").by(&ann).await.is(401, bad_access());
    chat.post("/auth/jwt/verify/").json(format!(r#"{{"token":"{}"}}"#, ann.access)).await.is(401, BAD_TOKEN);
    let again = chat.post("/auth/jwt/refresh/").json(format!(r#"{{"refresh":"{}"}}"#, ann.refresh)).await;
    chat.get("/rooms/").bearer(again.text("access")).await.status(200);
}

async fn a_refresh_token_lasts_a_day_to_the_second(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let refresh = || chat.post("/auth/jwt/refresh/").json(format!(r#"{{"refresh":"{}"}}"#, ann.refresh));
    chat.clock.advance(Duration::from_micros(86_400_000_000 - 809_284 - 1));
    refresh().await.status(200);
    chat.clock.advance(Duration::from_micros(1));
    refresh().await.is(401, BAD_TOKEN);
}

async fn a_token_lasts_as_long_as_is_set(suite: Suite) {
    let chat = suite.chat_with(|config| {
        config.access_lifetime = Duration::from_secs(10);
        config.refresh_lifetime = Duration::from_secs(20);
        config.leeway = Duration::from_secs(5);
    });
    let chat = chat.await;
    let ann = chat.person("ann").await;
    let refresh = || chat.post("/auth/jwt/refresh/").json(format!(r#"{{"refresh":"{}"}}"#, ann.refresh));
    chat.clock.advance(Duration::from_secs(14));
    chat.get("/rooms/").by(&ann).await.status(200);
    chat.clock.advance(Duration::from_secs(1));
    chat.get("/rooms/").by(&ann).await.status(401);
    chat.clock.advance(Duration::from_secs(9));
    refresh().await.status(200);
    chat.clock.advance(Duration::from_secs(1));
    refresh().await.status(401);
}

async fn a_refresh_token_gives_an_access_token_that_begins_now(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    chat.clock.advance(Duration::from_secs(1000));
    let answer = chat.post("/auth/jwt/refresh/").json(format!(r#"{{"refresh":"{}"}}"#, ann.refresh)).await;
    let access = answer.status(200).text("access");
    answer.is(200, format!(r#"{{"access":"{access}"}}"#));
    let (_, claims) = forge::read(&access);
    assert_eq!(claims.at("iat").unwrap().as_i64(), Some(NOW + 1000));
    assert_eq!(claims.at("exp").unwrap().as_i64(), Some(NOW + 1000 + 3600));
}

async fn a_token_of_the_wrong_type_is_refused(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    chat.get("/rooms/").bearer(&ann.refresh).await.is(401, refused("Token has wrong type"));
    chat.post("/auth/jwt/refresh/")
        .json(format!(r#"{{"refresh":"{}"}}"#, ann.access))
        .await
        .is(401, WRONG_TYPE);
}

async fn a_token_that_names_nobody_is_refused(suite: Suite) {
    let chat = suite.chat().await;
    let ask = |claims: &str| chat.get("/rooms/").bearer(token(HS256, claims, FORMER_KEY));
    let nameless = format!(r#"{{"token_type":"access","exp":{},"jti":"{:032x}"}}"#, NOW + 60, 1);
    let no_user =
        r#"{"detail":"Token contained no recognizable user identification","code":"token_not_valid"}"#;
    ask(&nameless).await.is(401, no_user);
    let gone = r#"{"detail":"User not found","code":"user_not_found"}"#;
    ask(&claims("access", NOW + 60, 999_999)).await.is(401, gone);
}

async fn a_token_that_nobody_signed_is_refused(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let good = with_revision_of(&ann.access, &claims("access", NOW + 60, ann.id));
    chat.get("/rooms/").bearer(token(HS256, &good, FORMER_KEY)).await.status(200);
    let foreign = b"a key that this chat has never heard of at all";
    let expired = with_revision_of(&ann.access, &claims("access", NOW, ann.id));
    let endless = format!(r#"{{"token_type":"access","jti":"{:032x}","user_id":{}}}"#, 1, ann.id);
    let typeless = format!(r#"{{"exp":{},"jti":"{:032x}","user_id":{}}}"#, NOW + 60, 1, ann.id);
    let mut forged = vec![
        token(HS256, &good, foreign),
        token(HS256, &good, b""),
        token(HS256, &expired, FORMER_KEY),
        token(HS256, &endless, FORMER_KEY),
        token(HS256, &typeless, FORMER_KEY),
        token(HS256, "{}", FORMER_KEY),
        token(HS256, "nonsense", FORMER_KEY),
    ];
    for algorithm in ["none", "None", "HS384", "HS512", "RS256", "ES256", ""] {
        let header = format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#);
        let token = token(&header, &good, FORMER_KEY);
        let unsigned = token.rsplit_once('.').map_or("", |(unsigned, _)| unsigned);
        forged.extend([format!("{unsigned}."), unsigned.to_owned(), token.clone()]);
    }
    for token in forged {
        chat.get("/rooms/").bearer(&token).await.is(401, bad_access());
        chat.post("/auth/jwt/verify/").json(format!(r#"{{"token":"{token}"}}"#)).await.is(401, BAD_TOKEN);
        chat.post("/auth/jwt/refresh/").json(format!(r#"{{"refresh":"{token}"}}"#)).await.is(401, BAD_TOKEN);
    }
}

async fn a_token_that_was_tampered_with_is_refused(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let [header, claims, tag]: [&str; 3] = ann.access.split('.').collect::<Vec<_>>().try_into().unwrap();
    let other = bob.access.split('.').nth(1).unwrap();
    let cut = &tag[..tag.len() - 1];
    for token in [
        format!("{header}.{other}.{tag}"),
        format!("{header}.{claims}.{cut}"),
        format!("{header}.{claims}.{tag}.{tag}"),
        format!("{header}.{claims}"),
        "..".to_owned(),
        "a.b.c".to_owned(),
    ] {
        chat.get("/rooms/").bearer(token).await.is(401, bad_access());
    }
}

async fn credentials_are_a_scheme_and_one_token(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let ask = |value: String| chat.get("/rooms/").header("authorization", value);
    for value in
        [format!("bearer {}", ann.access), format!("Token {}", ann.access), ann.access.clone(), String::new()]
    {
        ask(value).await.is(401, MISSING);
    }
    for value in [
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Bearer {} x", ann.access),
        "Bearer a b c".to_owned(),
    ] {
        ask(value).await.is(401, BAD_HEADER);
    }
    ask(format!("Bearer  {}", ann.access)).await.status(200);
    chat.get("/rooms/").header("authorization", b"Bearer \xff\xfe").await.is(401, bad_access());
}

async fn a_token_is_verified_of_either_type(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    for token in [&ann.access, &ann.refresh] {
        chat.post("/auth/jwt/verify/").json(format!(r#"{{"token":"{token}"}}"#)).await.is(200, "{}");
    }
}

async fn a_token_that_is_not_good_yet_is_refused(suite: Suite) {
    let chat = suite.chat_with(|config| config.leeway = Duration::from_secs(5)).await;
    let ann = chat.person("ann").await;
    let of = |iat: &str, nbf: &str| {
        let claims = format!(
            r#"{{"token_type":"access","exp":{},"iat":{iat},"nbf":{nbf},"jti":"{:032x}","user_id":{}}}"#,
            NOW + 600,
            7,
            ann.id
        );
        token(HS256, &with_revision_of(&ann.access, &claims), FORMER_KEY)
    };
    let [now, soon, later] = [NOW, NOW + 5, NOW + 7].map(|at| at.to_string());
    for (iat, nbf) in [(&now, &now), (&soon, &soon)] {
        chat.get("/rooms/").bearer(of(iat, nbf)).await.status(200);
    }
    let early = [of(&later, &now), of(&now, &later)];
    for early in &early {
        chat.get("/rooms/").bearer(early).await.is(401, bad_access());
        chat.post("/auth/jwt/verify/").json(format!(r#"{{"token":"{early}"}}"#)).await.is(401, BAD_TOKEN);
    }
    chat.clock.advance(Duration::from_secs(2));
    for in_time in &early {
        chat.get("/rooms/").bearer(in_time).await.status(200);
    }
    for odd in [r#""soon""#, "[]", "{}"] {
        chat.get("/rooms/").bearer(of(&now, odd)).await.is(401, bad_access());
        chat.get("/rooms/").bearer(of(odd, &now)).await.is(401, bad_access());
    }
}

async fn an_access_token_has_the_claims_that_were_added_to_the_refresh_token(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let claims = claims("refresh", NOW + 600, ann.id);
    let more = r#","tenant":"tea","roles":["a",{"b":1}],"none":null}"#;
    let refresh = with_revision_of(&ann.refresh, &format!("{}{more}", claims.strip_suffix('}').unwrap()));
    let refresh = token(HS256, &refresh, FORMER_KEY);
    chat.clock.advance(Duration::from_secs(30));
    let answer = chat.post("/auth/jwt/refresh/").json(format!(r#"{{"refresh":"{refresh}"}}"#)).await;
    let access = answer.status(200).text("access");
    let (_, claims) = forge::read(&access);
    assert_eq!(claims.at("tenant").unwrap().as_str(), Some("tea"));
    assert_eq!(claims.at("roles").unwrap().to_string(), r#"["a",{"b":1}]"#);
    assert!(claims.at("none").is_some());
    assert_eq!(claims.at("token_type").unwrap().as_str(), Some("access"));
    assert_eq!(claims.at("iat").unwrap().as_i64(), Some(NOW + 30));
    assert_ne!(claims.at("jti").unwrap().to_string(), format!("\"{:032x}\"", 7));
    chat.get("/rooms/").bearer(&access).await.status(200);
}
