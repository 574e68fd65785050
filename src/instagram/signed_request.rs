//! What Meta posts to a shop when a person removes the app or wants their data
//! deleted (<https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback>).

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ring::hmac;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire::{number, text, text_or_number};
use crate::domain::clock::Timestamp;
use crate::domain::limits;
use crate::domain::secret::Secret;

/// Bytes of a signed request. Seen: about 200.
pub const SIGNED_REQUEST_BYTES: usize = 4096;

/// The one algorithm Meta signs with.
const ALGORITHM: &str = "HMAC-SHA256";

/// Meta pads sometimes and sometimes not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A message that the holder of the app secret signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRequest {
    /// Decimal digits. Which of Instagram's two ids it is, nobody documents:
    /// look for either.
    pub user_id: String,
    /// When Meta signed it.
    pub issued_at: Timestamp,
    /// When the person's token ends, if Meta said so.
    pub expires: Option<Timestamp>,
}

/// Why a signed request is not to be believed. Never repeats any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedRequestError {
    /// Longer than [`SIGNED_REQUEST_BYTES`].
    TooLong,
    /// Not two parts of base64url with a dot between.
    Malformed,
    /// Signed with another secret, or changed on the way.
    BadSignature,
    /// Signed, but with another algorithm than the one that is checked.
    UnknownAlgorithm,
    /// Signed, but without a `user_id` or `issued_at`.
    Incomplete,
}

impl fmt::Display for SignedRequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "must have at most {SIGNED_REQUEST_BYTES} bytes"),
            Self::Malformed => f.write_str("must be two parts of base64url with a dot between"),
            Self::BadSignature => f.write_str(
                "is not signed with this site's app secret: \
                 compare the Instagram app secret with the one in Meta's dashboard",
            ),
            Self::UnknownAlgorithm => write!(f, "must be signed with {ALGORITHM}"),
            Self::Incomplete => f.write_str("must hold user_id and issued_at"),
        }
    }
}

impl std::error::Error for SignedRequestError {}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow)]
    algorithm: Option<&'a RawValue>,
    #[serde(borrow)]
    user_id: Option<&'a RawValue>,
    #[serde(borrow)]
    issued_at: Option<&'a RawValue>,
    #[serde(borrow)]
    expires: Option<&'a RawValue>,
}

/// Checks who signed, in constant time, and only then reads what was signed.
///
/// # Errors
/// Refuses whatever the holder of `app_secret` did not sign in this form.
pub fn verify(
    signed_request: &str,
    app_secret: &Secret,
) -> Result<SignedRequest, SignedRequestError> {
    if signed_request.len() > SIGNED_REQUEST_BYTES {
        return Err(SignedRequestError::TooLong);
    }
    let (signature, payload) = signed_request
        .split_once('.')
        .ok_or(SignedRequestError::Malformed)?;
    let signature = decoded(signature)?;
    // Everybody knows an empty key.
    if app_secret.expose().is_empty() {
        return Err(SignedRequestError::BadSignature);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, app_secret.expose().as_bytes());
    hmac::verify(&key, payload.as_bytes(), &signature)
        .map_err(|_| SignedRequestError::BadSignature)?;
    read(&decoded(payload)?)
}

fn decoded(part: &str) -> Result<Vec<u8>, SignedRequestError> {
    BASE64
        .decode(part)
        .map_err(|_| SignedRequestError::Malformed)
}

fn read(payload: &[u8]) -> Result<SignedRequest, SignedRequestError> {
    let payload: Payload<'_> =
        serde_json::from_slice(payload).map_err(|_| SignedRequestError::Malformed)?;
    let algorithm = text(payload.algorithm).unwrap_or_default();
    if !algorithm.eq_ignore_ascii_case(ALGORITHM) {
        return Err(SignedRequestError::UnknownAlgorithm);
    }
    let user_id = text_or_number(payload.user_id)
        .filter(|id| is_id(id))
        .ok_or(SignedRequestError::Incomplete)?;
    let issued_at = number(payload.issued_at).ok_or(SignedRequestError::Incomplete)?;
    Ok(SignedRequest {
        user_id: user_id.into_owned(),
        issued_at: at(issued_at),
        // Meta writes 0 for never.
        expires: number(payload.expires).filter(|&at| at > 0).map(at),
    })
}

