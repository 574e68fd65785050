//! Looks at the whole daemon for whoever scrapes its metrics.

use std::sync::Arc;

use super::doors::Doors;
use super::{App, Rooms};
use crate::domain::site::Site;
use crate::domain::window::WindowKind;
use crate::grpc::connections::Room;
use crate::metrics::{
    Gauges, ListenerSnapshot, Registry, SiteSnapshot, Snapshot, WebhookSnapshot, WindowSnapshot,
};
use crate::service::tokens::TokenCounts;
use crate::service::{Overview, webhooks};
use crate::storage::Health;

/// All metrics of one daemon. Clones share them.
#[derive(Clone)]
pub(super) struct Observer(Arc<Inner>);

struct Inner {
    overview: Overview,
    doors: Doors,
    rooms: Rooms,
    gauges: Gauges,
    registry: Registry,
}

impl Observer {
    pub(super) fn of(app: &App) -> Self {
        let overview = app.services.overview.clone();
        let (mut registry, gauges) = (Registry::default(), Gauges::default());
        gauges.register(&mut registry);
        app.reloader.gatekeeper.metrics().register(&mut registry);
        app.upstream.register(&mut registry);
        overview.login.metrics().register(&mut registry);
        overview.store.metrics().register(&mut registry);
        let tokens = overview.tokens.metrics();
        tokens.counters.register(&mut registry);
        overview.webhooks.metrics().register(&mut registry);
        overview.canary.metrics().register(&mut registry);
        Self(Arc::new(Inner {
            overview,
            doors: app.reloader.doors.clone(),
            rooms: app.rooms.clone(),
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
        for site in one.overview.sites.all().iter() {
            sites.push(self.site(site).await);
        }
        let daemon = one.overview.daemon().await;
        Snapshot {
            sites,
            listeners: self.listeners(),
            serves: daemon.health == Health::Serving,
            store: daemon.store,
            last_backup: daemon.last_backup,
            begun: Some(daemon.begun),
        }
    }

    /// The listeners that there are now: a reload adds and removes them.
    fn listeners(&self) -> Vec<ListenerSnapshot> {
        let (listen, rooms) = (self.0.doors.places(), &self.0.rooms);
        let unix = listen.unix.map(|_| listener(&rooms.unix));
        let tcp = listen.tcp.map(|_| listener(&rooms.tcp));
        unix.into_iter().chain(tcp).collect()
    }

    async fn site(&self, site: &Site) -> SiteSnapshot {
        let overview = &self.0.overview;
        overview.login.metrics().know(&site.id);
        overview.canary.metrics().know(&site.id);
        for webhook in &site.webhooks {
            let name = webhook.name.as_str();
            overview.webhooks.metrics().know(&site.id, name);
        }
        let report = overview.site(site).await;
        let tokens = report.tokens.as_ref();
        SiteSnapshot {
            id: site.id.clone(),
            tokens: tokens.map(TokenCounts::by_state).unwrap_or_default(),
            token_ages: tokens.map(TokenCounts::by_age).unwrap_or_default(),
            next_renewal: report.next_renewal,
            is_instagram_silent: report.is_instagram_silent,
            webhooks: report.webhooks.iter().map(webhook).collect(),
            window: report.window.map(|seen| WindowSnapshot {
                opens: seen.window.kind == WindowKind::Opens,
                look_time: seen.look_time,
                change_time: seen.change_time,
            }),
        }
    }
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
