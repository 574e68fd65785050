//! What must not be lost: authorizations, leads and tokens, in sled; and in a
//! `journal` beside it the logins that have just begun.
//!
//! This is the only place that names sled. What it promises:
//!
//! - **Acknowledged means on the medium.** One thread, the `committer`, takes
//!   what is waiting, applies it in one batch, writes begun logins at the end
//!   of the journal and syncs it, everything else into sled, flushes, syncs
//!   the file itself (sled's flush alone does not reach the disk) and only
//!   then answers.
//! - **Nothing is missing in silence.** Every batch carries a sequence number
//!   and updates the `ledger`, which knows how many records of each kind
//!   there are and a digest of them; ledger and journal each name how far the
//!   other has come; a `witness` beside the store remembers the newest sequence. A store that is older than its witness does not open,
//!   and the ledger is compared with the records after every start.
//! - **Who was erased stays erased.** The list of `erasures` beside the store
//!   outlives it, and a restore leaves out whoever stands there.
//! - **A thief of the disk gets nothing that acts.** Tokens are sealed to
//!   their place, states are known by their hash.
//!
//! Keys begin with the site (`keys`); values begin with a version
//! (`record`).

mod backup;
mod cache;
mod committer;
mod compact;
mod digest;
mod engine;
mod erasures;
mod error;
mod examine;
mod feed;
mod files;
mod format;
#[doc(hidden)]
pub mod fuzzing;
mod journal;
mod keyfile;
mod keyring;
mod keys;
mod ledger;
mod lookout;
mod notes;
mod opening;
mod operations;
mod outage;
mod pending;
mod read;
mod record;
mod seal;
mod sealed;
mod share;
mod state;
mod store;
#[cfg(test)]
mod tests;
mod transaction;
mod unreadable;
mod verify;
mod walk;
mod witness;

pub use backup::{Backup, Chunk, ReadError, Restore, RestoreError, RestoreReport, Times, restore};
pub use committer::QUEUE_CAPACITY;
pub use compact::{Compacted, Compaction};
pub use erasures::Unknown;
pub use error::{OpenError, StoreError};
pub use examine::{Examined, Finding, verify};
pub use keyfile::{KeyFile, KeyFileError};
pub use keyring::{KeyId, KeyRing, KeyRingError};
pub use notes::Notes;
pub use operations::{
    Behind, Changes, KeptToken, KeyUse, LeadOrder, LetterCounts, ListedLetter, Listing, LoginPlace,
    Step, TimeRange, TokenEntries, TokenEntry, Walk,
};
pub use seal::SealError;
pub use share::SITE_SHARE;
pub use state::LoginState;
pub use store::{Health, LeadKey, Options, Store};
pub use transaction::{
    CompletedLogin, Completion, DeletionRequest, Erased, Import, Imported, Resealed, SweepReport,
    TokenChange, Updated,
};
pub use walk::WalkError;
