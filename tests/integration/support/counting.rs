//! What one login did at the sandbox, and what the sandbox does to it alone.

use reqwest::Method;
use serde_json::Value;

use super::{Fake, eventually};

impl Fake {
    /// Sets knobs for the login with this state.
    pub async fn knobs_for(&self, state: &str, knobs: Value) {
        let path = format!("knobs?state={state}");
        self.control(Method::PUT, &path, Some(knobs)).await;
    }

    /// Forgets every knob.
    pub async fn forget_knobs(&self) {
        self.control(Method::DELETE, "knobs", None).await;
    }

    /// How often the login with this state called `endpoint`.
    pub async fn count(&self, state: &str, endpoint: &str) -> u64 {
        let journal = self.journal(&format!("state={state}")).await;
        journal["counts"][endpoint].as_u64().unwrap_or(0)
    }

    /// How often the login called for a token, a long-lived one and a profile.
    pub async fn calls(&self, state: &str) -> [u64; 3] {
        let journal = self.journal(&format!("state={state}")).await;
        ["token", "exchange", "me"].map(|one| journal["counts"][one].as_u64().unwrap_or(0))
    }

    /// Waits until the login with this state has called `endpoint`.
    pub async fn called(&self, state: &str, endpoint: &str) {
        let what = format!("a call of {endpoint}");
        let called = async || (self.count(state, endpoint).await > 0).then_some(());
        eventually(&what, called).await;
    }

    /// Adds a test account, or replaces the one of that name.
    pub async fn account(&self, account: Value) {
        self.control(Method::POST, "accounts", Some(account)).await;
    }
}
