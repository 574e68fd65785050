//! Redirect URIs and endpoints.

use url::{Host, Url};

use super::reader::{Place, Section};
use crate::domain::duties::CODE_PLACE;
use crate::domain::limits;
use crate::domain::site::{Dialect, Endpoints};

/// The site's redirect URIs, byte for byte as written: Instagram compares
/// them that way.
pub(super) fn redirect_uris(site: &Section<'_>) -> Vec<String> {
    const COPY: &str = "Copy the redirect URIs from Meta's dashboard (Instagram > API setup with Instagram login > Business login settings).";
    site.missing("redirect_uris", COPY);
    let Some(written) = site.texts("redirect_uris") else {
        return Vec::new();
    };
    if written.is_empty() {
        site.place_of("redirect_uris").problem("is empty", COPY);
    }
    let mut uris: Vec<String> = Vec::with_capacity(written.len());
    for (place, uri) in written {
        check_redirect_uri(&place, uri);
        if uris.iter().any(|earlier| earlier == uri) {
            place.problem("stands in the list twice", "Remove one of them.");
        } else if uris.iter().any(|earlier| are_twins(earlier, uri)) {
            place.warning(
                "differs from another one by the slash at its end alone",
                "Keep the one that Meta's dashboard shows: Instagram refuses the other.",
            );
        }
        uris.push(uri.to_owned());
    }
    uris
}

fn are_twins(one: &str, other: &str) -> bool {
    one.strip_suffix('/') == Some(other) || other.strip_suffix('/') == Some(one)
}

fn check_redirect_uri(place: &Place<'_>, uri: &str) {
    if uri.len() > limits::URL_BYTES {
        place.problem(
            format!("has more than {} bytes", limits::URL_BYTES),
            "Choose a shorter one.",
        );
    }
    let Some(url) = web_url(place, uri) else {
        return;
    };
    if url.fragment().is_some() {
        place.problem(
            "has a fragment, which no server ever sees",
            "Remove the `#` and what follows.",
        );
    }
    if url.path() == "/" && url.query().is_none() && !uri.ends_with('/') {
        place.warning(
            "has no path, and Meta's dashboard adds a slash to such a URI",
            "Copy it from the dashboard, byte for byte.",
        );
    }
}

/// Where a person reads what became of a deletion.
pub(super) fn deletion_status(site: &Section<'_>) -> Option<String> {
    let (place, text) = site.text("deletion_status_url")?;
    if text.len() > limits::URL_BYTES {
        place.problem(
            format!("has more than {} bytes", limits::URL_BYTES),
            "Choose a shorter one.",
        );
    }
    if text.matches(CODE_PLACE).count() != 1 {
        place.problem(
            format!("does not hold {CODE_PLACE} once"),
            "Write it where the code goes: \"https://shop.example/data-deletion?code={code}\".",
        );
    }
    web_url(&place, &text.replace(CODE_PLACE, "0"))?;
    Some(text.to_owned())
}

/// Where Instagram is: the dialect's own hosts, or a stand-in.
pub(super) fn endpoints(section: &Section<'_>, dialect: Dialect) -> Endpoints {
    let theirs = Endpoints::of(dialect);
    let chosen = Endpoints {
        authorize: endpoint(section, "authorize", theirs.authorize),
        api: endpoint(section, "api", theirs.api),
        graph: endpoint(section, "graph", theirs.graph),
    };
    let local = [&chosen.authorize, &chosen.api, &chosen.graph]
        .into_iter()
        .any(|base| Url::parse(base).is_ok_and(|url| is_loopback(&url)));
    if local {
        section.place.warning(
            "leads to this machine and not to Instagram",
            "Remove `endpoints` before real shoppers come; keep it for a sandbox.",
        );
    }
    chosen
}

fn endpoint(section: &Section<'_>, key: &str, theirs: String) -> String {
    let Some((place, text)) = section.text(key) else {
        return theirs;
    };
    let base = text.trim_end_matches('/');
    if let Some(url) = web_url(&place, base)
        && (url.query().is_some() || url.fragment().is_some())
    {
        place.problem(
            "is more than the beginning of a URL",
            "Remove everything from `?` or `#` on.",
        );
    }
    base.to_owned()
}

/// A URL with https, or with http on this machine. Complains otherwise.
fn web_url(place: &Place<'_>, text: &str) -> Option<Url> {
    let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
    let Some(url) = Url::parse(text).ok().filter(|_| visible) else {
        place.problem(
            "is not a URL",
            "Write it whole and percent-encoded: \"https://shop.example/path\".",
        );
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() {
        place.problem(
            "has a user name in it",
            "Remove what stands before the `@`, and the `@`.",
        );
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        _ => place.problem(
            "has no https, without which anybody on the way can read the login",
            "Begin it with https://; http:// is for 127.0.0.1, [::1] and localhost alone.",
        ),
    }
    Some(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
