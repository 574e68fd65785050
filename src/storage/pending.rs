//! Where in the journal each pending login stands: an index in memory, made
//! anew when the store opens.
//!
//! Who began a login is known here alone, and not on the disk: after a restart
//! those that had begun before are their site's, and no caller's.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::{EngineError, StoreError};
use super::journal::{Appended, Begun, Entry};
use super::record::RecordError;
use super::state::LoginState;
use crate::domain::authorization::Authorization;
use crate::domain::caller::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::ids::StateHash;
use crate::domain::site::SiteId;

/// The pending logins of all sites.
#[derive(Debug, Default)]
pub struct PendingIndex {
    sites: HashMap<SiteId, Pending>,
    /// The segments of the journal, by their first batch.
    segments: BTreeMap<u64, Segment>,
}

/// The pending logins of one site.
#[derive(Debug, Default)]
struct Pending {
    slots: HashMap<StateHash, (Slot, Option<Arc<Caller>>)>,
    /// How many of them each caller began, by its name.
    begun_by: HashMap<String, usize>,
    /// In the order in which they began, which is that in which they expire;
    /// also those that have moved on. Where a site's time to live was made
    /// shorter, the older ones hold up the newer ones until their time.
    by_age: VecDeque<(Timestamp, StateHash)>,
}

/// The place of one login.
#[derive(Clone, Copy, Debug)]
struct Slot {
    segment: u64,
    offset: u32,
    length: u32,
}

#[derive(Debug)]
struct Segment {
    file: Arc<File>,
    /// Its newest batch.
    last: u64,
    /// Its logins that are pending.
    live: usize,
}

/// A login that can be read without the index.
#[derive(Debug)]
pub struct Place {
    file: Arc<File>,
    slot: Slot,
}

impl Place {
    /// Reads the login.
    ///
    /// # Errors
    /// When the disk does not give it, or it is not what was written.
    pub fn read(&self, site: &SiteId, state: &LoginState) -> Result<Authorization, StoreError> {
        let mut bytes = vec![0; self.slot.length as usize];
        self.file
            .read_exact_at(&mut bytes, self.slot.offset.into())
            .map_err(|error| EngineError(format!("a begun login: {error}")))?;
        let begun = Begun::parse(&bytes)?;
        if begun.site != *site || begun.state != state.hash() {
            return Err(StoreError::Record(RecordError::Malformed));
        }
        Ok(begun.authorization(state)?)
    }
}

impl Pending {
    fn remove(&mut self, state: &StateHash) -> Option<Slot> {
        let (slot, caller) = self.slots.remove(state)?;
        if let Some(caller) = caller
            && let Some(begun) = self.begun_by.get_mut(&caller.name)
        {
            *begun = begun.saturating_sub(1);
            if *begun == 0 {
                self.begun_by.remove(&caller.name);
            }
        }
        Some(slot)
    }
}

impl PendingIndex {
    /// How many logins of this site are pending.
    pub fn count(&self, site: &SiteId) -> usize {
        self.sites
            .get(site)
            .map_or(0, |pending| pending.slots.len())
    }

    /// How many of them this caller began.
    pub fn count_of(&self, site: &SiteId, caller: &Caller) -> usize {
        let pending = self.sites.get(site);
        let begun = pending.and_then(|pending| pending.begun_by.get(&caller.name));
        begun.copied().unwrap_or(0)
    }

    /// Where a login stands.
    pub fn find(&self, site: &SiteId, state: &StateHash) -> Option<Place> {
        let (slot, _) = *self.sites.get(site)?.slots.get(state)?;
        let file = Arc::clone(&self.segments.get(&slot.segment)?.file);
        Some(Place { file, slot })
    }

    /// Takes note of a frame.
    pub fn place(&mut self, frame: &Appended) {
        let segment = self.segments.entry(frame.segment);
        let segment = segment.or_insert_with(|| Segment {
            file: Arc::clone(&frame.file),
            last: frame.sequence,
            live: 0,
        });
        segment.last = frame.sequence;
    }

    /// Takes note of a frame and all its logins.
    pub fn insert_all(&mut self, mut frame: Appended, entries: &[Entry]) {
        self.place(&frame);
        for entry in entries {
            let length = entry.length();
            let caller = Some(Arc::clone(&entry.caller));
            let login = (entry.state, entry.expire_time);
            self.insert(&frame, &entry.site, login, length, caller);
            frame.offset += length as u64;
        }
    }

    /// Takes note of the login that stands at `at`, in a frame that is known.
    pub fn insert(
        &mut self,
        at: &Appended,
        site: &SiteId,
        (state, expire_time): (StateHash, Timestamp),
        length: usize,
        caller: Option<Arc<Caller>>,
    ) {
        // A segment and its last frame have a few MB.
        let slot = Slot {
            segment: at.segment,
            offset: u32::try_from(at.offset).unwrap_or(u32::MAX),
            length: u32::try_from(length).unwrap_or(u32::MAX),
        };
        let pending = match self.sites.get_mut(site) {
            Some(pending) => pending,
            None => self.sites.entry(site.clone()).or_default(),
        };
        if let Some(caller) = &caller {
            *pending.begun_by.entry(caller.name.clone()).or_default() += 1;
        }
        pending.slots.insert(state, (slot, caller));
        pending.by_age.push_back((expire_time, state));
        if let Some(segment) = self.segments.get_mut(&at.segment) {
            segment.live += 1;
        }
    }

    /// Forgets a login that has moved on.
    pub fn remove(&mut self, site: &SiteId, state: &StateHash) {
        let pending = self.sites.get_mut(site);
        let slot = pending.and_then(|pending| pending.remove(state));
        self.release(slot);
    }

    /// Forgets logins that have expired, at most `limit`, and tells how many.
    pub fn remove_expired(&mut self, now: Timestamp, limit: usize) -> usize {
        let mut expired = Vec::new();
        for pending in self.sites.values_mut() {
            while expired.len() < limit
                && let Some((expire_time, state)) = pending.by_age.front()
                && now >= *expire_time
            {
                let state = *state;
                pending.by_age.pop_front();
                expired.extend(pending.remove(&state));
            }
        }
        for slot in &expired {
            self.release(Some(*slot));
        }
        expired.len()
    }

    fn release(&mut self, slot: Option<Slot>) {
        if let Some(segment) = slot.and_then(|slot| self.segments.get_mut(&slot.segment)) {
            segment.live = segment.live.saturating_sub(1);
        }
    }

    /// The newest batch up to which no frame is needed any more, if there is
    /// one.
    pub fn unneeded(&self) -> Option<u64> {
        let dead = self
            .segments
            .values()
            .take_while(|segment| segment.live == 0);
        dead.last().map(|segment| segment.last)
    }

    /// Forgets the segments that end at this batch or before it, and tells
    /// which.
    pub fn remove_segments(&mut self, until: u64) -> Vec<u64> {
        let gone = self
            .segments
            .extract_if(.., |_, segment| segment.last <= until);
        gone.map(|(first, _)| first).collect()
    }
}

/// The index, also after a panic elsewhere: it holds no invariant that a
/// half-done change could break for another login.
pub fn lock(index: &Mutex<PendingIndex>) -> MutexGuard<'_, PendingIndex> {
    index.lock().unwrap_or_else(PoisonError::into_inner)
}
