//! Requests, from callers. The limits are the proto's, and a refusal names
//! the field and the limit.

use prost_types::Timestamp as PbTimestamp;
use zeroize::Zeroizing;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{BrowserBindingHash, LeadId};
use crate::domain::lead::{Attributes, Consent};
use crate::domain::limits;
use crate::domain::secret::Secret;
use crate::grpc::pb;
use crate::grpc::violations::Violations;
use crate::service::Start;
use crate::service::login::Complete;
use crate::storage::LeadKey;

/// How far in the future a consent may lie: two clocks of careless machines.
const CLOCK_SKEW_MICROS: i64 = 5 * 60 * 1_000_000;

/// 2010-01-01: Instagram began that year, so no consent is older.
const OLDEST_CONSENT: Timestamp = Timestamp::from_micros(1_262_304_000_000_000);

/// A moment as the contract has it.
#[must_use]
pub fn timestamp(time: Timestamp) -> PbTimestamp {
    let micros = time.as_micros();
    PbTimestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: i32::try_from(micros.rem_euclid(1_000_000) * 1_000).unwrap_or(0),
    }
}

/// A valid StartAuthorizationRequest.
///
/// # Errors
/// The fields that break their limits, all of them.
pub fn start(request: pb::StartAuthorizationRequest, now: Timestamp) -> Result<Start, Violations> {
    let mut bad = Violations::default();
    for (field, value) in [
        ("redirect_uri", &request.redirect_uri),
        ("return_to", &request.return_to),
    ] {
        if value.len() > limits::URL_BYTES {
            bad.add(field, "must have at most 2,048 bytes");
        }
    }
    check_scopes(&request.scopes, &mut bad);
    let attributes: Attributes = request.attributes.into_iter().collect();
    check_attributes(&attributes, &mut bad);
    if request
        .consent
        .as_ref()
        .is_some_and(|consent| consent.withdraw_time.is_some())
    {
        bad.add(
            "consent.withdraw_time",
            "must be unset: a login cannot bring a withdrawn consent",
        );
    }
    let consent = request
        .consent
        .and_then(|consent| valid_consent(consent, now, &mut bad));
    let binding = <[u8; limits::BINDING_BYTES]>::try_from(request.browser_binding_hash.as_slice());
    if binding.is_err() {
        bad.add(
            "browser_binding_hash",
            "must have exactly 32 bytes: the SHA-256 of the secret in the shopper's cookie",
        );
    }
    bad.or(Start {
        redirect_uri: request.redirect_uri,
        scopes: request.scopes,
        browser_binding: BrowserBindingHash(binding.unwrap_or_default()),
        return_to: request.return_to,
        force_reauth: request.force_reauth,
        attributes,
        consent,
    })
}

fn check_scopes(scopes: &[String], bad: &mut Violations) {
    if scopes.len() > limits::SCOPES {
        bad.add("scopes", "must have at most 16 entries");
    }
    let is_valid = |scope: &String| {
        (1..=limits::SCOPE_BYTES).contains(&scope.len())
            && scope
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    if !scopes.iter().take(limits::SCOPES).all(is_valid) {
        bad.add("scopes", "must each have 1 to 64 characters of a-z and _");
    }
}

pub(super) fn check_attributes(attributes: &Attributes, bad: &mut Violations) {
    if attributes.len() > limits::ATTRIBUTES {
        bad.add("attributes", "must have at most 16 entries");
    }
    let is_valid_key = |key: &String| {
        (1..=limits::ATTRIBUTE_KEY_BYTES).contains(&key.len())
            && key.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.-".contains(&byte)
            })
    };
    if !attributes.keys().all(is_valid_key) {
        bad.add(
            "attributes",
            "must have keys of 1 to 64 characters of a-z, 0-9, _, . and -",
        );
    }
    let is_valid_value = |value: &String| {
        value.len() <= limits::ATTRIBUTE_VALUE_BYTES && !value.contains(char::is_control)
    };
    if !attributes.values().all(is_valid_value) {
        bad.add(
            "attributes",
            "must have values of at most 256 bytes without control characters",
        );
    }
}

