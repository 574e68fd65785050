//! The list of erased leads: a small file beside the store, which only grows.
//!
//! A backup is older than the erasures that come after it. The list outlives
//! the store, so that a restore can leave out whoever was erased since. It
//! holds nothing about a person: of each lead the SHA-256 of its id, of which
//! 74 bits are random, and the time. Of Instagram's ids, which have so few
//! digits that every hash of them can be tried out, it holds nothing.
//!
//! ```text
//! leadtap-erased 3 TIME CHECKSUM      every erasure since then stands below
//! place INODE TIME CHECKSUM           the file that the daemon writes: another one is a copy
//! HASH TIME CHECKSUM                  one line a lead; times in microseconds since 1970
//! until TIME CHECKSUM                 and it is known that nobody else was, until then
//! since TIME CHECKSUM                 of what comes between the line above and this moment
//!                                     nothing is known
//! ```
//!
//! The checksum is the CRC-32 of the rest of the line: another hash would be
//! another lead, and a restore would bring back the one that was erased.
//! Version 1 had none, and neither 1 nor 2 knew its place: such a list is
//! written anew when it is opened.
//!
//! The list that the daemon writes is complete, however long ago its last line
//! was. A copy is complete until it was made, and its last line is all that
//! tells when that was. So that a copy can be told from the list, the list says
//! which file it is (stat(2): its inode and when that was made); and so that
//! the newest copy knows of the time until the backup beside it, each backup
//! adds a line.
//!
//! A line is on the medium before the erasure is in the store, so no erasure
//! that was acknowledged is missing. One that was not acknowledged may stand
//! there: its lead is left out of a restore too, since somebody asked for it.

mod error;
mod known;
mod leads;
mod list;
mod text;

pub use error::ErasedListError;
pub use known::Unknown;
pub use leads::ErasedLeads;
pub use list::ErasedList;

use std::time::Duration;

use ring::digest::{SHA256, digest};

use crate::domain::ids::LeadId;

/// The list's name in the store's folder.
pub const FILE: &str = "erased";

/// How much older than the newest line a line may be. Older ones go at a
/// start of the daemon, and a backup that is older than that is not restored.
const KEPT: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// The most of a list that is read: 85 bytes a line, three million leads.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

type Hash = [u8; 32];

fn hash(lead: &LeadId) -> Hash {
    let hash = digest(&SHA256, lead.as_bytes());
    hash.as_ref().first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
