//! The sandbox as its callers meet it: over HTTP.

mod failures;
mod graph;
mod harness;
mod knobs;
mod manual;
mod shop;
mod signed_requests;
mod tokens;
mod window;
