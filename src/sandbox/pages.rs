//! The pages of the fake Instagram.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::account::{Account, Kind};
use super::html::page;
use super::request::{WindowFault, WindowRequest};

/// The style sheet of all of them.
const CSS: &str = include_str!("pages/sandbox.css");

#[derive(Template)]
#[template(path = "consent.html", config = "src/sandbox/askama.toml")]
struct Consent<'a> {
    request: &'a WindowRequest,
    accounts: &'a [Account],
    destination: String,
    scopes: Vec<&'a str>,
    force_reauth: bool,
}

/// Asks which account, and whether.
pub(super) fn consent(request: &WindowRequest, accounts: &[Account]) -> Response {
    let destination = request.redirect_origin();
    // The form leads to the redirect URI in the end, which the policy counts.
    let form_action = format!("'self' {destination}");
    let template = Consent {
        request,
        accounts,
        destination,
        scopes: request
            .scope
            .split([',', ' '])
            .filter(|scope| !scope.is_empty())
            .collect(),
        force_reauth: request.force_reauth == "true",
    };
    page(StatusCode::OK, &template, CSS, &form_action)
}

/// What granting a permission means.
fn meaning(scope: &str) -> &'static str {
    match scope {
        "instagram_business_basic" => "See your profile: ids, name, kind of account and counts",
        "instagram_business_content_publish" => "Publish posts for you",
        "instagram_business_manage_messages" => "Read and answer your messages",
        "instagram_business_manage_comments" => "Read and answer comments",
        "user_profile" => "See your username and kind of account",
        "user_media" => "See your photos and videos",
        _ => "",
    }
}

#[derive(Template)]
#[template(path = "personal.html", config = "src/sandbox/askama.toml")]
struct Personal<'a> {
    account: &'a Account,
    back: &'a str,
}

/// Turns a personal account away. Instagram's own page leads nowhere; this one
/// has a way back, which says what Cancel says.
pub(super) fn personal(account: &Account, back: &str) -> Response {
    page(StatusCode::OK, &Personal { account, back }, CSS, "'none'")
}

#[derive(Template)]
#[template(path = "fault.html", config = "src/sandbox/askama.toml")]
struct Fault {
    message: &'static str,
    hint: &'static str,
}

/// The page for a request that may not be answered with a redirect.
pub(super) fn fault(fault: WindowFault) -> Response {
    let (message, hint) = match fault {
        WindowFault::PlatformApp => (
            "Invalid platform app",
            "The client_id is not the app's. With the real Instagram this means that the Meta app's id was configured instead of the Instagram app's.",
        ),
        WindowFault::RedirectUri => (
            "Invalid redirect_uri",
            "It is not one of the app's redirect URIs, byte for byte. Look for a trailing slash, www, or http instead of https.",
        ),
        WindowFault::ResponseType => (
            "Invalid request: response_type must be code",
            "The authorization URL lacks response_type=code.",
        ),
    };
    page(
        StatusCode::BAD_REQUEST,
        &Fault { message, hint },
        CSS,
        "'none'",
    )
}

/// Instagram's own trouble.
pub(super) fn server_error() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "").into_response()
}

/// The two letters in an account's picture.
fn initials(account: &Account) -> String {
    let words = account.name.split_whitespace().take(2);
    let letters: String = words.filter_map(|word| word.chars().next()).collect();
    if letters.is_empty() {
        account.username.chars().take(1).collect()
    } else {
        letters
    }
}

/// Whether the consent page has this account chosen when it opens.
fn is_first(accounts: &[Account], account: &Account) -> bool {
    let first = accounts.iter().find(|one| one.kind != Kind::Personal);
    first.is_some_and(|first| first.username == account.username)
}