fn is_id(text: &str) -> bool {
    (1..=limits::INSTAGRAM_ID_DIGITS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_micros(0).plus(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{URL_SAFE as PADDED, URL_SAFE_NO_PAD as UNPADDED};

    const SECRET: &str = "foo_app_secret";
    const VECTOR: &str = "aRcQnIFXySAapSVXDHFzF3hruffV2oh1si8_hZxGRuo.\
        eyJ1c2VyX2lkIjoiMTc4NDE0MDU3OTMxODcyMTgiLCJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIs\
        Imlzc3VlZF9hdCI6MTYzNDIwNjU5Mn0";

    fn sign(payload: &str, secret: &str, base64: &GeneralPurpose) -> String {
        let payload = base64.encode(payload);
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signature = base64.encode(hmac::sign(&key, payload.as_bytes()));
        format!("{signature}.{payload}")
    }

    fn verified(payload: &str) -> Result<SignedRequest, SignedRequestError> {
        verify(&sign(payload, SECRET, &UNPADDED), &SECRET.into())
    }

    #[test]
    fn the_published_vector_is_believed() {
        let request = verify(VECTOR, &SECRET.into()).unwrap();
        assert_eq!(request.user_id, "17841405793187218");
        assert_eq!(request.issued_at.as_micros(), 1_634_206_592_000_000);
        assert_eq!(request.expires, None);
    }

    #[test]
    fn padding_and_number_ids_make_no_difference() {
        let payload = r#"{"user_id":98765432109876543210,"algorithm":"HMAC-SHA256",
            "issued_at":1634206592,"expires":1634206600}"#;
        for base64 in [&PADDED, &UNPADDED] {
            let request = verify(&sign(payload, SECRET, base64), &SECRET.into()).unwrap();
            assert_eq!(request.user_id, "98765432109876543210");
            assert_eq!(request.expires, Some(at(1_634_206_600)));
        }
        assert!(sign(payload, SECRET, &PADDED).contains('='));
    }

    #[test]
    fn what_another_secret_signed_is_not_believed() {
        assert_eq!(
            verify(VECTOR, &"other".into()),
            Err(SignedRequestError::BadSignature)
        );
        let forged = sign(
            r#"{"user_id":"1","algorithm":"HMAC-SHA256","issued_at":1}"#,
            "",
            &PADDED,
        );
        assert_eq!(
            verify(&forged, &"".into()),
            Err(SignedRequestError::BadSignature)
        );
    }

    #[test]
    fn no_byte_of_it_can_be_changed() {
        for at in 0..VECTOR.len() {
            let mut changed = VECTOR.as_bytes().to_vec();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(verify(&changed, &SECRET.into()).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_signature_is_whole_or_none() {
        let (_, payload) = VECTOR.split_once('.').unwrap();
        for request in [
            format!(".{payload}"),
            format!("aRcQ.{payload}"),
            payload.to_owned(),
            String::new(),
            ".".to_owned(),
            format!("{VECTOR}.x"),
        ] {
            assert!(verify(&request, &SECRET.into()).is_err(), "{request}");
        }
    }

    #[test]
    fn a_signed_payload_must_hold_what_is_needed() {
        for (payload, error) in [
            (
                r#"{"user_id":"1","issued_at":1}"#,
                SignedRequestError::UnknownAlgorithm,
            ),
            (
                r#"{"user_id":"1","algorithm":"none","issued_at":1}"#,
                SignedRequestError::UnknownAlgorithm,
            ),
            (
                r#"{"algorithm":"HMAC-SHA256","issued_at":1}"#,
                SignedRequestError::Incomplete,
            ),
            (
                r#"{"user_id":"x","algorithm":"HMAC-SHA256","issued_at":1}"#,
                SignedRequestError::Incomplete,
            ),
            (
                r#"{"user_id":-1,"algorithm":"HMAC-SHA256","issued_at":1}"#,
                SignedRequestError::Incomplete,
            ),
            (
                r#"{"user_id":"1","algorithm":"HMAC-SHA256"}"#,
                SignedRequestError::Incomplete,
            ),
            ("7", SignedRequestError::Malformed),
        ] {
            assert_eq!(verified(payload), Err(error), "{payload}");
        }
    }

    #[test]
    fn a_request_has_a_largest_size() {
        let long = "A".repeat(SIGNED_REQUEST_BYTES + 1);
        assert_eq!(
            verify(&long, &SECRET.into()),
            Err(SignedRequestError::TooLong)
        );
    }
}
