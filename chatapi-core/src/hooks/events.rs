//! What was committed, on its way to the host's hooks: first in, first out.

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::{Event, Hooks};
use crate::ChatApi;
use crate::store::{self, Store, StoreError};

/// The host's hooks, and the events that they have not heard of yet.
#[derive(Clone)]
pub(crate) struct Events(Arc<Parts>);

struct Parts {
    hooks: Arc<dyn Hooks>,
    tasks: TaskTracker,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Event>,
    /// The task that tells the hooks, while there is something to tell: for ever, it would keep `shutdown` waiting.
    telling: Option<JoinHandle<()>>,
}

impl Events {
    pub(crate) fn new(hooks: Arc<dyn Hooks>, tasks: TaskTracker) -> Self {
        Self(Arc::new(Parts { hooks, tasks, queue: Mutex::default() }))
    }

    pub(crate) fn hooks(&self) -> &dyn Hooks {
        &*self.0.hooks
    }

    /// How many events the hooks have not begun to hear of.
    pub(crate) fn len(&self) -> usize {
        self.queue().waiting.len()
    }

    /// Queues what was committed. Never waits, so that nothing can come between a commit and this.
    pub(crate) fn push(&self, events: impl IntoIterator<Item = Event>) {
        let mut queue = self.queue();
        queue.waiting.extend(events);
        // A task that ended with its runtime has left the rest to the next.
        let is_told = queue.telling.as_ref().is_some_and(|task| !task.is_finished());
        if !is_told && !queue.waiting.is_empty() {
            queue.telling = Some(self.0.tasks.spawn(self.clone().tell()));
        }
    }

    async fn tell(self) {
        while let Some(event) = self.next() {
            let hook = async { self.hooks().after_commit(&event).await };
            if let Err(panic) = AssertUnwindSafe(hook).catch_unwind().await {
                tracing::error!(panic = said(&*panic), "the after_commit hook panicked");
            }
        }
    }

    fn next(&self) -> Option<Event> {
        let mut queue = self.queue();
        let event = queue.waiting.pop_front();
        if event.is_none() {
            queue.telling = None;
        }
        event
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// The events are left out: what people write is no matter of the log's.
impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("hooks", &self.0.hooks).finish_non_exhaustive()
    }
}

impl ChatApi {
    /// Writes, and tells the hooks of what came of it.
    ///
    /// Where there are hooks, the write is a task of its own: a client that hangs up ends its request wherever that is, and
    /// what the store commits all the same would not be told.
    pub(crate) async fn write<T, Write>(
        &self,
        write: impl FnOnce(Arc<dyn Store>) -> Write,
        event: impl FnOnce(&T) -> Option<Event> + Send + 'static,
    ) -> store::Result<T>
    where
        T: Send + 'static,
        Write: Future<Output = store::Result<T>> + Send + 'static,
    {
        let write = write(self.shared_store());
        let Some(events) = self.events().cloned() else {
            return write.await;
        };
        let told = async move {
            let written = write.await?;
            events.push(event(&written));
            Ok(written)
        };
        match self.tasks().spawn(told.in_current_span()).await {
            Ok(written) => written,
            Err(end) => match end.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                Err(end) => Err(StoreError::Unavailable(end.into())),
            },
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default()
}
