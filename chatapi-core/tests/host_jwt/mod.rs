//! A host that signs tokens of its own, and a chat in the same process.

use chatapi_core::store::memory::MemoryStore;
use chatapi_core::users::NewAccount;
use chatapi_core::{ChatApi, Store};
use jsonwebtoken::crypto::{CryptoProvider, KeyUtils, aws_lc};
use jsonwebtoken::errors::{ErrorKind, new_error};
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, EncodingKey, Header, Validation, decode, encode,
};
use serde_json::{Value, json};

/// The host's own provider for `jsonwebtoken`: it knows no HS256.
static HOSTS: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| match algorithm.family() {
        AlgorithmFamily::Hmac => Err(new_error(ErrorKind::InvalidAlgorithm)),
        _ => (aws_lc::DEFAULT_PROVIDER.signer_factory)(algorithm, key),
    },
    verifier_factory: |algorithm, key| match algorithm.family() {
        AlgorithmFamily::Hmac => Err(new_error(ErrorKind::InvalidAlgorithm)),
        _ => (aws_lc::DEFAULT_PROVIDER.verifier_factory)(algorithm, key),
    },
    key_utils: KeyUtils::new_unimplemented(),
};

/// The host chooses the process's provider; nobody has chosen one before.
pub(crate) fn install_the_hosts_provider() {
    assert!(HOSTS.install_default().is_ok(), "the process has a provider already");
}

/// The host signs a token by RS256 and takes it.
pub(crate) fn the_hosts_tokens_are_good() {
    let signing = EncodingKey::from_rsa_pem(include_bytes!("../issuer/keys/rsa.pem")).unwrap();
    let verifying = DecodingKey::from_rsa_pem(include_bytes!("../issuer/keys/rsa.pub.pem")).unwrap();
    let claims = json!({ "sub": "ann", "exp": 4_102_444_800_i64 });
    let token = encode(&Header::new(Algorithm::RS256), &claims, &signing).unwrap();
    let read = decode::<Value>(&token, &verifying, &Validation::new(Algorithm::RS256)).unwrap();
    assert_eq!(read.claims, claims);
}

/// Somebody logs in to a chat, and its tokens are taken.
pub(crate) async fn the_chats_tokens_are_good() {
    let api = ChatApi::builder(MemoryStore::new(), [7; 32]).build().unwrap();
    let ann = api.register(NewAccount::new("ann", "earl-grey-4-two")).await.unwrap();
    let pair = api.log_in("ann", "earl-grey-4-two").await.unwrap();
    assert_eq!(api.user_of_access_token(&pair.access).await.unwrap().id, ann.id);
    assert!(api.user_of_access_token(&pair.refresh).await.is_err());
    api.verify(&api.refresh(&pair.refresh).await.unwrap()).await.unwrap();
}

/// A chat of the host's users needs no secret, and takes no tokens.
pub(crate) async fn a_chat_without_accounts_is_built() {
    let store = MemoryStore::new();
    store.migrate().await.unwrap();
    let api = ChatApi::builder_without_accounts(store).build().unwrap();
    let other = ChatApi::builder(MemoryStore::new(), [7; 32]).build().unwrap();
    other.register(NewAccount::new("ann", "earl-grey-4-two")).await.unwrap();
    let pair = other.log_in("ann", "earl-grey-4-two").await.unwrap();
    assert_eq!(api.user_of_access_token(&pair.access).await.unwrap_err().status(), 401);
}
