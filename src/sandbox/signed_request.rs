//! The sender of signed requests: what Meta posts when somebody removes the
//! app or asks for deletion.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use http_body_util::{BodyExt, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use ring::hmac;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use super::request::is_loopback;
use crate::domain::clock::Timestamp;

/// How long the receiver may take; then the sender says so.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Most bytes of the receiver's answer that are shown.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// What `POST /sandbox/signed-request` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    /// Which test account it is about; its `id_field` goes into `user_id`.
    #[serde(default)]
    pub(super) account: Option<String>,
    /// Which of the account's two ids: `user_id` or `id`.
    #[serde(default)]
    id_field: IdField,
    /// Any id, instead of an account's.
    #[serde(default)]
    user_id: Option<String>,
    /// With `=` at the end of both parts.
    #[serde(default)]
    padded: bool,
    /// `user_id` as a bare number.
    #[serde(default)]
    id_as_number: bool,
    /// Seconds since 1970; the sandbox's now unless given.
    #[serde(default)]
    issued_at: Option<i64>,
    /// Seconds since 1970; not in the payload unless given.
    #[serde(default)]
    expires: Option<i64>,
    /// Another algorithm's name, which must be refused.
    #[serde(default)]
    algorithm: Option<String>,
    /// Whether the signature is a wrong one, which must be refused.
    #[serde(default)]
    forged: bool,
    /// Where to post it; without, it is only built.
    #[serde(default)]
    pub(super) url: Option<String>,
}

/// Which of an account's two ids; which one Meta sends nobody could confirm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum IdField {
    #[default]
    UserId,
    Id,
}

impl Order {
    /// Whether its receiver must refuse it.
    pub(super) const fn is_forged(&self) -> bool {
        self.forged || self.algorithm.is_some()
    }

    /// The value of the payload's `user_id`, or what is wrong with the order.
    pub(super) fn subject(&self, accounts: &[super::account::Account]) -> Result<Value, String> {
        let text = match (&self.account, &self.user_id) {
            (Some(username), None) => {
                let account = accounts.iter().find(|one| one.username == *username);
                let account = account.ok_or("`account` must be the username of a test account")?;
                match self.id_field {
                    IdField::UserId => account.user_id.to_string(),
                    IdField::Id => account.id.to_string(),
                }
            }
            (None, Some(user_id)) => user_id.clone(),
            _ => return Err("give either `account` or `user_id`".to_owned()),
        };
        if !self.id_as_number {
            return Ok(json!(text));
        }
        let number: u64 = text
            .parse()
            .map_err(|_| "as a number, `user_id` must be below 2^64")?;
        Ok(json!(number))
    }

    /// The signed request itself.
    pub(super) fn build(&self, user_id: Value, secret: &str, now: Timestamp) -> String {
        let algorithm = self.algorithm.as_deref().unwrap_or("HMAC-SHA256");
        let now = now.as_micros().div_euclid(1_000_000);
        let mut payload = Map::new();
        payload.insert("user_id".to_owned(), user_id);
        payload.insert("algorithm".to_owned(), json!(algorithm));
        payload.insert("issued_at".to_owned(), json!(self.issued_at.unwrap_or(now)));
        if let Some(expires) = self.expires {
            payload.insert("expires".to_owned(), json!(expires));
        }
        let key = if self.forged {
            "not the app's secret"
        } else {
            secret
        };
        sign(&Value::Object(payload).to_string(), key, self.padded)
    }
}

fn sign(payload: &str, secret: &str, padded: bool) -> String {
    let base64 = if padded { URL_SAFE } else { URL_SAFE_NO_PAD };
    // The padding of the payload, if there is any, is part of what is signed.
    let message = base64.encode(payload);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = base64.encode(hmac::sign(&key, message.as_bytes()));
    format!("{signature}.{message}")
}

/// Posts a signed request to a receiver on this machine and tells what it
/// answered.
pub(super) async fn post(url: &str, signed_request: &str) -> Result<Value, String> {
    let target = Url::parse(url).map_err(|error| format!("`url` is none: {error}"))?;
    if target.scheme() != "http" || !target.host().is_some_and(|host| is_loopback(&host)) {
        return Err(
            "`url` must be http on this machine, such as http://127.0.0.1:8080/".to_owned(),
        );
    }
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("signed_request", signed_request)
        .finish();
    let request = Request::post(target.as_str())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .map_err(|error| format!("`url` cannot be posted to: {error}"))?;
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let exchange = async {
        let response = client.request(request).await.map_err(|e| e.to_string())?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await;
        let body = body.map_err(|error| error.to_string())?.to_bytes();
        Ok::<_, String>((head.status, body))
    };
    let (status, body): (StatusCode, _) =
        tokio::time::timeout(ANSWER_TIMEOUT, exchange)
            .await
            .map_err(|_| format!("{url} did not answer within {ANSWER_TIMEOUT:?}"))??;
    Ok(json!({
        "status": status.as_u16(),
        "body": String::from_utf8_lossy(&body),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sheets_own_vector_comes_out_byte_for_byte() {
        let payload =
            r#"{"user_id":"17841405793187218","algorithm":"HMAC-SHA256","issued_at":1634206592}"#;
        assert_eq!(
            sign(payload, "foo_app_secret", false),
            "aRcQnIFXySAapSVXDHFzF3hruffV2oh1si8_hZxGRuo.eyJ1c2VyX2lkIjoiMTc4NDE0MDU3OTMxODcyMTgiLCJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImlzc3VlZF9hdCI6MTYzNDIwNjU5Mn0"
        );
    }

    #[test]
    fn padding_is_part_of_what_is_signed() {
        let padded = sign("{\"a\":1}", "s", true);
        let unpadded = sign("{\"a\":1}", "s", false);
        assert!(padded.ends_with('=') && padded.contains("=."));
        assert!(!unpadded.contains('='));
        assert_ne!(padded.split('.').next(), unpadded.split('.').next());
    }
}
