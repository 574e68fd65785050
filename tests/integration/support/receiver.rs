//! A program of the shop's that is told what happens to leads: the sandbox's
//! receiver, under the name `crm`.

use std::time::{Duration, Instant};

use leadtap::grpc::pb;
use leadtap::grpc::pb::webhook_service_client::WebhookServiceClient;
use serde_json::Value;
use tonic::Status;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;

use super::caller::Bearer;
use super::daemon::{Daemon, secret};
use super::{Fake, PATIENCE, Setup, desk, eventually};

/// What its deliveries are signed with.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A configuration whose only site has the webhook, and whose callers may look
/// after leads.
pub fn setup(fake: &Fake) -> Setup {
    let mut setup = Setup::with(fake);
    setup.site = section(&setup, fake);
    desk::with_leads(&mut setup);
    setup
}

/// The webhook, for a site's section.
pub fn section(setup: &Setup, fake: &Fake) -> String {
    let file = setup.path("crm");
    if !file.exists() {
        secret(&file, SECRET);
    }
    format!(
        "[[site.webhook]]\nname = \"crm\"\nurl = \"{}/webhooks/crm\"\nsecret_file = \"{}\"\nallow_private_hosts = [\"127.0.0.1\"]\n",
        fake.base,
        file.display()
    )
}

impl Fake {
    /// How the program behaves from now on.
    pub async fn receiver(&self, settings: Value) {
        let request = self.http.put(self.receiver_url()).json(&settings);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }

    /// What came, the oldest first.
    pub async fn deliveries(&self) -> Vec<Value> {
        self.deliveries_to("crm").await
    }

    async fn deliveries_to(&self, name: &str) -> Vec<Value> {
        let url = format!("{}/webhooks/{name}", self.base);
        let answer = self.http.get(url).send().await;
        answer.unwrap().json().await.unwrap()
    }

    /// Waits until what came fits.
    pub async fn came(&self, fits: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        self.came_to("crm", fits).await
    }

    /// Waits until what came to the program of that name fits.
    pub async fn came_to(&self, name: &str, fits: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let all = self.deliveries_to(name).await;
            if fits(&all) {
                return all;
            }
            assert!(Instant::now() < deadline, "this came: {all:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn receiver_url(&self) -> String {
        format!("{}/webhooks/crm", self.base)
    }
}

/// What was answered with 200.
pub fn accepted(all: &[Value]) -> Vec<&Value> {
    all.iter().filter(|one| one["accepted"] == true).collect()
}

/// What each of them told.
pub fn types(all: &[&Value]) -> Vec<String> {
    all.iter()
        .map(|one| one["body"]["type"].as_str().unwrap().to_owned())
        .collect()
}

/// Until the webhook follows what happens.
pub async fn begun(daemon: &Daemon) {
    eventually("the webhook to begin", async || {
        daemon.log().contains("the webhook begins").then_some(())
    })
    .await;
}

/// What is asked of webhooks.
#[derive(Clone)]
pub struct WebhookClient(WebhookServiceClient<InterceptedService<Channel, Bearer>>);

impl WebhookClient {
    /// As this user, or as whoever has this bearer token.
    pub fn over(channel: Channel, token: Option<&str>) -> Self {
        Self(WebhookServiceClient::with_interceptor(
            channel,
            Bearer::of(token),
        ))
    }

    /// The state of each of the site's webhooks.
    pub async fn all(&self) -> Vec<pb::WebhookInfo> {
        let mut client = self.0.clone();
        let answer = client.list_webhooks(pb::ListWebhooksRequest {}).await;
        answer.unwrap().into_inner().webhooks
    }

    /// The state of the site's only webhook.
    pub async fn crm(&self) -> pb::WebhookInfo {
        let mut all = self.all().await;
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    pub async fn letters(
        &self,
        webhook: &str,
        page_size: i32,
        page_token: &str,
    ) -> Result<pb::ListDeadLettersResponse, Status> {
        let request = pb::ListDeadLettersRequest {
            webhook: webhook.to_owned(),
            page_size,
            page_token: page_token.to_owned(),
        };
        let answer = self.0.clone().list_dead_letters(request).await;
        answer.map(tonic::Response::into_inner)
    }

    /// All that it gave up.
    pub async fn dead(&self) -> Vec<pb::DeadLetter> {
        self.letters("crm", 0, "").await.unwrap().dead_letters
    }

    pub async fn replay(
        &self,
        webhook: &str,
        which: Option<pb::replay_dead_letters_request::Which>,
    ) -> Result<i32, Status> {
        let request = pb::ReplayDeadLettersRequest {
            webhook: webhook.to_owned(),
            which,
        };
        let answer = self.0.clone().replay_dead_letters(request).await;
        answer.map(|answer| answer.into_inner().replaying)
    }
}
