//! Hooks hear of what was committed, whatever became of the request.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chatapi_core::hooks::{Draft, Event, Hooks, Verdict};
use chatapi_core::messages::MessageFilter;
use chatapi_core::page::PageRequest;
use chatapi_core::rooms::RoomDraft;
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::users::NewAccount;
use chatapi_core::{ChatApi, CurrentUser, MessageId, Result};
use futures_util::FutureExt;
use tokio::task::JoinSet;

#[tokio::test]
async fn what_is_written_for_a_client_that_hung_up_is_heard_of() {
    let ear = Ear::default();
    let (api, ann) = chat(&ear).await;
    let draft = RoomDraft { name: "tea".into(), users: vec![ann.id], admin: None };
    let room = api.create_room(&ann, draft).await.unwrap().id;
    // The client hangs up when the statement is under way: whoever waits for it goes away.
    assert!(api.send_message(&ann, room, "hello").now_or_never().is_none());
    api.shutdown().await;
    let page = api.messages(&MessageFilter::all(ann.id), PageRequest::first(25)).await.unwrap();
    let [message] = &page.results[..] else { panic!("{page:?}") };
    let sent = Event::MessageSent { message: message.clone() };
    assert_eq!(ear.heard.lock().unwrap().last(), Some(&sent));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_writes_at_once_each_is_heard_of_once_and_one_at_a_time() {
    let ear = Ear::default();
    let (api, ann) = chat(&ear).await;
    let draft = RoomDraft { name: "tea".into(), users: vec![ann.id], admin: None };
    let room = api.create_room(&ann, draft).await.unwrap().id;
    let mut tasks = JoinSet::new();
    for n in 0..500 {
        let (api, ann) = (api.clone(), ann.clone());
        tasks.spawn(async move { api.send_message(&ann, room, &n.to_string()).await.unwrap().id });
    }
    let sent: BTreeSet<MessageId> = tasks.join_all().await.into_iter().collect();
    api.shutdown().await;
    let heard = ear.heard.lock().unwrap();
    let heard = heard.iter().filter_map(|event| match event {
        Event::MessageSent { message } => Some(message.id),
        _ => None,
    });
    let heard: Vec<MessageId> = heard.collect();
    assert_eq!((heard.len(), heard.into_iter().collect()), (500, sent));
}

#[test]
fn hooks_are_told_after_the_runtime_that_told_them_is_gone() {
    let ear = Ear::default();
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    // It ends before the task that tells has had its turn.
    let (api, ann) = runtime().block_on(chat(&ear));
    runtime().block_on(async {
        let draft = RoomDraft { name: "tea".into(), users: vec![ann.id], admin: None };
        let room = api.create_room(&ann, draft).await.unwrap();
        api.shutdown().await;
        assert_eq!(ear.heard.lock().unwrap().last(), Some(&Event::RoomCreated { room }));
    });
}

async fn chat(ear: &Ear) -> (ChatApi, CurrentUser) {
    let api = ChatApi::builder(MemoryStore::new(), [7; 32]).hooks(ear.clone()).build().unwrap();
    let ann = api.register(NewAccount::new("ann", "earl-grey-4-two")).await.unwrap();
    (api, CurrentUser::from(&ann))
}

/// Keeps what it hears.
#[derive(Clone, Debug, Default)]
struct Ear {
    heard: Arc<Mutex<Vec<Event>>>,
    /// Held while it listens.
    busy: Arc<tokio::sync::Mutex<()>>,
}

#[async_trait]
impl Hooks for Ear {
    async fn before_send(&self, _: &Draft<'_>) -> Result<Verdict> {
        Ok(Verdict::Allow)
    }

    async fn after_commit(&self, event: &Event) {
        let _busy = self.busy.try_lock().unwrap();
        tokio::task::yield_now().await;
        self.heard.lock().unwrap().push(event.clone());
    }
}
