//! What a host counts and measures. Nothing is counted here: what is wanted, and by which means, is the host's to say, and
//! where it says nothing, nothing is done for it.

use std::fmt;
use std::time::Duration;

use http::Method;
use tokio::time::Instant;

use crate::ChatApi;
use crate::http::Route;
use crate::rate_limit::RateClass;

/// Hears what happens, as it happens: what it does must be quick, and may not wait.
///
/// Requests are told by the pattern of their [`Route`], of which there are a few, never by their path.
pub trait Observer: Send + Sync + fmt::Debug {
    /// The head of a request was read, and it is being answered. [`answered`](Self::answered) follows.
    fn asked(&self, route: &Route, method: &Method);

    /// It was answered, or its client has gone away before.
    fn answered(&self, answer: &Answered<'_>);

    /// Something else happened.
    fn noticed(&self, notice: Notice);
}

/// How a request was answered.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Answered<'a> {
    /// Its route.
    pub route: &'a Route,
    /// Its method.
    pub method: &'a Method,
    /// The status of the answer; none where the client has gone away before there was one.
    pub status: Option<u16>,
    /// How long it took, less the time that the client took to send the body.
    pub took: Duration,
}

/// What is worth counting beside requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// A path was asked for that is no route's, and was answered here.
    Unrouted,
    /// A name and a password did not fit.
    LogInFailed,
    /// A request was refused, for there were too many of its class.
    Throttled(RateClass),
    /// Messages were searched.
    Searched {
        /// How long it took.
        took: Duration,
    },
}

/// A request that an observer hears of, until it is dropped.
pub(crate) struct Watch<'a>(Option<Watched<'a>>);

struct Watched<'a> {
    observer: &'a dyn Observer,
    route: &'a Route,
    method: &'a Method,
    status: Option<u16>,
    began: Instant,
}

impl Watch<'_> {
    /// The moment from which on the client is waited for; none where nobody asks how long that takes.
    pub(crate) fn pause(&self) -> Option<Instant> {
        self.0.as_ref().map(|_| Instant::now())
    }

    /// Leaves out the time since then.
    pub(crate) fn resume(&mut self, paused: Option<Instant>) {
        if let (Some(watched), Some(paused)) = (&mut self.0, paused) {
            watched.began += paused.elapsed();
        }
    }

    /// Notes how the request is answered.
    pub(crate) fn answered(&mut self, status: u16) {
        if let Some(watched) = &mut self.0 {
            watched.status = Some(status);
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if let Some(Watched { observer, route, method, status, began }) = self.0.take() {
            observer.answered(&Answered { route, method, status, took: began.elapsed() });
        }
    }
}

impl ChatApi {
    /// Tells the observer, where there is one, of a request and of its end.
    pub(crate) fn watch<'a>(&'a self, route: &'a Route, method: &'a Method) -> Watch<'a> {
        Watch(self.observer().map(|observer| {
            observer.asked(route, method);
            Watched { observer, route, method, status: None, began: Instant::now() }
        }))
    }

    /// Tells the observer, where there is one, of something.
    pub(crate) fn notice(&self, notice: Notice) {
        if let Some(observer) = self.observer() {
            observer.noticed(notice);
        }
    }

    /// Runs a search, and tells the observer, where there is one, how long it took.
    pub(crate) async fn timed_search<T>(&self, search: impl Future<Output = T> + Send) -> T {
        let Some(observer) = self.observer() else { return search.await };
        let began = Instant::now();
        let found = search.await;
        observer.noticed(Notice::Searched { took: began.elapsed() });
        found
    }
}
