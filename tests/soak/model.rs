//! What is known of one account from the answers alone.
//!
//! An answer says what is true; a call that was not answered may have been
//! acted upon or not. So an account is a set of states in which it can be: a
//! call in doubt adds to them, and every answer leaves those that it fits.
//! Where none is left, something was lost or happened twice.

use std::collections::BTreeMap;

use leadtap::grpc::pb::{self, TokenState};

/// Numbers a login of the run.
pub type LoginNumber = u64;

/// Lead ids of erased leads that are still asked for.
const ERASED_KEPT: usize = 20;

/// What an answer shows of a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    pub id: String,
    pub logins: i64,
    pub name: String,
    pub long_lived: bool,
}

impl View {
    pub fn of(lead: &pb::Lead) -> Self {
        let contact = lead.contact.clone().unwrap_or_default();
        let token = lead.token.clone().unwrap_or_default();
        Self {
            id: lead.lead_id.clone(),
            logins: lead.login_count,
            name: contact.full_name,
            long_lived: token.state() == TokenState::LongLived,
        }
    }
}

/// A lead as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lead {
    /// None where it was made by a call that was not answered.
    id: Option<String>,
    logins: i64,
    name: String,
    /// Whether a long-lived token was told of since the last login.
    long_lived: bool,
}

impl Lead {
    fn is(&self, view: &View) -> bool {
        self.id.as_ref().is_none_or(|id| *id == view.id)
            && self.logins == view.logins
            && self.name == view.name
            && (view.long_lived || !self.long_lived)
    }
}

/// What became of a login that was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unheard {
    /// It has the lead, and made it or not.
    Done { new_lead: bool },
    /// It had one, which was erased since.
    Gone,
}

/// One way in which things can stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct State {
    lead: Option<Lead>,
    unheard: BTreeMap<LoginNumber, Unheard>,
}

impl State {
    fn logged_in(&self, login: LoginNumber) -> Self {
        let mut next = self.clone();
        let new_lead = next.lead.is_none();
        let lead = next.lead.get_or_insert(Lead {
            id: None,
            logins: 0,
            name: String::new(),
            long_lived: false,
        });
        lead.logins += 1;
        lead.long_lived = false;
        next.unheard.insert(login, Unheard::Done { new_lead });
        next
    }

    fn erased(&self) -> Self {
        let mut next = self.clone();
        next.lead = None;
        for unheard in next.unheard.values_mut() {
            *unheard = Unheard::Gone;
        }
        next
    }

    fn named(&self, name: &str) -> Self {
        let mut next = self.clone();
        if let Some(lead) = &mut next.lead {
            name.clone_into(&mut lead.name);
        }
        next
    }

    fn shows(&self, view: Option<&View>) -> bool {
        match (&self.lead, view) {
            (Some(lead), Some(view)) => lead.is(view),
            (None, None) => true,
            _ => false,
        }
    }
}

/// One account at Instagram, and its lead.
pub struct Account {
    pub number: usize,
    possible: Vec<State>,
    /// Leads of it that are no more, the newest last.
    pub erased: Vec<String>,
}

impl Account {
    pub fn new(number: usize) -> Self {
        Self {
            number,
            possible: vec![State::default()],
            erased: Vec::new(),
        }
    }

    /// Its name at Instagram.
    pub fn username(&self) -> String {
        format!("soak.{}", self.number)
    }

    pub fn scoped_id(&self) -> String {
        (25_000_000_000_000_000 + self.number).to_string()
    }

    pub fn user_id(&self) -> String {
        (17_841_400_000_000_000 + self.number).to_string()
    }

    /// Its lead, where there is no doubt about it.
    pub fn lead_id(&self) -> Option<&str> {
        match self.possible.as_slice() {
            [state] => state.lead.as_ref()?.id.as_deref(),
            _ => None,
        }
    }

    /// How often its lead logged in, where there is no doubt about it.
    pub fn logins(&self) -> Option<i64> {
        match self.possible.as_slice() {
            [state] => Some(state.lead.as_ref()?.logins),
            _ => None,
        }
    }

    /// Whether there can be no lead, or another one than this.
    pub fn may_lack(&self, lead_id: &str) -> bool {
        self.possible.iter().any(|state| match &state.lead {
            Some(lead) => lead.id.as_deref() != Some(lead_id),
            None => true,
        })
    }

    /// A completion goes out; whether it is done shows later.
    pub fn asked(&mut self, login: LoginNumber) {
        let done: Vec<State> = self
            .possible
            .iter()
            .filter(|state| !state.unheard.contains_key(&login))
            .map(|state| state.logged_in(login))
            .collect();
        self.add(done);
    }

