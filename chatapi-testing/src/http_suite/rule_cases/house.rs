//! A host's policy and hooks, as cases need them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chatapi_core::CurrentUser;
use chatapi_core::error::{Error, Refusal, Result};
use chatapi_core::hooks::{Draft, Event, Hooks, Purpose, Verdict};
use chatapi_core::messages::Message;
use chatapi_core::permission::{Action, DocumentedPolicy, Policy};
use chatapi_core::rooms::Room;
use tokio::sync::Semaphore;

use super::super::chat::Chat;

/// The documented rules, but that the auditor reads every message, and the moderator changes and deletes it.
#[derive(Debug)]
pub(super) struct Moderated;

impl Policy for Moderated {
    fn allows_room(&self, user: &CurrentUser, action: Action, room: &Room) -> bool {
        DocumentedPolicy.allows_room(user, action, room)
    }

    fn reaches_every_room(&self, user: &CurrentUser) -> bool {
        ["auditor", "moderator"].contains(&user.username.as_str())
    }

    fn allows_message(&self, user: &CurrentUser, action: Action, message: &Message) -> bool {
        user.username == "moderator" || DocumentedPolicy.allows_message(user, action, message)
    }
}

/// Hooks that do as the texts say, and keep what they were asked and told.
#[derive(Clone, Debug)]
pub(super) struct House {
    asked: Arc<Mutex<Vec<String>>>,
    heard: Arc<Mutex<Vec<String>>>,
    /// What happens is heard through it, while it is open.
    door: Arc<Semaphore>,
}

impl House {
    pub(super) fn new() -> Self {
        Self { asked: Arc::default(), heard: Arc::default(), door: Arc::new(Semaphore::new(1)) }
    }

    /// The texts that it was asked about since this was asked last.
    pub(super) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    /// What it heard since this was asked last.
    pub(super) async fn heard(&self, chat: &Chat) -> Vec<String> {
        // What is on its way to hooks is a task of the chat's: it waits for it, and goes on.
        chat.api().shutdown().await;
        self.heard_so_far()
    }

    /// What it heard since this was asked last, whatever is still on its way.
    pub(super) fn heard_so_far(&self) -> Vec<String> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }

    /// It hears nothing until what this gives is dropped.
    pub(super) async fn shut(&self) -> impl Drop {
        self.door.acquire().await.unwrap()
    }
}

#[async_trait]
impl Hooks for House {
    async fn before_send(&self, draft: &Draft<'_>) -> Result<Verdict> {
        self.asked.lock().unwrap().push(draft.text.to_owned());
        if let Purpose::Edit(message) = draft.purpose
            && draft.text.contains("never")
        {
            return Err(Refusal::new(409, format!("You said: {}", message.content))?.into());
        }
        let words: Vec<&str> = draft.text.split(' ').collect();
        match words[..] {
            ["refuse", status, ..] => {
                let refusal = Refusal::new(status.parse().unwrap(), "Not in this house.")?;
                Err(match words.get(2) {
                    Some(code) => refusal.with_code((*code).to_owned()),
                    None => refusal,
                }
                .into())
            }
            ["too", "much"] => Err(Error::TooManyRequests { retry_after: Duration::from_secs(7) }),
            ["make", "it", how] => Ok(Verdict::Rewrite(match how {
                "blank" => " \n".to_owned(),
                "nul" => "a\0b".to_owned(),
                "long" => "x".repeat(100_001),
                padded => format!("  {padded} "),
            })),
            _ if draft.text.contains("darn") => Ok(Verdict::Rewrite(draft.text.replace("darn", "****"))),
            _ => Ok(Verdict::Allow),
        }
    }

    async fn after_commit(&self, event: &Event) {
        let _open = self.door.acquire().await.unwrap();
        let said = match event {
            Event::MessageSent { message } if message.content == "do not panic" => panic!("as told"),
            Event::MessageSent { message } => {
                format!("{} was sent by {}: {}", message.id, message.user, message.content)
            }
            Event::MessageChanged { message, by } => {
                format!("{} was changed by {by}: {}", message.id, message.content)
            }
            Event::MessageDeleted { message, by } => {
                format!("{} was deleted by {by}: {}", message.id, message.content)
            }
            Event::RoomCreated { room } => {
                format!("room {} was made: {} of {}", room.id, room.name, room.users.len())
            }
            Event::RoomChanged { room, by } => {
                format!("room {} was changed by {by}: {} of {}", room.id, room.name, room.users.len())
            }
            Event::RoomDeleted { room, by } => {
                format!("room {} was deleted by {by}: {} of {}", room.id, room.name, room.users.len())
            }
            Event::UserCreated { user } => format!("user {user} was created"),
            Event::UserDeleted { user } => format!("user {user} was deleted"),
            unknown => format!("the suite does not know {unknown:?}"),
        };
        self.heard.lock().unwrap().push(said);
    }
}
