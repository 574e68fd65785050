//! What the keeper did, and what there is to keep: for whoever watches the
//! daemon.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::clock::Timestamp;
use crate::domain::site::SiteId;
use crate::domain::token::TokenState;

/// Counters since the start of the daemon, and the newest count of tokens.
#[derive(Debug, Default)]
pub struct TokenMetrics {
    /// Tokens exchanged or refreshed.
    pub renewed: Counter,
    /// Tries that failed and are repeated.
    pub failed: Counter,
    /// Tokens that ended: Instagram said so, or their time ran out.
    pub ended: Counter,
    /// Tokens whose last seven days began without a refresh.
    pub warned: Counter,
    /// Tokens handed out.
    pub handed_out: Counter,
    counts: Mutex<HashMap<SiteId, TokenCounts>>,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub(super) fn more(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The number.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many tokens of a site are in which state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenCounts {
    /// When they were counted.
    pub time: Timestamp,
    by_state: [u64; TokenState::ALL.len()],
}

impl TokenCounts {
    pub(super) const fn begin(time: Timestamp) -> Self {
        Self {
            time,
            by_state: [0; TokenState::ALL.len()],
        }
    }

    pub(super) fn add(&mut self, state: TokenState) {
        if let Some(count) = self.by_state.get_mut(state as usize) {
            *count += 1;
        }
    }

    /// How many are in this state.
    #[must_use]
    pub fn of(&self, state: TokenState) -> u64 {
        self.by_state.get(state as usize).copied().unwrap_or(0)
    }
}

impl TokenMetrics {
    /// The newest count of a site's tokens: at most an hour old, and none in
    /// the first moments after the start.
    #[must_use]
    pub fn counts(&self, site: &SiteId) -> Option<TokenCounts> {
        self.lock().get(site).cloned()
    }

    pub(super) fn counted(&self, site: &SiteId, counts: TokenCounts) {
        self.lock().insert(site.clone(), counts);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SiteId, TokenCounts>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
