//! cargo run -p chatapi-embed --bin direct
//!
//! Chat without HTTP: each use-case is a typed method, with the rules and the errors that the endpoints have. Prints a
//! small conversation, and ends.
#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::error::Error;

use chatapi_core::messages::MessageFilter;
use chatapi_core::page::PageRequest;
use chatapi_core::rooms::RoomDraft;
use chatapi_core::search::SearchTerms;
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::users::ExternalUser;
use chatapi_core::{ChatApi, CurrentUser};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let chat = ChatApi::builder_without_accounts(MemoryStore::new()).build()?;
    let ann = CurrentUser::from(&chat.user_of_host(&ExternalUser::new("user-17").username("ann")).await?);
    let bob = CurrentUser::from(&chat.user_of_host(&ExternalUser::new("user-42").username("bob")).await?);

    let draft = RoomDraft { name: "Tea".into(), users: vec![ann.id], admin: None };
    let room = chat.create_room(&ann, draft).await?;
    let refused = chat.send_message(&bob, room.id, "Coffee, anyone?").await;
    println!("bob is not a member yet: {}", if refused.is_err() { "refused" } else { "sent" });
    let room = chat.add_members(&ann, room.id, &[bob.id]).await?;

    chat.send_message(&ann, room.id, "Which tea is it to be?").await?;
    chat.send_message(&bob, room.id, "Earl Grey, hot.").await?;
    let everything = MessageFilter { room: Some(room.id), ..MessageFilter::all(ann.id) };
    let said = chat.messages(&everything, PageRequest::first(25)).await?;
    for message in &said.results {
        let author = room.users.iter().find(|member| member.id == message.user);
        let author = author.map_or("former member", |member| &member.username);
        println!("{author}: {}", message.content);
    }

    let wanted = MessageFilter { search: SearchTerms::parse("EARL grey")?, ..everything };
    let found = chat.messages(&wanted, PageRequest::first(25)).await?;
    println!("found by \"EARL grey\": {} of {}", found.count, said.count);
    Ok(())
}
