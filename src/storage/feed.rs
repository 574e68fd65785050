//! Tells who follows a site's changes that there are new ones.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

use crate::domain::change::ChangeNumber;
use crate::domain::site::SiteId;

/// The newest change of each site that is on the medium.
///
/// sled shows what it has been given before that is safe on the disk. So who
/// follows reads up to what it is told here, and is never told of a change
/// that a power cut takes back.
#[derive(Default)]
pub struct Feed(Mutex<State>);

#[derive(Default)]
struct State {
    /// The newest batch.
    sequence: u64,
    /// The sites that somebody follows or followed.
    sites: HashMap<SiteId, watch::Sender<ChangeNumber>>,
}

impl Feed {
    /// A feed of a store that has come this far.
    #[must_use]
    pub fn at(sequence: u64) -> Self {
        Self(Mutex::new(State {
            sequence,
            sites: HashMap::new(),
        }))
    }

    /// Up to where a site's changes may be read, now and whenever there are
    /// more.
    pub fn follow(&self, site: &SiteId) -> watch::Receiver<ChangeNumber> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = ChangeNumber::last_of(state.sequence);
        let site = state.sites.entry(site.clone());
        let sender = site.or_insert_with(|| watch::Sender::new(newest));
        sender.subscribe()
    }

    /// A batch is on the medium, with these changes.
    pub fn publish(&self, sequence: u64, changes: &[(SiteId, ChangeNumber)]) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.sequence = sequence;
        for (site, number) in changes {
            if let Some(sender) = state.sites.get(site) {
                sender.send_replace(*number);
            }
        }
    }

    /// The store was opened again, at this batch: it may hold changes of one
    /// that nobody was told of.
    pub fn catch_up(&self, sequence: u64) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.sequence = sequence;
        for sender in state.sites.values() {
            sender.send_replace(ChangeNumber::last_of(sequence));
        }
    }
}
