//! One shop's program: it does everything that a caller can do, one thing
//! after the other, on accounts of its own, and holds every answer to what it
//! knows.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use leadtap::grpc::pb::complete_authorization_response::Outcome;
use leadtap::grpc::pb::get_lead_request::Key;
use leadtap::grpc::pb::lead_service_client::LeadServiceClient;
use leadtap::grpc::pb::login_service_client::LoginServiceClient;
use leadtap::grpc::pb::token_service_client::TokenServiceClient;
use leadtap::grpc::pb::{self, CompleteAuthorizationResponse, TokenState};
use prost_types::FieldMask;
use tonic::transport::{Channel, Endpoint};

use crate::answer::{Answer, Refused};
use crate::model::{Account, View};
use crate::random::Random;
use crate::report::Report;
use crate::support::{Browser, Fake};
use crate::tally::Tally;
use crate::visits::{Login, Told};

/// Accounts of one shop.
pub const ACCOUNTS: usize = 4;

/// Logins that a shop remembers.
const VISITS: usize = 24;

/// How long a call may stay in doubt, asked again and again, before that is a
/// fault: no fault of the run lasts as long.
const DOUBT: Duration = Duration::from_secs(120);

/// How long it waits before it asks again.
const AGAIN: Duration = Duration::from_millis(50);

/// Milliseconds between two things that it does, at most.
const IDLE_MS: u64 = 40;

/// A connection that is made when it is needed, and anew after each restart.
pub fn channel(socket: &Path) -> Channel {
    let address = format!("unix://{}", socket.display());
    Endpoint::try_from(address).unwrap().connect_lazy()
}

/// What all parts of a run share.
#[derive(Clone)]
pub struct Run {
    pub fake: Arc<Fake>,
    pub socket: PathBuf,
    pub report: Arc<Report>,
    pub tally: Arc<Tally>,
    /// For what only Instagram knows.
    pub http: reqwest::Client,
}

/// What a shop may do next.
#[derive(Clone, Copy)]
enum Act {
    Start,
    Complete,
    Decline,
    Replay,
    Read,
    Update,
    Erase,
    Token,
    Export,
    Reconnect,
}

const ACTS: [(u64, Act); 10] = [
    (20, Act::Start),
    (28, Act::Complete),
    (6, Act::Decline),
    (12, Act::Replay),
    (16, Act::Read),
    (8, Act::Update),
    (2, Act::Erase),
    (5, Act::Token),
    (2, Act::Export),
    (1, Act::Reconnect),
];

/// One shop.
pub struct Shop {
    run: Run,
    random: Random,
    channel: Channel,
    /// Whose connections all shoppers share.
    browser: Browser,
    pub accounts: Vec<Account>,
    /// Of each account: how many updates of its lead were acknowledged, and
    /// how many were asked for.
    pub updates: Vec<(i64, i64)>,
    visits: Vec<Login>,
    /// Of each login the shop's own part.
    next_login: u64,
    next_name: u64,
}

impl Shop {
    /// The shop of this number, with its accounts at Instagram.
    pub async fn open(run: Run, number: usize, random: Random) -> Self {
        let first = number * ACCOUNTS;
        let accounts: Vec<Account> = (first..first + ACCOUNTS).map(Account::new).collect();
        for account in &accounts {
            let body = serde_json::json!({
                "username": account.username(),
                "account_type": "business",
                "id": account.scoped_id(),
                "user_id": account.user_id(),
                "name": "One of many",
            });
            let method = reqwest::Method::POST;
            run.fake.control(method, "accounts", Some(body)).await;
        }
        Self {
            channel: channel(&run.socket),
            browser: Browser::new(),
            run,
            random,
            updates: vec![(0, 0); accounts.len()],
            accounts,
            visits: Vec::new(),
            next_login: number as u64 * 1_000_000_000,
            next_name: 0,
        }
    }

    /// Does one thing after the other until `stopping`.
    pub async fn work(mut self, stopping: tokio::sync::watch::Receiver<bool>) -> Self {
        while !*stopping.borrow() {
            self.act().await;
            let idle = self.random.below(IDLE_MS);
            tokio::time::sleep(Duration::from_millis(idle)).await;
        }
        self
    }

