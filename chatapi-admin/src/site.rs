//! What all requests to the site share.

use std::sync::Arc;

use crate::options::Options;
use crate::store::AdminStore;
use crate::throttle::Throttle;

/// The site. A clone is the same one.
#[derive(Clone)]
pub(crate) struct Site(Arc<Parts>);

struct Parts {
    store: Arc<dyn AdminStore>,
    options: Options,
    log_ins: Throttle,
}

impl Site {
    pub(crate) fn new(store: impl AdminStore + 'static, options: Options) -> Self {
        let options = Options { page_size: options.page_size.clamp(1, 500), ..options };
        let log_ins = Throttle::new(options.log_in_tries, options.log_in_pause);
        Self(Arc::new(Parts { store: Arc::new(store), options, log_ins }))
    }

    pub(crate) fn store(&self) -> &dyn AdminStore {
        &*self.0.store
    }

    pub(crate) fn options(&self) -> &Options {
        &self.0.options
    }

    pub(crate) fn log_ins(&self) -> &Throttle {
        &self.0.log_ins
    }
}
