//! What the keeper did, and what there is to keep: for whoever watches the
//! daemon.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::clock::Timestamp;
use crate::domain::site::SiteId;
use crate::domain::token::{TokenState, TokenStatus};
use crate::metrics::TokenCounters;

/// Counters since the start of the daemon, and the newest count of tokens.
#[derive(Debug, Default)]
pub struct TokenMetrics {
    /// What was done.
    pub counters: TokenCounters,
    counts: Mutex<HashMap<SiteId, TokenCounts>>,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Ages of living tokens, each with the name of those below it and not below
/// the one before. A token is refreshed after some weeks, so a healthy one is
/// not old.
const AGES: [(&str, Duration); 5] = [
    ("under_1_day", DAY),
    ("1_to_7_days", DAY.saturating_mul(7)),
    ("7_to_30_days", DAY.saturating_mul(30)),
    ("30_to_53_days", DAY.saturating_mul(53)),
    ("over_53_days", Duration::MAX),
];

/// How many tokens of a site are in which state, and how old those are that
/// live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenCounts {
    /// When they were counted.
    pub time: Timestamp,
    by_state: [u64; TokenState::ALL.len()],
    by_age: [u64; AGES.len()],
}

impl TokenCounts {
    pub(super) const fn begin(time: Timestamp) -> Self {
        Self {
            time,
            by_state: [0; TokenState::ALL.len()],
            by_age: [0; AGES.len()],
        }
    }

    pub(super) fn add(&mut self, token: &TokenStatus) {
        let state = token.state_at(self.time);
        if let Some(count) = self.by_state.get_mut(state as usize) {
            *count += 1;
        }
        let age = self.time.since(token.refreshed_time);
        let place = AGES.iter().position(|(_, limit)| age < *limit);
        if token.is_alive(self.time)
            && let Some(count) = place.and_then(|place| self.by_age.get_mut(place))
        {
            *count += 1;
        }
    }

    /// Every age by its name, and how many living tokens are that old.
    #[must_use]
    pub fn by_age(&self) -> Vec<(&'static str, u64)> {
        let names = AGES.iter().map(|(name, _)| *name);
        names.zip(self.by_age).collect()
    }

    /// Every state by its name, and how many tokens are in it.
    #[must_use]
    pub fn by_state(&self) -> Vec<(&'static str, u64)> {
        let all = TokenState::ALL.into_iter();
        all.map(|state| (state.name(), self.of(state))).collect()
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
