//! Questions that no login asks: whether what is configured would work.
//!
//! Nothing that is sent is worth anything: a code and a token that nobody gave.

use std::time::Duration;

use super::answer::{not_answered, url};
use super::refusal::failure;
use super::wording::Confidential;
use super::{Instagram, Limits};
use crate::domain::clock::Timestamp;
use crate::domain::failure::{UpstreamFailure, UpstreamMeaning};
use crate::domain::secret::Secret;
use crate::domain::site::InstagramApp;

/// What every question sends where a login sends what nobody may guess.
const NOTHING: &str = "leadtap-check";

impl Limits {
    /// For questions, for which nobody waits in a shop.
    #[must_use]
    pub fn for_probes() -> Self {
        Self {
            total_timeout: Duration::from_secs(15),
            ..Self::default()
        }
    }
}

impl Instagram {
    /// Whether the app's id and secret are a pair that may exchange codes: the
    /// failure of an exchange that cannot succeed.
    ///
    /// # Errors
    /// Always, as [`exchange_code`](Self::exchange_code) does; what is fine is
    /// [`CodeRefused`](UpstreamMeaning::CodeRefused).
    pub async fn probe_app(&self, app: &InstagramApp, redirect_uri: &str) -> UpstreamFailure {
        let code = Secret::from(NOTHING);
        match self.exchange_code(app, &code, redirect_uri).await {
            Err(failure) => failure,
            Ok(_) => accepted_nothing(),
        }
    }

    /// Whether the graph answers: the failure of a profile without a token.
    ///
    /// # Errors
    /// Always; what is fine is [`TokenDead`](UpstreamMeaning::TokenDead).
    pub async fn probe_graph(&self, app: &InstagramApp, now: Timestamp) -> UpstreamFailure {
        match self.profile(app, &Secret::from(NOTHING), now).await {
            Err(failure) => failure,
            Ok(_) => accepted_nothing(),
        }
    }

    /// The HTTP status with which a page of the shop's answers.
    ///
    /// # Errors
    /// Fails as the way there does.
    pub async fn probe_page(&self, page: &str) -> Result<u16, UpstreamFailure> {
        let confidential = Confidential(&[]);
        let url = url(page, "", confidential)?;
        let answer = self.get(url, confidential)?.send().await;
        let answer = answer.map_err(|error| not_answered(error, confidential))?;
        Ok(answer.status().as_u16())
    }
}

fn accepted_nothing() -> UpstreamFailure {
    let message = "what nobody gave was accepted, so this is not Instagram";
    failure(UpstreamMeaning::Unreadable, message, Confidential(&[]))
}
