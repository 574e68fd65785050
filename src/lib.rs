//! "Continue with Instagram" for WooCommerce shops: the daemon `leadtap`.
//!
//! A layer imports only from those above it in this list; a test holds that.
//!
//! | layer | what it is | what only it may name |
//! |---|---|---|
//! | [`domain`] | the words: login, lead, token, site | |
//! | [`audit`] | who did what, for those who ask later | |
//! | [`metrics`] | what the daemon counts | prometheus_client |
//! | [`traces`] | follows single calls, where that is wanted | opentelemetry |
//! | [`storage`] | what must not be lost | sled |
//! | [`outbound`] | the way out, to Instagram and to webhooks | reqwest |
//! | [`instagram`] | the protocol, as seen from our side | reqwest |
//! | [`webhook`] | what is sent to a shop's own programs | reqwest |
//! | [`service`] | the use cases | |
//! | [`grpc`] | the contract, as seen from a caller's side | tonic, generated types |
//! | [`app`], [`config`] | a running daemon, from its settings | |
//! | [`cli`] | the commands | |
//!
//! [`sandbox`] stands beside them: a fake Instagram and a demo shop, for tests
//! and for development. It shares no code with [`instagram`], so that a
//! mistake in one is not hidden by the same mistake in the other.

pub mod app;
pub mod audit;
pub mod cli;
pub mod config;
pub mod domain;
pub mod grpc;
pub mod instagram;
pub mod metrics;
pub mod outbound;
pub mod sandbox;
pub mod service;
pub mod storage;
pub mod traces;
pub mod webhook;
