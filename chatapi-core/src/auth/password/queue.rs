use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::PasswordError;
use crate::rate_limit::Key;

/// Whom hashes are computed for; nobody in particular where it is not known.
pub(super) type Lane = Option<Key>;

/// Bounds how many hashes are computed at once, and how many requests wait for one. Networks have their turns one after the
/// other: one that sends many requests makes another wait for one of them at a time, not for all.
#[derive(Debug)]
pub(super) struct Queue(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    concurrent: usize,
    queued: usize,
}

#[derive(Default)]
struct State {
    computing: usize,
    waiting: usize,
    lanes: HashMap<Lane, VecDeque<Waiter>>,
    /// The lanes in which somebody waits, in the order of their turns.
    order: VecDeque<Lane>,
    next_id: u64,
}

struct Waiter {
    id: u64,
    turn: oneshot::Sender<Turn>,
}

/// The right to compute one hash. It must stay with the computation, since that outlives a cancelled request.
#[derive(Debug)]
pub(super) struct Turn(Option<Arc<Shared>>);

/// A place in the queue, which is given up when this is dropped.
struct Place {
    shared: Arc<Shared>,
    lane: Lane,
    id: u64,
}

impl Queue {
    pub(super) fn new(concurrent: usize, queued: usize) -> Self {
        Self(Arc::new(Shared { state: Mutex::default(), concurrent, queued }))
    }

    /// How many compute, and how many wait.
    pub(super) fn lengths(&self) -> (usize, usize) {
        let state = self.0.state();
        (state.computing, state.waiting)
    }

    /// Waits for a turn: within a lane in order of arrival, and lane by lane. [`PasswordError::Busy`] at once where too many
    /// wait already, and later for the last of the longest lane where somebody of a shorter one comes.
    pub(super) async fn enter(&self, lane: Lane) -> Result<Turn, PasswordError> {
        let (place, turn) = {
            let mut state = self.0.state();
            if state.computing < self.0.concurrent {
                state.computing += 1;
                return Ok(Turn(Some(self.0.clone())));
            }
            if state.waiting >= self.0.queued && !state.evict_for(&lane) {
                return Err(PasswordError::Busy);
            }
            let (sender, turn) = oneshot::channel();
            let id = state.push(lane.clone(), sender);
            (Place { shared: self.0.clone(), lane, id }, turn)
        };
        let turn = turn.await.map_err(|_evicted| PasswordError::Busy);
        drop(place);
        turn
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("concurrent", &self.concurrent).finish_non_exhaustive()
    }
}

impl State {
    fn push(&mut self, lane: Lane, turn: oneshot::Sender<Turn>) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.waiting += 1;
        let waiters = self.lanes.entry(lane.clone()).or_default();
        if waiters.is_empty() {
            self.order.push_back(lane);
        }
        waiters.push_back(Waiter { id, turn });
        id
    }

    /// The first of the lane whose turn it is.
    fn pop(&mut self) -> Option<Waiter> {
        let lane = self.order.pop_front()?;
        let waiters = self.lanes.get_mut(&lane)?;
        let waiter = waiters.pop_front();
        if waiters.is_empty() {
            self.lanes.remove(&lane);
        } else {
            self.order.push_back(lane);
        }
        self.waiting -= usize::from(waiter.is_some());
        waiter
    }

    /// Sends the last of the longest lane away, where that lane stays longer than this one.
    fn evict_for(&mut self, lane: &Lane) -> bool {
        let own = self.lanes.get(lane).map_or(0, VecDeque::len);
        let longest = self.lanes.iter().max_by_key(|(_, waiters)| waiters.len());
        let Some(longest) = longest.filter(|(_, waiters)| waiters.len() > own + 1) else { return false };
        let longest = longest.0.clone();
        let evicted = self.lanes.get_mut(&longest).and_then(VecDeque::pop_back).is_some();
        self.waiting -= usize::from(evicted);
        evicted
    }

    fn remove(&mut self, lane: &Lane, id: u64) {
        let Some(waiters) = self.lanes.get_mut(lane) else { return };
        let before = waiters.len();
        waiters.retain(|waiter| waiter.id != id);
        self.waiting -= before - waiters.len();
        if waiters.is_empty() {
            self.lanes.remove(lane);
            self.order.retain(|waiting| waiting != lane);
        }
    }
}

