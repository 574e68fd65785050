//! Deliveries to the shops' own programs.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use super::registry::{Registry, SiteLabel};
use crate::domain::site::SiteId;

/// What came of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookOutcome {
    /// The receiver has it.
    Delivered,
    /// It is tried again.
    Failed,
    /// It is not tried again.
    GivenUp,
}

impl WebhookOutcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::GivenUp => "given_up",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    site: SiteLabel,
    webhook: String,
    outcome: &'static str,
}

/// The deliveries by webhook and by what came of them. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct WebhookMetrics(Family<Labels, Counter>);

impl WebhookMetrics {
    /// A delivery was tried.
    pub fn count(&self, site: &SiteId, webhook: &str, outcome: WebhookOutcome) {
        self.0.get_or_create(&labels(site, webhook, outcome)).inc();
    }

    /// Makes the counters of a webhook, at zero.
    pub fn know(&self, site: &SiteId, webhook: &str) {
        for outcome in [
            WebhookOutcome::Delivered,
            WebhookOutcome::Failed,
            WebhookOutcome::GivenUp,
        ] {
            drop(self.0.get_or_create(&labels(site, webhook, outcome)));
        }
    }

    /// Adds them to a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.add(
            "webhook_deliveries",
            "Deliveries to webhooks by what came of each try",
            self.0.clone(),
        );
    }
}

fn labels(site: &SiteId, webhook: &str, outcome: WebhookOutcome) -> Labels {
    Labels {
        site: SiteLabel(site.clone()),
        webhook: webhook.to_owned(),
        outcome: outcome.name(),
    }
}
