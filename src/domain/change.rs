//! What happened to leads, in the order in which it was kept.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::LeadId;

/// The kinds of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeKind {
    /// A first login, or an imported token, made the lead.
    Created,
    /// The shop wrote to it, or Instagram described its account anew.
    Updated,
    /// One more login was completed.
    LoggedIn,
    /// Its token was exchanged, refreshed or lost, without a login.
    TokenChanged,
    /// The lead is gone, and everything about the person with it.
    Erased,
}

/// What is about to happen to a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeadChange {
    /// What.
    pub kind: ChangeKind,
    /// When.
    pub time: Timestamp,
}

impl LeadChange {
    /// A change of that kind at that moment.
    #[must_use]
    pub const fn new(kind: ChangeKind, time: Timestamp) -> Self {
        Self { kind, time }
    }
}

/// Where a change stands among all: numbers only grow, with gaps.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct ChangeNumber {
    /// The batch of writes that kept it.
    pub sequence: u64,
    /// Which change of that batch.
    pub index: u32,
}

impl ChangeNumber {
    /// The last that a batch can have.
    #[must_use]
    pub const fn last_of(sequence: u64) -> Self {
        Self {
            sequence,
            index: u32::MAX,
        }
    }

    /// The one right before this, if there can be one.
    #[must_use]
    pub fn before(self) -> Option<Self> {
        match self.index.checked_sub(1) {
            Some(index) => Some(Self { index, ..self }),
            None => self.sequence.checked_sub(1).map(Self::last_of),
        }
    }
}

/// One change that was kept. It tells nothing about the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The position of whoever has read up to here, this change included.
    pub position: ChangePosition,
    /// Which lead.
    pub lead: LeadId,
    /// What happened.
    pub kind: ChangeKind,
    /// When.
    pub time: Timestamp,
    /// The lead's revision after it.
    pub revision: u64,
}

/// How far somebody has read.
///
/// The check tells the change that was read from another one that got its
/// number after an older copy of the store was put in place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangePosition {
    /// The last change that was read; zero before the first.
    pub number: ChangeNumber,
    /// Follows from what the change was.
    pub check: u64,
}

impl ChangePosition {
    /// Before the first change ever.
    pub const BEGINNING: Self = Self {
        number: ChangeNumber {
            sequence: 0,
            index: 0,
        },
        check: 0,
    };
}
