//! Handing a token out, and refreshing it because somebody asks.

use std::sync::Arc;
use std::time::Duration;

use super::renew::{Attended, Renewal};
use super::{TokenError, Tokens};
use crate::domain::clock::Timestamp;
use crate::domain::failure::TokenEnd;
use crate::domain::ids::LeadId;
use crate::domain::site::Site;
use crate::domain::token::{Token, TokenState};
use crate::domain::upkeep::REFRESH_AGE;
use crate::storage::{KeptToken, LeadKey, TokenEntry};

impl Tokens {
    /// A token that works, as far as anybody knows: renewed first when that is
    /// due. A renewal that fails for a reason that passes does not keep it
    /// back.
    ///
    /// # Errors
    /// [`TokenError`]: no such lead, or a token that has ended.
    pub async fn hand_out(&self, site: Arc<Site>, lead: LeadId) -> Result<Token, TokenError> {
        let tokens = self.clone();
        let work = async move {
            let _turn = tokens.turns.take(lead).await;
            let known = tokens.store.lead(&site.id, LeadKey::Id(lead)).await?;
            if !known.ok_or(TokenError::LeadNotFound)?.may_be_handed_out() {
                return Err(TokenError::ConsentWithdrawn);
            }
            let kept = tokens.alive(&site, lead).await?;
            let now = tokens.clock.now();
            let (status, upkeep) = (&kept.token.status, &kept.token.upkeep);
            let renewal = upkeep.renewal_time(status, &lead);
            let is_due = renewal.is_some_and(|time| time <= now);
            if !is_due || tokens.leave(&site.id).is_err() {
                return Ok(kept.token);
            }
            match tokens.attended(&site, lead).renew(kept).await? {
                Renewal::Ended(end) => Err(TokenError::Ended(end)),
                // Whatever stands now is the newest.
                _ => Ok(tokens.alive(&site, lead).await?.token),
            }
        };
        let token = self.to_its_end(work).await?;
        self.metrics.counters.handed_out.more();
        Ok(token)
    }

    /// Renews a token now, whether or not that is due.
    ///
    /// # Errors
    /// [`TokenError`]: as for [`Tokens::hand_out`], one that is too young, and
    /// all that Instagram can refuse.
    pub async fn refresh(&self, site: Arc<Site>, lead: LeadId) -> Result<TokenEntry, TokenError> {
        let tokens = self.clone();
        let work = async move {
            let _turn = tokens.turns.take(lead).await;
            let kept = tokens.alive(&site, lead).await?;
            let now = tokens.clock.now();
            if let Some(wait) = too_young(&kept.token, now) {
                return Err(TokenError::TooYoung(wait));
            }
            tokens.leave(&site.id).map_err(TokenError::Upstream)?;
            match tokens.attended(&site, lead).renew(kept).await? {
                Renewal::Ended(end) => Err(TokenError::Ended(end)),
                Renewal::Failed(failure) => Err(TokenError::Upstream(failure)),
                Renewal::Renewed | Renewal::Overtaken => tokens.entry(&site, lead).await,
            }
        };
        self.to_its_end(work).await
    }

    /// What is known of a lead's token.
    ///
    /// # Errors
    /// [`TokenError::LeadNotFound`] where it has none, or when the store cannot
    /// read it.
    pub async fn entry(&self, site: &Site, lead: LeadId) -> Result<TokenEntry, TokenError> {
        let entry = self.store.token_entry(&site.id, lead).await?;
        entry.ok_or(TokenError::LeadNotFound)
    }

    pub(super) const fn attended<'a>(&'a self, site: &'a Site, lead: LeadId) -> Attended<'a> {
        Attended {
            tokens: self,
            site,
            lead,
        }
    }

    /// A lead's token that has not ended.
    async fn alive(&self, site: &Site, lead: LeadId) -> Result<KeptToken, TokenError> {
        let known = self.store.lead(&site.id, LeadKey::Id(lead)).await?;
        let known = known.ok_or(TokenError::LeadNotFound)?;
        let end = known
            .token
            .as_ref()
            .and_then(|status| status.end_at(self.clock.now()));
        if let Some(end) = end {
            return Err(TokenError::Ended(end));
        }
        // A lead whose token was taken away is one whose token has ended.
        let kept = self.store.token(&site.id, lead).await?;
        kept.ok_or(TokenError::Ended(TokenEnd::Invalid))
    }
}

/// How long until Instagram refreshes the token, if it does not yet.
fn too_young(token: &Token, now: Timestamp) -> Option<Duration> {
    let age = now.since(token.status.refreshed_time);
    let wait = REFRESH_AGE.saturating_sub(age);
    (token.status.state != TokenState::ShortLived && !wait.is_zero()).then_some(wait)
}