    async fn act(&mut self) {
        self.visits.retain(|login| !login.is_old());
        match self.random.weighted(&ACTS) {
            Act::Start => self.start().await,
            Act::Complete => self.complete_some().await,
            Act::Decline => self.decline_some().await,
            Act::Replay => self.replay_some().await,
            Act::Read => self.read().await,
            Act::Update => self.update().await,
            Act::Erase => self.erase().await,
            Act::Token => self.token().await,
            Act::Export => self.export().await,
            Act::Reconnect => self.channel = channel(&self.run.socket),
        }
    }

    fn problem(&self, what: String) {
        self.run.report.problem(what);
    }

    /// Whether a call that stays in doubt since then is not asked again.
    fn is_over(&self, doubtful: Instant) -> bool {
        doubtful.elapsed() > DOUBT || self.run.report.is_troubled()
    }

    fn check(&self, held: Result<(), String>) {
        self.run.report.check(held);
    }

    fn refused(&self, call: &str, refused: &Refused) {
        self.problem(format!("{call} was refused: {refused:?}"));
    }

    fn logins(&self) -> LoginServiceClient<Channel> {
        LoginServiceClient::new(self.channel.clone())
    }

    fn desk(&self) -> LeadServiceClient<Channel> {
        LeadServiceClient::new(self.channel.clone())
    }

    fn tokens(&self) -> TokenServiceClient<Channel> {
        TokenServiceClient::new(self.channel.clone())
    }

    fn any_account(&mut self) -> usize {
        self.random.index(ACCOUNTS)
    }

    /// A client that hangs up in the middle, at times.
    fn patience(&mut self) -> Option<Duration> {
        let hangs_up = self.random.once_in(20);
        hangs_up.then(|| Duration::from_micros(self.random.below(60_000)))
    }

    /// One of the logins that stand so.
    fn some_visit(&mut self, stands: impl Fn(&Login) -> bool) -> Option<Login> {
        let fitting: Vec<usize> = (0..self.visits.len())
            .filter(|at| stands(&self.visits[*at]))
            .collect();
        if fitting.is_empty() {
            return None;
        }
        let at = fitting[self.random.index(fitting.len())];
        Some(self.visits.swap_remove(at))
    }

    async fn start(&mut self) {
        if self.visits.len() >= VISITS {
            let at = self.random.index(self.visits.len());
            let oldest = self.visits.swap_remove(at);
            return self.held(&oldest).await;
        }
        let browser = self.browser.another();
        let mut request = browser.start_request();
        self.next_login += 1;
        request.return_to = format!("/r/{}", self.next_login);
        let return_to = request.return_to.clone();
        self.run.report.count("call StartAuthorization");
        let patience = self.patience();
        let mut client = self.logins();
        match Answer::within(patience, client.start_authorization(request)).await {
            Answer::Good(started) => {
                let account = self.any_account();
                self.visits.push(Login {
                    number: self.next_login,
                    browser,
                    state: started.state,
                    url: started.authorization_url,
                    return_to,
                    account,
                    callback: None,
                    told: Told::Started,
                    doubtful: false,
                    begun: Instant::now(),
                });
            }
            // One that nobody knows of harms nobody.
            Answer::InDoubt => {}
            Answer::Refused(refused) => self.refused("StartAuthorization", &refused),
            Answer::Hung => self.problem("StartAuthorization hung".to_owned()),
        }
    }

    async fn complete_some(&mut self) {
        let Some(mut login) = self.some_visit(|login| login.told == Told::Started) else {
            return self.start().await;
        };
        if login.callback.is_none() {
            let username = self.accounts[login.account].username();
            login.callback = Some(login.browser.allow(&login.url, &username).await);
        }
        if self.random.once_in(10) {
            self.another_browser(&login).await;
        }
        self.complete(&mut login).await;
        self.visits.push(login);
    }

    /// Whoever has the URL alone is told nothing and changes nothing.
    async fn another_browser(&self, login: &Login) {
        let stranger = self.browser.another();
        let callback = login.callback.clone().unwrap_or_default();
        let request = stranger.complete_request(&callback);
        self.run
            .report
            .count("call CompleteAuthorization, stranger");
        match Answer::of(self.logins().complete_authorization(request)).await {
            Answer::Refused(refused) if refused.reason == "BROWSER_BINDING_MISMATCH" => {}
            Answer::InDoubt => {}
            other => self.problem(format!("another browser got {other:?}")),
        }
    }

