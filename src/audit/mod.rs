//! The audit log: who did what, one JSON line each, apart from the daemon's own
//! log and whatever that one's level.
//!
//! Lines are handed to a thread of their own (`log`), so that no call waits for
//! the disk. What could not be written is counted, and the count is written
//! once something can be. `docs/audit.md` documents the fields for those who
//! read the lines.

mod bound;
mod line;
mod log;
mod output;

pub use line::{Line, Peer, Phase, Proof};
pub use log::{AuditLog, Opened};
pub use output::{Destination, MODE};
