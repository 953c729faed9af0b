//! Which methods of which routes were reached, with success.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use chatapi_core::ChatApi;
use chatapi_core::http::Route;
use http::Method;

/// `GET /rooms/{id}/` and the like, that were answered with success.
#[derive(Debug)]
pub(super) struct Coverage {
    known: BTreeSet<String>,
    reached: Mutex<BTreeSet<String>>,
}

impl Coverage {
    /// Of the rows that this chat has.
    pub(super) fn of(api: &ChatApi) -> Self {
        let rows =
            api.routes().flat_map(|route| methods(route).into_iter().map(move |method| row(route, &method)));
        Self { known: rows.collect(), reached: Mutex::default() }
    }

    pub(super) fn reach(&self, route: &Route, method: &Method) {
        self.reached.lock().unwrap().insert(row(route, method));
    }

    /// The rows that were not reached.
    pub(super) fn missed(&self) -> Vec<String> {
        self.known.difference(&self.reached.lock().unwrap()).cloned().collect()
    }
}

fn row(route: &Route, method: &Method) -> String {
    format!("{method} {}", route.path())
}

/// The methods of a route, `HEAD` and `OPTIONS` among them.
pub(super) fn methods(route: &Route) -> Vec<Method> {
    route.allow().split(", ").map(|method| method.parse().unwrap()).collect()
}

/// The route that a path belongs to.
pub(super) fn route_of(api: &ChatApi, path: &str) -> Option<Arc<Route>> {
    let (route, params) = api.find(path.split('?').next().unwrap_or_default())?;
    route.has(&params).then(|| route.clone())
}
