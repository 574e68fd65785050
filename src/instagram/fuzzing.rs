//! What is read of bytes from outside, as a fuzzer calls it: each function
//! takes any bytes and panics where a promise does not hold.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use bytes::Bytes;
use form_urlencoded::Serializer;
use http::{HeaderMap, HeaderValue, StatusCode};
use ring::hmac;

use super::answer::Answer;
use super::callback::{self, Callback};
use super::refusal::accepted;
use super::signed_request::{self, SignedRequestError};
use super::wording::Confidential;
use super::{profile, tokens};
use crate::domain::clock::Timestamp;
use crate::domain::failure::UpstreamFailure;
use crate::domain::lead::InstagramProfile;
use crate::domain::limits;
use crate::domain::secret::Secret;

/// What a call carried, and no failure may repeat.
const CARRIED: &str = "carried-secret-0123456789";

/// The query string or URL that a shopper comes back with.
pub fn callback(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    match callback::parse(text) {
        Ok(Callback::Code { code, state }) => {
            let parts = [("code", code.expose()), ("state", state.expose())];
            for (_, part) in parts {
                assert!(!part.is_empty() && part.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            }
            let again = Serializer::new(String::new()).extend_pairs(parts).finish();
            // An end like Meta's own addition would be taken off once more.
            if !parts.iter().any(|(_, part)| part.contains('#')) {
                let read = callback::parse(&again);
                assert_eq!(
                    read,
                    Ok(Callback::Code { code, state }),
                    "read once, read the same"
                );
            }
        }
        Ok(Callback::Declined { decline, state }) => {
            assert!(decline.error.len() <= limits::DECLINED_CODE_BYTES);
            assert!(decline.reason.len() <= limits::DECLINED_CODE_BYTES);
            assert!(decline.description.len() <= limits::DECLINED_TEXT_BYTES);
            assert!(state.is_none_or(|state| !state.expose().is_empty()));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// What Meta posts: as it is, and once more as a payload that is rightly
/// signed, or nothing behind the signature would ever be reached.
pub fn signed_request(input: &[u8]) {
    let secret = Secret::from("app-secret-of-the-fuzzer");
    if let Ok(text) = std::str::from_utf8(input) {
        assert!(
            signed_request::verify(text, &secret).is_err(),
            "nobody signed it"
        );
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    for engine in [URL_SAFE, URL_SAFE_NO_PAD] {
        let payload = engine.encode(input);
        let signature = engine.encode(hmac::sign(&key, payload.as_bytes()));
        match signed_request::verify(&format!("{signature}.{payload}"), &secret) {
            Ok(request) => {
                let id = &request.user_id;
                assert!(
                    (1..=limits::INSTAGRAM_ID_DIGITS).contains(&id.len()),
                    "{id}"
                );
                assert!(id.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
            }
            Err(error) => assert_ne!(error, SignedRequestError::BadSignature),
        }
    }
}

/// An answer of Instagram's: a byte for its status, a usage header up to the
/// first line end, and its body.
pub fn answer(input: &[u8]) {
    const STATUSES: [u16; 8] = [200, 200, 201, 302, 400, 403, 429, 500];
    let Some((first, rest)) = input.split_first() else {
        return;
    };
    let status = STATUSES.get(usize::from(*first) % STATUSES.len());
    let end = rest
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(rest.len());
    let (header, body) = rest.split_at(end);
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(header) {
        headers.insert("x-business-use-case-usage", value.clone());
        headers.insert("retry-after", value);
    }
    let answer = Answer {
        status: StatusCode::from_u16(*status.unwrap_or(&200)).unwrap_or_default(),
        headers,
        body: Bytes::copy_from_slice(body.get(1..).unwrap_or_default()),
    };
    let carried = Secret::from(CARRIED);
    match accepted(&answer, Confidential(&[&carried])) {
        Ok(fields) => {
            let fields = fields.unwrapped();
            if let Some(token) = tokens::token(fields.access_token) {
                assert!(token.expose().len() <= limits::ACCESS_TOKEN_BYTES);
            }
            if let Some(lifetime) = tokens::lifetime(fields.expires_in) {
                assert!(lifetime <= tokens::LONGEST_LIFETIME);
            }
            if let Some(profile) = profile::read(fields, Timestamp::from_micros(0)) {
                hold_profile(&profile);
            }
        }
        Err(failure) => hold_failure(&failure),
    }
}

fn hold_profile(profile: &InstagramProfile) {
    let texts = [
        &profile.username,
        &profile.name,
        &profile.profile_picture_url,
    ];
    for text in texts {
        assert!(text.len() <= limits::PROFILE_TEXT_BYTES);
        assert!(!text.contains(char::is_control), "{text:?}");
    }
}

fn hold_failure(failure: &UpstreamFailure) {
    assert!(!failure.message.is_empty());
    assert!(failure.message.len() <= UpstreamFailure::MESSAGE_BYTES);
    for text in [&failure.message, &failure.fbtrace_id] {
        assert!(
            !text.contains(CARRIED),
            "a failure repeats what was carried"
        );
        assert!(!text.contains(char::is_control), "{text:?}");
    }
    let day = Duration::from_secs(24 * 60 * 60);
    assert!(failure.retry_after.is_none_or(|wait| wait <= day));
}
