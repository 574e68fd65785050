//! One token that is due: whatever it needs, and nothing else.

use std::time::Duration;

use super::renew::Attended;
use super::{TokenError, Tokens};
use crate::domain::clock::Timestamp;
use crate::domain::failure::TokenEnd;
use crate::domain::ids::LeadId;
use crate::domain::site::{ProfileRefresh, Site};
use crate::domain::token::TokenState;
use crate::storage::{KeptToken, StoreError};

/// How long until a token that cannot be opened is looked at again.
const UNREADABLE_WAIT: Duration = Duration::from_secs(60 * 60);

impl Tokens {
    /// Looks after a token that stood among those that are due.
    pub(super) async fn attend(
        &self,
        site: &Site,
        lead: LeadId,
        due: Timestamp,
    ) -> Result<(), TokenError> {
        let _turn = self.turns.take(lead).await;
        let now = self.clock.now();
        let kept = match self.store.token(&site.id, lead).await {
            Ok(Some(kept)) if kept.due == Some(due) => kept,
            // It was looked after meanwhile, or does not belong on the list.
            Ok(_) => return Ok(self.store.put_off_token(&site.id, lead, due, now).await?),
            Err(error @ (StoreError::Sealed(_) | StoreError::Record(_))) => {
                tracing::error!(site.id = %site.id, lead.id = %lead, %error, "a token could not be read");
                let until = now.plus(UNREADABLE_WAIT);
                return Ok(self.store.put_off_token(&site.id, lead, due, until).await?);
            }
            Err(error) => return Err(error.into()),
        };
        let attended = self.attended(site, lead);
        Ok(attended.give_what_is_due(kept, now).await?)
    }
}

impl Attended<'_> {
    async fn give_what_is_due(&self, kept: KeptToken, now: Timestamp) -> Result<(), StoreError> {
        let (status, upkeep) = (&kept.token.status, &kept.token.upkeep);
        let is_due = |time: Option<Timestamp>| time.is_some_and(|time| time <= now);
        if !status.is_alive(now) {
            self.end(kept, TokenEnd::Expired).await?;
        } else if is_due(upkeep.renewal_time(status, &self.lead)) {
            self.renew(kept).await?;
        } else if status.state_at(now) == TokenState::Expiring
            && status.state != TokenState::Expiring
        {
            let token = self.with_warning(kept.token);
            self.keep(kept.revision, token, None).await?;
        } else if is_due(upkeep.profile_due) {
            match self.site.profile_refresh {
                ProfileRefresh::Daily => drop(self.read_profile(kept).await?),
                // The site no longer wants it.
                ProfileRefresh::WithToken => {
                    let mut token = kept.token;
                    token.upkeep.profile_due = None;
                    self.keep(kept.revision, token, None).await?;
                }
            }
        } else {
            // Another release reckoned its time: kept again, it stands where it belongs.
            self.keep(kept.revision, kept.token, None).await?;
        }
        Ok(())
    }
}
