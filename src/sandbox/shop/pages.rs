//! The pages of the demo shop.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::record::{Group, groups};
use crate::grpc::pb;
use crate::sandbox::html::page;

/// The style sheet of all of them.
const CSS: &str = include_str!("shop.css");

/// Where the shop's forms may lead: the button's redirect goes to Instagram,
/// or to a sandbox on this machine.
const FORM_ACTION: &str = "'self' https: http://127.0.0.1:* http://localhost:*";

#[derive(Template)]
#[template(path = "cart.html", config = "src/sandbox/askama.toml")]
struct Cart;

/// The cart, with the ways to go on.
pub(super) async fn cart() -> Response {
    render(StatusCode::OK, &Cart)
}

#[derive(Template)]
#[template(path = "checkout.html", config = "src/sandbox/askama.toml")]
struct Checkout;

/// Where a real shop would go on.
pub(super) async fn checkout() -> Response {
    render(StatusCode::OK, &Checkout)
}

#[derive(Template)]
#[template(path = "not_found.html", config = "src/sandbox/askama.toml")]
struct NotFound;

/// For any other path.
pub(super) async fn not_found() -> Response {
    render(StatusCode::NOT_FOUND, &NotFound)
}

#[derive(Template)]
#[template(path = "welcome.html", config = "src/sandbox/askama.toml")]
struct Welcome<'a> {
    name: &'a str,
    new_lead: bool,
    replayed: bool,
    return_to: &'a str,
    groups: Vec<Group>,
}

/// The lead.
pub(super) fn welcome(authorized: &pb::Authorized) -> Response {
    let lead = authorized.lead.clone().unwrap_or_default();
    let profile = lead.instagram.clone().unwrap_or_default();
    let name = [&profile.name, &profile.username]
        .into_iter()
        .find(|name| !name.is_empty());
    let template = Welcome {
        name: name.map_or("", String::as_str),
        new_lead: authorized.new_lead,
        replayed: authorized.replayed,
        return_to: own_path(&authorized.return_to),
        groups: groups(&lead, &profile),
    };
    render(StatusCode::OK, &template)
}

#[derive(Template)]
#[template(path = "declined.html", config = "src/sandbox/askama.toml")]
struct Declined<'a> {
    by_shopper: bool,
    error: &'a str,
    description: &'a str,
    return_to: &'a str,
}

/// The shopper said no, or Instagram's window did.
pub(super) fn declined(declined: &pb::Declined) -> Response {
    let template = Declined {
        by_shopper: declined.reason == "user_denied",
        error: &declined.error,
        description: &declined.description,
        return_to: own_path(&declined.return_to),
    };
    render(StatusCode::OK, &template)
}

#[derive(Template)]
#[template(path = "trouble.html", config = "src/sandbox/askama.toml")]
pub(super) struct TroublePage<'a> {
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    pub(super) retry: Option<&'a str>,
    pub(super) start_again: bool,
    pub(super) details: &'a [(&'static str, String)],
}

/// Something went wrong.
pub(super) fn trouble(status: StatusCode, template: &TroublePage<'_>) -> Response {
    render(status, template)
}

/// A path of this shop's own; the cart instead of anything else.
fn own_path(path: &str) -> &str {
    if path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') {
        path
    } else {
        "/"
    }
}

fn render(status: StatusCode, template: &impl Template) -> Response {
    page(status, template, CSS, FORM_ACTION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_shops_own_paths_are_linked() {
        for foreign in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "",
        ] {
            assert_eq!(own_path(foreign), "/", "{foreign}");
        }
        assert_eq!(own_path("/cart?x=1"), "/cart?x=1");
    }
}