impl Drop for Turn {
    /// Hands the turn on.
    fn drop(&mut self) {
        let Some(shared) = self.0.take() else { return };
        let mut state = shared.state();
        while let Some(waiter) = state.pop() {
            match waiter.turn.send(Self(Some(shared.clone()))) {
                Ok(()) => return,
                // It has given up: the turn goes to the next instead of ending here.
                Err(mut turn) => turn.0 = None,
            }
        }
        state.computing -= 1;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.state().remove(&self.lane, self.id);
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::pin::{Pin, pin};
    use std::task::{Context, Waker};

    use super::*;

    /// Goes as far as can be gone without waiting.
    fn waits(future: Pin<&mut impl Future>) -> bool {
        future.poll(&mut Context::from_waker(Waker::noop())).is_pending()
    }

    fn network(n: u8) -> Lane {
        Some(Key::from(IpAddr::from([192, 0, 2, n])))
    }

    #[tokio::test]
    async fn whoever_finds_the_queue_full_is_refused_at_once() {
        let queue = Queue::new(1, 1);
        let computing = queue.enter(None).await.unwrap();
        let mut waiting = pin!(queue.enter(None));
        assert!(waits(waiting.as_mut()));
        assert!(matches!(queue.enter(None).await, Err(PasswordError::Busy)));

        drop(computing);
        let computing = waiting.await.unwrap();
        let mut next = pin!(queue.enter(None));
        assert!(waits(next.as_mut()));
        drop(computing);
        assert!(next.await.is_ok());
        assert_eq!(queue.lengths(), (0, 0));
    }

    #[tokio::test]
    async fn whoever_gives_up_waiting_frees_the_place() {
        let queue = Queue::new(1, 1);
        let computing = queue.enter(None).await.unwrap();
        {
            let mut waiting = pin!(queue.enter(None));
            assert!(waits(waiting.as_mut()));
        }
        {
            let mut handed = pin!(queue.enter(None));
            assert!(waits(handed.as_mut()));
            // The turn is handed on, and whoever has it gives up before it is taken.
            drop(computing);
        }
        assert_eq!(queue.lengths(), (0, 0));
        assert!(queue.enter(None).await.is_ok());
    }

    #[tokio::test]
    async fn networks_have_their_turns_one_after_the_other() {
        let queue = Queue::new(1, 100);
        let computing = queue.enter(network(1)).await.unwrap();
        let mut flood: Vec<_> = (0..50).map(|_| Box::pin(queue.enter(network(1)))).collect();
        assert!(flood.iter_mut().all(|waiting| waits(waiting.as_mut())));
        let mut one = pin!(queue.enter(network(2)));
        let mut other = pin!(queue.enter(network(3)));
        assert!(waits(one.as_mut()) && waits(other.as_mut()));
        drop(computing);
        // One of the flood, then each of the others.
        let turn = flood[0].as_mut().await.unwrap();
        assert!(waits(one.as_mut()));
        drop(turn);
        let turn = one.await.unwrap();
        assert!(waits(other.as_mut()));
        drop(turn);
        other.await.unwrap();
        assert_eq!(queue.lengths(), (1, 48));
    }

    #[tokio::test]
    async fn a_network_that_fills_the_queue_gives_way_to_another() {
        let queue = Queue::new(1, 3);
        let _computing = queue.enter(network(1)).await.unwrap();
        let mut flood: Vec<_> = (0..3).map(|_| Box::pin(queue.enter(network(1)))).collect();
        assert!(flood.iter_mut().all(|waiting| waits(waiting.as_mut())));
        assert!(matches!(queue.enter(network(1)).await, Err(PasswordError::Busy)));
        let mut one = pin!(queue.enter(network(2)));
        assert!(waits(one.as_mut()));
        // The last of the flood had to go.
        assert!(matches!(flood[2].as_mut().await, Err(PasswordError::Busy)));
        assert!(waits(flood[1].as_mut()));
        // Nobody is evicted for a lane that is as long.
        let mut second = pin!(queue.enter(network(2)));
        assert!(!waits(second.as_mut()));
    }

    #[tokio::test]
    async fn a_queue_as_long_as_can_be_is_no_error() {
        assert!(Queue::new(usize::MAX, usize::MAX).enter(None).await.is_ok());
    }
}
