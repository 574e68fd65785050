//! The real daemon, in a process of its own, over real sockets, with real HTTP
//! to the sandbox.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod support;

mod happy_path;
mod layers;
