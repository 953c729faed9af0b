//! What hears of requests: metrics and traces, where they are on.

use chatapi_core::Observer;
use chatapi_core::http::{Method, Route};
use chatapi_core::observer::{Answered, Notice};

use crate::metrics::Metrics;
use crate::traces;

#[derive(Debug)]
pub(crate) struct Observers {
    pub(crate) metrics: Option<Metrics>,
    pub(crate) traces: bool,
}

impl Observer for Observers {
    fn asked(&self, route: &Route, method: &Method) {
        if self.traces {
            traces::routed(route, method);
        }
        if let Some(metrics) = &self.metrics {
            metrics.asked();
        }
    }

    fn answered(&self, answer: &Answered<'_>) {
        if let Some(metrics) = &self.metrics {
            metrics.answered(answer);
        }
    }

    fn noticed(&self, notice: Notice) {
        if let Some(metrics) = &self.metrics {
            metrics.noticed(notice);
        }
    }
}
