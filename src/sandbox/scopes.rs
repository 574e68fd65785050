//! For whom a knob was set: for all, one account, one `state`, or the next
//! login.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::bounded::Bounded;
use super::knobs::{self, Knobs};

/// Most accounts, states and logins that have knobs of their own, each.
const MAX_SETTINGS: usize = 1000;

/// For whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Every login.
    All,
    /// Every login with this account.
    Account(String),
    /// The login with this `state`.
    State(String),
    /// The login that is decided next in the window.
    Next,
}

/// What identifies the login that a call belongs to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Subject<'a> {
    /// The login's number; before its decision there is none.
    pub(super) login: Option<u64>,
    /// Whether it is in the window, so that the next login's knobs hold.
    pub(super) in_window: bool,
    /// Its `state`.
    pub(super) state: Option<&'a str>,
    /// Its account.
    pub(super) account: Option<&'a str>,
}

#[derive(Default)]
struct Setting {
    values: Map<String, Value>,
    /// How often a failure with `times` has hit, by knob.
    hits: HashMap<String, u32>,
}

/// All that was set.
pub(super) struct Scopes {
    all: Setting,
    accounts: Bounded<String, Setting>,
    states: Bounded<String, Setting>,
    next: Option<Setting>,
    logins: Bounded<u64, Setting>,
}

/// All that was set, for `GET /sandbox/knobs`.
#[derive(Serialize)]
pub(super) struct Shown {
    all: Map<String, Value>,
    accounts: Map<String, Value>,
    states: Map<String, Value>,
    next_login: Option<Map<String, Value>>,
}

impl Scopes {
    /// Nothing set.
    pub(super) fn new() -> Self {
        Self {
            all: Setting::default(),
            accounts: Bounded::new(MAX_SETTINGS),
            states: Bounded::new(MAX_SETTINGS),
            next: None,
            logins: Bounded::new(MAX_SETTINGS),
        }
    }

    /// Replaces what was set for `scope`, or says what is wrong with it.
    pub(super) fn set(&mut self, scope: Scope, values: Map<String, Value>) -> Result<(), String> {
        for (name, value) in &values {
            knobs::check(name, value)?;
        }
        let setting = Setting {
            values,
            hits: HashMap::new(),
        };
        match scope {
            Scope::All => self.all = setting,
            Scope::Account(account) => self.accounts.insert(account, setting),
            Scope::State(state) => self.states.insert(state, setting),
            Scope::Next => self.next = Some(setting),
        }
        Ok(())
    }

    /// Forgets what was set for `scope`; with `All` everything, whomever for.
    pub(super) fn clear(&mut self, scope: &Scope) {
        match scope {
            Scope::All => *self = Self::new(),
            Scope::Account(account) => drop(self.accounts.remove(account)),
            Scope::State(state) => drop(self.states.remove(state)),
            Scope::Next => self.next = None,
        }
    }

    /// Hands what was set for the next login to the one of this number.
    pub(super) fn begin(&mut self, login: u64) {
        if let Some(setting) = self.next.take() {
            self.logins.insert(login, setting);
        }
    }

    /// The knobs that hold for a login: the narrowest scope wins.
    pub(super) fn resolve(&self, subject: Subject<'_>) -> Knobs {
        let mut merged = self.all.values.clone();
        let narrower = [
            subject
                .account
                .and_then(|account| self.accounts.get(account)),
            subject.state.and_then(|state| self.states.get(state)),
            subject.login.and_then(|login| self.logins.get(&login)),
            self.next.as_ref().filter(|_| subject.in_window),
        ];
        for setting in narrower.into_iter().flatten() {
            merged.extend(setting.values.clone());
        }
        if merged.is_empty() {
            return Knobs::default();
        }
        Knobs::from_settings(merged)
    }

    /// Counts one hit of the failure that `knob` calls for; false if it has
    /// hit `times` times already.
    pub(super) fn hit(&mut self, knob: &str, subject: Subject<'_>, times: u32) -> bool {
        let of_login = subject.login.and_then(|login| self.logins.get_mut(&login));
        let of_state = subject.state.and_then(|state| self.states.get_mut(state));
        let of_account = subject
            .account
            .and_then(|account| self.accounts.get_mut(account));
        let source = [of_login, of_state, of_account, Some(&mut self.all)]
            .into_iter()
            .flatten()
            .find(|setting| setting.values.contains_key(knob));
        let Some(setting) = source else {
            return false;
        };
        let hits = setting.hits.entry(knob.to_owned()).or_default();
        let strikes = *hits < times;
        *hits = hits.saturating_add(1);
        strikes
    }

    /// All that is set.
    pub(super) fn shown(&self) -> Shown {
        let values = |settings: &Bounded<String, Setting>| {
            let shown = |(key, setting): (&String, &Setting)| (key.clone(), json!(setting.values));
            settings.iter().map(shown).collect()
        };
        Shown {
            all: self.all.values.clone(),
            accounts: values(&self.accounts),
            states: values(&self.states),
            next_login: self.next.as_ref().map(|setting| setting.values.clone()),
        }
    }
}