    /// A login that was asked for is done, and shows its lead.
    pub fn completed(
        &mut self,
        login: LoginNumber,
        (new_lead, replayed): (bool, bool),
        view: &View,
    ) -> Result<(), String> {
        let fits = |state: &State| {
            let state = if replayed {
                state.clone()
            } else if state.unheard.contains_key(&login) {
                // This very call did it: the state in which it was not done stands for that.
                return None;
            } else {
                state.logged_in(login)
            };
            let done = state.unheard.get(&login) == Some(&Unheard::Done { new_lead });
            (done && state.shows(Some(view))).then_some(state)
        };
        let mut next: Vec<State> = self.possible.iter().filter_map(fits).collect();
        for state in &mut next {
            state.unheard.remove(&login);
            if let Some(lead) = &mut state.lead {
                lead.id = Some(view.id.clone());
                lead.long_lived = view.long_lived;
            }
        }
        let what = format!("login {login} completed (new {new_lead}, replayed {replayed})");
        self.leave(next, &what, Some(view))?;
        self.not_erased(&view.id)
    }

    /// A login came to its end without a lead.
    pub fn failed(&mut self, login: LoginNumber, how: &str) -> Result<(), String> {
        let mut next = self.possible.clone();
        next.retain(|state| !state.unheard.contains_key(&login));
        self.leave(next, &format!("login {login} ended with {how}"), None)
    }

    /// A login that was asked for is not known any more, as after an erasure.
    pub fn forgotten(&mut self, login: LoginNumber) -> Result<(), String> {
        let mut next = self.possible.clone();
        next.retain(|state| state.unheard.get(&login) == Some(&Unheard::Gone));
        for state in &mut next {
            state.unheard.remove(&login);
        }
        self.leave(next, &format!("login {login} is not known"), None)
    }

    /// A reader saw this, or that there is none. Nothing is ruled out by it:
    /// who reads may be a moment early.
    pub fn seen(&self, view: Option<&View>, how: &str) -> Result<(), String> {
        if let Some(view) = view {
            self.not_erased(&view.id)?;
        }
        if self.possible.iter().any(|state| state.shows(view)) {
            return Ok(());
        }
        Err(self.unfit(how, view))
    }

    /// The shop writes a name; whether it is written shows later.
    pub fn writes_name(&mut self, name: &str) {
        let written = self
            .possible
            .iter()
            .map(|state| state.named(name))
            .collect();
        self.add(written);
    }

    /// The name is written.
    pub fn wrote_name(&mut self, name: &str, view: &View) -> Result<(), String> {
        let named = self.possible.iter().map(|state| state.named(name));
        let mut next: Vec<State> = named.filter(|state| state.shows(Some(view))).collect();
        next.dedup();
        self.leave(next, &format!("the name {name} was written"), Some(view))
    }

    /// A token is long-lived by now, and stays so until the next login.
    pub fn has_long_lived_token(&mut self) {
        for state in &mut self.possible {
            if let Some(lead) = &mut state.lead {
                lead.long_lived = true;
            }
        }
    }

    /// The lead is to be erased; whether it is shows later.
    pub fn erases(&mut self) {
        let erased = self.possible.iter().map(State::erased).collect();
        self.add(erased);
    }

    /// The lead is erased.
    pub fn is_erased(&mut self, lead_id: &str) {
        self.possible = vec![self.possible.first().unwrap().erased()];
        self.erased.push(lead_id.to_owned());
        if self.erased.len() > ERASED_KEPT {
            self.erased.remove(0);
        }
    }

    /// No lead that was erased comes back.
    fn not_erased(&self, lead_id: &str) -> Result<(), String> {
        if self.erased.iter().any(|id| id == lead_id) {
            return Err(format!("lead {lead_id} was erased and is back"));
        }
        Ok(())
    }

    fn add(&mut self, states: Vec<State>) {
        for state in states {
            if !self.possible.contains(&state) {
                self.possible.push(state);
            }
        }
    }

    fn leave(&mut self, next: Vec<State>, what: &str, view: Option<&View>) -> Result<(), String> {
        if next.is_empty() {
            return Err(self.unfit(what, view));
        }
        self.possible = next;
        Ok(())
    }

    fn unfit(&self, what: &str, view: Option<&View>) -> String {
        let shows = view.map_or_else(|| "no lead".to_owned(), |view| format!("{view:?}"));
        format!(
            "account {}: {what}, with {shows}; it should be one of {:?}",
            self.number, self.possible
        )
    }
}
