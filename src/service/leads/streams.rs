//! How many long answers a site may have under way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::site::SiteId;

/// Seats for streams of one kind, for each site so many. Clones share them.
#[derive(Clone)]
pub(super) struct Seats {
    each: usize,
    sites: Arc<Mutex<HashMap<SiteId, Arc<Semaphore>>>>,
}

impl Seats {
    pub(super) fn new(each: usize) -> Self {
        Self {
            each,
            sites: Arc::default(),
        }
    }

    /// A seat for as long as it is held; none where all of the site's are taken.
    pub(super) fn take(&self, site: &SiteId) -> Option<OwnedSemaphorePermit> {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let seats = sites
            .entry(site.clone())
            .or_insert_with(|| Arc::new(Semaphore::new(self.each)));
        Arc::clone(seats).try_acquire_owned().ok()
    }
}
