//! An Instagram that remembers every token, and writes down each call that
//! breaks its rules or the keeper's promises.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::oneshot;

use super::{DAY, HOUR};
use crate::domain::clock::{Clock, ManualClock, Timestamp};
use crate::domain::failure::{TokenEnd, UpstreamFailure, UpstreamMeaning};
use crate::domain::lead::InstagramProfile;
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::domain::testing;
use crate::domain::token::LONG_LIVED;
use crate::instagram::{LongLived, Metered};
use crate::service::tokens::{Answer, TokenPort};

/// What goes wrong with calls.
type Trouble = dyn Fn(Call<'_>) -> Option<UpstreamFailure> + Send + Sync;

/// A call that is about to be answered.
pub(super) struct Call<'a> {
    pub site: &'a str,
    pub account: u64,
    pub now: Timestamp,
    /// Counts the calls.
    pub number: u64,
}

pub(super) struct Fake {
    clock: ManualClock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tokens: HashMap<String, Life>,
    accounts: HashMap<u64, Account>,
    busy: HashSet<u64>,
    calls: u64,
    trouble: Option<Box<Trouble>>,
    usage_percent: u64,
    no_profiles: bool,
    /// The account whose next answer does not come to be kept, and who is told
    /// that it was given.
    unkept: Option<(u64, oneshot::Sender<()>)>,
    broken: Vec<String>,
}

struct Life {
    account: u64,
    issued: Timestamp,
    expires: Timestamp,
    long_lived: bool,
}

#[derive(Clone, Default)]
pub(super) struct Account {
    /// Renewals that were answered.
    pub renewals: u32,
    /// Exchanges and refreshes, answered or not.
    pub calls: u32,
    /// When the newest answered renewal was.
    pub renewed: Option<Timestamp>,
    /// How old the token was at each renewal that was answered.
    pub ages: Vec<Duration>,
    /// How often the profile was asked for.
    pub profiles: u32,
    /// How its tokens ended.
    pub dead: Option<TokenEnd>,
}

pub(super) fn failure(meaning: UpstreamMeaning, wait: Option<Duration>) -> UpstreamFailure {
    UpstreamFailure {
        meaning,
        message: "words".to_owned(),
        fbtrace_id: String::new(),
        retry_after: wait,
        usage_percent: 0,
    }
}

pub(super) fn profile(account: u64, now: Timestamp) -> InstagramProfile {
    InstagramProfile {
        user_id: Some(format!("9{account}").parse().unwrap()),
        username: format!("account.{account}"),
        ..testing::profile(&account.to_string(), now)
    }
}

