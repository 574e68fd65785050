//! How a login is finished, once or again.

use std::sync::Arc;
use std::time::Duration;

use subtle::ConstantTimeEq;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::Login;
use crate::domain::authorization::{Authorization, Decline, Stage};
use crate::domain::failure::LoginFailure;
use crate::domain::lead::Lead;
use crate::domain::limits;
use crate::domain::secret::Secret;
use crate::domain::site::{Site, SiteId};
use crate::instagram::callback::{self, Callback};
use crate::metrics::LoginStep;
use crate::service::circuit::{Host, Open};
use crate::service::error::LoginError;
use crate::service::random;
use crate::storage::{LeadKey, LoginState, StoreError};

/// How often a step of a login is offered to a store whose queue is full...
const OVERLOAD_ATTEMPTS: u32 = 50;

/// ... and how long apart.
const OVERLOAD_WAIT: Duration = Duration::from_millis(100);

/// What came back to the shop.
#[derive(Clone)]
pub struct Complete {
    /// The query string or URL, as it came.
    pub callback_query: Secret,
    /// The secret from the shopper's cookie.
    pub browser_binding: Zeroizing<[u8; limits::BINDING_BYTES]>,
}

/// How a login ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Completed {
    /// The shopper is who the lead says.
    Authorized {
        /// The lead as it is now.
        lead: Arc<Lead>,
        /// Whether this login created it.
        new_lead: bool,
        /// Whether this is the answer to a login that was finished before.
        replayed: bool,
        /// Where the shop wanted to go on.
        return_to: String,
    },
    /// The shopper, or Instagram's window, said no.
    Declined {
        /// In Instagram's words.
        decline: Decline,
        /// Where the shop wanted to go on; empty if no state came back.
        return_to: String,
    },
}

impl Login {
    /// Finishes a login, or repeats how it ended.
    ///
    /// The work goes on when the caller stops waiting: what Instagram answers
    /// to a code is never asked for twice, so it must be kept.
    ///
    /// # Errors
    /// [`LoginError`]; after [`LoginError::Passing`] the same call can succeed.
    pub async fn complete(
        &self,
        site: Arc<Site>,
        request: Complete,
    ) -> Result<Completed, LoginError> {
        let came = self.came_back(&site.id, &request).await;
        let (state, answer) = match came {
            Ok(Came::ForLogin(state, answer)) => (state, answer),
            Ok(Came::Nameless(decline)) => {
                self.declined(&site.id, &decline);
                return Ok(Completed::Declined {
                    decline,
                    return_to: String::new(),
                });
            }
            Err(error) => {
                self.stopped(&site.id, &error);
                return Err(error);
            }
        };
        let login = self.clone();
        let work = async move {
            let outcome = login.in_turn(&site, state, answer).await;
            if let Err(error) = &outcome {
                login.stopped(&site.id, error);
            }
            outcome
        };
        let work = self
            .under_way
            .spawn(tracing::Instrument::in_current_span(work));
        work.await.unwrap_or_else(|error| {
            tracing::error!(%error, "finishing a login ended in a panic");
            Err(LoginError::Internal)
        })
    }

    /// Finds out which login came back, and that it did so in its own browser.
    async fn came_back(&self, site: &SiteId, request: &Complete) -> Result<Came, LoginError> {
        let (state, answer) = match callback::parse(request.callback_query.expose())? {
            Callback::Code { code, state } => (state, Ok(code)),
            Callback::Declined {
                decline,
                state: Some(state),
            } => (state, Err(decline)),
            Callback::Declined {
                decline,
                state: None,
            } => return Ok(Came::Nameless(decline)),
        };
        let state = LoginState::of(&state);
        let found = self.store.authorization(site, state.clone()).await?;
        let authorization = found.ok_or(LoginError::NotFound)?;
        check_binding(&authorization, &*request.browser_binding)?;
        Ok(Came::ForLogin(state, answer))
    }

    async fn in_turn(
        &self,
        site: &Site,
        state: LoginState,
        answer: Result<Secret, Decline>,
    ) -> Result<Completed, LoginError> {
        let _turn = self.turns.take(state.hash()).await;
        // Whoever had the turn before may have changed it.
        let found = self.store.authorization(&site.id, state.clone()).await?;
        let found = found.ok_or(LoginError::NotFound)?;
        let run = Run {
            login: self,
            site,
            state,
            begun: Instant::now(),
        };
        match answer {
            Ok(code) => run.to_the_end(found, &code).await,
            Err(decline) => run.decline(found, decline).await,
        }
    }
}

