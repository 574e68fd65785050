//! A running daemon, wired from its settings.

mod doors;
mod inherited;
pub mod listeners;
mod observer;
pub mod online;
mod reload;
mod scrape;
mod workers;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::audit::{AuditLog, Destination};
use crate::config::{Config, ConfiguredCaller, KeySource, Proof as ConfiguredProof};
use crate::domain::clock::Clock;
use crate::domain::site::Site;
use crate::grpc::callers::{Access, Callers, Proof};
use crate::grpc::connections::Room;
use crate::grpc::gate::Gatekeeper;
use crate::grpc::server::Services;
use crate::grpc::traffic::{Meter, Whose};
use crate::instagram::{Instagram, Limits};
use crate::outbound::{BuildError, Outbound};
use crate::service::{
    Canary, Circuits, Erasures, Keys, Leads, Login, Maintenance, Overview, Patience, Platform,
    Retention, Sites, Tokens, Webhooks,
};
use crate::storage::{KeyFile, KeyRing, OpenError, Options, Store};
use crate::webhook::Sender;

use crate::metrics::UpstreamMetrics;
use doors::Doors;
use scrape::ScrapeListener;

pub use inherited::{Inherited, InheritedError};
pub use listeners::Listeners;
pub use reload::{LeftOut, Reloader};

/// A daemon that is ready to serve.
pub struct App {
    services: Services,
    reloader: Reloader,
    retention: Retention,
    audit: AuditLog,
    rooms: Rooms,
    upstream: UpstreamMetrics,
    scrapes: Option<ScrapeListener>,
    first_look: Duration,
    workers: usize,
    limits: Arc<ArcSwap<crate::config::Limits>>,
}

/// The places for connections, of each listener its own: a flood over TCP
/// must not keep PHP away from the Unix socket.
#[derive(Clone)]
struct Rooms {
    unix: Room,
    tcp: Room,
}

impl App {
    /// Opens the store and wires everything. Blocks while the store recovers.
    ///
    /// # Errors
    /// [`StartError`], whose text says what to do.
    pub fn new(config: &Config, keys: KeyRing, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let options = Options {
            path: config.store.path.clone(),
            cache_bytes: config.store.cache_bytes,
            lead_cache: config.store.lead_cache,
        };
        let outbound = Outbound::new()?;
        let instagram = Instagram::new(&outbound, Limits::default())?;
        let sender = Sender::new(&outbound)?;
        let audit = AuditLog::start(config.audit.clone(), Arc::clone(&clock))
            .map_err(|error| StartError::Audit(config.audit.clone(), error))?;
        let scrapes = config.metrics.map(ScrapeListener::bind).transpose()?;
        let store = Store::open(options, keys).map_err(StartError::Store)?;
        let circuits = Circuits::new(Arc::clone(&clock));
        let port = Arc::new(instagram.clone());
        let tokens = Tokens::new(store.clone(), port, circuits.clone(), Arc::clone(&clock));
        let webhooks = Webhooks::new(store.clone(), sender, Arc::clone(&clock));
        let retention = Retention::new(store.clone(), audit.clone(), Arc::clone(&clock));
        let upstream = instagram.metrics().clone();
        let overview = Overview {
            login: Login::new(
                store.clone(),
                instagram.clone(),
                circuits.clone(),
                Arc::clone(&clock),
            ),
            tokens,
            webhooks,
            canary: Canary::new(instagram, store.clone(), Arc::clone(&clock)),
            circuits,
            sites: Sites::new(config.sites.clone()),
            store: store.clone(),
            clock: Arc::clone(&clock),
            begun: clock.now(),
            patience: Patience::default(),
        };
        let services = Services {
            login: overview.login.clone(),
            tokens: overview.tokens.clone(),
            leads: Leads::new(store.clone()),
            keys: Keys::new(store.clone(), key_file(&config.keys)),
            erasures: Erasures::new(store.clone(), Arc::clone(&clock)),
            platform: Platform::new(store.clone(), audit.clone(), Arc::clone(&clock)),
            webhooks: overview.webhooks.clone(),
            maintenance: Maintenance::new(store.clone(), Arc::clone(&clock)),
            overview,
            clock,
            store,
        };
        let callers = callers(&config.sites, &config.callers);
        let rooms = Rooms {
            unix: Room::new("listen.unix", config.limits.max_connections),
            tcp: Room::new("listen.tcp", config.limits.max_connections),
        };
        let limits = Arc::new(ArcSwap::from_pointee(config.limits));
        Ok(Self {
            reloader: Reloader {
                sites: services.overview.sites.clone(),
                gatekeeper: Arc::new(Gatekeeper::new(callers, audit.clone())),
                doors: Doors::new(config),
                keys: services.keys.clone(),
                audit: audit.clone(),
                rooms: rooms.clone(),
                limits: Arc::clone(&limits),
                started: Arc::new(config.clone()),
            },
            services,
            retention,
            audit,
            rooms,
            upstream,
            scrapes,
            first_look: Canary::first_wait(),
            workers: config.limits.worker_threads,
            limits,
        })
    }

