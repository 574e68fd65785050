//! An Instagram that answers at once: the three calls of a login, counted.
//!
//! It is no sandbox. Whatever code it is given names the account, so that a
//! run can make as many accounts as it wants.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::net::TcpListener;

use crate::process::{CLIENT_CORE, stay_on};

/// Ids as long as Instagram's own.
const FIRST_ID: u64 = 17_841_400_000_000_000;

/// The running fake.
pub(crate) struct Upstream {
    /// Where it listens.
    pub address: SocketAddr,
    calls: Arc<AtomicU64>,
}

impl Upstream {
    /// Starts it on a thread of its own, on the load's core.
    ///
    /// # Errors
    /// Where it cannot listen.
    pub(crate) fn start() -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let calls = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&calls);
        std::thread::spawn(move || serve(listener, counted));
        Ok(Self { address, calls })
    }

    /// Calls answered so far.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}

fn serve(listener: std::net::TcpListener, calls: Arc<AtomicU64>) -> io::Result<()> {
    stay_on(&[CLIENT_CORE])?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let app = Router::new().fallback(answer).with_state(calls);
        axum::serve(TcpListener::from_std(listener)?, app).await
    })
}

async fn answer(
    State(calls): State<Arc<AtomicU64>>,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    calls.fetch_add(1, Ordering::Relaxed);
    let path = uri.path();
    let body = if path.ends_with("/oauth/access_token") {
        field(&body, "code").map(|account| short_token(&account))
    } else if path.ends_with("/access_token") {
        token(&uri, &headers).map(|account| long_token(&account))
    } else if path.ends_with("/me") {
        token(&uri, &headers).and_then(|account| profile(&account))
    } else {
        None
    };
    match body {
        Some(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// Every token is its account's number with one letter before it.
fn token(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .map(str::to_owned);
    let token = bearer.or_else(|| field(uri.query()?, "access_token"))?;
    token.get(1..).map(str::to_owned)
}

fn field(form: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(form.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn short_token(account: &str) -> String {
    json!({
        "access_token": format!("S{account}"),
        "user_id": account,
        "permissions": ["instagram_business_basic"],
    })
    .to_string()
}

fn long_token(account: &str) -> String {
    json!({
        "access_token": format!("L{account}"),
        "token_type": "bearer",
        "expires_in": 5_183_944,
    })
    .to_string()
}

/// A profile whose lead is about 1 KB: the picture's URL is most of it, as it
/// is in life.
fn profile(account: &str) -> Option<String> {
    let number: u64 = account.parse().ok()?;
    let picture = format!(
        "https://scontent.cdninstagram.com/v/t51.2885-19/{number}_n.jpg?stp={}&oh={}&oe=674A1F0C",
        "d".repeat(300),
        "0".repeat(300),
    );
    let profile = json!({
        "id": (FIRST_ID + 2 * number).to_string(),
        "user_id": (FIRST_ID + 2 * number + 1).to_string(),
        "username": format!("shopper.{number}"),
        "name": format!("Shopper {number}"),
        "account_type": "Business",
        "profile_picture_url": picture,
        "followers_count": 1200,
        "follows_count": 340,
        "media_count": 56,
    });
    Some(profile.to_string())
}
