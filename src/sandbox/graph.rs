//! graph.instagram.com: long-lived tokens, their refresh, the profile.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::json;

use super::answer::{Call, answer};
use super::failure::ErrorBody;
use super::instead::FBTRACE_ID;
use super::journal::Endpoint;
use super::knobs::Knobs;
use super::profile;
use super::reply::{ROLE_TRAP, Reply, error};
use super::world::{Life, Login, Shared, Token, World};
use crate::domain::clock::Timestamp;

/// A token has to be this old before it can be refreshed.
const REFRESH_AGE: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// What a query can carry; other parameters do no harm.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Parameters {
    grant_type: String,
    client_secret: String,
    access_token: String,
    fields: String,
}

type GraphResult = Result<Reply, ErrorBody>;

/// The routes, with and without a version.
pub(super) fn routes() -> Router<Arc<Shared>> {
    let calls = Router::new()
        .route("/access_token", get(exchange))
        .route("/refresh_access_token", get(refresh))
        .route("/me", get(me));
    Router::new()
        .nest("/{version}", calls.clone())
        .merge(calls)
        .fallback(unknown)
}

/// A path, or a method, that is none: Instagram says the same as to an app
/// without access.
async fn unknown(method: axum::http::Method) -> Response {
    let verb = method.as_str().to_ascii_lowercase();
    let message = ROLE_TRAP.replace("get", &verb);
    graph_error(&error(100, None, &message)).into_response()
}

fn graph_error(body: &ErrorBody) -> Reply {
    Reply::graph_error(body, FBTRACE_ID)
}

async fn exchange(
    State(shared): State<Arc<Shared>>,
    version: Option<Path<String>>,
    headers: HeaderMap,
    Query(query): Query<Parameters>,
) -> Response {
    let token = bearer(&headers, &query);
    let fresh = shared.random_text("IGAAL");
    respond(&shared, Endpoint::Exchange, &token, |world, knobs, now| {
        check_version(version.as_deref())?;
        check_grant(&query, "ig_exchange_token")?;
        if query.client_secret != shared.options.app_secret.expose() {
            return Err(error(100, None, "Error validating client secret."));
        }
        let old = alive(world, &token, now)?;
        if old.life == Life::Long {
            return Err(error(452, None, "Session key invalid. This could be because the session key has an incorrect format, or because the user has revoked this session"));
        }
        let login = old.login.clone();
        issue(world, login, fresh, knobs, now)
    })
    .await
}

async fn refresh(
    State(shared): State<Arc<Shared>>,
    version: Option<Path<String>>,
    headers: HeaderMap,
    Query(query): Query<Parameters>,
) -> Response {
    let token = bearer(&headers, &query);
    let fresh = shared.random_text("IGAAL");
    respond(&shared, Endpoint::Refresh, &token, |world, knobs, now| {
        check_version(version.as_deref())?;
        check_grant(&query, "ig_refresh_token")?;
        let old = alive(world, &token, now)?;
        let basic = ["instagram_business_basic", "user_profile"];
        if !old
            .login
            .scopes
            .iter()
            .any(|scope| basic.contains(&scope.as_str()))
        {
            return Err(error(
                10,
                None,
                "Application does not have permission for this action",
            ));
        }
        if old.life == Life::Short || now.since(old.issued) < REFRESH_AGE {
            return Err(error(
                100,
                None,
                "The access token must be long-lived and at least 24 hours old to be refreshed",
            ));
        }
        let login = old.login.clone();
        let next = if knobs.refresh_keeps_token {
            Some(token.clone())
        } else {
            fresh
        };
        issue(world, login, next, knobs, now)
    })
    .await
}

async fn me(
    State(shared): State<Arc<Shared>>,
    version: Option<Path<String>>,
    headers: HeaderMap,
    Query(query): Query<Parameters>,
) -> Response {
    let token = bearer(&headers, &query);
    respond(&shared, Endpoint::Me, &token, |world, knobs, now| {
        check_version(version.as_deref())?;
        let login = alive(world, &token, now)?.login.clone();
        profile::answer(&login, &query.fields, knobs).map(|body| Reply::ok(&body))
    })
    .await
}

/// Runs a call whose errors have the shape of graph.instagram.com.
async fn respond(
    shared: &Shared,
    endpoint: Endpoint,
    token: &str,
    work: impl FnOnce(&mut World, &Knobs, Timestamp) -> GraphResult,
) -> Response {
    let login: Option<Arc<Login>> = {
        let world = shared.world();
        world.tokens.get(token).map(|known| known.login.clone())
    };
    let call = Call {
        endpoint,
        login,
        code: None,
    };
    answer(shared, call, |world, knobs, now| {
        work(world, knobs, now).unwrap_or_else(|body| graph_error(&body))
    })
    .await
}

/// The token from the header, or else from the query.
fn bearer(headers: &HeaderMap, query: &Parameters) -> String {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or(&query.access_token)
        .to_owned()
}

fn check_version(version: Option<&String>) -> Result<(), ErrorBody> {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = version.is_none_or(|version| {
        version
            .strip_prefix('v')
            .and_then(|rest| rest.split_once('.'))
            .is_some_and(|(major, minor)| number(major) && number(minor))
    });
    if fits {
        return Ok(());
    }
    Err(error(2500, None, "Unknown path components"))
}

fn check_grant(query: &Parameters, wanted: &str) -> Result<(), ErrorBody> {
    if query.grant_type == wanted {
        return Ok(());
    }
    let message = format!("Invalid parameter: grant_type must be {wanted}");
    Err(error(100, None, &message))
}

/// The token, unless it is unknown or dead.
fn alive<'a>(world: &'a World, token: &str, now: Timestamp) -> Result<&'a Token, ErrorBody> {
    if token.is_empty() {
        let message = "An access token is required to request this resource.";
        return Err(error(104, None, message));
    }
    let Some(known) = world.tokens.get(token) else {
        let message = "Invalid OAuth access token - Cannot parse access token";
        return Err(error(190, None, message));
    };
    if known.removed {
        let message = "Error validating access token: The user has not authorized application.";
        return Err(error(190, Some(458), message));
    }
    if now >= known.expires {
        let message = format!(
            "Error validating access token: Session has expired on {}. The current time is {}.",
            in_words(known.expires),
            in_words(now)
        );
        return Err(error(190, Some(463), &message));
    }
    Ok(known)
}

fn in_words(time: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(time.as_micros())
        .map(|time| time.strftime("%A, %d-%b-%y %H:%M:%S UTC").to_string())
        .unwrap_or_default()
}

/// Gives out a long-lived token.
fn issue(
    world: &mut World,
    login: Arc<Login>,
    text: Option<String>,
    knobs: &Knobs,
    now: Timestamp,
) -> GraphResult {
    let text = text.ok_or_else(|| error(2, None, "no randomness"))?;
    let body = json!({
        "access_token": text,
        "token_type": "bearer",
        "expires_in": knobs.long_lived_seconds,
    });
    let token = Token {
        login,
        life: Life::Long,
        issued: now,
        expires: now.plus(std::time::Duration::from_secs(knobs.long_lived_seconds)),
        removed: false,
    };
    world.tokens.insert(text, token);
    Ok(Reply::ok(&body))
}
