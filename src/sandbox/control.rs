//! `/sandbox/…`: how a test or a developer tells the sandbox what to do.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use url::Url;

use super::account::{Account, MAX_ACCOUNTS};
use super::journal::{Endpoint, Entry, Filter};
use super::knobs::LONG_LIVED_SECONDS;
use super::request::is_loopback;
use super::scopes::Scope;
use super::signed_request::{self, Order};
use super::world::{Dialect, Life, Login, Shared, Token};

/// How far the time can be moved in all.
const MAX_AHEAD: Duration = Duration::from_secs(20 * 365 * 24 * 60 * 60);

/// What was wrong with a request, in words.
struct Refused(String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, Json(json!({ "error": self.0 }))).into_response()
    }
}

impl From<String> for Refused {
    fn from(message: String) -> Self {
        Self(message)
    }
}

type Answer = Result<Json<Value>, Refused>;

/// The routes, closed to whatever a browser does on behalf of another site.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/knobs", get(knobs).put(set_knobs).delete(clear_knobs))
        .route("/journal", get(journal))
        .route("/reset", post(reset))
        .route("/accounts", get(accounts).post(add_account))
        .route("/clock", get(clock).post(advance))
        .route("/tokens", post(dashboard_token))
        .route("/signed-request", post(send_signed_request))
        .layer(middleware::from_fn(from_this_machine))
}

/// Refuses a request under a foreign host name (DNS rebinding) or from a page
/// of another site: the journal is nobody else's business.
pub(super) async fn from_this_machine(
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    let local = |url: &str| {
        Url::parse(url).is_ok_and(|url| url.host().is_some_and(|host| is_loopback(&host)))
    };
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).is_some_and(|host| local(&format!("http://{host}/")));
    let origin = headers.get(header::ORIGIN).is_none() || text(header::ORIGIN).is_some_and(local);
    if host && origin {
        return next.run(request).await;
    }
    let message = "only this machine may ask: use http://127.0.0.1 or http://localhost";
    (StatusCode::FORBIDDEN, Json(json!({ "error": message }))).into_response()
}

/// JSON whatever the `Content-Type`, so that a plain `curl -d` works.
fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refused> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| Refused(format!("the body is not right: {error}")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whom {
    account: Option<String>,
    state: Option<String>,
    login: Option<String>,
}

impl Whom {
    fn scope(self) -> Result<Scope, Refused> {
        match (self.account, self.state, self.login.as_deref()) {
            (None, None, None) => Ok(Scope::All),
            (Some(account), None, None) => Ok(Scope::Account(account)),
            (None, Some(state), None) => Ok(Scope::State(state)),
            (None, None, Some("next")) => Ok(Scope::Next),
            _ => Err(Refused(
                "give one of `account=USERNAME`, `state=STATE` and `login=next`, or none for all"
                    .to_owned(),
            )),
        }
    }
}

async fn knobs(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let world = shared.world();
    Json(json!(world.knobs.shown()))
}

async fn set_knobs(
    State(shared): State<Arc<Shared>>,
    Query(whom): Query<Whom>,
    body: Bytes,
) -> Answer {
    let scope = whom.scope()?;
    let values: Map<String, Value> = parse(&body)?;
    let mut world = shared.world();
    if let Scope::Account(account) = &scope
        && world.account(account).is_none()
    {
        return Err(Refused(format!("there is no test account `{account}`")));
    }
    world.knobs.set(scope, values)?;
    Ok(Json(json!(world.knobs.shown())))
}

async fn clear_knobs(State(shared): State<Arc<Shared>>, Query(whom): Query<Whom>) -> Answer {
    let scope = whom.scope()?;
    let mut world = shared.world();
    world.knobs.clear(&scope);
    Ok(Json(json!(world.knobs.shown())))
}

async fn journal(State(shared): State<Arc<Shared>>, Query(filter): Query<Filter>) -> Json<Value> {
    let world = shared.world();
    Json(json!(world.journal.shown(&filter)))
}

async fn reset(State(shared): State<Arc<Shared>>) -> Json<Value> {
    shared.world().reset();
    Json(json!({}))
}

async fn accounts(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let world = shared.world();
    Json(json!({ "accounts": world.accounts }))
}

async fn add_account(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let account: Account = parse(&body)?;
    account.check()?;
    let mut world = shared.world();
    world
        .accounts
        .retain(|one| one.username != account.username);
    if world.accounts.len() >= MAX_ACCOUNTS {
        return Err(Refused(format!(
            "there are {MAX_ACCOUNTS} accounts already"
        )));
    }
    world.accounts.push(account.clone());
    Ok(Json(json!(account)))
}

async fn clock(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let world = shared.world();
    Json(json!({
        "now": shared.now(&world).as_micros().div_euclid(1_000_000),
        "ahead_seconds": world.ahead.as_secs(),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: u64,
}

async fn advance(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let by: Advance = parse(&body)?;
    {
        let mut world = shared.world();
        let ahead = world
            .ahead
            .saturating_add(Duration::from_secs(by.advance_seconds));
        if ahead > MAX_AHEAD {
            return Err(Refused("the time can be moved 20 years in all".to_owned()));
        }
        world.ahead = ahead;
    }
    Ok(clock(State(shared)).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DashboardToken {
    account: String,
}

/// What *Generate token* in the App Dashboard gives: a token that is
/// long-lived from the start.
async fn dashboard_token(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let wanted: DashboardToken = parse(&body)?;
    let text = shared.random_text("IGAAD");
    let text = text.ok_or_else(|| Refused("the system has no randomness to give".to_owned()))?;
    let mut world = shared.world();
    let account = world.account(&wanted.account).cloned();
    let account =
        account.ok_or_else(|| Refused(format!("there is no test account `{}`", wanted.account)))?;
    let number = world.next_login();
    let now = shared.now(&world);
    let login = Login {
        number,
        state: None,
        account,
        scopes: vec!["instagram_business_basic".to_owned()],
        dialect: Dialect::InstagramLogin,
    };
    let token = Token {
        login: Arc::new(login),
        life: Life::Long,
        issued: now,
        expires: now.plus(Duration::from_secs(LONG_LIVED_SECONDS)),
        removed: false,
    };
    world.tokens.insert(text.clone(), token);
    Ok(Json(json!({ "access_token": text })))
}

async fn send_signed_request(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let order: Order = parse(&body)?;
    let signed_request = {
        let world = shared.world();
        let user_id = order.subject(&world.accounts)?;
        let now = shared.now(&world);
        order.build(user_id, shared.options.app_secret.expose(), now)
    };
    let Some(url) = &order.url else {
        return Ok(Json(json!({ "signed_request": signed_request })));
    };
    let answer = signed_request::post(url, &signed_request).await?;
    let mut world = shared.world();
    if let (Some(account), false) = (&order.account, order.is_forged()) {
        // Meta sends it because the person removed the app: the tokens are dead.
        let of_account = |token: &&mut Token| token.login.account.username == *account;
        world
            .tokens
            .values_mut()
            .filter(of_account)
            .for_each(|token| token.removed = true);
    }
    let time = shared.now(&world).as_micros().div_euclid(1_000_000);
    let status = answer.get("status").and_then(Value::as_u64).unwrap_or(0);
    world.journal.note(Entry {
        time,
        endpoint: Endpoint::SignedRequest,
        state: None,
        account: order.account,
        code: None,
        status: u16::try_from(status).unwrap_or(0),
        failure: None,
    });
    Ok(Json(
        json!({ "signed_request": signed_request, "answer": answer }),
    ))
}
