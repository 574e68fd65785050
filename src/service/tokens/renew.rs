//! A new token for an old one, and what is kept of the answer. Whoever calls
//! these has the token's turn.

use std::time::Duration;

use super::{TokenError, Tokens};
use crate::domain::failure::{TokenEnd, UpstreamFailure, UpstreamMeaning};
use crate::domain::ids::LeadId;
use crate::domain::lead::InstagramProfile;
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::domain::token::{Token, TokenState};
use crate::domain::upkeep::{PROFILE_AGE, spread, wait_after};
use crate::storage::{KeptToken, StoreError, TokenChange};

/// How often what Instagram answered is offered to a store whose queue is
/// full...
const OVERLOAD_ATTEMPTS: u32 = 50;

/// ... and how long apart.
const OVERLOAD_WAIT: Duration = Duration::from_millis(100);

/// How long a new token waits until it is offered again to a store that could
/// not take it: at first...
const FIRST_STORE_WAIT: Duration = Duration::from_millis(100);

/// ... and at most. A daemon that is stopped meanwhile stops so much later.
const LONGEST_STORE_WAIT: Duration = Duration::from_secs(2);

/// How long until a refusal that somebody has to do something about is tried
/// again: the token may be saved when they have.
const REFUSED_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// One lead's token whose turn it is.
pub(super) struct Attended<'a> {
    pub(super) tokens: &'a Tokens,
    pub(super) site: &'a Site,
    pub(super) lead: LeadId,
}

/// What a try to renew a token came to.
pub(super) enum Renewal {
    /// There is a new one.
    Renewed,
    /// There is none yet, and the old one still stands.
    Failed(UpstreamFailure),
    /// There is none any more.
    Ended(TokenEnd),
    /// Something newer took its place meanwhile: a login, or an erasure.
    Overtaken,
}

