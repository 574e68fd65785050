//! The authorization window: the consent page and what its buttons do.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::account::{Account, Kind};
use super::journal::{Endpoint, Entry};
use super::knobs::{Knobs, WindowError, WindowPage};
use super::pages;
use super::request::{WindowFault, WindowRequest};
use super::scopes::Subject;
use super::world::{CODE_LIFETIME, Code, Dialect, Login, Shared, World};

/// Where a browser is sent that is not logged in, where a knob wants that. There
/// is no page: whoever watches the window does not follow it.
const LOGIN_PAGE: &str = "/accounts/login/";

/// What the consent form sends.
#[derive(Deserialize)]
struct Decision {
    #[serde(flatten)]
    request: WindowRequest,
    #[serde(default)]
    account: String,
    #[serde(default)]
    decision: String,
}

/// The window of one dialect.
pub(super) fn routes(dialect: Dialect) -> Router<Arc<Shared>> {
    let open = move |State(shared): State<Arc<Shared>>, Query(request): Query<WindowRequest>| async move {
        open(&shared, &request, dialect)
    };
    let decide = move |State(shared): State<Arc<Shared>>, Form(decision): Form<Decision>| async move {
        decide(&shared, &decision, dialect)
    };
    Router::new()
        .route("/oauth/authorize", get(open))
        .route("/oauth/authorize/decision", post(decide))
}

/// Shows the consent page, an error page, or goes straight back where a scope
/// is none.
fn open(shared: &Shared, request: &WindowRequest, dialect: Dialect) -> Response {
    let (response, accounts) = {
        let world = shared.world();
        let knobs = world.knobs.resolve(Subject {
            state: request.state.as_deref(),
            in_window: true,
            ..Subject::default()
        });
        (
            refused(shared, request, dialect, &knobs),
            world.accounts.clone(),
        )
    };
    let response = response.unwrap_or_else(|| pages::consent(request, &accounts));
    note(shared, Endpoint::Authorize, request, None, None, &response);
    response
}

/// What keeps the window from asking anybody.
fn refused(
    shared: &Shared,
    request: &WindowRequest,
    dialect: Dialect,
    knobs: &Knobs,
) -> Option<Response> {
    let fault = match knobs.window_page {
        WindowPage::Consent => request.check(&shared.options).err(),
        WindowPage::InvalidPlatformApp => Some(WindowFault::PlatformApp),
        WindowPage::InvalidRedirectUri => Some(WindowFault::RedirectUri),
        WindowPage::ServerError => return Some(pages::server_error()),
        WindowPage::LoginFirst => return Some(found(LOGIN_PAGE)),
    };
    if let Some(fault) = fault {
        return Some(pages::fault(fault));
    }
    let unknown = request.scopes(dialect).err()?;
    Some(found(&invalid_scopes(request, &unknown, knobs)))
}

fn invalid_scopes(request: &WindowRequest, unknown: &str, knobs: &Knobs) -> String {
    let description = format!("Invalid Scopes: {unknown}");
    let error = [
        ("error", "invalid_request"),
        ("error_description", description.as_str()),
    ];
    request.failure(&error, knobs.denial_state)
}

/// Does what a button says. The form carries the whole request, which is
/// checked again: a script can send it without having seen the page.
fn decide(shared: &Shared, decision: &Decision, dialect: Dialect) -> Response {
    let request = &decision.request;
    let code = shared.random_text("AQ");
    let (response, code) = {
        let mut world = shared.world();
        let knobs = world.knobs.resolve(Subject {
            login: None,
            in_window: true,
            state: request.state.as_deref(),
            account: Some(&decision.account),
        });
        match refused(shared, request, dialect, &knobs) {
            Some(refusal) => (refusal, None),
            None => carry_out(shared, &mut world, decision, dialect, &knobs, code),
        }
    };
    let account = Some(decision.account.clone()).filter(|account| !account.is_empty());
    note(
        shared,
        Endpoint::Decision,
        request,
        account,
        code,
        &response,
    );
    response
}

fn carry_out(
    shared: &Shared,
    world: &mut World,
    decision: &Decision,
    dialect: Dialect,
    knobs: &Knobs,
    code: Option<String>,
) -> (Response, Option<String>) {
    let request = &decision.request;
    let denial = request.denial(knobs.denial_state);
    match decision.decision.as_str() {
        "allow" => {}
        "cancel" => return (found(&denial), None),
        _ => return (bad_form("`decision` must be `allow` or `cancel`"), None),
    }
    let Some(account) = world.account(&decision.account).cloned() else {
        return (
            bad_form("`account` must be the username of a test account"),
            None,
        );
    };
    if account.kind == Kind::Personal && dialect == Dialect::InstagramLogin {
        return (pages::personal(&account, &denial), None);
    }
    match knobs.window_error {
        WindowError::None => {}
        WindowError::InvalidScopes => {
            return (found(&invalid_scopes(request, &request.scope, knobs)), None);
        }
        WindowError::InsufficientDeveloperRole => {
            let error = [
                ("error", "access_denied"),
                ("error_description", "Insufficient developer role"),
            ];
            return (found(&request.failure(&error, knobs.denial_state)), None);
        }
    }
    let (Some(code), Ok(scopes)) = (code, request.scopes(dialect)) else {
        return (pages::server_error(), None);
    };
    allow(shared, world, request, account, scopes, dialect, &code);
    (found(&request.success(&code)), Some(code))
}

/// Remembers the code and the login that it stands for.
fn allow(
    shared: &Shared,
    world: &mut World,
    request: &WindowRequest,
    account: Account,
    scopes: Vec<String>,
    dialect: Dialect,
    code: &str,
) {
    let number = world.next_login();
    world.knobs.begin(number);
    let expires = shared.now(world).plus(CODE_LIFETIME);
    let login = Arc::new(Login {
        number,
        state: request.state.clone(),
        account,
        scopes,
        dialect,
    });
    let code_given = Code {
        login,
        redirect_uri: request.redirect_uri.clone(),
        expires,
        used: false,
    };
    world.codes.insert(code.to_owned(), code_given);
}

fn found(location: &str) -> Response {
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (StatusCode::FOUND, headers).into_response()
}

fn bad_form(message: &'static str) -> Response {
    (StatusCode::BAD_REQUEST, format!("{message}\n")).into_response()
}

fn note(
    shared: &Shared,
    endpoint: Endpoint,
    request: &WindowRequest,
    account: Option<String>,
    code: Option<String>,
    response: &Response,
) {
    let mut world = shared.world();
    let time = shared.now(&world).as_micros().div_euclid(1_000_000);
    world.journal.note(Entry {
        time,
        endpoint,
        state: request.state.clone(),
        account,
        code,
        status: response.status().as_u16(),
        failure: None,
    });
}
