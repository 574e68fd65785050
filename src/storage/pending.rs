//! Where in which pack each pending login stands: an index in memory, made
//! anew from the packs when the store opens.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::clock::Timestamp;
use crate::domain::ids::StateHash;
use crate::domain::site::SiteId;

/// The place of one login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The pack's number.
    pub pack: u64,
    /// The login's place in it.
    pub offset: u32,
}

/// The pending logins of all sites.
#[derive(Debug, Default)]
pub struct PendingIndex {
    sites: HashMap<SiteId, Pending>,
}

/// The pending logins of one site.
#[derive(Debug, Default)]
struct Pending {
    slots: HashMap<StateHash, Slot>,
    /// When the last login of each pack expires.
    packs: BTreeMap<u64, Timestamp>,
}

impl PendingIndex {
    /// How many logins of this site are pending.
    pub fn count(&self, site: &SiteId) -> usize {
        self.sites
            .get(site)
            .map_or(0, |pending| pending.slots.len())
    }

    /// Where a login stands.
    pub fn find(&self, site: &SiteId, state: &StateHash) -> Option<Slot> {
        self.sites.get(site)?.slots.get(state).copied()
    }

    /// Takes note of a pack that is needed until `expire_time`, or longer.
    pub fn insert_pack(&mut self, site: &SiteId, pack: u64, expire_time: Timestamp) {
        let last = self.of(site).packs.entry(pack).or_insert(expire_time);
        *last = expire_time.max(*last);
    }

    /// Takes note of a login in a pack.
    pub fn insert(&mut self, site: &SiteId, state: StateHash, slot: Slot) {
        self.of(site).slots.insert(state, slot);
    }

    /// Forgets a login that has moved on or expired.
    pub fn remove(&mut self, site: &SiteId, state: &StateHash) {
        if let Some(pending) = self.sites.get_mut(site) {
            pending.slots.remove(state);
        }
    }

    /// Forgets a pack.
    pub fn remove_pack(&mut self, site: &SiteId, pack: u64) {
        if let Some(pending) = self.sites.get_mut(site) {
            pending.packs.remove(&pack);
        }
    }

    /// Packs of which every login has expired, at most `limit`.
    pub fn expired_packs(&self, now: Timestamp, limit: usize) -> Vec<(SiteId, u64)> {
        self.sites
            .iter()
            .flat_map(|(site, pending)| {
                let expired = pending.packs.iter().filter(move |(_, last)| now >= **last);
                expired.map(|(pack, _)| (site.clone(), *pack))
            })
            .take(limit)
            .collect()
    }

    fn of(&mut self, site: &SiteId) -> &mut Pending {
        self.sites.entry(site.clone()).or_default()
    }
}

/// The index, also after a panic elsewhere: it holds no invariant that a
/// half-done change could break for another login.
pub fn lock(index: &Mutex<PendingIndex>) -> MutexGuard<'_, PendingIndex> {
    index.lock().unwrap_or_else(PoisonError::into_inner)
}
