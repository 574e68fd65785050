//! `/webhooks/…`: a program that is told of what happens to leads.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::hmac;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::from_this_machine;
use crate::domain::clock::Clock;

/// Names that can be used, and deliveries kept of each; more are refused.
const MOST: usize = 10_000;

/// The longest that an answer can take.
const MAX_DELAY_MS: u64 = 60_000;

/// How old a signature may be, in seconds.
const TOLERANCE: u64 = 300;

/// How the program behaves.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    secret: Option<String>,
    fail: u32,
    status: u16,
    retry_after: Option<u64>,
    delay_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            secret: None,
            fail: 0,
            status: 503,
            retry_after: None,
            delay_ms: 0,
        }
    }
}

/// One delivery that came.
#[derive(Clone, Serialize)]
struct Delivery {
    id: String,
    timestamp: String,
    accepted: bool,
    body: Value,
}

#[derive(Default)]
struct Program {
    settings: Settings,
    deliveries: Vec<Delivery>,
}

/// All programs, by their names.
pub(super) struct Receiver {
    clock: Arc<dyn Clock>,
    programs: Mutex<HashMap<String, Program>>,
}

impl Receiver {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            programs: Mutex::default(),
        }
    }

    fn programs(&self) -> MutexGuard<'_, HashMap<String, Program>> {
        self.programs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a delivery carries a signature of this secret's, not too old.
    fn is_signed(&self, secret: &str, headers: &HeaderMap, body: &[u8]) -> bool {
        let now = self.clock.now().as_micros() / 1_000_000;
        let time = text(headers, "webhook-timestamp");
        let young = time
            .parse::<i64>()
            .is_ok_and(|time| now.abs_diff(time) <= TOLERANCE);
        let Some(key) = secret
            .strip_prefix("whsec_")
            .and_then(|text| BASE64.decode(text).ok())
        else {
            return false;
        };
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let mut signed = format!("{}.{time}.", text(headers, "webhook-id")).into_bytes();
        signed.extend_from_slice(body);
        let is_it = |signature: &str| {
            signature
                .strip_prefix("v1,")
                .and_then(|text| BASE64.decode(text).ok())
                .is_some_and(|tag| hmac::verify(&key, &signed, &tag).is_ok())
        };
        young && text(headers, "webhook-signature").split(' ').any(is_it)
    }
}

/// The routes, closed to pages of other sites.
pub(super) fn routes(receiver: &Arc<Receiver>) -> Router {
    Router::new()
        .route("/{name}", post(take).get(list).put(set))
        .layer(middleware::from_fn(from_this_machine))
        .with_state(Arc::clone(receiver))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

/// Takes a delivery: it has come before it is answered.
async fn take(
    State(receiver): State<Arc<Receiver>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (status, settings) = {
        let mut programs = receiver.programs();
        if programs.len() >= MOST && !programs.contains_key(&name) {
            return StatusCode::INSUFFICIENT_STORAGE.into_response();
        }
        let program = programs.entry(name).or_default();
        if program.deliveries.len() >= MOST {
            return StatusCode::INSUFFICIENT_STORAGE.into_response();
        }
        let secret = program.settings.secret.as_deref();
        let status = if secret.is_some_and(|one| !receiver.is_signed(one, &headers, &body)) {
            StatusCode::UNAUTHORIZED
        } else if program.settings.fail > 0 {
            program.settings.fail -= 1;
            StatusCode::from_u16(program.settings.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE)
        } else {
            StatusCode::OK
        };
        program.deliveries.push(Delivery {
            id: text(&headers, "webhook-id").to_owned(),
            timestamp: text(&headers, "webhook-timestamp").to_owned(),
            accepted: status == StatusCode::OK,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        });
        (status, program.settings.clone())
    };
    tokio::time::sleep(Duration::from_millis(settings.delay_ms.min(MAX_DELAY_MS))).await;
    match settings.retry_after.filter(|_| status != StatusCode::OK) {
        Some(seconds) => (status, [(header::RETRY_AFTER, seconds.to_string())]).into_response(),
        None => status.into_response(),
    }
}

async fn list(State(receiver): State<Arc<Receiver>>, Path(name): Path<String>) -> Json<Value> {
    let programs = receiver.programs();
    Json(json!(
        programs.get(&name).map_or(&[][..], |one| &one.deliveries)
    ))
}

async fn set(
    State(receiver): State<Arc<Receiver>>,
    Path(name): Path<String>,
    body: Bytes,
) -> Response {
    let settings = match serde_json::from_slice(&body) {
        Ok(settings) => settings,
        Err(error) => {
            let message = format!("the body is not right: {error}");
            return (StatusCode::BAD_REQUEST, Json(json!({ "error": message }))).into_response();
        }
    };
    let mut programs = receiver.programs();
    if programs.len() >= MOST && !programs.contains_key(&name) {
        return StatusCode::INSUFFICIENT_STORAGE.into_response();
    }
    programs.entry(name).or_default().settings = settings;
    Json(json!({})).into_response()
}
