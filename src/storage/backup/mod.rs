//! Backups: the whole store in one sealed file, made while it serves.
//!
//! ```text
//! leadtap-backup\n [version: 1]  [length: 2] [header]     in plain
//! [length: 4] [last: 1] [sealed entries]                  a frame, again and again
//! ```
//!
//! Each backup has a key of its own, which the key ring's newest key seals in
//! the header. Every frame is sealed with it, under its number and whether it
//! is the last one, and bound to the header: none can be changed, left out,
//! moved or taken from another backup. The last entry is the account of what
//! the others must add up to.
//!
//! Logins under way are left out: their shoppers begin again.

mod entry;
mod frame;
mod header;
mod make;
mod read;
mod restore;

pub use make::{Backup, Chunk};
pub use read::ReadError;
pub use restore::{Restore, RestoreError, RestoreReport, Times, restore};

use super::keys::Kind;

/// What is kept in a backup.
fn is_kept(kind: Kind) -> bool {
    kind != Kind::Authorization
}
