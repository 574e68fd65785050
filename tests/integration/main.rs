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

mod around_a_call;
mod audit;
mod backup;
mod bad_requests;
mod callbacks;
mod callers;
mod canary;
mod check_online;
mod circuit;
mod clock;
mod command_line;
mod compact;
mod connections;
mod core_dumps;
mod crash;
mod credentials;
mod damage;
mod declined;
mod disk;
mod erasure;
mod foreign_ids;
mod fuzzing;
mod happy_path;
mod idle;
mod init;
mod instagram_refuses;
mod interrupted;
mod key_rotation;
mod layers;
mod lead_commands;
mod lead_export;
mod lead_pages;
mod lead_statistics;
mod lead_updates;
mod lead_watch;
mod limits;
mod malformed;
mod memory;
mod metrics;
mod network;
mod not_this_login;
mod once;
mod platform;
mod power_cut;
mod reasons;
mod releases;
mod reload;
mod reload_listeners;
mod reload_rest;
mod retention;
mod secrecy;
mod secrecy_of_rpcs;
mod service_manager;
mod shapes;
mod sites;
mod socket_activation;
mod status;
mod stopping;
mod stopping_under_load;
mod terminal;
mod threats;
mod tls;
mod token_commands;
mod token_import;
mod token_kept;
mod token_life;
mod token_use;
mod too_many;
mod traces;
mod units;
mod unusable_answers;
mod watch_crash;
mod ways_in;
mod webhook_crash;
mod webhook_https;
mod webhook_letters;
mod webhook_reload;
mod webhook_signature;
mod webhooks;
