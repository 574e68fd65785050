//! The sites as they are configured now.

use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use crate::domain::site::{Site, SiteId};
use crate::domain::webhook::Webhook;

/// The current list of sites. Clones share it: whoever works in the background
/// asks it anew each time, because a reload of the configuration replaces the
/// list while the daemon runs. A call keeps the site that it began with.
#[derive(Clone, Debug, Default)]
pub struct Sites {
    list: Arc<ArcSwap<Vec<Arc<Site>>>>,
    replaced: Arc<watch::Sender<()>>,
}

impl Sites {
    /// These sites, until they are replaced.
    #[must_use]
    pub fn new(sites: Vec<Arc<Site>>) -> Self {
        Self {
            list: Arc::new(ArcSwap::from_pointee(sites)),
            replaced: Arc::default(),
        }
    }

    /// All sites as they are now.
    #[must_use]
    pub fn all(&self) -> Arc<Vec<Arc<Site>>> {
        self.list.load_full()
    }

    /// The site of that name, if there is one now.
    #[must_use]
    pub fn get(&self, id: &SiteId) -> Option<Arc<Site>> {
        let sites = self.list.load();
        sites.iter().find(|site| site.id == *id).map(Arc::clone)
    }

    /// Whether this is still the site as it is configured. After a reload it
    /// is not, whatever changed: work that takes long begins anew with the new
    /// one.
    #[must_use]
    pub fn holds(&self, site: &Arc<Site>) -> bool {
        self.list.load().iter().any(|one| Arc::ptr_eq(one, site))
    }

    /// Whether this is still the webhook as it is configured, as above.
    #[must_use]
    pub fn holds_webhook(&self, webhook: &Arc<Webhook>) -> bool {
        let sites = self.list.load();
        let mut all = sites.iter().flat_map(|site| &site.webhooks);
        all.any(|one| Arc::ptr_eq(one, webhook))
    }

    /// From now on these are the sites.
    pub fn replace(&self, sites: Vec<Arc<Site>>) {
        self.list.store(Arc::new(sites));
        self.replaced.send_replace(());
    }

    /// Wakes whoever waits on it when the list was replaced.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<()> {
        self.replaced.subscribe()
    }
}
