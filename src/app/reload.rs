//! Takes a new configuration over while the daemon runs.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::doors::Doors;
use super::{Rooms, callers, key_file};
use crate::audit::{AuditLog, Destination};
use crate::config::{Config, Limits, Problem, Problems, keys};
use crate::grpc::gate::Gatekeeper;
use crate::service::{Keys, Sites};

/// What of a running daemon a new configuration changes. Clones share it.
#[derive(Clone)]
pub struct Reloader {
    pub(super) sites: Sites,
    pub(super) gatekeeper: Arc<Gatekeeper>,
    pub(super) doors: Doors,
    pub(super) keys: Keys,
    pub(super) audit: AuditLog,
    pub(super) rooms: Rooms,
    pub(super) limits: Arc<ArcSwap<Limits>>,
    /// The configuration that the daemon was started with.
    pub(super) started: Arc<Config>,
}

/// A key that takes a restart, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name, or that of its section.
    pub key: &'static str,
    /// What stands in the way.
    pub why: &'static str,
}

impl Reloader {
    /// Takes over sites, callers, limits, listeners, certificates, the key ring
    /// and the audit log. Connections stay, and calls under way keep what they
    /// began with. Gives what is different from what the daemon was started
    /// with and takes a restart.
    ///
    /// # Errors
    /// What of it cannot be taken over. Then nothing is.
    pub async fn reload(&self, new: &Config) -> Result<Vec<LeftOut>, Problems> {
        let ring = keys::read(&new.keys)?;
        let audit =
            AuditLog::open(new.audit.clone()).map_err(|error| cannot_write(&new.audit, &error))?;
        let doors = self.doors.prepare(new).map_err(|error| {
            Problem::new(
                "listen",
                format!("names a place that cannot be had: {error}"),
                "Name another, or free it.",
            )
        })?;
        // The last that can fail: after it everything is taken over.
        let replaced = self.keys.replace(key_file(&new.keys), ring).await;
        replaced.map_err(|refused| {
            Problem::new(
                "keys",
                format!("names a ring that {refused}"),
                "Put the key back; `leadtap keys rotate`, then `leadtap keys list`, show when it may go.",
            )
        })?;
        self.sites.replace(new.sites.clone());
        self.gatekeeper
            .admit_only(callers(&new.sites, &new.callers));
        let is_kept = doors.is_kept;
        if let Err(error) = self.doors.take_over(doors) {
            tracing::error!(%error, "a listener could not be changed in all respects: look at it, and restart");
        }
        self.rooms.unix.resize(new.limits.max_connections);
        self.rooms.tcp.resize(new.limits.max_connections);
        self.limits.store(Arc::new(new.limits));
        // Whoever waits for the queue may wait: this is no call's thread.
        let log = self.audit.clone();
        let _ = tokio::task::spawn_blocking(move || log.switch(audit)).await;
        Ok(left_out(&self.started, new, is_kept))
    }
}

fn cannot_write(destination: &Destination, error: &std::io::Error) -> Problem {
    let file = match destination {
        Destination::File(path) => path.display().to_string(),
        Destination::StandardError => "standard error".to_owned(),
    };
    Problem::new(
        "audit.file",
        format!("names {file}, which cannot be written: {error}"),
        "Make its folder, of the daemon's user alone, or name another file.",
    )
}

/// What cannot change while the daemon runs, and did.
fn left_out(old: &Config, new: &Config, is_kept: bool) -> Vec<LeftOut> {
    let threads = old.limits.worker_threads != new.limits.worker_threads;
    let changed = [
        (
            "listen",
            is_kept,
            "systemd made the sockets and keeps them: change the socket unit with it",
        ),
        (
            "store",
            old.store != new.store,
            "the database is open, and its memory is divided when it opens",
        ),
        (
            "log.format",
            old.log.format != new.log.format,
            "whoever reads the log would meet both forms in it",
        ),
        (
            "metrics",
            old.metrics != new.metrics,
            "its port is bound when the daemon starts",
        ),
        (
            "traces",
            old.traces != new.traces,
            "the collector is connected to when the daemon starts",
        ),
        (
            "limits.worker_threads",
            threads,
            "a connection belongs to one thread until it ends",
        ),
    ];
    let changed = changed.into_iter().filter(|(_, changed, _)| *changed);
    changed.map(|(key, _, why)| LeftOut { key, why }).collect()
}
