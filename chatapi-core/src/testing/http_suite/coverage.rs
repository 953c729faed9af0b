//! Which methods of which routes were reached, with success.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use http::Method;

use crate::ChatApi;
use crate::http::{Params, Route};

/// `GET /rooms/{id}/` and the like, that were answered with success.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    known: Mutex<BTreeSet<String>>,
    reached: Mutex<BTreeSet<String>>,
}

impl Coverage {
    /// Adds the rows that there are.
    pub(super) fn expect(&self, api: &ChatApi) {
        let rows =
            api.routes().flat_map(|route| methods(route).into_iter().map(|method| row(route, &method)));
        self.known.lock().unwrap().extend(rows);
    }

    pub(super) fn reach(&self, route: &Route, method: &Method) {
        self.reached.lock().unwrap().insert(row(route, method));
    }

    /// The rows that were not reached.
    pub(super) fn missed(&self) -> Vec<String> {
        self.known.lock().unwrap().difference(&self.reached.lock().unwrap()).cloned().collect()
    }
}

fn row(route: &Route, method: &Method) -> String {
    format!("{method} {}", route.path())
}

/// The methods of a route, `HEAD` and `OPTIONS` among them.
pub(super) fn methods(route: &Route) -> Vec<Method> {
    route.allow().split(", ").map(|method| method.parse().unwrap()).collect()
}

/// The route that a path belongs to: one that spells it out comes before one with an `{id}`.
pub(super) fn route_of(api: &ChatApi, path: &str) -> Option<Arc<Route>> {
    let asked: Vec<&str> = path.split('?').next().unwrap_or_default().split('/').collect();
    let id = asked.iter().rev().find(|part| !part.is_empty()).copied().unwrap_or_default();
    let params: Params = [("id", id)].into_iter().collect();
    let is_form = |form: &String| {
        let form: Vec<&str> = form.split('/').collect();
        let same =
            |(known, asked): (&&str, &&str)| known == asked || known.starts_with('{') && !asked.is_empty();
        form.len() == asked.len() && form.iter().zip(&asked).all(same)
    };
    let fitting = api.routes().filter(|route| route.has(&params) && route.paths().iter().any(is_form));
    fitting.min_by_key(|route| route.path().contains('{')).cloned()
}
