use std::collections::VecDeque;

use chatapi_core::auth::password::{PasswordConfig, PasswordRules};
use chatapi_core::store::Store as _;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::{ChatApi, CurrentUser};
use tempfile::TempDir;

use super::*;

/// Answers from a list, and notes what is said.
struct Script {
    answers: VecDeque<&'static str>,
    said: Vec<String>,
}

impl Script {
    fn new(answers: &[&'static str]) -> Self {
        Self { answers: answers.iter().copied().collect(), said: Vec::new() }
    }

    fn next(&mut self) -> io::Result<String> {
        self.answers.pop_front().map(str::to_owned).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

impl Dialog for Script {
    fn ask(&mut self, _: &str) -> io::Result<String> {
        self.next()
    }

    fn ask_hidden(&mut self, _: &str) -> io::Result<String> {
        self.next()
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        self.said.push(line.to_owned());
        Ok(())
    }
}

/// A chat with one account, `ada`.
async fn chats() -> (TempDir, Chats) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("chat.sqlite3")).await.unwrap();
    store.migrate().await.unwrap();
    let mut cheap = PasswordConfig::default();
    (cheap.memory_kib, cheap.passes) = (8, 1);
    let mut rules = PasswordRules::default();
    let builder = || ChatApi::builder(store.clone(), "x".repeat(32)).passwords(cheap.clone());
    let strict = builder().password_rules(rules.clone()).build().unwrap();
    rules.min_length = 0;
    rules.refuse_common = false;
    let lenient = builder().password_rules(rules).build().unwrap();
    let ada = NewAccount {
        username: "ada".into(),
        email: String::new(),
        password: "zaq123wsx!Q".into(),
        is_superuser: false,
    };
    strict.register(ada).await.unwrap();
    (folder, Chats { strict, lenient })
}

async fn can_log_in(chats: &Chats, username: &str, password: &str) -> bool {
    chats.strict.log_in(username, password).await.is_ok()
}

#[tokio::test]
async fn sound_answers_make_a_superuser() {
    let (_folder, chats) = chats().await;
    let mut script = Script::new(&["grace", "grace@example.org", "zaq123wsx!Q", "zaq123wsx!Q"]);
    let made = interview(&mut script, &chats, None, None).await.unwrap();
    assert_eq!(made, "grace");
    assert_eq!(script.said, Vec::<String>::new());
    assert!(can_log_in(&chats, "grace", "zaq123wsx!Q").await);
    let user = chats.strict.store().user_by_name("grace").await.unwrap().unwrap();
    assert!(CurrentUser::from(&user).is_superuser && user.is_staff);
    assert_eq!(user.email, "grace@example.org");
}

#[tokio::test]
async fn each_fault_is_told_and_asked_again() {
    let (_folder, chats) = chats().await;
    let mut script = Script::new(&[
        "",
        "two words",
        "ada",
        "grace", // names
        "nowhere",
        "", // addresses
        "zaq123wsx!Q",
        "zaq123wsx!q",
        " ",
        " ",
        "password",
        "password",
        "n",
        "zaq123wsx!Q",
        "zaq123wsx!Q",
    ]);
    interview(&mut script, &chats, None, None).await.unwrap();
    assert_eq!(
        script.said,
        [
            "Error: This field cannot be blank.",
            "Error: Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.",
            "Error: A user with that username already exists.",
            "Error: Enter a valid email address.",
            "Error: Your passwords didn't match.",
            "Error: Blank passwords aren't allowed.",
            "This password is too common.",
        ]
    );
    assert!(can_log_in(&chats, "grace", "zaq123wsx!Q").await);
}

#[tokio::test]
async fn whoever_insists_gets_a_weak_password() {
    let (_folder, chats) = chats().await;
    let mut script = Script::new(&["short", "short", "Y"]);
    interview(&mut script, &chats, Some("grace".into()), Some(String::new())).await.unwrap();
    assert!(can_log_in(&chats, "grace", "short").await);
}

#[tokio::test]
async fn an_end_of_the_answers_ends_it() {
    let (_folder, chats) = chats().await;
    let fault = interview(&mut Script::new(&["grace"]), &chats, None, None).await.unwrap_err();
    assert_eq!(fault.kind(), io::ErrorKind::UnexpectedEof);
}
