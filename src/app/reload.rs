//! Takes a new configuration over while the daemon runs.

use std::sync::Arc;

use super::callers;
use crate::config::Config;
use crate::grpc::connections::Certificate;
use crate::grpc::gate::Gatekeeper;
use crate::service::Sites;

/// What of a running daemon a new configuration changes. Clones share it.
#[derive(Clone)]
pub struct Reloader {
    pub(super) sites: Sites,
    pub(super) gatekeeper: Arc<Gatekeeper>,
    pub(super) certificate: Option<Certificate>,
    /// The configuration that the daemon was started with.
    pub(super) started: Arc<Config>,
}

impl Reloader {
    /// Takes over sites, callers, their limits and the certificate. Connections
    /// stay, and calls under way keep what they began with. Gives the keys
    /// that are different from what the daemon was started with and take a
    /// restart.
    #[must_use]
    pub fn reload(&self, new: &Config) -> Vec<&'static str> {
        self.sites.replace(new.sites.clone());
        self.gatekeeper
            .admit_only(callers(&new.sites, &new.callers));
        if let (Some(certificate), Some(tls)) = (&self.certificate, &new.tls) {
            certificate.replace(Arc::clone(&tls.server));
        }
        fixed(&self.started, new)
    }
}

/// What cannot change while the daemon runs, and did.
fn fixed(old: &Config, new: &Config) -> Vec<&'static str> {
    let changed = [
        ("listen.unix", old.listen.unix != new.listen.unix),
        ("listen.tcp", old.listen.tcp != new.listen.tcp),
        ("listen.tls", old.tls.is_some() != new.tls.is_some()),
        ("store", old.store != new.store),
        ("keys", old.keys != new.keys),
        ("log.format", old.log.format != new.log.format),
        ("audit", old.audit != new.audit),
        ("metrics", old.metrics != new.metrics),
        ("limits", old.limits != new.limits),
    ];
    let changed = changed.into_iter().filter(|(_, changed)| *changed);
    changed.map(|(key, _)| key).collect()
}
