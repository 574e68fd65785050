//! An access token and what is known about it.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::failure::TokenEnd;
use super::secret::Secret;
use super::upkeep::{Upkeep, WARNING};

/// A token from the code exchange lives one hour; Instagram does not say so
/// in its answer
/// (<https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login>).
pub const SHORT_LIVED: Duration = Duration::from_secs(60 * 60);

/// How long a token lives from its exchange or refresh on.
pub const LONG_LIVED: Duration = Duration::from_secs(60 * 24 * 60 * 60);

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
    /// Sixty days, and less than seven of them are left: it could not be
    /// refreshed so far.
    Expiring,
}

impl TokenState {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 5] = [
        Self::ShortLived,
        Self::LongLived,
        Self::Expired,
        Self::Revoked,
        Self::Expiring,
    ];

    /// Its name in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ShortLived => "short_lived",
            Self::LongLived => "long_lived",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Expiring => "expiring",
        }
    }
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
    /// How it ended, once it has.
    pub end: Option<TokenEnd>,
}

impl TokenStatus {
    /// When a token that is still not refreshed is worth a warning: seven days
    /// before its end, or half-way for one of less than fourteen days.
    #[must_use]
    pub fn warning_time(&self) -> Timestamp {
        let life = self.expire_time.since(self.refreshed_time);
        let quiet = life.saturating_sub(WARNING).max(life / 2);
        self.refreshed_time.plus(quiet)
    }

    /// The state at this moment: nobody has to write down that time passed.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> TokenState {
        match self.state {
            ended @ (TokenState::Expired | TokenState::Revoked) => ended,
            _ if now >= self.expire_time => TokenState::Expired,
            TokenState::LongLived if now >= self.warning_time() => TokenState::Expiring,
            alive => alive,
        }
    }

    /// How it ended, at this moment, if it has.
    #[must_use]
    pub fn end_at(&self, now: Timestamp) -> Option<TokenEnd> {
        match self.state_at(now) {
            TokenState::Expired => self.end.or(Some(TokenEnd::Expired)),
            TokenState::Revoked => self.end.or(Some(TokenEnd::Invalid)),
            _ => None,
        }
    }

    /// Whether it can be used at this moment, as far as anybody knows.
    #[must_use]
    pub fn is_alive(&self, now: Timestamp) -> bool {
        !matches!(
            self.state_at(now),
            TokenState::Expired | TokenState::Revoked
        )
    }

    /// This status once the token has ended.
    #[must_use]
    pub fn ended(self, end: TokenEnd) -> Self {
        let state = match end {
            TokenEnd::Expired => TokenState::Expired,
            _ => TokenState::Revoked,
        };
        Self {
            state,
            end: Some(end),
            ..self
        }
    }
}

/// A token together with what is known about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// The token itself.
    pub secret: Secret,
    /// What may be said about it.
    pub status: TokenStatus,
    /// What its keeper remembers.
    pub upkeep: Upkeep,
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
                end: None,
            },
            upkeep: Upkeep::default(),
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
                end: None,
            },
            upkeep: Upkeep {
                profile_due: self.upkeep.profile_due,
                ..Upkeep::default()
            },
        }
    }

    /// A token from Meta's dashboard: long-lived, and taken to be fresh, since
    /// nobody tells how old it is. Its permissions are not told either.
    #[must_use]
    pub fn imported(secret: Secret, now: Timestamp) -> Self {
        Self {
            secret,
            status: TokenStatus {
                state: TokenState::LongLived,
                scopes: BTreeSet::new(),
                expire_time: now.plus(LONG_LIVED),
                refreshed_time: now,
                end: None,
            },
            upkeep: Upkeep::default(),
        }
    }

    /// The same token once it has ended.
    #[must_use]
    pub fn ended(self, end: TokenEnd) -> Self {
        Self {
            status: self.status.ended(end),
            upkeep: Upkeep::default(),
            ..self
        }
    }
}
