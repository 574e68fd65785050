//! Where logins get to, for whoever watches the daemon.

use super::Login;
use crate::domain::authorization::Decline;
use crate::domain::site::SiteId;
use crate::metrics::LoginStep;
use crate::service::error::LoginError;

impl Login {
    /// A login went on.
    pub(super) fn reached(&self, site: &SiteId, step: LoginStep) {
        self.metrics.count(site, step, "", self.clock.now());
    }

    /// The shopper, or Instagram's window, said no.
    pub(super) fn declined(&self, site: &SiteId, decline: &Decline) {
        let (step, reason) = (LoginStep::Declined, decline_reason(decline));
        self.metrics.count(site, step, reason, self.clock.now());
    }

    /// A login could not go on. One that has failed was counted when it did.
    pub(super) fn stopped(&self, site: &SiteId, error: &LoginError) {
        let step = match error {
            LoginError::Failed(_) => return,
            LoginError::Passing(_)
            | LoginError::InstagramSilent(_)
            | LoginError::Store(_)
            | LoginError::NoRandom
            | LoginError::Internal => LoginStep::Waiting,
            _ => LoginStep::Refused,
        };
        self.count_error(site, step, error);
    }

    /// The same, where it is known which way out of a login it is.
    pub(super) fn count_error(&self, site: &SiteId, step: LoginStep, error: &LoginError) {
        let now = self.clock.now();
        self.metrics.count(site, step, error.reason(), now);
    }
}

/// Instagram's words become one of ours: they come through the browser, where
/// anybody can write what they like.
fn decline_reason(decline: &Decline) -> &'static str {
    match (decline.error.as_str(), decline.reason.as_str()) {
        ("access_denied", "user_denied") => "USER_DENIED",
        ("access_denied", _) => "ACCESS_DENIED",
        ("invalid_request", _) => "INVALID_REQUEST",
        _ => "OTHER",
    }
}
