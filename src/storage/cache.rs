//! Decoded leads, kept in memory in front of sled: reading one of them again
//! costs a lookup instead of a page, a copy and a decoding.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use quick_cache::sync::Cache;

use crate::domain::ids::LeadId;
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;

/// A bounded cache of leads. Only what is on the medium is put in.
pub struct LeadCache {
    leads: Cache<LeadId, (SiteId, Arc<Lead>)>,
    /// Held while a lead is put in or taken out: a reader that was overtaken by
    /// a writer must not put the older revision over the newer one. Counts the
    /// leads that were taken out.
    forgotten: Mutex<u64>,
}

/// Taken before a lead is read off the store, and shown when it is put in:
/// who was overtaken by an erasure must not bring the lead back.
#[derive(Clone, Copy, Debug)]
pub struct Ticket(u64);

impl LeadCache {
    /// A cache of at most `capacity` leads, about 1 KB each.
    pub fn new(capacity: usize) -> Self {
        Self {
            leads: Cache::new(capacity),
            forgotten: Mutex::new(0),
        }
    }

    /// A lead of this site.
    pub fn get(&self, site: &SiteId, id: &LeadId) -> Option<Arc<Lead>> {
        let (owner, lead) = self.leads.get(id)?;
        (owner == *site).then_some(lead)
    }

    /// To be taken before a lead is read off the store.
    pub fn ticket(&self) -> Ticket {
        Ticket(*self.lock())
    }

    /// Keeps a lead that was read off the store, unless a newer revision of it
    /// is kept already, or any lead was erased since the ticket was taken.
    pub fn put_read(&self, ticket: Ticket, site: &SiteId, lead: &Arc<Lead>) {
        let forgotten = self.lock();
        if *forgotten == ticket.0 {
            self.insert(site, lead);
        }
    }

    /// Keeps a lead that was just written.
    pub fn put(&self, site: &SiteId, lead: &Arc<Lead>) {
        let _forgotten = self.lock();
        self.insert(site, lead);
    }

    fn insert(&self, site: &SiteId, lead: &Arc<Lead>) {
        let is_older = self
            .leads
            .peek(&lead.id)
            .is_some_and(|(_, kept)| kept.revision > lead.revision);
        if !is_older {
            self.leads.insert(lead.id, (site.clone(), Arc::clone(lead)));
        }
    }

    /// Takes an erased lead out, for good.
    pub fn forget(&self, id: &LeadId) {
        let mut forgotten = self.lock();
        *forgotten = forgotten.wrapping_add(1);
        self.leads.remove(id);
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.forgotten
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.leads.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Timestamp;
    use crate::domain::lead::Login;
    use crate::domain::testing;
    use crate::domain::token::{TokenState, TokenStatus};

    fn lead() -> Arc<Lead> {
        let now = Timestamp::from_micros(1);
        let profile = testing::profile("1", now);
        let token = TokenStatus {
            state: TokenState::LongLived,
            scopes: std::collections::BTreeSet::new(),
            expire_time: now,
            refreshed_time: now,
            end: None,
        };
        let login = Login {
            profile,
            attributes: std::collections::BTreeMap::new(),
            consent: None,
            token,
            time: now,
        };
        Arc::new(Lead::created_by(
            login,
            LeadId::new(uuid::Uuid::from_u128(7)),
        ))
    }

    #[test]
    fn a_reader_that_an_erasure_overtook_does_not_bring_the_lead_back() {
        let (cache, lead, site) = (LeadCache::new(10), lead(), "shop".parse().unwrap());
        let ticket = cache.ticket();
        cache.forget(&lead.id);
        cache.put_read(ticket, &site, &lead);
        assert!(cache.get(&site, &lead.id).is_none());
        cache.put_read(cache.ticket(), &site, &lead);
        assert!(cache.get(&site, &lead.id).is_some());
    }
}
