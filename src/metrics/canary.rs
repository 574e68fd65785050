//! Looks at the authorization window.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use super::registry::{Registry, SiteLabel};
use crate::domain::site::SiteId;

/// What a look at the window brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CanaryOutcome {
    /// It opens, as it did before.
    Opens,
    /// It does not open for the site, and did not before.
    Closed,
    /// It answers in another shape than before.
    Changed,
    /// It gave no answer.
    Unreachable,
}

impl CanaryOutcome {
    const ALL: [Self; 4] = [Self::Opens, Self::Closed, Self::Changed, Self::Unreachable];

    const fn name(self) -> &'static str {
        match self {
            Self::Opens => "opens",
            Self::Closed => "closed",
            Self::Changed => "changed",
            Self::Unreachable => "unreachable",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    site: SiteLabel,
    outcome: &'static str,
}

/// The looks by site and by what they brought. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct CanaryMetrics(Family<Labels, Counter>);

impl CanaryMetrics {
    /// There was a look.
    pub fn count(&self, site: &SiteId, outcome: CanaryOutcome) {
        self.0.get_or_create(&labels(site, outcome)).inc();
    }

    /// Makes the counters of a site, at zero.
    pub fn know(&self, site: &SiteId) {
        for outcome in CanaryOutcome::ALL {
            drop(self.0.get_or_create(&labels(site, outcome)));
        }
    }

    /// Adds them to a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.add(
            "window_looks",
            "Looks at Instagram's authorization window by what they brought",
            self.0.clone(),
        );
    }
}

fn labels(site: &SiteId, outcome: CanaryOutcome) -> Labels {
    Labels {
        site: SiteLabel(site.clone()),
        outcome: outcome.name(),
    }
}
