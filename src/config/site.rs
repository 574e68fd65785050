//! `[[site]]`: the shops.

use std::sync::Arc;
use std::time::Duration;

use super::allowance;
use super::keys::secret_source;
use super::reader::Section;
use super::schema::site as keys;
use super::{schema, urls, webhook};
use crate::domain::duties::Duties;
use crate::domain::limits;
use crate::domain::retention::RetentionPeriod;
use crate::domain::site::{Canary, Dialect, InstagramApp, ProfileRefresh, Site, SiteId};

/// The newest version of the graph API when this was written; Meta keeps it
/// until 2028-07.
const DEFAULT_GRAPH_VERSION: &str = "v25.0";

/// Reads one site, or as much of it as makes sense.
pub(super) fn read(section: &Section<'_>) -> Option<Arc<Site>> {
    let id = name(section);
    let app_id = app_id(section);
    let secret = app_secret(section);
    let dialect = dialect(section);
    let endpoints = urls::endpoints(
        &section.section("endpoints", &schema::SITE_ENDPOINTS),
        dialect,
    );
    let graph_version = graph_version(section);
    let redirect_uris = urls::redirect_uris(section);
    let scopes = scopes(section, dialect);
    let ttl = section.number(&keys::AUTHORIZATION_TTL_MINUTES);
    let most_pending = &keys::MAX_PENDING_AUTHORIZATIONS;
    let allowance = allowance::read(
        section,
        &keys::MAX_CALLS_IN_FLIGHT,
        &keys::MAX_STARTS_PER_MINUTE,
    );
    Some(Arc::new(Site {
        id: id?,
        app: InstagramApp {
            id: app_id?,
            secret: secret?,
            dialect,
            endpoints,
            graph_version,
        },
        redirect_uris,
        scopes,
        authorization_ttl: Duration::from_secs(60 * ttl),
        max_pending_authorizations: allowance::pending(section, most_pending),
        duties: duties(section),
        allowance,
        beginning: Arc::default(),
        profile_refresh: profile_refresh(section),
        canary: canary(section),
        webhooks: webhook::read_all(section),
    }))
}

fn profile_refresh(section: &Section<'_>) -> ProfileRefresh {
    match section.text("profile_refresh") {
        None | Some((_, "with-token")) => ProfileRefresh::WithToken,
        Some((_, "daily")) => ProfileRefresh::Daily,
        Some((place, _)) => {
            place.problem(
                "is no time to read profiles",
                "Write \"with-token\", or \"daily\" for a call a day and lead.",
            );
            ProfileRefresh::default()
        }
    }
}

fn canary(section: &Section<'_>) -> Canary {
    match section.text("canary") {
        None | Some((_, "on")) => Canary::On,
        Some((_, "off")) => Canary::Off,
        Some((place, _)) => {
            place.problem(
                "is neither on nor off",
                "Write \"on\", or \"off\" where nobody is to look at Instagram's window.",
            );
            Canary::default()
        }
    }
}

fn duties(section: &Section<'_>) -> Duties {
    let hours = section.number(&keys::SIGNED_REQUEST_MAX_AGE_HOURS);
    Duties {
        deletion_status_url: urls::deletion_status(section),
        signed_request_max_age: Duration::from_secs(60 * 60 * hours),
        retention: section
            .optional_number(&keys::DELETE_AFTER_DAYS)
            .and_then(RetentionPeriod::of_days),
    }
}

/// The site's name, if it has a right one.
pub(super) fn name(section: &Section<'_>) -> Option<SiteId> {
    section.missing("name", "Name the site: it begins every key in the store.");
    let (place, text) = section.text("name")?;
    text.parse()
        .map_err(|error| {
            place.problem(
                format!("{error}"),
                "Choose such a name, for example \"shop\".",
            );
        })
        .ok()
}

fn app_id(section: &Section<'_>) -> Option<String> {
    const COPY: &str = "Copy the Instagram App ID from Meta's dashboard (Instagram > API setup with Instagram login) and put it in quotes; the Meta app's own id does not work.";
    section.missing("instagram_app_id", COPY);
    let (place, id) = section.text("instagram_app_id")?;
    let is_number = id.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || !(1..=limits::INSTAGRAM_ID_DIGITS).contains(&id.len()) {
        place.problem("is not a number", COPY);
        return None;
    }
    Some(id.to_owned())
}

fn app_secret(section: &Section<'_>) -> Option<crate::domain::secret::Secret> {
    const FILE: &str = "instagram_app_secret_file";
    const CREDENTIAL: &str = "instagram_app_secret_credential";
    let source = secret_source(
        section,
        FILE,
        CREDENTIAL,
        "Put the Instagram App Secret into a file of mode 0600 and name the file here.",
    )?;
    let key = if section.has(FILE) { FILE } else { CREDENTIAL };
    let secret = source
        .read()
        .map_err(|problem| section.place_of(key).add(problem))
        .ok()?;
    if !secret.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        section.place_of(key).problem(
            format!(
                "names {}, which holds more than one word",
                source.path().display()
            ),
            "Let the file hold the Instagram App Secret and nothing else.",
        );
        return None;
    }
    Some(secret)
}

fn dialect(section: &Section<'_>) -> Dialect {
    match section.text("dialect") {
        None | Some((_, "instagram-login")) => Dialect::InstagramLogin,
        Some((place, "basic-display")) => {
            place.warning(
                "is the protocol that Meta switched off on 2024-12-04",
                "Use \"instagram-login\", unless your endpoints are a stand-in that still speaks it.",
            );
            Dialect::BasicDisplay
        }
        Some((place, _)) => {
            place.problem(
                "is no protocol of Instagram's",
                "Write \"instagram-login\", or \"basic-display\" for a stand-in.",
            );
            Dialect::default()
        }
    }
}

fn graph_version(section: &Section<'_>) -> String {
    let Some((place, version)) = section.text("graph_version") else {
        return DEFAULT_GRAPH_VERSION.to_owned();
    };
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let is_version = version
        .strip_prefix('v')
        .and_then(|numbers| numbers.split_once('.'))
        .is_some_and(|(major, minor)| is_number(major) && is_number(minor));
    if !is_version && !version.is_empty() {
        place.problem(
            "is not a version of the graph API",
            format!("Write it like \"{DEFAULT_GRAPH_VERSION}\", or \"\" for paths without one."),
        );
    }
    version.to_owned()
}

fn scopes(section: &Section<'_>, dialect: Dialect) -> Vec<String> {
    let needed = dialect.default_scopes();
    let Some(written) = section.texts("scopes") else {
        return needed;
    };
    let place = section.place_of("scopes");
    if written.len() > limits::SCOPES {
        place.problem(
            format!("has more than {} entries", limits::SCOPES),
            "Keep those that the shop uses.",
        );
    }
    let mut scopes: Vec<String> = Vec::with_capacity(written.len());
    for (place, scope) in written {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        let well_formed = (1..=limits::SCOPE_BYTES).contains(&scope.len());
        if !well_formed || !scope.bytes().all(allowed) {
            place.problem(
                "is not the name of a permission",
                "Write one of Instagram's names, such as \"instagram_business_basic\".",
            );
        } else if scopes.iter().any(|earlier| earlier == scope) {
            place.problem("stands in the list twice", "Remove one of them.");
        }
        scopes.push(scope.to_owned());
    }
    for missing in needed.iter().filter(|scope| !scopes.contains(scope)) {
        place.problem(
            format!("lacks `{missing}`, without which Instagram tells nothing about the shopper"),
            "Add it, or leave `scopes` out.",
        );
    }
    scopes
}
