//! How many connections there may be at once, in total and from one network.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chatapi_core::rate_limit::Key;
use ipnet::IpNet;
use tokio::time::Instant;
use tracing::warn;

/// How many connections there may be at once.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionLimits {
    /// In total.
    pub(crate) total: usize,
    /// From one network: an IPv4 address, or the first 64 bits of an IPv6 address.
    pub(crate) per_network: usize,
    /// Networks whose connections count in total alone: those of proxies, which hold the connections of all clients.
    pub(crate) exempt: Vec<IpNet>,
}

#[cfg(test)]
impl Default for ConnectionLimits {
    fn default() -> Self {
        Self { total: usize::MAX, per_network: usize::MAX, exempt: Vec::new() }
    }
}

/// Counts the connections that are open.
pub(super) struct Admission {
    limits: ConnectionLimits,
    open: Arc<Mutex<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    total: usize,
    by_network: HashMap<Key, usize>,
    refused: usize,
    warned: Option<Instant>,
}

/// How often the log is told of connections that were refused.
const WARNED_EVERY: Duration = Duration::from_secs(10);

impl Admission {
    pub(super) fn new(limits: ConnectionLimits) -> Self {
        Self { limits, open: Arc::default() }
    }

    /// Counts a connection, until the ticket is dropped. `None` where there are too many.
    pub(super) fn admit(&self, peer: IpAddr) -> Option<Ticket> {
        let peer = peer.to_canonical();
        let is_exempt = self.limits.exempt.iter().any(|net| net.contains(&peer));
        let network = (!is_exempt).then(|| Key::from(peer));
        let mut open = locked(&self.open);
        let of_network = network.as_ref().and_then(|network| open.by_network.get(network)).copied();
        if open.total >= self.limits.total || of_network.is_some_and(|count| count >= self.limits.per_network)
        {
            open.refuse(peer);
            return None;
        }
        open.total += 1;
        if let Some(network) = network.clone() {
            *open.by_network.entry(network).or_default() += 1;
        }
        Some(Ticket { open: self.open.clone(), network })
    }
}

impl Open {
    fn refuse(&mut self, peer: IpAddr) {
        self.refused += 1;
        if self.warned.is_none_or(|warned| warned.elapsed() >= WARNED_EVERY) {
            warn!(refused = self.refused, open = self.total, last = %peer, "too many connections: refusing new ones");
            self.refused = 0;
            self.warned = Some(Instant::now());
        }
    }
}

/// A connection that is counted.
pub(super) struct Ticket {
    open: Arc<Mutex<Open>>,
    network: Option<Key>,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut open = locked(&self.open);
        open.total -= 1;
        if let Some(network) = self.network.take()
            && let Entry::Occupied(mut count) = open.by_network.entry(network)
        {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

fn locked(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(total: usize, per_network: usize) -> Admission {
        let exempt = vec!["10.0.0.1/32".parse().unwrap()];
        Admission::new(ConnectionLimits { total, per_network, exempt })
    }

    fn admit(admission: &Admission, peer: &str) -> Option<Ticket> {
        admission.admit(peer.parse().unwrap())
    }

    #[test]
    fn one_network_leaves_connections_to_the_others() {
        let admission = admission(10, 2);
        let both = [admit(&admission, "192.0.2.1"), admit(&admission, "::ffff:192.0.2.1")];
        assert!(both.iter().all(Option::is_some) && admit(&admission, "192.0.2.1").is_none());
        assert!(admit(&admission, "192.0.2.2").is_some());
        drop(both);
        assert!(admit(&admission, "192.0.2.1").is_some());
        assert!(locked(&admission.open).by_network.is_empty());
    }

    #[test]
    fn the_addresses_of_a_household_are_one_network() {
        let admission = admission(10, 1);
        let _first = admit(&admission, "2001:db8::1");
        assert!(admit(&admission, "2001:db8::ffff:1").is_none());
        assert!(admit(&admission, "2001:db8:0:1::1").is_some());
    }

    #[test]
    fn a_proxy_holds_the_connections_of_all_clients_within_the_total() {
        let admission = admission(3, 1);
        let mut open: Vec<_> = (0..3).map(|_| admit(&admission, "10.0.0.1")).collect();
        assert!(open.iter().all(Option::is_some));
        assert!(admit(&admission, "10.0.0.1").is_none() && admit(&admission, "192.0.2.1").is_none());
        open.pop();
        assert!(admit(&admission, "192.0.2.1").is_some());
    }
}
