//! A program that uses the tokens of a shop.

use std::path::Path;
use std::time::Duration;

use leadtap::grpc::pb::token_service_client::TokenServiceClient;
use leadtap::grpc::pb::{self, TokenInfo};
use reqwest::Method;
use serde_json::{Value, json};
use tonic::Status;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;

use super::caller::Bearer;
use super::{Fake, Setup, Shop, caller};

/// What is asked of tokens.
#[derive(Clone)]
pub struct TokenClient(TokenServiceClient<InterceptedService<Channel, Bearer>>);

/// Lets the callers of this configuration use tokens too.
pub fn with_tokens(setup: &mut Setup) {
    setup.permit(r#""login", "tokens""#);
}

/// A shop whose caller may use tokens.
pub async fn shop() -> (Shop, TokenClient) {
    let shop = Shop::open_with(with_tokens).await;
    let client = TokenClient::of(&shop.daemon.socket).await;
    (shop, client)
}

impl TokenClient {
    /// As this user.
    pub async fn of(socket: &Path) -> Self {
        Self::over(socket, None).await
    }

    /// As whoever has this bearer token.
    pub async fn with_token(socket: &Path, token: &str) -> Self {
        Self::over(socket, Some(token)).await
    }

    async fn over(socket: &Path, token: Option<&str>) -> Self {
        let channel = caller::unix(socket).await;
        Self(TokenServiceClient::with_interceptor(
            channel,
            Bearer::of(token),
        ))
    }

    pub async fn import(&self, token: &str) -> Result<pb::ImportTokenResponse, Status> {
        let access_token = token.to_owned();
        let request = pb::ImportTokenRequest { access_token };
        let answer = self.0.clone().import_token(request).await;
        answer.map(tonic::Response::into_inner)
    }

    pub async fn get(&self, lead: &str) -> Result<pb::GetAccessTokenResponse, Status> {
        let lead_id = lead.to_owned();
        let request = pb::GetAccessTokenRequest { lead_id };
        let answer = self.0.clone().get_access_token(request).await;
        answer.map(tonic::Response::into_inner)
    }

    pub async fn refresh(&self, lead: &str) -> Result<TokenInfo, Status> {
        let lead_id = lead.to_owned();
        let request = pb::RefreshTokenRequest { lead_id };
        let answer = self.0.clone().refresh_token(request).await;
        answer.map(tonic::Response::into_inner)
    }

    pub async fn list(
        &self,
        request: pb::ListTokensRequest,
    ) -> Result<pb::ListTokensResponse, Status> {
        let answer = self.0.clone().list_tokens(request).await;
        answer.map(tonic::Response::into_inner)
    }
}

impl Fake {
    /// A token as Meta's dashboard gives it.
    pub async fn dashboard_token(&self, account: &str) -> String {
        let body = json!({ "account": account });
        let answer = self.control(Method::POST, "tokens", Some(body)).await;
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// Sets knobs for this account.
    pub async fn knobs_of(&self, account: &str, knobs: Value) {
        let path = format!("knobs?account={account}");
        self.control(Method::PUT, &path, Some(knobs)).await;
    }

    /// How often `endpoint` was called with this account's tokens.
    pub async fn count_of(&self, account: &str, endpoint: &str) -> u64 {
        let journal = self.journal(&format!("account={account}")).await;
        journal["counts"][endpoint].as_u64().unwrap_or(0)
    }

    /// Moves Instagram's time.
    pub async fn advance(&self, by: Duration) {
        let body = json!({ "advance_seconds": by.as_secs() });
        self.control(Method::POST, "clock", Some(body)).await;
    }
}
