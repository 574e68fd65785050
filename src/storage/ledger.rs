//! The store's own account of what is in it, written with every batch that
//! changes the database. Batches of begun logins alone change it in memory; the
//! journal tells of them at the next opening.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::digest::SetDigest;
use super::keys::{self, Kind};
use super::record::Record;

/// What the store must hold. sled does not notice missing records; this does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Random, so that a witness of another store is told apart.
    pub store_id: u128,
    /// The number of the newest batch, from 1.
    pub sequence: u64,
    /// The newest batch that changed the database.
    pub database: u64,
    /// Which begun logins the journal holds.
    pub begun: Begun,
    /// What there is of each kind, by the kind's byte.
    kinds: BTreeMap<u8, Tally>,
}

impl Record for Ledger {
    const VERSION: u8 = 1;
}

/// The batches whose begun logins are in the journal: those after `gone`, up to
/// `newest`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// The newest one that is not needed any more.
    pub gone: u64,
    /// The newest one.
    pub newest: u64,
}

/// How many records of one kind there are, and a digest of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many.
    pub count: u64,
    digest: SetDigest,
}

impl Ledger {
    /// The ledger of a new store.
    #[must_use]
    pub fn of(store_id: u128) -> Self {
        Self {
            store_id,
            ..Self::default()
        }
    }

    /// The ledger of a store that was restored, which must hold this.
    #[must_use]
    pub fn restored(store_id: u128, sequence: u64, kinds: &BTreeMap<u8, Tally>) -> Self {
        Self {
            sequence,
            database: sequence,
            kinds: kinds.clone(),
            ..Self::of(store_id)
        }
    }

    /// Takes note that `key` has a value that it did not have.
    pub fn add(&mut self, key: &[u8], value: &[u8]) {
        if let Some(kind) = keys::kind(key) {
            let tally = self.kinds.entry(kind as u8).or_default();
            tally.count = tally.count.saturating_add(1);
            tally.digest.add(key, value);
        }
    }

    /// Takes note that `key` no longer has that value.
    pub fn remove(&mut self, key: &[u8], value: &[u8]) {
        if let Some(kind) = keys::kind(key) {
            let tally = self.kinds.entry(kind as u8).or_default();
            tally.count = tally.count.saturating_sub(1);
            tally.digest.remove(key, value);
        }
    }

    /// What there is of one kind.
    #[must_use]
    pub fn tally(&self, kind: Kind) -> Tally {
        self.kinds.get(&(kind as u8)).copied().unwrap_or_default()
    }

    /// How many records there are of these kinds.
    #[must_use]
    pub fn count_of(&self, wanted: fn(Kind) -> bool) -> u64 {
        self.tallies_of(wanted)
            .values()
            .map(|tally| tally.count)
            .sum()
    }

    /// What there is of these kinds, by the kind's byte.
    #[must_use]
    pub fn tallies_of(&self, wanted: fn(Kind) -> bool) -> BTreeMap<u8, Tally> {
        let kinds = Kind::ALL.into_iter().filter(|kind| wanted(*kind));
        let tallies = kinds.map(|kind| (kind as u8, self.tally(kind)));
        tallies.filter(|(_, tally)| tally.count > 0).collect()
    }

    /// The first kind of which `found` has something else than this ledger
    /// says.
    #[must_use]
    pub fn difference(&self, found: &Self) -> Option<Difference> {
        Kind::ALL.into_iter().find_map(|kind| {
            let (expected, found) = (self.tally(kind), found.tally(kind));
            (expected != found).then_some(Difference {
                kind,
                expected: expected.count,
                found: found.count,
            })
        })
    }
}

/// What is wrong with the records of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which kind.
    pub kind: Kind,
    /// How many there should be.
    pub expected: u64,
    /// How many there are: where it is the same number, one was changed.
    pub found: u64,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            kind,
            expected,
            found,
        } = self;
        if expected == found {
            write!(
                f,
                "the content of the {kind:?} records is not what was written"
            )
        } else {
            write!(
                f,
                "there should be {expected} {kind:?} records, and there are {found}"
            )
        }
    }
}
