//! cargo run -p chatapi-embed --bin tower
//!
//! Chat as a tower service, for whatever takes one; here plain hyper, with no framework. The service routes by hand: what
//! is the chat's goes to the chat, all else is its own.

use std::convert::Infallible;
use std::error::Error;
use std::io;

use chatapi_core::ChatApi;
use chatapi_core::http::Peer;
use chatapi_core::store::memory::MemoryStore;
use chatapi_embed::{CONVERSATION, ctrl_c, listen, say_what_to_try};
use chatapi_tower::{ChatService, ResponseBody};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tower_service::Service as _;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = "a secret of 32 bytes or more, from your settings";
    let api = ChatApi::builder(MemoryStore::new(), secret).build()?;
    let chat = chatapi_tower::service(api.clone()).below("/chat");

    let listener = listen()?;
    say_what_to_try(&listener, &format!("curl -s http://127.0.0.1:8000/\n{CONVERSATION}"))?;
    tokio::select! {
        end = serve(TcpListener::from_std(listener)?, chat) => end?,
        // Answers that are under way are cut off; hyper-util's `GracefulShutdown` would wait for them.
        () = ctrl_c() => {}
    }
    // What is still to be done after the last answer, such as mails.
    api.shutdown().await;
    Ok(())
}

async fn serve(listener: TcpListener, chat: ChatService) -> io::Result<()> {
    loop {
        let (stream, peer) = listener.accept().await?;
        let chat = chat.clone();
        let service = service_fn(move |mut request| {
            request.extensions_mut().insert(Peer(peer));
            route(chat.clone(), request)
        });
        tokio::spawn(async move {
            // A client that is gone is no matter of the service's.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn route(
    mut chat: ChatService,
    request: Request<Incoming>,
) -> Result<Response<ResponseBody>, Infallible> {
    match request.uri().path() {
        path if chat.has(path) => chat.call(request).await,
        "/" => Ok(answer(StatusCode::OK, "Hello, World!\n")),
        _ => Ok(answer(StatusCode::NOT_FOUND, "There is no such page.\n")),
    }
}

fn answer(status: StatusCode, text: &str) -> Response<ResponseBody> {
    let body = text.to_owned().map_err(|never| match never {}).boxed_unsync();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer
}
