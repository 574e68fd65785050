//! Looks at the whole daemon for whoever watches it.

use std::sync::Arc;
use std::time::Duration;

use super::App;
use crate::domain::clock::Timestamp;
use crate::domain::site::Site;
use crate::grpc::connections::Room;
use crate::grpc::server::Services;
use crate::metrics::{
    Gauges, ListenerSnapshot, Registry, SiteSnapshot, Snapshot, StoreSnapshot, WebhookSnapshot,
};
use crate::service::tokens::TokenCounts;
use crate::service::{Circuits, Sites, webhooks};
use crate::storage::Health;

/// How long the store may take to say how large it is. A scrape that waited
/// longer would say nothing of the store that makes everything wait.
const ACCOUNT_TIMEOUT: Duration = Duration::from_secs(1);

/// All metrics of one daemon. Clones share them.
#[derive(Clone)]
pub(super) struct Observer(Arc<Inner>);

struct Inner {
    services: Services,
    circuits: Circuits,
    sites: Sites,
    rooms: Vec<Room>,
    begun: Timestamp,
    gauges: Gauges,
    registry: Registry,
}

impl Observer {
    pub(super) fn of(app: &App) -> Self {
        let services = app.services.clone();
        let (mut registry, gauges) = (Registry::default(), Gauges::default());
        gauges.register(&mut registry);
        app.reloader.gatekeeper.metrics().register(&mut registry);
        services.login.metrics().register(&mut registry);
        services.store.metrics().register(&mut registry);
        let tokens = services.tokens.metrics();
        tokens.counters.register(&mut registry);
        app.upstream.register(&mut registry);
        services.webhooks.metrics().register(&mut registry);
        Self(Arc::new(Inner {
            circuits: app.circuits.clone(),
            sites: app.sites(),
            rooms: rooms(app),
            begun: app.begun,
            services,
            gauges,
            registry,
        }))
    }

    /// The metrics as they are now, as Prometheus reads them.
    pub(super) async fn text(&self) -> String {
        let snapshot = self.snapshot().await;
        let one = &*self.0;
        one.gauges.show(&snapshot);
        one.registry.text()
    }

    async fn snapshot(&self) -> Snapshot {
        let one = &*self.0;
        let mut sites = Vec::new();
        for site in one.sites.all().iter() {
            sites.push(self.site(site).await);
        }
        let serves = *one.services.store.health().borrow() == Health::Serving;
        Snapshot {
            sites,
            listeners: one.rooms.iter().map(listener).collect(),
            serves,
            store: self.account(serves).await,
            last_backup: None,
            begun: Some(one.begun),
        }
    }

    async fn account(&self, serves: bool) -> Option<StoreSnapshot> {
        let account = self.0.services.store.account();
        let account = tokio::time::timeout(ACCOUNT_TIMEOUT, account);
        serves.then_some(account.await.ok()??)
    }

    async fn site(&self, site: &Site) -> SiteSnapshot {
        let one = &*self.0;
        one.services.login.metrics().know(&site.id);
        for webhook in &site.webhooks {
            one.services
                .webhooks
                .metrics()
                .know(&site.id, webhook.name.as_str());
        }
        let webhooks = one
            .services
            .webhooks
            .statuses(site)
            .await
            .unwrap_or_default();
        let tokens = &one.services.tokens;
        let counts = tokens.metrics().counts(&site.id);
        SiteSnapshot {
            tokens: counts
                .as_ref()
                .map(TokenCounts::by_state)
                .unwrap_or_default(),
            token_ages: counts.as_ref().map(TokenCounts::by_age).unwrap_or_default(),
            next_renewal: tokens.next_renewal(&site.id).await,
            is_instagram_silent: one.circuits.is_open(&site.id),
            id: site.id.clone(),
            webhooks: webhooks.iter().map(webhook).collect(),
        }
    }
}

/// The places of the listeners that there are.
fn rooms(app: &App) -> Vec<Room> {
    let listen = &app.reloader.started.listen;
    let unix = listen.unix.is_some().then(|| app.rooms.unix.clone());
    let tcp = listen.tcp.is_some().then(|| app.rooms.tcp.clone());
    unix.into_iter().chain(tcp).collect()
}

fn webhook(status: &webhooks::Status) -> WebhookSnapshot {
    let failures = status.blocked.map_or(0, |blocked| blocked.trying.attempts);
    WebhookSnapshot {
        name: status.webhook.name.to_string(),
        pending: status.pending as u64,
        failures: u64::from(failures),
        letters: status.letters.dead as u64,
    }
}

fn listener(room: &Room) -> ListenerSnapshot {
    let (listener, open, most) = room.occupancy();
    ListenerSnapshot {
        listener,
        open,
        most,
    }
}
