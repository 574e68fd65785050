//! Counts the tokens by their states, an hour apart and a page at a time.
//!
//! States follow from the time, so no counter could be kept beside the
//! records. On the way, tokens of a site that began to want daily profiles
//! get their day.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use super::{TokenCounts, Tokens};
use crate::domain::site::{ProfileRefresh, Site};
use crate::domain::token::TokenState;
use crate::domain::upkeep::{PROFILE_AGE, spread};
use crate::service::Sites;
use crate::storage::{StoreError, TokenEntry};

/// How often the tokens are counted.
const INTERVAL: Duration = Duration::from_secs(60 * 60);

/// Tokens read at once: some milliseconds.
const PAGE: usize = 500;

impl Tokens {
    pub(super) async fn count(&self, sites: &Sites) {
        let mut interval = tokio::time::interval(INTERVAL);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            for site in sites.all().iter() {
                if let Err(error) = self.count_site(site).await {
                    tracing::debug!(site.id = %site.id, %error, "the tokens could not be counted");
                }
            }
        }
    }

    /// Counts a site's tokens, and tells what needs somebody's eye.
    ///
    /// # Errors
    /// When the store is out of service.
    pub async fn count_site(&self, site: &Arc<Site>) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut counts = TokenCounts::begin(now);
        let mut last = None;
        loop {
            let page = self.store.tokens(&site.id, last, PAGE).await?;
            for entry in &page.entries {
                counts.add(&entry.status);
                self.begin_daily_profile(site, entry).await?;
            }
            if page.next.is_none() {
                break;
            }
            last = page.next;
        }
        let expiring = counts.of(TokenState::Expiring);
        if expiring > 0 {
            tracing::warn!(
                site.id = %site.id, tokens.expiring = expiring,
                "tokens end within seven days: `leadtap token list --state expiring` names them"
            );
        }
        tracing::debug!(
            site.id = %site.id,
            tokens.long_lived = counts.of(TokenState::LongLived),
            tokens.short_lived = counts.of(TokenState::ShortLived),
            tokens.expiring = expiring,
            tokens.expired = counts.of(TokenState::Expired),
            tokens.revoked = counts.of(TokenState::Revoked),
            tokens.renewed = self.metrics.counters.renewed.get(),
            tokens.failed = self.metrics.counters.failed.get(),
            "the tokens were counted"
        );
        self.metrics.counted(&site.id, counts);
        Ok(())
    }

    async fn begin_daily_profile(
        &self,
        site: &Arc<Site>,
        entry: &TokenEntry,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let wanted = site.profile_refresh == ProfileRefresh::Daily;
        if !wanted || entry.upkeep.profile_due.is_some() || !entry.status.is_alive(now) {
            return Ok(());
        }
        let lead = entry.lead_id;
        let _turn = self.turns.take(lead).await;
        let Ok(Some(kept)) = self.store.token(&site.id, lead).await else {
            // What cannot be opened is the keeper's to report.
            return Ok(());
        };
        let mut token = kept.token;
        // A login or refresh may just have read it: in a day, and spread over one more.
        token.upkeep.profile_due = Some(now.plus(PROFILE_AGE).plus(spread(&lead, PROFILE_AGE)));
        self.attended(site, lead)
            .keep(kept.revision, token, None)
            .await
            .map(drop)
    }
}