impl Fake {
    pub fn new(clock: ManualClock) -> Self {
        Self {
            clock,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// From now on this goes wrong.
    pub fn trouble(
        &self,
        trouble: impl Fn(Call<'_>) -> Option<UpstreamFailure> + Send + Sync + 'static,
    ) {
        self.state().trouble = Some(Box::new(trouble));
    }

    pub fn no_trouble(&self) {
        self.state().trouble = None;
    }

    pub fn usage(&self, percent: u64) {
        self.state().usage_percent = percent;
    }

    /// From now on no profile is told, and none is kept.
    pub fn no_profiles(&self) {
        self.state().no_profiles = true;
    }

    /// The account's next renewal is answered, and whoever asked for it gets no
    /// further. Tells when it was.
    pub fn keep_from_keeping(&self, account: u64) -> oneshot::Receiver<()> {
        let (answers, answered) = oneshot::channel();
        self.state().unkept = Some((account, answers));
        answered
    }

    /// From now on the account's tokens are dead.
    pub fn kill(&self, account: u64, end: TokenEnd) {
        self.state().accounts.entry(account).or_default().dead = Some(end);
    }

    pub fn account(&self, account: u64) -> Account {
        self.state()
            .accounts
            .get(&account)
            .cloned()
            .unwrap_or_default()
    }

    /// Every call that broke a rule.
    pub fn broken(&self) -> Vec<String> {
        self.state().broken.clone()
    }

    pub fn dashboard(&self, account: u64) -> Secret {
        self.issue(account, LONG_LIVED, true)
    }

    pub fn short_lived(&self, account: u64) -> Secret {
        self.issue(account, HOUR, false)
    }

    fn issue(&self, account: u64, life: Duration, long_lived: bool) -> Secret {
        let mut state = self.state();
        let text = format!("token-{}-of-{account}", state.tokens.len());
        let issued = self.clock.now();
        let life = Life {
            account,
            issued,
            expires: issued.plus(life),
            long_lived,
        };
        state.tokens.insert(text.clone(), life);
        Secret::new(text)
    }

    /// Begins a call; gives the account whose token it is.
    fn begin(&self, token: &Secret, exchange: bool) -> Result<u64, UpstreamFailure> {
        let now = self.clock.now();
        let mut state = self.state();
        let known = state.tokens.get(token.expose()).expect("a token of ours");
        let (account, age) = (known.account, now.since(known.issued));
        let mut broken = Vec::new();
        if known.long_lived == exchange {
            broken.push("the wrong call for this token");
        }
        if !exchange && age < DAY {
            broken.push("too early");
        }
        if now >= known.expires {
            broken.push("too late");
        }
        if !state.busy.insert(account) {
            broken.push("twice at once");
        }
        let of_account = state.accounts.entry(account).or_default();
        of_account.calls += 1;
        if of_account
            .renewed
            .is_some_and(|last| now.since(last) < 29 * DAY)
        {
            broken.push("twice");
        }
        let dead = of_account.dead;
        for rule in broken {
            state
                .broken
                .push(format!("{rule}: account {account}, age {age:?}"));
        }
        match dead {
            Some(end) => Err(failure(UpstreamMeaning::TokenDead(end), None)),
            None => Ok(account),
        }
    }

    fn fails(&self, site: &Site, account: u64) -> Option<UpstreamFailure> {
        let mut state = self.state();
        state.calls += 1;
        let call = Call {
            site: site.id.as_str(),
            account,
            now: self.clock.now(),
            number: state.calls,
        };
        state.trouble.as_ref().and_then(|trouble| trouble(call))
    }

    /// Every answer tells the usage, whatever else it says.
    fn metered<T>(
        &self,
        outcome: Result<T, UpstreamFailure>,
    ) -> Result<Metered<T>, UpstreamFailure> {
        let usage_percent = self.state().usage_percent;
        Metered::of(outcome, usage_percent)
    }

    async fn renew(
        &self,
        site: &Site,
        token: &Secret,
        exchange: bool,
    ) -> Result<Metered<LongLived>, UpstreamFailure> {
        let begun = self.begin(token, exchange);
        let issued = self
            .state()
            .tokens
            .get(token.expose())
            .map(|life| life.issued);
        // Others get their turn while this one is under way.
        tokio::task::yield_now().await;
        let account = begun.as_ref().copied().ok();
        let answer = begun.and_then(|account| match self.fails(site, account) {
            Some(failure) => Err(failure),
            None => Ok(account),
        });
        let answer = answer.map(|account| LongLived {
            token: self.issue(account, LONG_LIVED, true),
            lifetime: LONG_LIVED,
        });
        let answer = self.metered(answer);
        let unkept = account.and_then(|account| {
            let mut state = self.state();
            state.busy.remove(&account);
            if answer.is_ok() {
                let now = self.clock.now();
                let of_account = state.accounts.entry(account).or_default();
                of_account.renewals += 1;
                of_account.renewed = Some(now);
                of_account
                    .ages
                    .extend(issued.map(|issued| now.since(issued)));
            }
            state.unkept.take_if(|(unkept, _)| *unkept == account)
        });
        if let Some((_, answers)) = unkept {
            let _ = answers.send(());
            std::future::pending::<()>().await;
        }
        answer
    }
}

impl TokenPort for Fake {
    fn exchange<'a>(&'a self, site: &'a Site, token: &'a Secret) -> Answer<'a, LongLived> {
        Box::pin(self.renew(site, token, true))
    }

    fn refresh<'a>(&'a self, site: &'a Site, token: &'a Secret) -> Answer<'a, LongLived> {
        Box::pin(self.renew(site, token, false))
    }

    fn profile<'a>(
        &'a self,
        _: &'a Site,
        token: &'a Secret,
        now: Timestamp,
    ) -> Answer<'a, InstagramProfile> {
        let mut state = self.state();
        if state.no_profiles {
            drop(state);
            let refused = Err(failure(UpstreamMeaning::RequestRejected, None));
            return Box::pin(std::future::ready(self.metered(refused)));
        }
        let account = state
            .tokens
            .get(token.expose())
            .expect("a token of ours")
            .account;
        let of_account = state.accounts.entry(account).or_default();
        of_account.profiles += 1;
        let answer = match of_account.dead {
            Some(end) => Err(failure(UpstreamMeaning::TokenDead(end), None)),
            None => Ok(profile(account, now)),
        };
        drop(state);
        Box::pin(std::future::ready(self.metered(answer)))
    }
}
