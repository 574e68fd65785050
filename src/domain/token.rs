//! An access token and what is known about it.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::secret::Secret;

/// A token from the code exchange lives one hour; Instagram does not say so
/// in its answer
/// (<https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login>).
pub const SHORT_LIVED: Duration = Duration::from_secs(60 * 60);

/// Where a token stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenState {
    /// One hour; the exchange for a long-lived one is still owed.
    ShortLived,
    /// Sixty days.
    LongLived,
    /// Its time ran out.
    Expired,
    /// Instagram ended it early.
    Revoked,
}

/// What may be said about a token to whoever may read the lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenStatus {
    /// Where it stands in its life.
    pub state: TokenState,
    /// The permissions granted; empty if Instagram did not say.
    pub scopes: BTreeSet<String>,
    /// When it ends unless refreshed.
    pub expire_time: Timestamp,
    /// When it was last exchanged or refreshed.
    pub refreshed_time: Timestamp,
}

/// A token together with what is known about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// The token itself.
    pub secret: Secret,
    /// The rest.
    pub status: TokenStatus,
}

impl Token {
    /// A token fresh from the code exchange.
    #[must_use]
    pub fn short_lived(secret: Secret, scopes: BTreeSet<String>, now: Timestamp) -> Self {
        Self {
            secret,
            status: TokenStatus {
                state: TokenState::ShortLived,
                scopes,
                expire_time: now.plus(SHORT_LIVED),
                refreshed_time: now,
            },
        }
    }

    /// The long-lived token that Instagram gave for this one: whether the
    /// text changes is disputed, so what came back is what counts.
    #[must_use]
    pub fn extended(&self, secret: Secret, lifetime: Duration, now: Timestamp) -> Self {
        Self {
            secret,
            status: TokenStatus {
                state: TokenState::LongLived,
                scopes: self.status.scopes.clone(),
                expire_time: now.plus(lifetime),
                refreshed_time: now,
            },
        }
    }
}
