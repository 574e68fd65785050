//! The three calls to Instagram, and what is kept between them.

use super::budget::{EXTENSION_BUDGET, LOGIN_BUDGET, repeatedly};
use super::complete::{Completed, Run};
use crate::domain::authorization::{Authorization, Stage};
use crate::domain::clock::Timestamp;
use crate::domain::failure::{LoginFailure, UpstreamFailure, UpstreamMeaning};
use crate::domain::lead::{InstagramProfile, Login as LeadLogin};
use crate::domain::secret::Secret;
use crate::domain::token::{Token, TokenState};
use crate::metrics::LoginStep;
use crate::service::circuit::Host;
use crate::service::error::LoginError;
use crate::service::random;
use crate::storage::Completion;

impl Run<'_> {
    /// Exchanges the code, once and never again: the mark that it was sent is
    /// on the medium before it leaves.
    pub(super) async fn exchange(
        &self,
        authorization: Authorization,
        code: &Secret,
    ) -> Result<Authorization, LoginError> {
        // From here on a lost answer must not cost the login: it lives on for one more full time,
        // however late the shopper came back.
        let sent = self
            .advance(self.renewed(authorization.at(Stage::CodeSent)))
            .await?;
        let app = &self.site.app;
        let redirect_uri = &sent.request.redirect_uri;
        let instagram = &self.login.instagram;
        let answer = instagram.exchange_code(app, code, redirect_uri).await;
        self.heard(Host::Api, &answer);
        match answer {
            Ok(short) => {
                let now = self.login.clock.now();
                let token = Token::short_lived(short.token, short.scopes, now);
                let exchanged = self.advance(sent.at(Stage::Exchanged(token))).await?;
                self.reached(LoginStep::Exchanged);
                Ok(exchanged)
            }
            Err(failure) if failure.meaning == UpstreamMeaning::NotSent => {
                self.advance(sent.at(Stage::Pending)).await?;
                Err(self.passing(failure))
            }
            Err(failure) if failure.meaning == UpstreamMeaning::NoAnswer => {
                tracing::warn!(
                    site.id = %self.site.id,
                    upstream.message = failure.message,
                    "the answer to a code was lost"
                );
                self.fail(&sent, LoginFailure::Interrupted).await
            }
            Err(failure) => self.fail(&sent, LoginFailure::Upstream(failure)).await,
        }
    }

    /// From a token to a lead. Everything here may be repeated.
    pub(super) async fn to_the_lead(
        &self,
        authorization: Authorization,
    ) -> Result<Completed, LoginError> {
        let Stage::Exchanged(token) = &authorization.stage else {
            return Err(LoginError::Internal);
        };
        let (authorization, token) = match token.status.state {
            TokenState::ShortLived => self.extend(authorization.clone(), token.clone()).await?,
            _ => (authorization.clone(), token.clone()),
        };
        let app = &self.site.app;
        let (instagram, secret) = (&self.login.instagram, &token.secret);
        let now = self.login.clock.now();
        let asked = repeatedly(
            self.begun + LOGIN_BUDGET,
            || instagram.profile(app, secret, now),
            |outcome| self.heard(Host::Graph, outcome),
        );
        let profile = match asked.await {
            Ok(profile) => profile.answer,
            Err(failure) if failure.meaning.is_passing() => return Err(self.passing(failure)),
            Err(failure) => {
                return self
                    .fail(&authorization, LoginFailure::Upstream(failure))
                    .await;
            }
        };
        self.keep(authorization, token, profile, now).await
    }

    /// Asks for the long-lived token. A passing failure does not stop the
    /// login: the short-lived one serves for an hour.
    async fn extend(
        &self,
        authorization: Authorization,
        token: Token,
    ) -> Result<(Authorization, Token), LoginError> {
        let (instagram, app) = (&self.login.instagram, &self.site.app);
        let asked = repeatedly(
            self.begun + EXTENSION_BUDGET,
            || instagram.exchange_for_long_lived(app, &token.secret),
            |outcome| self.heard(Host::Graph, outcome),
        );
        match asked.await {
            Ok(long) => {
                let (long, now) = (long.answer, self.login.clock.now());
                let token = token.extended(long.token, long.lifetime, now);
                let next = authorization.at(Stage::Exchanged(token.clone()));
                Ok((self.advance(next).await?, token))
            }
            Err(failure) if failure.meaning.is_passing() => {
                tracing::warn!(
                    site.id = %self.site.id,
                    upstream.meaning = ?failure.meaning,
                    upstream.message = failure.message,
                    upstream.fbtrace_id = failure.fbtrace_id,
                    "the token stays short-lived for now"
                );
                Ok((authorization, token))
            }
            Err(failure) => {
                self.fail(&authorization, LoginFailure::Upstream(failure))
                    .await
            }
        }
    }

    /// Makes the lead and completes the login, in one step of the store.
    async fn keep(
        &self,
        authorization: Authorization,
        token: Token,
        profile: InstagramProfile,
        now: Timestamp,
    ) -> Result<Completed, LoginError> {
        let request = authorization.request.clone();
        let completion = Completion {
            state: self.state.clone(),
            login: LeadLogin {
                profile,
                attributes: request.attributes,
                consent: request.consent,
                token: token.status.clone(),
                time: now,
            },
            token,
            new_lead_id: random::lead_id(now),
            // The answer can be asked for again for one more full time.
            authorization: self.renewed(authorization.clone()),
        };
        let kept = match self.login.store.complete(&self.site.id, completion).await {
            Ok(kept) => kept,
            Err(error) => match LoginError::from(error) {
                LoginError::Failed(failure) => return self.fail(&authorization, failure).await,
                error => return Err(error),
            },
        };
        self.reached(LoginStep::Completed);
        tracing::info!(
            site.id = %self.site.id,
            lead.id = %kept.lead.id,
            lead.new = kept.new_lead,
            "the login was completed"
        );
        Ok(Completed::Authorized {
            lead: kept.lead,
            new_lead: kept.new_lead,
            replayed: false,
            return_to: request.return_to,
        })
    }

    /// The same login, alive for one full time from now.
    fn renewed(&self, authorization: Authorization) -> Authorization {
        authorization.alive_until(self.login.clock.now().plus(self.site.authorization_ttl))
    }

    /// Tells the circuit how a call ended.
    fn heard<T>(&self, host: Host, outcome: &Result<T, UpstreamFailure>) {
        self.login.circuits.observe(&self.site.id, host, outcome);
    }

    fn passing(&self, failure: UpstreamFailure) -> LoginError {
        tracing::warn!(
            site.id = %self.site.id,
            upstream.meaning = ?failure.meaning,
            upstream.message = failure.message,
            upstream.fbtrace_id = failure.fbtrace_id,
            "Instagram could not answer; the login can go on later"
        );
        LoginError::Passing(failure)
    }
}
