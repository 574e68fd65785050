//! What a shop was told: every answer that the daemon gave, to be held against
//! it after whatever happened to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use leadtap::grpc::pb::complete_authorization_response::Outcome;
use leadtap::grpc::pb::get_lead_request::Key;
use leadtap::grpc::pb::login_service_client::LoginServiceClient;
use leadtap::grpc::pb::{self, CompleteAuthorizationRequest};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::daemon::Daemon;
use super::{Browser, Fake};

/// Test accounts that log in again and again.
const ACCOUNTS: usize = 24;

/// Calls of a check that are under way at once.
const CHECKS: usize = 16;

/// How far a login has come, as far as the shop was told.
#[derive(Clone, Debug, PartialEq)]
enum Told {
    /// It began.
    Started,
    /// Its completion was asked for and not answered.
    Asked,
    /// It has this lead.
    Authorized { lead_id: String, new_lead: bool },
    /// The shopper said no.
    Declined,
    /// The answer to its code was lost.
    Interrupted,
}

#[derive(Clone, Debug)]
struct Login {
    binding: Vec<u8>,
    state: String,
    return_to: String,
    account: usize,
    callback: String,
    told: Told,
}

/// All answers of all daemons on one store.
pub struct Book {
    fake: Arc<Fake>,
    logins: Mutex<Vec<Login>>,
    answers: watch::Sender<u64>,
}

/// `reason` of a refusal; empty if it is none of leadtap's, as after a kill.
pub fn reason(status: &Status) -> String {
    let details = status.get_error_details();
    let info = details.error_info();
    info.map_or_else(String::new, |info| info.reason.clone())
}

impl Book {
    /// An empty one, and accounts for it.
    pub async fn new(fake: Arc<Fake>) -> Arc<Self> {
        for account in 0..ACCOUNTS {
            let body = serde_json::json!({
                "username": username(account),
                "account_type": "business",
                "id": scoped_id(account),
                "user_id": user_id(account),
                "name": "One of many",
            });
            fake.control(reqwest::Method::POST, "accounts", Some(body))
                .await;
        }
        Arc::new(Self {
            fake,
            logins: Mutex::default(),
            answers: watch::Sender::new(0),
        })
    }

    /// Clients that begin logins and complete every second one, each until a
    /// call of its fails; its refusal is the task's outcome.
    pub async fn load(self: &Arc<Self>, daemon: &Daemon, clients: usize) -> JoinSet<Status> {
        let mut channels = Vec::new();
        for _ in 0..clients {
            channels.push(daemon.channel().await);
        }
        self.load_over(channels)
    }

    /// The same, each over a connection of the test's own.
    pub fn load_over(self: &Arc<Self>, channels: Vec<Channel>) -> JoinSet<Status> {
        let mut tasks = JoinSet::new();
        for channel in channels {
            tasks.spawn(Arc::clone(self).shop(LoginServiceClient::new(channel)));
        }
        tasks
    }

    /// Waits until this many more calls were answered.
    pub async fn answers(&self, more: u64) {
        let mut answers = self.answers.subscribe();
        let wanted = *answers.borrow() + more;
        let answered = answers.wait_for(|now| *now >= wanted);
        tokio::time::timeout(super::PATIENCE, answered)
            .await
            .expect("the daemon answers")
            .unwrap();
    }

    async fn shop(self: Arc<Self>, mut client: LoginServiceClient<Channel>) -> Status {
        let browser = Browser::new();
        loop {
            match self.login(&browser, &mut client).await {
                Ok(()) => {}
                Err(refusal) => return refusal,
            }
        }
    }

    /// Begins one login and completes it or leaves it.
    pub async fn login(
        &self,
        browser: &Browser,
        client: &mut LoginServiceClient<Channel>,
    ) -> Result<(), Status> {
        let mut request = browser.start_request();
        request.return_to = format!("/r/{}", uuid::Uuid::now_v7());
        let return_to = request.return_to.clone();
        let started = client.start_authorization(request).await?.into_inner();
        let number = {
            let mut logins = self.logins.lock().unwrap();
            let number = logins.len();
            logins.push(Login {
                binding: browser.binding.clone(),
                state: started.state,
                return_to,
                account: number % ACCOUNTS,
                callback: String::new(),
                told: Told::Started,
            });
            number
        };
        self.answers.send_modify(|answers| *answers += 1);
        if number.is_multiple_of(2) {
            return Ok(());
        }
        let account = username(number % ACCOUNTS);
        let callback = browser.allow(&started.authorization_url, &account).await;
        let request = browser.complete_request(&callback);
        self.change(number, |login| {
            login.callback = callback;
            login.told = Told::Asked;
        });
        let answer = client.complete_authorization(request).await?.into_inner();
        let Some(Outcome::Authorized(done)) = answer.outcome else {
            panic!("allowed, and not authorized");
        };
        self.change(number, |login| login.told = authorized(&done));
        self.answers.send_modify(|answers| *answers += 1);
        Ok(())
    }

    fn change(&self, number: usize, change: impl FnOnce(&mut Login)) {
        change(&mut self.logins.lock().unwrap()[number]);
    }

    /// How many logins began.
    pub fn len(&self) -> usize {
        self.logins.lock().unwrap().len()
    }

    /// Holds every answer against a daemon, changing nothing of those that
    /// only began; gives what is not as it was told.
    pub async fn check(self: &Arc<Self>, daemon: &Daemon) -> Vec<String> {
        self.check_all(daemon, false).await
    }

