//! A shopper's browser: it keeps a secret in a cookie, and walks through the
//! sandbox's window.

use leadtap::grpc::pb;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use url::Url;

use super::fake::http;
use super::secrets;

/// One browser with its own cookie.
#[derive(Clone)]
pub struct Browser {
    /// The secret in the cookie.
    pub binding: Vec<u8>,
    http: reqwest::Client,
}

impl Browser {
    /// A browser that has never been here.
    pub fn new() -> Self {
        Self::with(http())
    }

    fn with(http: reqwest::Client) -> Self {
        let mut binding = vec![0; 32];
        SystemRandom::new().fill(&mut binding).unwrap();
        secrets::remember_bytes(&binding);
        Self { binding, http }
    }

    /// Another browser, on the same machine: it has a cookie of its own.
    pub fn another(&self) -> Self {
        Self::with(self.http.clone())
    }

    /// What the plugin sends when the shopper taps the button.
    pub fn start_request(&self) -> pb::StartAuthorizationRequest {
        pb::StartAuthorizationRequest {
            browser_binding_hash: digest(&SHA256, &self.binding).as_ref().to_vec(),
            return_to: "/checkout?step=2".to_owned(),
            ..Default::default()
        }
    }

    /// What the plugin sends when the shopper comes back.
    pub fn complete_request(&self, callback: &str) -> pb::CompleteAuthorizationRequest {
        pb::CompleteAuthorizationRequest {
            callback_query: callback.to_owned(),
            browser_binding: self.binding.clone(),
        }
    }

    /// Allows as this test account; gives the URL that the shopper comes back to.
    pub async fn allow(&self, authorization_url: &str, account: &str) -> String {
        self.decide(authorization_url, account, "allow").await
    }

    /// Taps Cancel.
    pub async fn cancel(&self, authorization_url: &str) -> String {
        self.decide(authorization_url, "atelier.nord", "cancel")
            .await
    }

    async fn decide(&self, authorization_url: &str, account: &str, decision: &str) -> String {
        let window = Url::parse(authorization_url).unwrap();
        remember(&window);
        let mut form: Vec<(String, String)> = window.query_pairs().into_owned().collect();
        form.push(("account".to_owned(), account.to_owned()));
        form.push(("decision".to_owned(), decision.to_owned()));
        let target = window.join("authorize/decision").unwrap();
        let answer = self.http.post(target).form(&form).send().await.unwrap();
        let status = answer.status();
        let location = answer
            .headers()
            .get("location")
            .map(|to| to.to_str().unwrap().to_owned());
        let location = location
            .unwrap_or_else(|| panic!("the sandbox answered {status} instead of a redirect"));
        remember(&Url::parse(&location).unwrap());
        location
    }
}

/// What of a URL only this browser and the shop may know.
fn remember(url: &Url) {
    for (name, value) in url.query_pairs() {
        if matches!(&*name, "state" | "code") {
            secrets::remember(&value);
        }
    }
}
