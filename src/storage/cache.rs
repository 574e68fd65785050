//! Decoded leads, kept in memory in front of sled: reading one of them again
//! costs a lookup instead of a page, a copy and a decoding.

use std::sync::{Arc, Mutex, PoisonError};

use quick_cache::sync::Cache;

use crate::domain::ids::LeadId;
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;

/// A bounded cache of leads. Only what is on the medium is put in.
pub struct LeadCache {
    leads: Cache<LeadId, (SiteId, Arc<Lead>)>,
    /// Held while a lead is put in: a reader that was overtaken by a writer
    /// must not put the older revision over the newer one.
    putting: Mutex<()>,
}

impl LeadCache {
    /// A cache of at most `capacity` leads, about 1 KB each.
    pub fn new(capacity: usize) -> Self {
        Self {
            leads: Cache::new(capacity),
            putting: Mutex::new(()),
        }
    }

    /// A lead of this site.
    pub fn get(&self, site: &SiteId, id: &LeadId) -> Option<Arc<Lead>> {
        let (owner, lead) = self.leads.get(id)?;
        (owner == *site).then_some(lead)
    }

    /// Keeps a lead, unless a newer revision of it is kept already.
    pub fn put(&self, site: &SiteId, lead: &Arc<Lead>) {
        let _putting = self.putting.lock().unwrap_or_else(PoisonError::into_inner);
        let is_older = self
            .leads
            .peek(&lead.id)
            .is_some_and(|(_, kept)| kept.revision > lead.revision);
        if !is_older {
            self.leads.insert(lead.id, (site.clone(), Arc::clone(lead)));
        }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.leads.clear();
    }
}