/// What a callback is about.
enum Came {
    /// A login that there is, with a code or a refusal.
    ForLogin(LoginState, Result<Secret, Decline>),
    /// A refusal that does not say of what.
    Nameless(Decline),
}

/// Refuses every browser but the one that began the login. It comes before
/// anything else and changes nothing, so that whoever only has the callback
/// URL can neither use nor spoil it.
fn check_binding(authorization: &Authorization, binding: &[u8]) -> Result<(), LoginError> {
    let expected = &authorization.request.browser_binding.0;
    let given = random::binding_hash(binding).0;
    if bool::from(expected.ct_eq(&given)) {
        Ok(())
    } else {
        Err(LoginError::BindingMismatch)
    }
}

/// One login whose turn it is.
pub(super) struct Run<'a> {
    pub(super) login: &'a Login,
    pub(super) site: &'a Site,
    pub(super) state: LoginState,
    /// When it had its turn: from here its time at Instagram counts.
    pub(super) begun: Instant,
}

impl Run<'_> {
    /// From wherever the login stands to its end.
    async fn to_the_end(
        &self,
        authorization: Authorization,
        code: &Secret,
    ) -> Result<Completed, LoginError> {
        if authorization.is_expired(self.login.clock.now()) {
            return Err(LoginError::Expired);
        }
        match authorization.stage {
            // A code works once: while Instagram does not answer it is kept.
            Stage::Pending => {
                self.reached(LoginStep::CameBack);
                self.admit(&[Host::Api, Host::Graph])?;
                let exchanged = self.exchange(authorization, code).await?;
                self.to_the_lead(exchanged).await
            }
            // Its turn ended between the code and the answer: a crash.
            Stage::CodeSent => self.fail(&authorization, LoginFailure::Interrupted).await,
            Stage::Exchanged(_) => {
                self.admit(&[Host::Graph])?;
                self.to_the_lead(authorization).await
            }
            Stage::Completed { lead_id, new_lead } => {
                let lead = self
                    .login
                    .store
                    .lead(&self.site.id, LeadKey::Id(lead_id))
                    .await?
                    .ok_or(LoginError::LeadGone)?;
                self.reached(LoginStep::Replayed);
                Ok(Completed::Authorized {
                    lead,
                    new_lead,
                    replayed: true,
                    return_to: authorization.request.return_to,
                })
            }
            Stage::Declined(decline) => Ok(Completed::Declined {
                decline,
                return_to: authorization.request.return_to,
            }),
            Stage::Failed(failure) => Err(LoginError::Failed(failure)),
        }
    }

    pub(super) fn reached(&self, step: LoginStep) {
        self.login.reached(&self.site.id, step);
    }

    fn admit(&self, hosts: &[Host]) -> Result<(), Open> {
        self.login.circuits.admit(&self.site.id, hosts)
    }

    /// The shopper came back without a code. A login that got further than the
    /// window is left as it is.
    async fn decline(
        &self,
        authorization: Authorization,
        decline: Decline,
    ) -> Result<Completed, LoginError> {
        if authorization.stage == Stage::Pending {
            if authorization.is_expired(self.login.clock.now()) {
                return Err(LoginError::Expired);
            }
            self.advance(authorization.at(Stage::Declined(decline.clone())))
                .await?;
            self.login.declined(&self.site.id, &decline);
            tracing::info!(
                site.id = %self.site.id,
                declined.error = decline.error,
                declined.reason = decline.reason,
                "the login was declined"
            );
        }
        Ok(Completed::Declined {
            decline,
            return_to: authorization.request.return_to,
        })
    }

    /// Ends a login, for this and every later call.
    pub(super) async fn fail<T>(
        &self,
        authorization: &Authorization,
        failure: LoginFailure,
    ) -> Result<T, LoginError> {
        self.advance(authorization.at(Stage::Failed(failure.clone())))
            .await?;
        tracing::warn!(site.id = %self.site.id, ?failure, "the login failed");
        let error = LoginError::Failed(failure);
        self.login
            .count_error(&self.site.id, LoginStep::Failed, &error);
        Err(error)
    }

    /// Puts the login's next stage on the medium.
    pub(super) async fn advance(&self, next: Authorization) -> Result<Authorization, LoginError> {
        let store = &self.login.store;
        for _ in 0..OVERLOAD_ATTEMPTS {
            match store
                .advance(&self.site.id, self.state.clone(), next.clone())
                .await
            {
                // A full queue is no reason to lose what Instagram said: this write waits.
                Err(StoreError::Overloaded) => tokio::time::sleep(OVERLOAD_WAIT).await,
                result => return Ok(result.map(|()| next)?),
            }
        }
        Err(LoginError::Store(StoreError::Overloaded))
    }
}
