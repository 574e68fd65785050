//! The contract `leadtap.v1`, from a caller's side.
//!
//! The only place that names tonic's server or the generated types. A request
//! passes the [`gate`], which knows the caller and what the rpc needs; then
//! [`convert`], after which it is valid; then a use case; and what went wrong
//! there becomes a status in one table, [`errors`].

mod admin;
pub mod audit;
mod backup;
pub mod callers;
mod compact;
pub mod connections;
mod context;
pub mod convert;
mod counted;
pub mod deadline;
pub mod errors;
#[doc(hidden)]
pub mod fuzzing;
pub mod gate;
mod health;
mod held;
mod lead;
mod login;
pub mod permissions;
mod platform;
pub mod request_id;
pub mod server;
mod token;
pub mod traffic;
mod violations;
mod webhook;

/// What the build made of `proto/leadtap/v1`; the documentation is there.
#[allow(missing_docs, clippy::all, clippy::pedantic, rustdoc::bare_urls)]
pub mod pb {
    tonic::include_proto!("leadtap.v1");
}

/// The whole contract with its comments, for server reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
