//! cargo run -p chatapi-embed --bin actix
//!
//! Chat under `/chat` of a service on actix-web, beside a route of the service's own. Its clients sign up and log in with
//! accounts of the chat's, and everything is kept in memory.

use std::error::Error;

use actix_web::{App, HttpServer, Responder, get, web};
use chatapi_core::ChatApi;
use chatapi_core::store::memory::MemoryStore;
use chatapi_embed::{CONVERSATION, listen, say_what_to_try};

#[get("/")]
async fn hello() -> impl Responder {
    "Hello, World!\n"
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = "a secret of 32 bytes or more, from your settings";
    let chat = ChatApi::builder(MemoryStore::new(), secret).build()?;
    // Called once for each worker: all of them serve the same chat.
    let served = chat.clone();
    let app = move || {
        let chat = web::scope("/chat").configure(chatapi_actix::configure(served.clone()));
        App::new().service(hello).service(chat)
    };

    let listener = listen()?;
    say_what_to_try(&listener, &format!("curl -s http://127.0.0.1:8000/\n{CONVERSATION}"))?;
    // Ends on Ctrl-C by itself.
    HttpServer::new(app).listen(listener)?.run().await?;
    // What is still to be done after the last answer, such as mails.
    chat.shutdown().await;
    Ok(())
}
