//! How far logins come, and where they end.

use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use super::recent::Recent;
use super::registry::{Registry, SiteLabel};
use crate::domain::clock::Timestamp;
use crate::domain::site::SiteId;

/// The steps of a login, and the ways out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoginStep {
    /// It could not begin.
    NotStarted,
    /// The shopper is on the way to Instagram.
    Started,
    /// The shopper came back with a code, in the right browser.
    CameBack,
    /// The code became a token.
    Exchanged,
    /// There is a lead.
    Completed,
    /// The answer to a login that was completed before.
    Replayed,
    /// The shopper, or Instagram's window, said no.
    Declined,
    /// What came back could not go on, and changed nothing.
    Refused,
    /// It stopped for a reason that passes, and can go on.
    Waiting,
    /// It is over without a lead.
    Failed,
}

impl LoginStep {
    /// All of them, in the order of a login.
    pub const ALL: [Self; 10] = [
        Self::NotStarted,
        Self::Started,
        Self::CameBack,
        Self::Exchanged,
        Self::Completed,
        Self::Replayed,
        Self::Declined,
        Self::Refused,
        Self::Waiting,
        Self::Failed,
    ];

    /// Its name in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotStarted => "not_started",
            Self::Started => "started",
            Self::CameBack => "came_back",
            Self::Exchanged => "exchanged",
            Self::Completed => "completed",
            Self::Replayed => "replayed",
            Self::Declined => "declined",
            Self::Refused => "refused",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
        }
    }

    /// Whether it always happens for the same reason, which is not told then.
    const fn is_plain(self) -> bool {
        matches!(
            self,
            Self::Started | Self::CameBack | Self::Exchanged | Self::Completed | Self::Replayed
        )
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    site: SiteLabel,
    step: &'static str,
    reason: &'static str,
}

/// Counts logins by site, step and reason. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct LoginMetrics {
    steps: Family<Labels, Counter>,
    recent: Arc<Mutex<Recent>>,
}

/// What became of logins within the last hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastHour(pub Vec<(LoginStep, &'static str, u64)>);

impl LastHour {
    /// How often a step was reached, for whatever reason.
    #[must_use]
    pub fn of(&self, step: LoginStep) -> u64 {
        let of_step = self.0.iter().filter(|(other, _, _)| *other == step);
        of_step.map(|(_, _, count)| count).sum()
    }
}

impl LoginMetrics {
    /// A login of this site took a step; `reason` is empty where there is only
    /// one, and otherwise one of a few words of ours.
    pub fn count(&self, site: &SiteId, step: LoginStep, reason: &'static str, now: Timestamp) {
        self.steps.get_or_create(&labels(site, step, reason)).inc();
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.count(site, step, reason, now);
    }

    /// What became of this site's logins in the hour before `now`, or since
    /// the daemon began if that is shorter.
    #[must_use]
    pub fn last_hour(&self, site: &SiteId, now: Timestamp) -> LastHour {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        LastHour(recent.last_hour(site, now))
    }

    /// Makes the counters of a site, at zero: the first login is then seen as
    /// a growth.
    pub fn know(&self, site: &SiteId) {
        for step in LoginStep::ALL.into_iter().filter(|step| step.is_plain()) {
            drop(self.steps.get_or_create(&labels(site, step, "")));
        }
    }

    /// Adds them to a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.add(
            "login_steps",
            "Logins by the step that they reached, and why they went no further",
            self.steps.clone(),
        );
    }
}

fn labels(site: &SiteId, step: LoginStep, reason: &'static str) -> Labels {
    Labels {
        site: SiteLabel(site.clone()),
        step: step.name(),
        reason,
    }
}
