//! What the store does, by what it is about. Each operation is on the medium
//! when it returns; a write runs on the committer's thread as a part of one
//! [`Transaction`](super::transaction::Transaction), a read on a thread that may
//! wait for the disk.

mod account;
mod change;
mod cursor;
mod deletion;
mod erasure;
mod idle;
mod keys;
mod lead;
mod letter;
mod listing;
mod login;
mod token;
mod visits;
mod webhook;

pub use change::Changes;
pub use idle::LoginPlace;
pub use keys::{KeyUse, Walk};
pub use letter::{Behind, LetterCounts, ListedLetter};
pub use listing::{LeadOrder, Listing, Step, TimeRange};
pub use token::{KeptToken, TokenEntries, TokenEntry};
