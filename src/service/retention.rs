//! Erases leads that nobody logs in to, where a site wants that.
//!
//! Who is due stands first in the order of newest logins, so looking costs
//! the same however many leads there are, and a restart goes on where the
//! daemon was.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use super::Sites;
use super::erasure::note;
use crate::audit::AuditLog;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::erasure::{Erasure, ErasureCause};
use crate::domain::ids::LeadId;
use crate::domain::retention::RetentionPeriod;
use crate::domain::site::SiteId;
use crate::storage::{LoginPlace, Store, StoreError};

/// How often it looks, beside when the configuration is reloaded. A lead is
/// erased at most this long after it is due; an idle site costs one read of the
/// store each time.
pub const INTERVAL: Duration = Duration::from_secs(60);

/// Leads erased in one step: some milliseconds of the committer's time.
const STEP: usize = 100;

/// Leads of a site that are looked at each time, at most, so that a backlog does
/// not crowd out the logins.
pub const AT_ONCE: usize = 1000;

/// What became of the leads that were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetentionReport {
    /// Erased now.
    pub erased: usize,
    /// Somebody logged in at that moment, or the shop erased them.
    pub spared: usize,
    /// Their records cannot be read.
    pub failed: usize,
}

/// The end of leads that nobody logs in to.
#[derive(Clone)]
pub struct Retention {
    store: Store,
    audit: AuditLog,
    clock: Arc<dyn Clock>,
}

impl Retention {
    /// Over this store. Who is erased has a line in the audit log.
    #[must_use]
    pub fn new(store: Store, audit: AuditLog, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            audit,
            clock,
        }
    }

    /// Looks at all sites, for ever.
    pub async fn keep_for_ever(self, sites: Sites) {
        let mut interval = tokio::time::interval(INTERVAL);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut replaced = sites.follow();
        loop {
            tokio::select! {
                _ = interval.tick() => {}
                // A site may have got a period, or a shorter one. The sender lives in `sites`.
                _ = replaced.changed() => {}
            }
            for site in sites.all().iter() {
                self.look(&sites, &site.id).await;
            }
        }
    }

    /// Looks once at a site: erases some of who is due, the longest idle first.
    pub async fn look(&self, sites: &Sites, site: &SiteId) -> RetentionReport {
        let mut report = RetentionReport::default();
        let mut after = None;
        for _ in 0..AT_ONCE / STEP {
            // Asked each time: who takes the period back wants no more erased.
            let Some(period) = sites.get(site).and_then(|site| site.duties.retention) else {
                break;
            };
            match self.step(site, period, after, &mut report).await {
                Ok(Some(last)) => after = Some(last),
                Ok(None) => break,
                Err(error) => {
                    // The store says in the log what is wrong with it.
                    tracing::debug!(site.id = %site, %error, "no lead could be erased");
                    break;
                }
            }
        }
        log(site, report);
        report
    }

    /// Erases some leads behind `after`. Tells the last of them if there may be
    /// more.
    async fn step(
        &self,
        site: &SiteId,
        period: RetentionPeriod,
        after: Option<LoginPlace>,
        report: &mut RetentionReport,
    ) -> Result<Option<LoginPlace>, StoreError> {
        let now = self.clock.now();
        let cutoff = period.cutoff(now);
        let due = self.store.idle_leads(site, cutoff, after, STEP).await?;
        let Some(last) = due.last().copied() else {
            return Ok(None);
        };
        let leads: Vec<LeadId> = due.iter().map(|(_, lead)| *lead).collect();
        let more = (leads.len() == STEP).then_some(last);
        match self.erase(site, leads.clone(), cutoff, now, report).await {
            // One that cannot be read holds up nobody else.
            Err(error) if error.is_of_this_record() => {
                for lead in leads {
                    match self.erase(site, vec![lead], cutoff, now, report).await {
                        Err(error) if error.is_of_this_record() => report.failed += 1,
                        done => done?,
                    }
                }
            }
            done => done?,
        }
        Ok(more)
    }

    async fn erase(
        &self,
        site: &SiteId,
        leads: Vec<LeadId>,
        cutoff: Timestamp,
        time: Timestamp,
        report: &mut RetentionReport,
    ) -> Result<(), StoreError> {
        let cause = ErasureCause::Retention;
        let erasure = Erasure { time, cause };
        let done = self.store.erase_idle_leads(site, leads, cutoff, erasure);
        for one in done.await? {
            match one {
                Some(erased) => {
                    note(&self.audit, site, &erased.lead_id, cause);
                    report.erased += 1;
                }
                None => report.spared += 1,
            }
        }
        Ok(())
    }
}

fn log(site: &SiteId, report: RetentionReport) {
    if report.erased > 0 {
        tracing::info!(
            site.id = %site,
            retention.erased = report.erased,
            retention.spared = report.spared,
            "leads were erased that nobody logged in to"
        );
    }
    if report.failed > 0 {
        tracing::warn!(
            site.id = %site,
            retention.failed = report.failed,
            "leads that are due cannot be read and were not erased: stop the daemon and run `leadtap verify`"
        );
    }
}

#[cfg(test)]
mod tests;
