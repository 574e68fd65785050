//! The one table that turns what went wrong into a status; a file holds the
//! rows of one topic.
//!
//! Callers see the texts here and nothing else: an unexpected cause goes to
//! the log, and the caller gets its request id.

mod call;
mod keys;
mod lead;
mod login;
mod platform;
mod row;
mod store;
mod token;
mod upstream;
mod walk;
mod webhook;

pub use call::{
    caller_unknown, internal, invalid, method_unknown, permission_missing, refused_by_library,
    shutting_down, too_large, too_late, too_many_calls, too_many_starts, undecodable,
};
pub use keys::keys;
pub use lead::{export, lead_not_found, list, updated, watch};
pub use login::login;
pub use platform::{deletion_not_found, platform};
pub use row::reason_name;
pub use store::store;
pub use token::token;
pub use upstream::upstream_reason;
pub use walk::walk;
pub use webhook::webhook;
