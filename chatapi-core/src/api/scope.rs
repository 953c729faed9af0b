//! What the use-cases know of the request that they are a part of.

use std::sync::{Arc, OnceLock};

use super::ChatApi;
use crate::rate_limit::{Key, RateClass, RateLimitStatus};

/// What the use-cases know of the request that they are a part of.
#[derive(Default)]
pub(crate) struct Scope {
    /// The network that it comes from.
    network: Option<Key>,
    /// What was counted of it, by its route or a use-case.
    counted: OnceLock<(RateClass, RateLimitStatus)>,
}

impl Scope {
    pub(super) fn network(&self) -> Option<Key> {
        self.network.clone()
    }

    pub(crate) fn counted(&self) -> Option<(RateClass, RateLimitStatus)> {
        self.counted.get().copied()
    }
}

impl ChatApi {
    /// The same chat for one request from this network, of which this was counted.
    pub(crate) fn for_request(
        &self,
        network: Option<Key>,
        counted: Option<(RateClass, RateLimitStatus)>,
    ) -> (Self, Arc<Scope>) {
        let counted = counted.map_or_else(OnceLock::new, OnceLock::from);
        let scope = Arc::new(Scope { network, counted });
        (Self(self.0.clone(), self.1.clone(), Some(scope.clone())), scope)
    }

    /// Whether this request was counted as such of this class.
    pub(crate) fn has_counted(&self, class: RateClass) -> bool {
        let counted = self.2.as_ref().and_then(|scope| scope.counted());
        counted.is_some_and(|(counted, _)| counted == class)
    }

    /// Notes how a bucket stands that a use-case took from.
    pub(crate) fn note_count(&self, class: RateClass, standing: RateLimitStatus) {
        if let Some(scope) = &self.2 {
            // What was counted first stays what the headers tell of.
            let _ = scope.counted.set((class, standing));
        }
    }
}
