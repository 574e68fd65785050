//! A shop at work: sandbox, daemon and a client; and the shoppers in it.

use leadtap::grpc::pb::complete_authorization_response::Outcome;
use leadtap::grpc::pb::{self, get_lead_request::Key};
use tonic::Status;

use super::caller::{self, Client};
use super::daemon::Daemon;
use super::{Browser, Fake, Setup};

/// The test account that most logins use.
pub const ACCOUNT: &str = "atelier.nord";

/// A daemon with its sandbox, and a client on the Unix socket.
pub struct Shop {
    pub client: Client,
    pub daemon: Daemon,
    pub setup: Setup,
    pub fake: Fake,
}

impl Shop {
    /// With the usual configuration.
    pub async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    /// With a configuration of the test's own.
    pub async fn open_with(change: impl FnOnce(&mut Setup)) -> Self {
        let fake = Fake::start().await;
        let mut setup = Setup::with(&fake);
        change(&mut setup);
        let daemon = setup.start().await;
        Self {
            client: caller::client(daemon.channel().await, None),
            daemon,
            setup,
            fake,
        }
    }

    /// A shopper taps the button.
    pub async fn visit(&self) -> Visit {
        Visit::begin(&self.client).await
    }

    /// A shopper taps the button, and knobs are set for this login alone.
    pub async fn visit_under(&self, knobs: serde_json::Value) -> Visit {
        let visit = self.visit().await;
        self.fake.knobs_for(visit.state(), knobs).await;
        visit
    }

    /// A login from the button to the lead.
    pub async fn login(&self, account: &str) -> pb::Authorized {
        login(&self.client, account).await
    }

    /// The error that a login under these knobs ends in.
    pub async fn refused_login(&self, knobs: serde_json::Value) -> (Visit, String, Status) {
        let visit = self.visit_under(knobs).await;
        let callback = visit.allow(ACCOUNT).await;
        let status = visit.complete(&self.client, &callback).await.unwrap_err();
        (visit, callback, status)
    }

    /// The lead of that key.
    pub async fn lead(&self, key: Key) -> Result<pb::Lead, Status> {
        get_lead(&self.client, key).await
    }
}

/// One shopper, between the button and the lead.
pub struct Visit {
    pub browser: Browser,
    pub started: pb::StartAuthorizationResponse,
}

impl Visit {
    /// Taps the button.
    pub async fn begin(client: &Client) -> Self {
        let browser = Browser::new();
        let started = client
            .clone()
            .start_authorization(browser.start_request())
            .await;
        let started = started.unwrap().into_inner();
        super::secrets::remember(&started.state);
        Self { browser, started }
    }

    pub fn state(&self) -> &str {
        &self.started.state
    }

    /// Taps Allow; gives the URL that the shopper comes back to.
    pub async fn allow(&self, account: &str) -> String {
        let url = &self.started.authorization_url;
        self.browser.allow(url, account).await
    }

    /// Taps Cancel.
    pub async fn cancel(&self) -> String {
        self.browser.cancel(&self.started.authorization_url).await
    }

    /// Comes back to the shop.
    pub async fn complete(
        &self,
        client: &Client,
        callback: &str,
    ) -> Result<pb::CompleteAuthorizationResponse, Status> {
        let request = self.browser.complete_request(callback);
        let answer = client.clone().complete_authorization(request).await;
        answer.map(tonic::Response::into_inner)
    }
}

/// A login from the button to the lead.
pub async fn login(client: &Client, account: &str) -> pb::Authorized {
    let visit = Visit::begin(client).await;
    let callback = visit.allow(account).await;
    authorized(visit.complete(client, &callback).await)
}

/// An answer that says who logged in.
#[track_caller]
pub fn authorized(answer: Result<pb::CompleteAuthorizationResponse, Status>) -> pb::Authorized {
    match answer.unwrap().outcome {
        Some(Outcome::Authorized(authorized)) => authorized,
        other => panic!("not authorized: {other:?}"),
    }
}

/// An answer that says no.
#[track_caller]
pub fn declined(answer: Result<pb::CompleteAuthorizationResponse, Status>) -> pb::Declined {
    match answer.unwrap().outcome {
        Some(Outcome::Declined(declined)) => declined,
        other => panic!("not declined: {other:?}"),
    }
}

/// The lead of that key.
pub async fn get_lead(client: &Client, key: Key) -> Result<pb::Lead, Status> {
    let request = pb::GetLeadRequest { key: Some(key) };
    let answer = client.clone().get_lead(request).await;
    answer.map(tonic::Response::into_inner)
}

/// The profile on the lead of a login.
#[track_caller]
pub fn profile(authorized: &pb::Authorized) -> pb::InstagramProfile {
    let lead = authorized.lead.clone().unwrap();
    lead.instagram.unwrap()
}

/// Everything that a lead can be found by.
#[track_caller]
pub fn keys(lead: &pb::Lead) -> [Key; 3] {
    let profile = lead.instagram.clone().unwrap();
    [
        Key::LeadId(lead.lead_id.clone()),
        Key::InstagramUserId(profile.user_id),
        Key::InstagramScopedId(profile.id),
    ]
}
