//! Rules that take more than one section to break.

use std::path::Path;

use super::Draft;
use super::caller::{self, ConfiguredCaller, Proof};
use super::keys::KeySource;
use super::reader::Section;
use super::schema;
use super::sections::StoreSettings;
use crate::domain::caller::Permission;
use crate::domain::site::SiteId;

/// There is a site, and no two have the same name.
pub(super) fn check_sites(top: &Section<'_>, sections: &[Section<'_>]) {
    if !top.has("site") || (sections.is_empty() && top.value("site").is_some_and(is_empty_list)) {
        top.place_of("site").problem(
            "is missing: there is no shop to log anybody in at",
            "Add a [[site]]; deploy/leadtap.example.toml shows one.",
        );
    }
    let mut names: Vec<&str> = Vec::new();
    for section in sections {
        let Some(name) = raw_text(section, "name") else {
            continue;
        };
        if names.contains(&name) {
            section.place_of("name").problem(
                format!("names another site `{name}`"),
                "Give each site its own name.",
            );
        }
        names.push(name);
    }
}

/// The right names among the sites'.
pub(super) fn site_names(sections: &[Section<'_>]) -> Vec<SiteId> {
    sections
        .iter()
        .filter_map(|section| raw_text(section, "name")?.parse().ok())
        .collect()
}

/// All callers. There is one, and no two have the same name or proof.
pub(super) fn callers(
    top: &Section<'_>,
    sections: &[Section<'_>],
    sites: &[SiteId],
) -> Vec<ConfiguredCaller> {
    if !top.has("caller") || (sections.is_empty() && top.value("caller").is_some_and(is_empty_list))
    {
        top.place_of("caller").problem(
            "is missing: nobody may call the daemon",
            "Add a [[caller]]; deploy/leadtap.example.toml shows one.",
        );
    }
    let mut callers: Vec<ConfiguredCaller> = Vec::new();
    for section in sections {
        let Some(caller) = caller::read(section, sites) else {
            continue;
        };
        complain_of_twins(section, &caller, &callers);
        callers.push(caller);
    }
    callers
}

fn complain_of_twins(
    section: &Section<'_>,
    caller: &ConfiguredCaller,
    earlier: &[ConfiguredCaller],
) {
    if let Some(twin) = earlier.iter().find(|other| other.proof == caller.proof) {
        let (key, what) = match caller.proof {
            Proof::Uid(_) => ("uid", "user"),
            Proof::TokenSha256(_) => ("token_sha256", "token"),
            Proof::CertificateSha256(_) => ("client_certificate_sha256", "certificate"),
        };
        section.place_of(key).problem(
            format!(
                "is the {what} of the caller `{}` too, and a call belongs to one caller",
                twin.caller.name
            ),
            format!("Give each caller its own {what}."),
        );
    }
    let name = &caller.caller.name;
    if earlier.iter().any(|other| other.caller.name == *name) {
        section.place_of("name").problem(
            format!("names another caller `{name}`"),
            "Give each caller its own name, so that the log tells them apart.",
        );
    }
}

/// The keys stand apart from what they seal: whoever copies the store's folder,
/// as a backup or as a thief, must not have both.
pub(super) fn check_apart(
    top: &Section<'_>,
    store: Option<&StoreSettings>,
    keys: Option<&KeySource>,
) {
    let (Some(store), Some(keys)) = (store, keys) else {
        return;
    };
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if real(keys.path()).starts_with(real(&store.path)) {
        top.section("keys", &schema::KEYS).place_of("file").problem(
            "lies inside store.path, so that whoever gets hold of the store has its keys too",
            "Move the key ring to a folder that no backup of the store includes, such as /etc/leadtap.",
        );
    }
}

/// Every caller has a listener that it can come through, and the other way
/// round.
pub(super) fn check_reach(top: &Section<'_>, draft: &Draft) {
    let Some(listen) = &draft.listen else { return };
    let asks_clients = draft.tls.as_ref().is_some_and(|tls| tls.asks_clients);
    for one in &draft.callers {
        let name = &one.caller.name;
        match one.proof {
            Proof::Uid(_) if listen.unix.is_none() && listen.tcp.is_some() => {
                top.place_of("caller").warning(
                    format!("`{name}` is known by its user, which only a Unix socket reports"),
                    "Add `unix` to [listen], or give the caller a token.",
                );
            }
            Proof::CertificateSha256(_) if !asks_clients => top.place_of("caller").warning(
                format!("`{name}` is known by a certificate, which nobody asks it for"),
                "Add [listen.tls] with `client_ca`, or give the caller a token.",
            ),
            _ => {}
        }
    }
    let over_tcp = |one: &ConfiguredCaller| !matches!(one.proof, Proof::Uid(_));
    if listen.tcp.is_some() && !draft.callers.is_empty() && !draft.callers.iter().any(over_tcp) {
        top.place_of("listen").warning(
            "has `tcp`, but no caller has a token to come in with",
            "Add a [[caller]] with `token_sha256`, or remove `tcp`.",
        );
    }
}

/// A site that Meta's deletions are handed on to has a page where people look
/// them up: Meta wants its address.
pub(super) fn check_duties(sites: &[Section<'_>], callers: &[ConfiguredCaller]) {
    for site in sites {
        let hands_on = |one: &&ConfiguredCaller| {
            raw_text(site, "name") == Some(one.caller.site.as_str())
                && one.caller.permissions.allow(Permission::Platform)
        };
        if !site.has("deletion_status_url")
            && let Some(one) = callers.iter().find(hands_on)
        {
            site.place_of("deletion_status_url").warning(
                format!(
                    "is missing, so that the caller `{}` cannot tell Meta where a person looks up a deletion",
                    one.caller.name
                ),
                "Name the shop's page with {code} where the code goes (\"https://shop.example/data-deletion?code={code}\"), or take `platform` from the caller.",
            );
        }
    }
}

fn raw_text<'a>(section: &Section<'a>, key: &str) -> Option<&'a str> {
    section.value(key).and_then(|value| value.as_str())
}

fn is_empty_list(value: &toml::de::DeValue<'_>) -> bool {
    value.as_array().is_some_and(|list| list.is_empty())
}