    /// Asks until the login has ended, or can wait.
    async fn complete(&mut self, login: &mut Login) {
        let doubtful = Instant::now();
        self.accounts[login.account].asked(login.number);
        loop {
            let patience = self.patience();
            let answers = if self.random.once_in(8) {
                let (one, other) = tokio::join!(self.ask(login, None), self.ask(login, patience));
                [Some(one), Some(other)]
            } else {
                [Some(self.ask(login, patience).await), None]
            };
            let mut answers: Vec<_> = answers.into_iter().flatten().collect();
            answers.sort_by_key(order);
            let mut settled = true;
            for answer in answers {
                settled &= self.heard(login, answer);
            }
            // One of two that is not heard changes nothing where the login has ended.
            settled |= login.told != Told::Started;
            if settled {
                return;
            }
            if self.is_over(doubtful) {
                return self.problem(format!("login {} stays in doubt", login.number));
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn ask(
        &self,
        login: &Login,
        patience: Option<Duration>,
    ) -> Answer<CompleteAuthorizationResponse> {
        let callback = login.callback.clone().unwrap_or_default();
        let request = login.browser.complete_request(&callback);
        self.run.report.count("call CompleteAuthorization");
        Answer::within(patience, self.logins().complete_authorization(request)).await
    }

    /// Takes in an answer to a completion; whether it leaves no doubt.
    fn heard(&mut self, login: &mut Login, answer: Answer<CompleteAuthorizationResponse>) -> bool {
        match answer {
            Answer::Good(answer) => match answer.outcome {
                Some(Outcome::Authorized(done)) => self.authorized(login, &done),
                Some(Outcome::Declined(_)) if login.told == Told::Declined => {}
                other => self.problem(format!("login {}: {other:?}", login.number)),
            },
            Answer::Refused(refused) => self.not_authorized(login, &refused),
            Answer::InDoubt => {
                login.doubtful = true;
                return false;
            }
            Answer::Hung => self.problem(format!("login {}: it hung", login.number)),
        }
        true
    }

    fn authorized(&mut self, login: &mut Login, done: &pb::Authorized) {
        let view = View::of(&done.lead.clone().unwrap_or_default());
        if done.return_to != login.return_to {
            self.problem(format!("login {}: it returns elsewhere", login.number));
        }
        let account = &mut self.accounts[login.account];
        let held = match &login.told {
            Told::Started => {
                self.run.report.count("login completed");
                account.completed(login.number, (done.new_lead, done.replayed), &view)
            }
            Told::Authorized { lead_id, new_lead } => {
                let same = (lead_id, *new_lead) == (&view.id, done.new_lead) && done.replayed;
                let same = if same {
                    Ok(())
                } else {
                    Err(format!("{done:?}"))
                };
                same.and_then(|()| account.seen(Some(&view), "a login was told again"))
            }
            told => Err(format!("it was {told:?} and is authorized")),
        };
        self.check(held.map_err(|what| format!("login {}: {what}", login.number)));
        login.told = Told::Authorized {
            lead_id: view.id,
            new_lead: done.new_lead,
        };
    }

    fn not_authorized(&mut self, login: &mut Login, refused: &Refused) {
        let number = login.number;
        let account = &mut self.accounts[login.account];
        let passes = refused.next_step == "RETRY" && refused.reason.starts_with("INSTAGRAM_");
        let ended = refused.reason == "EXCHANGE_INTERRUPTED"
            || (refused.next_step == "START_AGAIN" && refused.reason.starts_with("INSTAGRAM_"));
        let held = match &login.told {
            // What was not heard earlier may still be going on.
            Told::Started if passes && login.doubtful => Ok(()),
            Told::Started if passes => account.failed(number, &refused.reason),
            Told::Started if ended => {
                login.told = Told::Failed(refused.reason.clone());
                self.run
                    .report
                    .count(&format!("login ended, {}", refused.reason));
                account.failed(number, &refused.reason)
            }
            Told::Started if refused.reason == "AUTHORIZATION_NOT_FOUND" => {
                login.told = Told::Failed(refused.reason.clone());
                account.forgotten(number)
            }
            Told::Authorized { lead_id, .. }
                if refused.reason == "AUTHORIZATION_NOT_FOUND" && account.may_lack(lead_id) =>
            {
                Ok(())
            }
            Told::Failed(reason) if *reason == refused.reason => Ok(()),
            told => Err(format!("it was {told:?}, and is refused: {refused:?}")),
        };
        self.check(held.map_err(|what| format!("login {number}: {what}")));
    }

    async fn decline_some(&mut self) {
        let fresh = |login: &Login| login.told == Told::Started && login.callback.is_none();
        let Some(mut login) = self.some_visit(fresh) else {
            return;
        };
        login.callback = Some(login.browser.cancel(&login.url).await);
        // Whatever was not heard has happened or will: a decline is a decline.
        login.told = Told::Declined;
        self.run.report.count("login declined");
        self.held(&login).await;
        self.visits.push(login);
    }

    async fn replay_some(&mut self) {
        if let Some(login) = self.some_visit(|login| login.told != Told::Started) {
            self.held(&login).await;
            self.visits.push(login);
        }
    }

    /// Holds a login against the daemon, which must know it as it was told.
    async fn held(&mut self, login: &Login) {
        let doubtful = Instant::now();
        let mut asked = login.clone();
        if login.told == Told::Started {
            return self.held_at_its_beginning(login).await;
        }
        loop {
            let answer = self.ask(&asked, None).await;
            if self.heard(&mut asked, answer) {
                return;
            }
            if self.is_over(doubtful) {
                return self.problem(format!("login {} is not answered", login.number));
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// One that only began is there if another browser is refused, and not
    /// told that there is no such login.
    async fn held_at_its_beginning(&self, login: &Login) {
        let stranger = self.browser.another();
        let callback = format!("error=access_denied&state={}", login.state);
        let doubtful = Instant::now();
        loop {
            let request = stranger.complete_request(&callback);
            self.run
                .report
                .count("call CompleteAuthorization, stranger");
            match Answer::of(self.logins().complete_authorization(request)).await {
                Answer::Refused(refused) if refused.reason == "BROWSER_BINDING_MISMATCH" => return,
                Answer::InDoubt if !self.is_over(doubtful) => tokio::time::sleep(AGAIN).await,
                other => {
                    let number = login.number;
                    return self.problem(format!("login {number}, which began: {other:?}"));
                }
            }
        }
    }

    async fn read(&mut self) {
        let at = self.any_account();
        let key = match self.random.below(3) {
            0 => match self.accounts[at].lead_id() {
                Some(id) => Key::LeadId(id.to_owned()),
                None => Key::InstagramUserId(self.accounts[at].user_id()),
            },
            1 => Key::InstagramUserId(self.accounts[at].user_id()),
            _ => Key::InstagramScopedId(self.accounts[at].scoped_id()),
        };
        self.look(at, key).await;
        if let Some(gone) = self.accounts[at].erased.last() {
            let gone = gone.clone();
            self.is_gone(&gone).await;
        }
    }

    /// Reads a lead and holds it to what is known.
    async fn look(&self, at: usize, key: Key) -> Option<pb::Lead> {
        self.run.report.count("call GetLead");
        let what = format!("{key:?} was read");
        let request = pb::GetLeadRequest { key: Some(key) };
        match Answer::of(self.logins().get_lead(request)).await {
            Answer::Good(lead) => {
                self.check(self.accounts[at].seen(Some(&View::of(&lead)), &what));
                return Some(lead);
            }
            Answer::Refused(refused) if refused.reason == "LEAD_NOT_FOUND" => {
                self.check(self.accounts[at].seen(None, &what));
            }
            Answer::InDoubt => {}
            other => self.problem(format!("{what}: {other:?}")),
        }
        None
    }

    async fn is_gone(&self, lead_id: &str) {
        self.run.report.count("call GetLead, erased");
        let key = Some(Key::LeadId(lead_id.to_owned()));
        match Answer::of(self.logins().get_lead(pb::GetLeadRequest { key })).await {
            Answer::Refused(refused) if refused.reason == "LEAD_NOT_FOUND" => {}
            Answer::InDoubt => {}
            other => self.problem(format!("lead {lead_id} was erased: {other:?}")),
        }
    }

    async fn update(&mut self) {
        let at = self.any_account();
        let Some(lead_id) = self.accounts[at].lead_id().map(str::to_owned) else {
            return;
        };
        let mut etag = String::new();
        if self.random.once_in(2) {
            match self.look(at, Key::LeadId(lead_id.clone())).await {
                Some(lead) => etag = lead.etag,
                None => return,
            }
        }
        self.next_name += 1;
        let name = format!("name {} of {}", self.next_name, self.accounts[at].number);
        self.accounts[at].writes_name(&name);
        let doubtful = Instant::now();
        loop {
            let patience = self.patience();
            self.updates[at].1 += 1;
            self.run.report.count("call UpdateLead");
            let request = renamed(&lead_id, &name, &etag);
            match Answer::within(patience, self.desk().update_lead(request)).await {
                Answer::Good(lead) => {
                    self.updates[at].0 += 1;
                    let view = View::of(&lead);
                    let held = self.accounts[at].wrote_name(&name, &view);
                    return self.check(held);
                }
                // The keeper, or this very call before, was there first: now without.
                Answer::Refused(refused) if refused.reason == "ETAG_MISMATCH" => etag.clear(),
                Answer::InDoubt if !self.is_over(doubtful) => tokio::time::sleep(AGAIN).await,
                other => return self.problem(format!("lead {lead_id}, renamed: {other:?}")),
            }
        }
    }

    async fn erase(&mut self) {
        let at = self.any_account();
        let Some(lead_id) = self.accounts[at].lead_id().map(str::to_owned) else {
            return;
        };
        let logins = self.accounts[at].logins();
        self.accounts[at].erases();
        let (doubtful, mut asked) = (Instant::now(), 0);
        loop {
            let patience = self.patience();
            asked += 1;
            self.run.report.count("call DeleteLead");
            let key = Some(pb::delete_lead_request::Key::LeadId(lead_id.clone()));
            let request = pb::DeleteLeadRequest { key };
            match Answer::within(patience, self.desk().delete_lead(request)).await {
                Answer::Good(erased) => {
                    if erased.erased_earlier && asked == 1 {
                        self.problem(format!("lead {lead_id} was erased before it was"));
                    }
                    break;
                }
                Answer::InDoubt if !self.is_over(doubtful) => tokio::time::sleep(AGAIN).await,
                other => return self.problem(format!("lead {lead_id}, erased: {other:?}")),
            }
        }
        self.run.report.count("lead erased");
        self.accounts[at].is_erased(&lead_id);
        self.told_of_erased(&lead_id, at, logins).await;
        self.updates[at] = (0, 0);
    }

    /// Waits until the consumer has heard of everything that happened to a
    /// lead that is no more.
    async fn told_of_erased(&self, lead_id: &str, at: usize, logins: Option<i64>) {
        self.told(lead_id, self.updates[at], logins, 1).await;
        self.run.tally.forget(lead_id);
    }

    /// Waits until the consumer has heard this of a lead.
    async fn told(&self, lead_id: &str, updates: (i64, i64), logins: Option<i64>, erased: u32) {
        let doubtful = Instant::now();
        loop {
            let told = self.run.tally.of(lead_id);
            // The keeper reads the profile anew with each token.
            let most_updates = updates.1 + told.token_changed;
            let right = told.created == 1
                && told.erased == erased
                && logins.is_none_or(|logins| told.logged_in == logins - 1)
                && (updates.0..=most_updates).contains(&told.updated);
            if right {
                return;
            }
            if self.is_over(doubtful) {
                return self.problem(format!(
                    "lead {lead_id}: the events say {told:?}, and it has {logins:?} logins, {updates:?} updates, {erased} erasures"
                ));
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// The token of a lead works, and is that of its account; one that is
    /// short-lived is exchanged.
    async fn token(&mut self) {
        let at = self.any_account();
        let Some(lead_id) = self.accounts[at].lead_id().map(str::to_owned) else {
            return;
        };
        if self.random.once_in(2) {
            return self.refresh(at, lead_id).await;
        }
        self.run.report.count("call GetAccessToken");
        let request = pb::GetAccessTokenRequest { lead_id };
        match Answer::of(self.tokens().get_access_token(request)).await {
            Answer::Good(answer) => {
                let owner = owner(&self.run, &answer.access_token).await;
                let scoped_id = self.accounts[at].scoped_id();
                if owner.as_ref().is_some_and(|owner| *owner != scoped_id) {
                    let number = self.accounts[at].number;
                    self.problem(format!("account {number}: its token is that of {owner:?}"));
                }
            }
            Answer::InDoubt => {}
            other => self.problem(format!("GetAccessToken: {other:?}")),
        }
    }

    async fn refresh(&mut self, at: usize, lead_id: String) {
        self.run.report.count("call RefreshToken");
        let request = pb::RefreshTokenRequest { lead_id };
        match Answer::of(self.tokens().refresh_token(request)).await {
            Answer::Good(info) => {
                self.run.report.count("token refreshed");
                let status = info.status.unwrap_or_default();
                if status.state() != TokenState::LongLived {
                    self.problem(format!("a refreshed token is {status:?}"));
                }
                self.accounts[at].has_long_lived_token();
            }
            // Instagram refreshes no token of a day, and fails at times.
            Answer::Refused(refused)
                if refused.reason == "TOKEN_TOO_YOUNG"
                    || refused.reason.starts_with("INSTAGRAM_") => {}
            Answer::InDoubt => {}
            other => self.problem(format!("RefreshToken: {other:?}")),
        }
    }

    /// Every lead of this shop is in an export once, and as it is.
    async fn export(&mut self) {
        self.run.report.count("call ExportLeads");
        let request = pb::ExportLeadsRequest {
            format: pb::ExportFormat::JsonLines.into(),
            ..Default::default()
        };
        let mut chunks = match Answer::of(self.desk().export_leads(request)).await {
            Answer::Good(chunks) => chunks,
            Answer::InDoubt => return,
            // Other shops may be at it.
            Answer::Refused(refused) if refused.reason == "TOO_MANY_STREAMS" => return,
            other => return self.problem(format!("ExportLeads: {other:?}")),
        };
        let mut file = Vec::new();
        loop {
            match chunks.message().await {
                Ok(Some(chunk)) => file.extend(chunk.chunk),
                Ok(None) => break,
                // A restart: the next export begins anew.
                Err(_) => return,
            }
        }
        for account in &self.accounts {
            self.check(exported(account, &file));
        }
    }

    /// With nobody at work and nothing broken: everything that this shop was
    /// ever told and still knows is so.
    pub async fn audit(&mut self) {
        for at in 0..self.accounts.len() {
            let mut keys = vec![
                Key::InstagramUserId(self.accounts[at].user_id()),
                Key::InstagramScopedId(self.accounts[at].scoped_id()),
            ];
            if let Some(id) = self.accounts[at].lead_id().map(str::to_owned) {
                keys.push(Key::LeadId(id.clone()));
                let logins = self.accounts[at].logins();
                self.told(&id, self.updates[at], logins, 0).await;
            }
            for key in keys {
                self.look(at, key).await;
            }
            for gone in self.accounts[at].erased.clone() {
                self.is_gone(&gone).await;
            }
        }
        let visits = std::mem::take(&mut self.visits);
        for login in &visits {
            self.held(login).await;
        }
        self.visits = visits;
        self.export().await;
    }
}

/// In which order two answers to one login came about: first it may have been
/// put off, then one call did it, and the other was told again.
fn order(answer: &Answer<CompleteAuthorizationResponse>) -> u8 {
    let Answer::Good(answer) = answer else {
        return 0;
    };
    let again = matches!(&answer.outcome, Some(Outcome::Authorized(done)) if done.replayed);
    1 + u8::from(again)
}

fn renamed(lead_id: &str, name: &str, etag: &str) -> pb::UpdateLeadRequest {
    pb::UpdateLeadRequest {
        lead: Some(pb::Lead {
            lead_id: lead_id.to_owned(),
            etag: etag.to_owned(),
            contact: Some(pb::Contact {
                full_name: name.to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        }),
        update_mask: Some(FieldMask {
            paths: vec!["contact.full_name".to_owned()],
        }),
    }
}

/// Whose token it is, as Instagram says; none where it says nothing.
async fn owner(run: &Run, token: &str) -> Option<String> {
    let url = format!("{}/graph/v25.0/me?fields=id", run.fake.base);
    let answer = run.http.get(url).bearer_auth(token);
    let text = answer.send().await.ok()?.text().await.ok()?;
    let profile: serde_json::Value = serde_json::from_str(&text).ok()?;
    if profile["error"]["code"] == 190 {
        return Some("nobody, for it is none".to_owned());
    }
    profile["id"].as_str().map(str::to_owned)
}

fn exported(account: &Account, file: &[u8]) -> Result<(), String> {
    let (user_id, mut found) = (account.user_id(), Vec::new());
    for line in file.split(|byte| *byte == b'\n') {
        if line.is_empty() {
            continue;
        }
        let lead: serde_json::Value = serde_json::from_slice(line)
            .map_err(|error| format!("a line of an export is no JSON: {error}"))?;
        if lead["instagram"]["user_id"] == user_id.as_str() {
            found.push(View {
                id: lead["lead_id"].as_str().unwrap_or_default().to_owned(),
                logins: lead["login_count"].as_i64().unwrap_or_default(),
                name: lead["contact"]["full_name"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
                long_lived: lead["token"]["state"] == "TOKEN_STATE_LONG_LIVED",
            });
        }
    }
    match found.as_slice() {
        [] => account.seen(None, "an export"),
        [view] => account.seen(Some(view), "an export"),
        more => Err(format!(
            "account {}: exported twice: {more:?}",
            account.number
        )),
    }
}
