//! `[[site.webhook]]`: who is told of what happens to leads.

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use url::{Host, Url};

use super::keys::secret_source;
use super::reader::{Place, Section};
use super::schema;
use crate::domain::address::is_of_internet;
use crate::domain::change::ChangeKind;
use crate::domain::limits;
use crate::domain::secret::Secret;
use crate::domain::webhook::{Webhook, WebhookName};

/// Webhooks of one site. Each is one request under way and one read of the
/// store a second.
const MOST: usize = 16;

/// Bytes of a key, as Standard Webhooks has it.
const KEY_BYTES: RangeInclusive<usize> = 24..=64;

/// The events by their names.
const EVENTS: [(&str, ChangeKind); 5] = [
    ("lead.created", ChangeKind::Created),
    ("lead.updated", ChangeKind::Updated),
    ("lead.logged_in", ChangeKind::LoggedIn),
    ("lead.token_changed", ChangeKind::TokenChanged),
    ("lead.erased", ChangeKind::Erased),
];

const MAKE_SECRET: &str = "Put `whsec_` and the base64 of 24 to 64 random bytes into it: `echo \"whsec_$(openssl rand -base64 32)\"`.";

/// Reads the webhooks of a site.
pub(super) fn read_all(site: &Section<'_>) -> Vec<Arc<Webhook>> {
    let sections = site.sections("webhook", &schema::SITE_WEBHOOK);
    if sections.len() > MOST {
        site.place_of("webhook").problem(
            format!("stands here more than {MOST} times"),
            "Keep those that the shop uses.",
        );
    }
    let mut webhooks: Vec<Arc<Webhook>> = Vec::new();
    for section in &sections {
        let Some(webhook) = read(section) else {
            continue;
        };
        if webhooks.iter().any(|earlier| earlier.name == webhook.name) {
            section
                .place_of("name")
                .problem("is the name of two webhooks", "Rename one of them.");
        }
        webhooks.push(Arc::new(webhook));
    }
    webhooks
}

fn read(section: &Section<'_>) -> Option<Webhook> {
    let name = name(section);
    let secret = secret(section);
    let allow_private_hosts = hosts(section);
    let url = url(section, &allow_private_hosts);
    let events = events(section);
    Some(Webhook {
        name: name?,
        url: url?,
        secret: secret?,
        events,
        allow_private_hosts,
    })
}

fn name(section: &Section<'_>) -> Option<WebhookName> {
    section.missing(
        "name",
        "Name the webhook: how far it has come is kept under it.",
    );
    let (place, text) = section.text("name")?;
    text.parse()
        .map_err(|error| {
            place.problem(
                format!("{error}"),
                "Choose such a name, for example \"crm\".",
            );
        })
        .ok()
}

fn secret(section: &Section<'_>) -> Option<Secret> {
    const FILE: &str = "secret_file";
    const CREDENTIAL: &str = "secret_credential";
    let source = secret_source(section, FILE, CREDENTIAL, MAKE_SECRET)?;
    let key = if section.has(FILE) { FILE } else { CREDENTIAL };
    let secret = source
        .read()
        .map_err(|problem| section.place_of(key).add(problem))
        .ok()?;
    let key_bytes = secret
        .expose()
        .strip_prefix("whsec_")
        .and_then(|text| BASE64.decode(text).ok())
        .map(|key| zeroize::Zeroizing::new(key).len());
    if !key_bytes.is_some_and(|bytes| KEY_BYTES.contains(&bytes)) {
        section.place_of(key).problem(
            format!(
                "names {}, which holds no secret of a webhook",
                source.path().display()
            ),
            MAKE_SECRET,
        );
        return None;
    }
    Some(secret)
}

fn hosts(section: &Section<'_>) -> Vec<String> {
    let written = section.texts("allow_private_hosts").unwrap_or_default();
    written
        .into_iter()
        .filter_map(|(place, text)| match Host::parse(text) {
            Ok(host) => Some(host.to_string()),
            Err(_) => {
                place.problem(
                    "is no host",
                    "Write the host of `url` alone: \"hooks.internal\".",
                );
                None
            }
        })
        .collect()
}

fn url(section: &Section<'_>, allowed: &[String]) -> Option<String> {
    section.missing(
        "url",
        "Say where the program is: \"https://crm.example/leads\".",
    );
    let (place, text) = section.text("url")?;
    check_url(&place, text, allowed)?;
    Some(text.to_owned())
}

fn check_url(place: &Place<'_>, text: &str, allowed: &[String]) -> Option<()> {
    let parsed = Url::parse(text)
        .ok()
        .filter(|_| text.len() <= limits::URL_BYTES);
    let Some((url, host)) = parsed.as_ref().and_then(|url| Some((url, url.host()?))) else {
        place.problem(
            "is not the URL of a program",
            format!(
                "Write a whole URL of at most {} bytes: \"https://crm.example/leads\".",
                limits::URL_BYTES
            ),
        );
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() {
        place.problem(
            "holds a user or a password",
            "Remove it: the receiver knows us by the signature.",
        );
        return None;
    }
    let named = allowed.iter().any(|allowed| *allowed == host.to_string());
    let address = match host {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
    };
    let here = address.map_or(host == Host::Domain("localhost"), |one| one.is_loopback());
    if url.scheme() != "https" && !(url.scheme() == "http" && named && here) {
        place.problem(
            "would carry leads in the open",
            "Write an https URL. Only http to this machine itself is possible, with its host in `allow_private_hosts`.",
        );
        return None;
    }
    if !named && address.is_some_and(|address| !is_of_internet(address)) {
        place.problem(
            "leads to an address that is not of the internet",
            format!("Write allow_private_hosts = [\"{host}\"] if that is meant."),
        );
        return None;
    }
    Some(())
}

fn events(section: &Section<'_>) -> Vec<ChangeKind> {
    let Some(written) = section.texts("events") else {
        return EVENTS.into_iter().map(|(_, kind)| kind).collect();
    };
    if written.is_empty() {
        section
            .place_of("events")
            .problem("is empty", "Leave it out for all events.");
    }
    let known = |text: &str| EVENTS.into_iter().find(|(name, _)| *name == text);
    written
        .into_iter()
        .filter_map(|(place, text)| {
            let found = known(text);
            if found.is_none() {
                let names = EVENTS.map(|(name, _)| name).join(", ");
                place.problem("is not the name of an event", format!("Known: {names}."));
            }
            found.map(|(_, kind)| kind)
        })
        .collect()
}
