//! What the fake Instagram knows: accounts, codes, tokens.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};

use super::Options;
use super::account::{Account, first_accounts};
use super::bounded::Bounded;
use super::journal::Journal;
use super::scopes::{Scopes, Subject};
use crate::domain::clock::{Clock, Timestamp};

/// Codes kept; the oldest go first.
const MAX_CODES: usize = 20_000;

/// Tokens kept; the oldest go first.
const MAX_TOKENS: usize = 40_000;

/// A code is good for one hour.
pub(super) const CODE_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// A short-lived token is good for one hour.
pub(super) const SHORT_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Which of Instagram's protocols a login speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Its window is on `www`.
    InstagramLogin,
    /// Its window is on `api`.
    BasicDisplay,
}

/// One allowed login.
pub(super) struct Login {
    /// Counts the logins.
    pub(super) number: u64,
    /// As the window was given it.
    pub(super) state: Option<String>,
    /// Who allowed it, as the account was then.
    pub(super) account: Account,
    /// What was granted.
    pub(super) scopes: Vec<String>,
    /// Which protocol.
    pub(super) dialect: Dialect,
}

impl Login {
    /// What the knobs know this login by.
    pub(super) fn subject(&self) -> Subject<'_> {
        Subject {
            login: Some(self.number),
            in_window: false,
            state: self.state.as_deref(),
            account: Some(&self.account.username),
        }
    }
}

/// A code that was given out.
pub(super) struct Code {
    pub(super) login: Arc<Login>,
    pub(super) redirect_uri: String,
    pub(super) expires: Timestamp,
    pub(super) used: bool,
}

/// What a token can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// One hour; to be exchanged.
    Short,
    /// Sixty days; to be refreshed.
    Long,
}

/// A token that was given out.
pub(super) struct Token {
    pub(super) login: Arc<Login>,
    pub(super) life: Life,
    pub(super) issued: Timestamp,
    pub(super) expires: Timestamp,
    /// The account removed the app.
    pub(super) removed: bool,
}

/// Everything that changes.
pub(super) struct World {
    pub(super) accounts: Vec<Account>,
    pub(super) codes: Bounded<String, Code>,
    pub(super) tokens: Bounded<String, Token>,
    pub(super) knobs: Scopes,
    pub(super) journal: Journal,
    /// How far the sandbox's time is ahead of its clock.
    pub(super) ahead: Duration,
    logins: u64,
}

impl World {
    fn new() -> Self {
        Self {
            accounts: first_accounts(),
            codes: Bounded::new(MAX_CODES),
            tokens: Bounded::new(MAX_TOKENS),
            knobs: Scopes::new(),
            journal: Journal::default(),
            ahead: Duration::ZERO,
            logins: 0,
        }
    }

    /// Forgets everything but how many logins there were: a number is never
    /// given twice, so nothing old can meet a new login's knobs.
    pub(super) fn reset(&mut self) {
        *self = Self {
            logins: self.logins,
            ..Self::new()
        };
    }

    /// The account of this name.
    pub(super) fn account(&self, username: &str) -> Option<&Account> {
        self.accounts.iter().find(|one| one.username == username)
    }

    /// A number for a new login.
    pub(super) fn next_login(&mut self) -> u64 {
        self.logins = self.logins.saturating_add(1);
        self.logins
    }
}

/// What every request handler gets.
pub(super) struct Shared {
    pub(super) options: Options,
    clock: Arc<dyn Clock>,
    random: SystemRandom,
    world: Mutex<World>,
}

impl Shared {
    /// A world at its beginning.
    pub(super) fn new(options: Options, clock: Arc<dyn Clock>) -> Self {
        Self {
            options,
            clock,
            random: SystemRandom::new(),
            world: Mutex::new(World::new()),
        }
    }

    /// The world, for a moment: never held across an await.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sandbox's time.
    pub(super) fn now(&self, world: &World) -> Timestamp {
        self.clock.now().plus(world.ahead)
    }

    /// `prefix` and 32 random bytes; `None` if the system has none to give.
    pub(super) fn random_text(&self, prefix: &str) -> Option<String> {
        let mut bytes = [0; 32];
        self.random.fill(&mut bytes).ok()?;
        Some(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }
}
