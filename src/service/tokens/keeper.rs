//! Looks after the tokens, for ever, at what is due by then.
//!
//! What is due stands in the store, so a restart goes on where the daemon
//! was. A token that could not be renewed moves back in that order, so it
//! stands in nobody's way; and each site is looked after apart from all
//! others.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;

use super::{TokenError, Tokens};
use crate::domain::clock::Timestamp;
use crate::domain::ids::LeadId;
use crate::domain::site::Site;
use crate::service::Sites;
use crate::service::busy::Busy;
use crate::service::pause::pause;

/// How often it looks at most: while there is work, and after something was
/// written. A site costs one read of the store each time.
const INTERVAL: Duration = Duration::from_secs(1);

/// How often it looks at least: a clock that was put forward is noticed by
/// then. An idle daemon need not wake more often.
const LONGEST_INTERVAL: Duration = Duration::from_secs(15);

/// Tokens in one round for each call that may be under way: a round of a site
/// at its full pace is 128 tokens.
const ROUND: usize = 16;

/// How long until a token is looked at again whose turn ended in a panic.
const PANIC_WAIT: Duration = Duration::from_secs(60 * 60);

impl Tokens {
    /// Looks after the tokens of all sites, and counts them, for ever.
    pub async fn keep_for_ever(self, sites: Sites) {
        tokio::join!(self.keep(&sites), self.count(&sites));
    }

    async fn keep(&self, sites: &Sites) {
        let busy = Busy::default();
        let mut written = self.store.written();
        loop {
            let mut wait = LONGEST_INTERVAL;
            for site in sites.all().iter() {
                let next = self.next_renewal(&site.id).await;
                let in_time = next.map(|next| next.since(self.clock.now()));
                wait = wait.min(in_time.unwrap_or(LONGEST_INTERVAL));
                if !in_time.is_some_and(|time| time.is_zero()) {
                    continue;
                }
                // A site that has much to do does not hold up the others.
                if let Some(busy) = busy.begin(site.id.clone()) {
                    let (tokens, sites) = (self.clone(), sites.clone());
                    let site = Arc::clone(site);
                    tokio::spawn(async move {
                        tokens.rounds(&sites, &site).await;
                        drop(busy);
                    });
                }
            }
            pause(&mut written, INTERVAL, wait).await;
        }
    }

    /// Round after round, while there is something to do and the site is as it
    /// is configured: after a reload, the next look begins with the new one.
    pub(super) async fn rounds(&self, sites: &Sites, site: &Arc<Site>) {
        loop {
            match self.round(sites, site).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    // The store says in the log what is wrong with it.
                    tracing::debug!(site.id = %site.id, ?error, "no token could be looked after");
                    return;
                }
            }
        }
    }

    /// Looks after some of a site's tokens that are due. Tells whether there
    /// may be more.
    ///
    /// # Errors
    /// When the store is out of service.
    pub async fn round(&self, sites: &Sites, site: &Arc<Site>) -> Result<bool, TokenError> {
        let now = self.clock.now();
        let Ok(width) = self.paces.room(&site.id, now) else {
            return Ok(false);
        };
        if self.is_stopping() || !sites.holds(site) {
            return Ok(false);
        }
        let limit = width * ROUND;
        let due = self.store.due_tokens(&site.id, now, limit).await?;
        let more = due.len() == limit;
        let mut work = futures_util::stream::iter(due)
            .map(|(due, lead)| self.attend_apart(sites, site, lead, due))
            .buffer_unordered(width);
        while let Some(done) = work.next().await {
            done?;
        }
        Ok(more)
    }

    /// Looks after one token, in a task of its own, unless the site pauses or
    /// was replaced since the round began.
    async fn attend_apart(
        &self,
        sites: &Sites,
        site: &Arc<Site>,
        lead: LeadId,
        due: Timestamp,
    ) -> Result<(), TokenError> {
        if self.is_stopping() || !sites.holds(site) || self.leave(&site.id).is_err() {
            return Ok(());
        }
        let (tokens, work_site) = (self.clone(), Arc::clone(site));
        let work = async move { tokens.attend(&work_site, lead, due).await };
        match self.to_its_end(work).await {
            Err(TokenError::Internal) => {
                let until = self.clock.now().plus(PANIC_WAIT);
                Ok(self.store.put_off_token(&site.id, lead, due, until).await?)
            }
            done => done,
        }
    }
}
