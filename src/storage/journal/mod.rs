//! Logins that have just begun, in an append-only log beside the database.
//!
//! Most of what is written is logins that begin, and most of those are never
//! looked at again. A batch of them is one frame: one write at the end of a
//! file and one sync (`docs/decisions/0003-begun-logins-in-a-journal.md`). A
//! login that moves on gets a record in the database. The log is cut into
//! segments, and a segment goes when all its logins have moved on or expired.
//!
//! What must be there is known twice. Each frame names the one before it and
//! the newest batch of the database; the database's ledger names the newest
//! frame, and the last one that is no longer needed. So neither can lose
//! something that the other does not tell, and both are held against the
//! witness. A frame that was torn while it was written was never acknowledged:
//! it is the last one, and nobody names it.

mod entry;
mod frame;
mod recovery;
mod writer;

use std::path::{Path, PathBuf};

pub use entry::{Begun, Entry};
pub use frame::{Head, find, newer_version};
pub use recovery::{has_segments, recover};
pub use writer::{Appended, Journal};

/// The segments stand in a folder of their own.
pub const FOLDER: &str = "pending";

/// Where the segments of the store at `path` are.
#[must_use]
pub fn folder(path: &Path) -> PathBuf {
    path.join(FOLDER)
}

/// A segment is named by its first batch, so that names sort by age.
fn file_name(first: u64) -> String {
    format!("{first:016x}")
}

/// The first batch of the segment with this name; none if it is no segment.
fn first_of(name: &str) -> Option<u64> {
    let first = u64::from_str_radix(name, 16).ok()?;
    (file_name(first) == name).then_some(first)
}