    /// The sites as they are now: for whoever works in the background.
    #[must_use]
    pub fn sites(&self) -> Sites {
        self.reloader.sites.clone()
    }

    /// Who looks at Instagram's window, now and then or when asked.
    #[must_use]
    pub fn canary(&self) -> Canary {
        self.services.overview.canary.clone()
    }

    /// Lets the first look at Instagram's windows be this long after the start,
    /// instead of some minutes.
    #[must_use]
    pub fn looking_after(self, first_look: Duration) -> Self {
        Self { first_look, ..self }
    }

    /// What takes a new configuration over while the daemon serves.
    #[must_use]
    pub fn reloader(&self) -> Reloader {
        self.reloader.clone()
    }

    /// Serves until `shutdown`, answers what is under way, at most for the
    /// drain time, and closes the store. Blocks.
    ///
    /// # Errors
    /// [`StartError::Io`] when a listener or a thread cannot be had.
    pub fn serve(
        mut self,
        listeners: Listeners,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), StartError> {
        let scrapes = self.scrapes.take();
        let served = workers::run(&self, listeners, scrapes, shutdown);
        self.services.store.close();
        self.audit.close();
        served
    }
}

/// What may be done with the key ring's file.
fn key_file(source: &KeySource) -> KeyFile {
    match source {
        KeySource::File(path) => KeyFile::File(path.clone()),
        KeySource::Credential(_) => KeyFile::ReadOnly,
    }
}

/// Callers with their sites. A caller of a site that is not there gets
/// nothing; the configuration does not let that happen.
fn callers(sites: &[Arc<Site>], configured: &[ConfiguredCaller]) -> Callers {
    let meter = |site: &Site| Arc::new(Meter::new(Whose::Site, site.allowance));
    let sites: HashMap<_, _> = sites
        .iter()
        .map(|site| (&site.id, (site, meter(site))))
        .collect();
    Callers::new(configured.iter().filter_map(|configured| {
        let (site, meter) = sites.get(&configured.caller.site)?;
        let proof = match &configured.proof {
            ConfiguredProof::Uid(uid) => Proof::Uid(*uid),
            ConfiguredProof::TokenSha256(hash) => Proof::TokenSha256(*hash),
            ConfiguredProof::CertificateSha256(hash) => Proof::CertificateSha256(*hash),
        };
        let caller = configured.caller.clone();
        let access = Access::new(caller, Arc::clone(site), Arc::clone(meter));
        Some((proof, access))
    }))
}

/// Why a daemon does not start, or stopped by itself.
#[derive(Debug)]
pub enum StartError {
    /// The store does not open.
    Store(OpenError),
    /// The audit log cannot be written there.
    Audit(Destination, std::io::Error),
    /// The HTTP clients for Instagram and for webhooks cannot be made.
    Outbound(BuildError),
    /// What the service manager passed cannot be used.
    Inherited(InheritedError),
    /// The operating system refused something.
    Io(std::io::Error),
    /// A part of the daemon ended that never ends.
    Ended(String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Audit(Destination::File(path), error) => write!(
                f,
                "the audit log {} cannot be written ({error}): make its folder, of the daemon's user alone, or name another file in audit.file",
                path.display()
            ),
            Self::Audit(Destination::StandardError, error) | Self::Io(error) => {
                write!(f, "the operating system refused: {error}")
            }
            Self::Outbound(error) => error.fmt(f),
            Self::Inherited(error) => error.fmt(f),
            Self::Ended(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for StartError {}

impl From<BuildError> for StartError {
    fn from(error: BuildError) -> Self {
        Self::Outbound(error)
    }
}

impl From<InheritedError> for StartError {
    fn from(error: InheritedError) -> Self {
        match error {
            InheritedError::Io(error) => Self::Io(error),
            other => Self::Inherited(other),
        }
    }
}

impl From<std::io::Error> for StartError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}
