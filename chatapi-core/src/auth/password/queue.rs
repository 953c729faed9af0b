use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::PasswordError;

/// Bounds how many hashes are computed at once, and how many requests wait for one.
#[derive(Debug)]
pub(super) struct Queue {
    /// One for each that computes or waits.
    places: Arc<Semaphore>,
    /// One for each that computes.
    turns: Arc<Semaphore>,
    concurrent: usize,
    capacity: usize,
}

/// The right to compute one hash. It must stay with the computation, since that outlives a cancelled request.
#[derive(Debug)]
pub(super) struct Turn {
    _turn: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

impl Queue {
    pub(super) fn new(concurrent: usize, queued: usize) -> Self {
        let semaphore = |permits: usize| Arc::new(Semaphore::new(permits));
        let concurrent = concurrent.min(Semaphore::MAX_PERMITS);
        let capacity = concurrent.saturating_add(queued).min(Semaphore::MAX_PERMITS);
        Self { places: semaphore(capacity), turns: semaphore(concurrent), concurrent, capacity }
    }

    /// How many compute, and how many wait.
    pub(super) fn lengths(&self) -> (usize, usize) {
        let computing = self.concurrent.saturating_sub(self.turns.available_permits());
        let inside = self.capacity.saturating_sub(self.places.available_permits());
        (computing, inside.saturating_sub(computing))
    }

    /// Waits for a turn, in order of arrival; [`PasswordError::Busy`] at once where too many wait already.
    pub(super) async fn enter(&self) -> Result<Turn, PasswordError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_full| PasswordError::Busy)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(PasswordError::internal)?;
        Ok(Turn { _turn: turn, _place: place })
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    /// Goes as far as can be gone without waiting.
    fn waits(future: std::pin::Pin<&mut impl Future>) -> bool {
        future.poll(&mut Context::from_waker(Waker::noop())).is_pending()
    }

    #[tokio::test]
    async fn whoever_finds_the_queue_full_is_refused_at_once() {
        let queue = Queue::new(1, 1);
        let computing = queue.enter().await.unwrap();
        let mut waiting = pin!(queue.enter());
        assert!(waits(waiting.as_mut()));
        assert!(matches!(queue.enter().await, Err(PasswordError::Busy)));

        drop(computing);
        let computing = waiting.await.unwrap();
        let mut next = pin!(queue.enter());
        assert!(waits(next.as_mut()));
        drop(computing);
        assert!(next.await.is_ok());
    }

    #[tokio::test]
    async fn whoever_gives_up_waiting_frees_the_place() {
        let queue = Queue::new(1, 1);
        let _computing = queue.enter().await.unwrap();
        {
            let mut waiting = pin!(queue.enter());
            assert!(waits(waiting.as_mut()));
        }
        let mut waiting = pin!(queue.enter());
        assert!(waits(waiting.as_mut()));
    }

    #[tokio::test]
    async fn a_queue_as_long_as_can_be_is_no_error() {
        assert!(Queue::new(usize::MAX, usize::MAX).enter().await.is_ok());
    }
}
