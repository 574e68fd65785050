//! `[[caller]]`: who may call.

use nix::unistd::User;

use super::allowance;
use super::reader::{Place, Section, whole_number};
use super::schema::{caller as keys, nearest};
use crate::domain::caller::{Caller, Permission, Permissions};
use crate::domain::limits;
use crate::domain::site::SiteId;

/// SHA-256 of nothing and of a lone line end: what a broken pipe to
/// `sha256sum` leaves in a configuration.
const HASHES_OF_NOTHING: [&str; 2] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b",
];

/// A caller and how it proves to be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfiguredCaller {
    /// Who it is and what it may do.
    pub caller: Caller,
    /// How it is known.
    pub proof: Proof,
}

/// How a caller is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Its process runs as this user, as the Unix socket reports
    /// (`SO_PEERCRED`).
    Uid(u32),
    /// It sends a bearer token with this SHA-256.
    TokenSha256([u8; 32]),
    /// Its client shows the TLS certificate with this SHA-256.
    CertificateSha256([u8; 32]),
}

/// Reads one caller, or complains. `sites` are the names of all sites.
pub(super) fn read(section: &Section<'_>, sites: &[SiteId]) -> Option<ConfiguredCaller> {
    let name = name(section);
    let site = site(section, sites);
    let proof = proof(section);
    let permissions = permissions(section);
    let allowance = allowance::read(
        section,
        &keys::MAX_CALLS_IN_FLIGHT,
        &keys::MAX_STARTS_PER_MINUTE,
    );
    let most_pending = &keys::MAX_PENDING_AUTHORIZATIONS;
    Some(ConfiguredCaller {
        caller: Caller {
            name: name?,
            site: site?,
            permissions,
            allowance,
            max_pending_authorizations: allowance::pending(section, most_pending),
        },
        proof: proof?,
    })
}

fn name(section: &Section<'_>) -> Option<String> {
    section.missing("name", "Name the caller: the log says who called.");
    let (place, name) = section.text("name")?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if !(1..=limits::NAME_BYTES).contains(&name.len()) || !name.bytes().all(allowed) {
        place.problem(
            "is not 1 to 63 letters, digits, `.`, `_` and `-`",
            "Choose such a name, for example \"php-fpm\".",
        );
        return None;
    }
    Some(name.to_owned())
}

fn site(section: &Section<'_>, sites: &[SiteId]) -> Option<SiteId> {
    section.missing("site", "Name the one site that this caller works for.");
    let (place, name) = section.text("site")?;
    if let Some(site) = sites.iter().find(|site| site.as_str() == name) {
        return Some(site.clone());
    }
    let names: Vec<&str> = sites.iter().map(SiteId::as_str).collect();
    let advice = match nearest(name, &names) {
        Some(right) => format!("Did you mean \"{right}\"?"),
        None => "Add a [[site]] of that name, or name an existing one.".to_owned(),
    };
    place.problem(
        format!("names the site `{name}`, which there is none of"),
        advice,
    );
    None
}

fn proof(section: &Section<'_>) -> Option<Proof> {
    const KEYS: [&str; 3] = ["uid", "token_sha256", "client_certificate_sha256"];
    let there: Vec<&str> = KEYS.into_iter().filter(|key| section.has(key)).collect();
    match there.as_slice() {
        ["uid"] => uid(section).map(Proof::Uid),
        ["token_sha256"] => token_sha256(section).map(Proof::TokenSha256),
        [_] => certificate_sha256(section).map(Proof::CertificateSha256),
        [] => {
            section.place.problem(
                "says nothing to know the caller by",
                "Add `uid = \"www-data\"` for the Unix socket, `token_sha256 = \"…\"` for a bearer token, or `client_certificate_sha256 = \"…\"` for TLS.",
            );
            None
        }
        [first, second, ..] => {
            section.place_of(second).problem(
                format!("stands beside `{first}`, and a caller is known by one of them"),
                "Make two callers, one for each.",
            );
            None
        }
    }
}

/// With or without the colons that openssl writes.
fn certificate_sha256(section: &Section<'_>) -> Option<[u8; 32]> {
    let (place, text) = section.text("client_certificate_sha256")?;
    let hash = hex(&text.replace(':', ""));
    if hash.is_none() {
        place.problem(
            "is not the 64 hexadecimal digits of a SHA-256",
            "Run `openssl x509 -in CERTIFICATE -noout -fingerprint -sha256` and copy what stands behind the `=`.",
        );
    }
    hash
}

fn uid(section: &Section<'_>) -> Option<u32> {
    let place = section.place_of("uid");
    let value = section.value("uid")?;
    if value.is_integer() {
        let uid = whole_number(value).and_then(|number| u32::try_from(number).ok());
        if uid.is_none() {
            place.problem("is not a user's number", "Run `id -u NAME` to find it.");
        }
        return uid;
    }
    let Some(name) = value.as_str() else {
        place.problem(
            "is neither a name nor a number",
            "Write the user's name in quotes, or its number.",
        );
        return None;
    };
    user(&place, name)
}

fn user(place: &Place<'_>, name: &str) -> Option<u32> {
    if let Ok(number) = name.parse() {
        return Some(number);
    }
    match User::from_name(name) {
        Ok(Some(user)) => Some(user.uid.as_raw()),
        _ => {
            place.problem(
                format!("names the user `{name}`, whom this machine does not know"),
                "Name the user that PHP runs as: `ps -o user= -C php-fpm` shows it, often www-data.",
            );
            None
        }
    }
}

fn token_sha256(section: &Section<'_>) -> Option<[u8; 32]> {
    let (place, text) = section.text("token_sha256")?;
    let Some(hash) = hex(text) else {
        place.problem(
            "is not the 64 hexadecimal digits of a SHA-256",
            "Make a token with `openssl rand -hex 32`, and its hash with `printf %s TOKEN | sha256sum`.",
        );
        return None;
    };
    if HASHES_OF_NOTHING.contains(&text.to_ascii_lowercase().as_str()) {
        place.problem(
            "is the hash of an empty token",
            "Hash the token itself: `printf %s TOKEN | sha256sum`.",
        );
        return None;
    }
    Some(hash)
}

fn hex(text: &str) -> Option<[u8; 32]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != 32 || !rest.is_empty() {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, [high, low]) in hash.iter_mut().zip(pairs) {
        let high = char::from(*high).to_digit(16)?;
        let low = char::from(*low).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(hash)
}

fn permissions(section: &Section<'_>) -> Permissions {
    let names = Permission::ALL.map(|permission| permission.to_string());
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let advice = format!("Write a list of: {}.", known.join(", "));
    section.missing("permissions", &advice);
    let Some(written) = section.texts("permissions") else {
        return Permissions::default();
    };
    if written.is_empty() {
        section
            .place_of("permissions")
            .problem("is empty, so that the caller may do nothing", advice);
    }
    written
        .into_iter()
        .filter_map(|(place, name)| {
            let found = Permission::ALL
                .into_iter()
                .find(|one| one.to_string() == name);
            if found.is_none() {
                let advice = nearest(name, &known).map_or_else(
                    || format!("Known are: {}.", known.join(", ")),
                    |right| format!("Did you mean \"{right}\"?"),
                );
                place.problem("is not a permission", advice);
            }
            found
        })
        .collect()
}
