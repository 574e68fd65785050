//! What is left when a lead is erased.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;

/// A tombstone: that a lead was erased, when and why; nothing of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// When.
    pub time: Timestamp,
    /// Why.
    pub cause: ErasureCause,
}

/// On whose word a lead is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErasureCause {
    /// The shop's, through DeleteLead or the command line.
    Shop,
    /// Meta's, with a signed request for data deletion.
    Meta,
    /// The site's retention: nobody logged in for that long.
    Retention,
}
