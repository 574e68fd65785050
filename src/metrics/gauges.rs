//! Metrics that are read off a [`Snapshot`] when somebody scrapes.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;

use super::process::{Process, number};
use super::registry::{Registry, SiteLabel};
use super::snapshot::{SiteSnapshot, Snapshot};
use crate::domain::clock::Timestamp;

/// A moment, in seconds since 1970; 0 for never.
type Moment = Gauge<f64, AtomicU64>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfSite {
    site: SiteLabel,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfState {
    site: SiteLabel,
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfAge {
    site: SiteLabel,
    age: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfWebhook {
    site: SiteLabel,
    webhook: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfListener {
    listener: &'static str,
}

/// The metrics that say how things are. What belongs to a site that is no
/// longer configured goes with the next snapshot.
#[derive(Debug, Default)]
pub struct Gauges {
    sites: Gauge,
    begun: Moment,
    last_backup: Moment,
    store_serves: Gauge,
    store_bytes: Gauge,
    store_records: Gauge,
    store_leads: Gauge,
    connections: Family<OfListener, Gauge>,
    most_connections: Family<OfListener, Gauge>,
    tokens: Family<OfState, Gauge>,
    token_ages: Family<OfAge, Gauge>,
    next_renewal: Family<OfSite, Moment>,
    instagram_silent: Family<OfSite, Gauge>,
    window_opens: Family<OfSite, Gauge>,
    window_look: Family<OfSite, Moment>,
    window_change: Family<OfSite, Moment>,
    webhook_pending: Family<OfWebhook, Gauge>,
    webhook_failures: Family<OfWebhook, Gauge>,
    webhook_letters: Family<OfWebhook, Gauge>,
    process: Process,
}

impl Gauges {
    /// From now on they say this.
    pub fn show(&self, snapshot: &Snapshot) {
        self.process.refresh();
        self.sites.set(number(snapshot.sites.len() as u64));
        self.begun.set(seconds(snapshot.begun));
        self.last_backup.set(seconds(snapshot.last_backup));
        self.store_serves.set(i64::from(snapshot.serves));
        if let Some(store) = snapshot.store {
            self.store_bytes.set(number(store.bytes));
            self.store_records.set(number(store.records));
            self.store_leads.set(number(store.leads));
        }
        self.connections.clear();
        self.most_connections.clear();
        for one in &snapshot.listeners {
            let listener = OfListener {
                listener: one.listener,
            };
            let (open, most) = (one.open as u64, one.most as u64);
            self.connections.get_or_create(&listener).set(number(open));
            let limit = self.most_connections.get_or_create(&listener);
            limit.set(number(most));
        }
        self.tokens.clear();
        self.token_ages.clear();
        self.next_renewal.clear();
        self.instagram_silent.clear();
        self.window_opens.clear();
        self.window_look.clear();
        self.window_change.clear();
        self.webhook_pending.clear();
        self.webhook_failures.clear();
        self.webhook_letters.clear();
        for site in &snapshot.sites {
            self.show_site(site);
        }
    }

    fn show_site(&self, snapshot: &SiteSnapshot) {
        let site = SiteLabel(snapshot.id.clone());
        for (state, count) in &snapshot.tokens {
            let labels = OfState {
                site: site.clone(),
                state,
            };
            self.tokens.get_or_create(&labels).set(number(*count));
        }
        for (age, count) in &snapshot.token_ages {
            let labels = OfAge {
                site: site.clone(),
                age,
            };
            self.token_ages.get_or_create(&labels).set(number(*count));
        }
        for webhook in &snapshot.webhooks {
            let labels = OfWebhook {
                site: site.clone(),
                webhook: webhook.name.clone(),
            };
            for (family, value) in [
                (&self.webhook_pending, webhook.pending),
                (&self.webhook_failures, webhook.failures),
                (&self.webhook_letters, webhook.letters),
            ] {
                family.get_or_create(&labels).set(number(value));
            }
        }
        let of_site = OfSite { site };
        let next = self.next_renewal.get_or_create(&of_site);
        next.set(seconds(snapshot.next_renewal));
        let silent = self.instagram_silent.get_or_create(&of_site);
        silent.set(i64::from(snapshot.is_instagram_silent));
        if let Some(window) = snapshot.window {
            let opens = self.window_opens.get_or_create(&of_site);
            opens.set(i64::from(window.opens));
            let look = self.window_look.get_or_create(&of_site);
            look.set(seconds(Some(window.look_time)));
            let change = self.window_change.get_or_create(&of_site);
            change.set(seconds(window.change_time));
        }
    }

    /// Adds them to a registry, and what never changes.
    pub fn register(&self, registry: &mut Registry) {
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.add("build", "The release that runs", build);
        registry.add("sites", "Sites that are configured", self.sites.clone());
        registry.add(
            "start_timestamp_seconds",
            "When the daemon began, in seconds since 1970",
            self.begun.clone(),
        );
        registry.add(
            "backup_last_timestamp_seconds",
            "When a backup was last taken to its end, in seconds since 1970; 0 for never",
            self.last_backup.clone(),
        );
        self.register_store(registry);
        self.register_sites(registry);
        registry.add(
            "connections",
            "Connections that are open, by listener",
            self.connections.clone(),
        );
        registry.add(
            "connections_limit",
            "Connections that may be open, by listener",
            self.most_connections.clone(),
        );
        self.process.register(registry);
    }

    fn register_store(&self, registry: &mut Registry) {
        registry.add(
            "store_serving",
            "1 while the store can keep what it is given, 0 while it cannot",
            self.store_serves.clone(),
        );
        registry.add(
            "store_bytes",
            "What the store takes on the disk",
            self.store_bytes.clone(),
        );
        registry.add(
            "store_records",
            "Records in the store, of all kinds and sites",
            self.store_records.clone(),
        );
        registry.add(
            "store_leads",
            "Leads in the store, of all sites",
            self.store_leads.clone(),
        );
    }

    fn register_sites(&self, registry: &mut Registry) {
        registry.add(
            "tokens",
            "Access tokens by their state, as counted within the last hour",
            self.tokens.clone(),
        );
        registry.add(
            "tokens_by_age",
            "Living access tokens by the time since each was made or refreshed",
            self.token_ages.clone(),
        );
        registry.add(
            "token_next_renewal_timestamp_seconds",
            "When the next token is looked at, in seconds since 1970; 0 where there is none",
            self.next_renewal.clone(),
        );
        registry.add(
            "upstream_left_alone",
            "1 while Instagram is not called because it does not answer",
            self.instagram_silent.clone(),
        );
        registry.add(
            "window_opens",
            "1 where Instagram's authorization window opened when it was last looked at, 0 where it did not",
            self.window_opens.clone(),
        );
        registry.add(
            "window_look_timestamp_seconds",
            "When the window last gave an answer, in seconds since 1970",
            self.window_look.clone(),
        );
        registry.add(
            "window_change_timestamp_seconds",
            "When the window was last found to answer in another shape, in seconds since 1970; 0 for never",
            self.window_change.clone(),
        );
        for (name, help, family) in [
            (
                "webhook_pending",
                "Changes that wait to be delivered, counted up to 10000",
                &self.webhook_pending,
            ),
            (
                "webhook_failures_in_a_row",
                "How often the delivery has failed that the others wait behind",
                &self.webhook_failures,
            ),
            (
                "webhook_dead_letters",
                "Changes that were given up and not replayed, counted up to 10000",
                &self.webhook_letters,
            ),
        ] {
            registry.add(name, help, family.clone());
        }
    }
}

fn seconds(time: Option<Timestamp>) -> f64 {
    time.map_or(0.0, |time| time.as_micros() as f64 / 1e6)
}
