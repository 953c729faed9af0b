//! cargo run -p chatapi-embed --bin rules
//!
//! The host's own rules, here on actix-web: a policy by which moderators delete any message, and hooks that refuse one
//! word, rewrite another, and hear of everything that was committed.

use std::error::Error;

use actix_web::{App, HttpServer, web};
use async_trait::async_trait;
use chatapi_core::error::Refusal;
use chatapi_core::hooks::{Draft, Event, Hooks, Verdict};
use chatapi_core::messages::Message;
use chatapi_core::permission::{Action, DocumentedPolicy, Policy};
use chatapi_core::rooms::Room;
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::users::NewAccount;
use chatapi_core::{ChatApi, CurrentUser};
use chatapi_embed::{CONVERSATION, listen, say_what_to_try};

const TRY: &str = r#"
# One word is refused, another rewritten.
curl -s -w ' %{http_code}\n' http://127.0.0.1:8000/chat/messages/ -H "Authorization: Bearer $TOKEN" -d room=$ROOM -d "content=Coffee, anyone?"
MESSAGE=$(curl -s http://127.0.0.1:8000/chat/messages/ -H "Authorization: Bearer $TOKEN" -d room=$ROOM -d "content=No, darn it" | sed 's/{"id":\([0-9]*\).*/\1/')
curl -s http://127.0.0.1:8000/chat/messages/$MESSAGE/ -H "Authorization: Bearer $TOKEN"
# A moderator, who is not in the room, may delete the message and may not change it.
MODERATOR=$(curl -s http://127.0.0.1:8000/chat/auth/jwt/create/ -d username=moderator -d password=lapsang-4-souchong | sed 's/.*"access":"\([^"]*\)".*/\1/')
curl -s -w ' %{http_code}\n' http://127.0.0.1:8000/chat/messages/$MESSAGE/ -H "Authorization: Bearer $MODERATOR" -X PATCH -d content=Yes
curl -s -w '%{http_code}\n' http://127.0.0.1:8000/chat/messages/$MESSAGE/ -H "Authorization: Bearer $MODERATOR" -X DELETE
"#;

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = "a secret of 32 bytes or more, from your settings";
    let chat = ChatApi::builder(MemoryStore::new(), secret).policy(Moderated).hooks(TeaHouse).build()?;
    let moderator = NewAccount::new("moderator", "lapsang-4-souchong");
    chat.register(NewAccount { is_superuser: true, ..moderator }).await?;
    let served = chat.clone();
    let app =
        move || App::new().service(web::scope("/chat").configure(chatapi_actix::configure(served.clone())));

    let listener = listen()?;
    say_what_to_try(&listener, &format!("{CONVERSATION}{}", TRY.trim_start()))?;
    HttpServer::new(app).listen(listener)?.run().await?;
    // The hooks have heard of everything when this is done.
    chat.shutdown().await;
    Ok(())
}

/// As documented, and staff deletes any message, in rooms that it is not in too.
#[derive(Debug)]
struct Moderated;

impl Policy for Moderated {
    fn allows_room(&self, user: &CurrentUser, action: Action, room: &Room) -> bool {
        DocumentedPolicy.allows_room(user, action, room)
    }

    fn reaches_every_room(&self, user: &CurrentUser) -> bool {
        user.is_staff
    }

    fn allows_message(&self, user: &CurrentUser, action: Action, message: &Message) -> bool {
        let moderates = user.is_staff && action == Action::Delete;
        moderates || DocumentedPolicy.allows_message(user, action, message)
    }
}

#[derive(Debug)]
struct TeaHouse;

#[async_trait]
impl Hooks for TeaHouse {
    async fn before_send(&self, draft: &Draft<'_>) -> chatapi_core::Result<Verdict> {
        if draft.text.to_lowercase().contains("coffee") {
            return Err(Refusal::new(422, "This is a tea house.")?.with_code("no_coffee").into());
        }
        Ok(Verdict::Rewrite(draft.text.replace("darn", "****")))
    }

    #[expect(clippy::print_stdout, reason = "it stands for what a host does with what it hears")]
    async fn after_commit(&self, event: &Event) {
        match event {
            Event::MessageSent { message } => println!("user {} wrote: {}", message.user, message.content),
            Event::MessageDeleted { message, by } => println!("user {by} deleted: {}", message.content),
            _ => {}
        }
    }
}