pub(super) fn valid_consent(
    consent: pb::Consent,
    now: Timestamp,
    bad: &mut Violations,
) -> Option<Consent> {
    let text_version = consent.text_version;
    if !(1..=limits::CONSENT_VERSION_BYTES).contains(&text_version.len())
        || text_version.contains(char::is_control)
    {
        bad.add(
            "consent.text_version",
            "must have 1 to 64 bytes without control characters",
        );
    }
    if consent.source.len() > limits::CONSENT_SOURCE_BYTES
        || consent.source.contains(char::is_control)
    {
        bad.add(
            "consent.source",
            "must have at most 64 bytes without control characters",
        );
    }
    let agree_time = past(consent.agree_time, now);
    if agree_time.is_none() {
        bad.add(
            "consent.agree_time",
            "must be set, not before 2010 and at most 5 minutes in the future",
        );
    }
    Some(Consent {
        text_version,
        agree_time: agree_time?,
        source: consent.source,
        withdraw_time: None,
    })
}

/// A moment at which a shopper can have done something.
pub(super) fn past(time: Option<PbTimestamp>, now: Timestamp) -> Option<Timestamp> {
    time.and_then(valid_timestamp).filter(|time| {
        *time >= OLDEST_CONSENT && time.as_micros() <= now.as_micros() + CLOCK_SKEW_MICROS
    })
}

fn valid_timestamp(time: PbTimestamp) -> Option<Timestamp> {
    let nanos = i64::from(time.nanos);
    if !(0..1_000_000_000).contains(&nanos) {
        return None;
    }
    let micros = time
        .seconds
        .checked_mul(1_000_000)?
        .checked_add(nanos / 1_000)?;
    Some(Timestamp::from_micros(micros))
}

/// A valid CompleteAuthorizationRequest.
///
/// # Errors
/// The fields that break their limits, all of them.
pub fn complete(request: pb::CompleteAuthorizationRequest) -> Result<Complete, Violations> {
    let mut bad = Violations::default();
    let callback_query = Secret::new(request.callback_query);
    if !(1..=limits::CALLBACK_BYTES).contains(&callback_query.expose().len()) {
        bad.add("callback_query", "must have 1 to 8,192 bytes");
    }
    let given = Zeroizing::new(request.browser_binding);
    // Filled in place: a moved array leaves a copy behind.
    let mut binding = Zeroizing::new([0; limits::BINDING_BYTES]);
    if given.len() == binding.len() {
        binding.copy_from_slice(&given);
    } else {
        bad.add(
            "browser_binding",
            "must have exactly 32 bytes: the secret in the shopper's cookie",
        );
    }
    bad.or(Complete {
        callback_query,
        browser_binding: binding,
    })
}

/// What a GetLeadRequest asks for.
///
/// # Errors
/// The field that is missing or is no such id.
pub fn lead_key(request: pb::GetLeadRequest) -> Result<LeadKey, Violations> {
    use pb::get_lead_request::Key;
    match request.key {
        None => Err(Violations::of(
            "key",
            "must be set: lead_id, instagram_user_id or instagram_scoped_id",
        )),
        Some(Key::LeadId(id)) => id
            .parse()
            .map(LeadKey::Id)
            .map_err(|error| of("lead_id", error)),
        Some(Key::InstagramUserId(id)) => id
            .parse()
            .map(LeadKey::UserId)
            .map_err(|error| of("instagram_user_id", error)),
        Some(Key::InstagramScopedId(id)) => id
            .parse()
            .map(LeadKey::ScopedId)
            .map_err(|error| of("instagram_scoped_id", error)),
    }
}

/// A lead's id in this field.
///
/// # Errors
/// When it is none.
pub fn lead_id(field: &str, text: &str) -> Result<LeadId, Violations> {
    text.parse().map_err(|error| of(field, error))
}

/// Leads on a page.
pub(super) fn page_size(asked: i32, bad: &mut Violations) -> usize {
    match usize::try_from(asked) {
        Ok(0) => limits::PAGE_SIZE,
        Ok(size) => size.min(limits::PAGE_SIZE_MAX),
        Err(_) => {
            bad.add("page_size", "must not be negative");
            limits::PAGE_SIZE
        }
    }
}

fn of(field: &str, error: crate::domain::ids::IdError) -> Violations {
    Violations::of(field, error.to_string())
}