impl Attended<'_> {
    /// Asks for a new token, and keeps what comes of it.
    pub(super) async fn renew(&self, kept: KeptToken) -> Result<Renewal, StoreError> {
        let (port, secret) = (&self.tokens.port, &kept.token.secret);
        let answer = match kept.token.status.state {
            TokenState::ShortLived => port.exchange(self.site, secret).await,
            _ => port.refresh(self.site, secret).await,
        };
        let pause = self.tokens.heard(&self.site.id, &answer);
        let now = self.tokens.clock.now();
        let long = match answer {
            Ok(long) => long.answer,
            Err(failure) => return self.not_renewed(kept, failure, pause).await,
        };
        // At once, before anything else can go wrong: the old one may not work any more.
        let token = kept.token.extended(long.token, long.lifetime, now);
        if !self.keep_new(kept.revision, &token).await? {
            return Ok(Renewal::Overtaken);
        }
        self.tokens.metrics.counters.renewed.more();
        tracing::info!(site.id = %self.site.id, lead.id = %self.lead, "the token was renewed");
        let renewed = KeptToken {
            revision: kept.revision.saturating_add(1),
            due: None,
            token,
        };
        // The new token stands, whatever becomes of the profile.
        let _ = self.read_profile(renewed).await?;
        Ok(Renewal::Renewed)
    }

    /// Reads the profile, and keeps it with the lead.
    pub(super) async fn read_profile(&self, kept: KeptToken) -> Result<Renewal, StoreError> {
        match self.profile(&kept.token.secret).await {
            Ok(profile) => {
                let token = self.profile_read(kept.token);
                let is_kept = self.keep(kept.revision, token, Some(profile)).await?;
                Ok(if is_kept {
                    Renewal::Renewed
                } else {
                    Renewal::Overtaken
                })
            }
            Err(failure) => {
                if let UpstreamMeaning::TokenDead(end) = failure.meaning {
                    self.log(&failure, "the token has ended");
                    return self.end(kept, end).await;
                }
                self.log(&failure, "the profile could not be read");
                // At most once a day, also where it fails.
                let (revision, before) = (kept.revision, kept.token.upkeep.profile_due);
                let token = self.profile_read(kept.token);
                if token.upkeep.profile_due != before {
                    self.keep(revision, token, None).await?;
                }
                Ok(Renewal::Failed(failure))
            }
        }
    }

    async fn profile(&self, secret: &Secret) -> Result<InstagramProfile, UpstreamFailure> {
        let now = self.tokens.clock.now();
        let answer = self.tokens.port.profile(self.site, secret, now).await;
        self.tokens.heard(&self.site.id, &answer);
        answer.map(|profile| profile.answer)
    }

    /// The token once its profile was asked for: where that is wanted daily,
    /// it is next due in a day.
    fn profile_read(&self, mut token: Token) -> Token {
        if token.upkeep.profile_due.is_some() {
            token.upkeep.profile_due = Some(self.tokens.clock.now().plus(PROFILE_AGE));
        }
        token
    }

    /// Keeps that the token has ended.
    pub(super) async fn end(&self, kept: KeptToken, end: TokenEnd) -> Result<Renewal, StoreError> {
        let token = kept.token.ended(end);
        if !self.keep(kept.revision, token, None).await? {
            return Ok(Renewal::Overtaken);
        }
        self.tokens.metrics.counters.ended.more();
        tracing::warn!(
            site.id = %self.site.id, lead.id = %self.lead, token.end = ?end,
            "the token has ended: the person's next login brings a new one"
        );
        Ok(Renewal::Ended(end))
    }

    async fn not_renewed(
        &self,
        kept: KeptToken,
        failure: UpstreamFailure,
        pause: Option<Duration>,
    ) -> Result<Renewal, StoreError> {
        if let UpstreamMeaning::TokenDead(end) = failure.meaning {
            self.log(&failure, "Instagram says that the token is dead");
            return self.end(kept, end).await;
        }
        self.tokens.metrics.counters.failed.more();
        self.log(&failure, "the token could not be renewed");
        let now = self.tokens.clock.now();
        let wait = self.wait_after(&kept.token, &failure, pause);
        let mut token = kept.token;
        token.upkeep = token.upkeep.failed(failure.meaning, now, wait);
        let token = self.with_warning(token);
        if self.keep(kept.revision, token, None).await? {
            Ok(Renewal::Failed(failure))
        } else {
            Ok(Renewal::Overtaken)
        }
    }

    /// How long until the next try; `pause` is how long the site pauses.
    fn wait_after(
        &self,
        token: &Token,
        failure: &UpstreamFailure,
        pause: Option<Duration>,
    ) -> Duration {
        let state = token.status.state;
        let backoff = wait_after(state, token.upkeep.failures.saturating_add(1), &self.lead);
        if let Some(pause) = pause {
            // Behind those that were due before it: what throttles may be this one account.
            return pause + spread(&self.lead, pause / 4);
        }
        if failure.meaning.is_passing() || state == TokenState::ShortLived {
            return backoff.max(failure.retry_after.unwrap_or_default());
        }
        failure.retry_after.unwrap_or(REFUSED_WAIT)
    }

    /// The token, which says so from the moment on when it is about to end.
    pub(super) fn with_warning(&self, mut token: Token) -> Token {
        let status = &mut token.status;
        let is_expiring = status.state_at(self.tokens.clock.now()) == TokenState::Expiring;
        if is_expiring && status.state != TokenState::Expiring {
            status.state = TokenState::Expiring;
            self.tokens.metrics.counters.warned.more();
            tracing::warn!(
                site.id = %self.site.id, lead.id = %self.lead,
                token.last_failure = ?token.upkeep.last_failure,
                "the token ends within seven days and could not be refreshed: ask the person to log in again"
            );
        }
        token
    }

    /// Keeps what Instagram just gave, which nobody can ask for again: the
    /// token before it may not work any more. A store that is out of service,
    /// on a full disk for example, is offered it until it takes it, the daemon
    /// is stopped or the token has run out.
    ///
    /// Nobody knows of a write that failed whether it was kept. If it was, the
    /// next one finds another revision, and counts as overtaken: by itself.
    async fn keep_new(&self, revision: u64, token: &Token) -> Result<bool, StoreError> {
        let mut wait = FIRST_STORE_WAIT;
        loop {
            let error = match self.keep(revision, token.clone(), None).await {
                Err(error @ (StoreError::Unavailable | StoreError::Overloaded)) => error,
                result => return result,
            };
            let (site, lead) = (&self.site.id, self.lead);
            if self.tokens.is_stopping() || !token.status.is_alive(self.tokens.clock.now()) {
                tracing::error!(site.id = %site, lead.id = %lead, %error, "a new token could not be kept and is lost: if the one before it does not work any more, the person's next login brings another");
                return Err(error);
            }
            if wait == FIRST_STORE_WAIT {
                tracing::warn!(site.id = %site, lead.id = %lead, %error, "a new token waits until the store can keep it: do not kill the daemon meanwhile");
            }
            tokio::time::sleep(wait).await;
            wait = (2 * wait).min(LONGEST_STORE_WAIT);
        }
    }

    /// Keeps the token in place of that of `revision`. Tells whether it was
    /// still that one.
    pub(super) async fn keep(
        &self,
        revision: u64,
        token: Token,
        profile: Option<InstagramProfile>,
    ) -> Result<bool, StoreError> {
        let change = TokenChange {
            lead_id: self.lead,
            revision,
            token,
            profile,
            time: self.tokens.clock.now(),
        };
        for _ in 0..OVERLOAD_ATTEMPTS {
            match self
                .tokens
                .store
                .change_token(&self.site.id, change.clone())
                .await
            {
                // A full queue is no reason to lose what Instagram said: this write waits.
                Err(StoreError::Overloaded) => tokio::time::sleep(OVERLOAD_WAIT).await,
                Err(StoreError::Conflict) => return Ok(false),
                result => return result.map(|()| true),
            }
        }
        Err(StoreError::Overloaded)
    }

    fn log(&self, failure: &UpstreamFailure, what: &str) {
        tracing::warn!(
            site.id = %self.site.id,
            lead.id = %self.lead,
            upstream.meaning = ?failure.meaning,
            upstream.message = failure.message,
            upstream.fbtrace_id = failure.fbtrace_id,
            "{what}"
        );
    }
}

impl Tokens {
    /// Runs work that goes on when nobody waits for it any more.
    pub(super) async fn to_its_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, TokenError>> + Send + 'static,
    ) -> Result<T, TokenError> {
        let work = tracing::Instrument::in_current_span(work);
        self.under_way.spawn(work).await.unwrap_or_else(|error| {
            tracing::error!(%error, "work on a token ended in a panic");
            Err(TokenError::Internal)
        })
    }
}