    /// The same, and declines every login that only began.
    pub async fn check_and_decline(self: &Arc<Self>, daemon: &Daemon) -> Vec<String> {
        self.check_all(daemon, true).await
    }

    async fn check_all(self: &Arc<Self>, daemon: &Daemon, decline: bool) -> Vec<String> {
        let channel = daemon.channel().await;
        let mut tasks = JoinSet::new();
        let mut problems = Vec::new();
        for number in 0..self.len() {
            let client = LoginServiceClient::new(channel.clone());
            tasks.spawn(Arc::clone(self).check_login(number, client, decline));
            if tasks.len() >= CHECKS {
                problems.extend(tasks.join_next().await.unwrap().unwrap());
            }
        }
        problems.extend(tasks.join_all().await.into_iter().flatten());
        // Now that the unanswered ones are known too, each login counts once.
        for account in 0..ACCOUNTS {
            let client = LoginServiceClient::new(channel.clone());
            problems.extend(self.check_lead(account, client).await.err());
        }
        problems.extend(self.codes_sent_twice().await);
        problems
    }

    async fn check_login(
        self: Arc<Self>,
        number: usize,
        mut client: LoginServiceClient<Channel>,
        decline: bool,
    ) -> Option<String> {
        let login = self.logins.lock().unwrap()[number].clone();
        let mut request = CompleteAuthorizationRequest {
            callback_query: login.callback.clone(),
            browser_binding: login.binding.clone(),
        };
        let only_began = matches!(login.told, Told::Started | Told::Declined);
        if only_began {
            request.callback_query = format!("error=access_denied&state={}", login.state);
            if !decline && login.told == Told::Started {
                // Another browser is refused only where there is such a login.
                request.browser_binding = vec![0; 32];
            }
        }
        let answer = client.complete_authorization(request).await;
        let now = match answer.map(|answer| answer.into_inner().outcome) {
            Ok(Some(Outcome::Authorized(done))) if done.return_to == login.return_to => {
                authorized(&done)
            }
            Ok(Some(Outcome::Declined(done))) if done.return_to == login.return_to => {
                Told::Declined
            }
            Err(status) if reason(&status) == "BROWSER_BINDING_MISMATCH" => Told::Started,
            Err(status)
                if status.code() == Code::Aborted && reason(&status) == "EXCHANGE_INTERRUPTED" =>
            {
                Told::Interrupted
            }
            other => return Some(format!("login {number}, {:?}: {other:?}", login.told)),
        };
        let right = match &login.told {
            Told::Asked => matches!(now, Told::Authorized { .. } | Told::Interrupted),
            Told::Started if decline => now == Told::Declined,
            told => now == *told,
        };
        self.change(number, |login| login.told = now.clone());
        (!right).then(|| format!("login {number}, {:?}: it is {now:?}", login.told))
    }

    async fn check_lead(
        &self,
        account: usize,
        mut client: LoginServiceClient<Channel>,
    ) -> Result<(), String> {
        let logins = self.logins.lock().unwrap().clone();
        let mut lead_ids: BTreeMap<String, (u32, u32)> = BTreeMap::new();
        for login in logins.iter().filter(|login| login.account == account) {
            if let Told::Authorized { lead_id, new_lead } = &login.told {
                let (count, new) = lead_ids.entry(lead_id.clone()).or_default();
                *count += 1;
                *new += u32::from(*new_lead);
            }
        }
        let Some((lead_id, (count, new))) = lead_ids.pop_first() else {
            return Ok(());
        };
        if !lead_ids.is_empty() || new != 1 {
            return Err(format!(
                "{account}: leads {lead_id}, {lead_ids:?}, new {new}"
            ));
        }
        for key in [
            Key::LeadId(lead_id.clone()),
            Key::InstagramUserId(user_id(account)),
            Key::InstagramScopedId(scoped_id(account)),
        ] {
            let request = pb::GetLeadRequest {
                key: Some(key.clone()),
            };
            let found = client.get_lead(request).await;
            let lead = found
                .map_err(|status| format!("{account}, {key:?}: {status:?}"))?
                .into_inner();
            if lead.lead_id != lead_id || lead.login_count != i64::from(count) {
                return Err(format!(
                    "{account}, {key:?}: {} with {} logins instead of {lead_id} with {count}",
                    lead.lead_id, lead.login_count
                ));
            }
        }
        Ok(())
    }

    /// Codes that came to Instagram more than once, or whose fate the journal
    /// has forgotten.
    async fn codes_sent_twice(&self) -> Vec<String> {
        let journal = self.fake.journal("endpoint=token").await;
        assert_eq!(journal["forgotten"], 0, "the journal holds all of the run");
        let mut codes: BTreeMap<String, u32> = BTreeMap::new();
        for entry in journal["entries"].as_array().unwrap() {
            *codes.entry(entry["code"].to_string()).or_default() += 1;
        }
        let twice = codes.into_iter().filter(|(_, times)| *times > 1);
        twice
            .map(|(code, times)| format!("code {code} was sent {times} times"))
            .collect()
    }
}

fn authorized(done: &pb::Authorized) -> Told {
    Told::Authorized {
        lead_id: done.lead.as_ref().unwrap().lead_id.clone(),
        new_lead: done.new_lead,
    }
}

fn username(account: usize) -> String {
    format!("account.{account}")
}

fn scoped_id(account: usize) -> String {
    (25_000_000_000_000_000 + account).to_string()
}

fn user_id(account: usize) -> String {
    (17_841_400_000_000_000 + account).to_string()
}
