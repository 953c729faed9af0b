//! The fields of a form that was sent.

use std::collections::BTreeSet;

use chatapi_core::http::Call;

/// The fields, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(crate) fn of(call: &Call) -> Self {
        Self(form_urlencoded::parse(call.body()).into_owned().collect())
    }

    /// The value of a field, trimmed; empty where it was not sent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.exact(name).trim()
    }

    /// The value of a field as it was sent: a password may begin with a blank.
    pub(crate) fn exact(&self, name: &str) -> &str {
        self.0.iter().rev().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Whether a box was ticked.
    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// The ids that were sent under this name, each once.
    pub(crate) fn ids(&self, name: &str) -> Vec<i64> {
        let sent = self.0.iter().filter(|(known, _)| known == name);
        let ids: BTreeSet<i64> = sent.filter_map(|(_, value)| value.parse().ok()).collect();
        ids.into_iter().collect()
    }

    /// What stands on each line of a field, less what is empty.
    pub(crate) fn lines(&self, name: &str) -> Vec<String> {
        let lines = self.get(name).split(['\n', ',']).map(|line| line.trim().to_owned());
        let mut seen = BTreeSet::new();
        lines.filter(|line| !line.is_empty() && seen.insert(line.clone())).collect()
    }
}
