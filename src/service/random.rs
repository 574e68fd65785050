//! Random bytes and hashes of them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{BrowserBindingHash, LeadId};
use crate::domain::secret::Secret;

/// A fresh `state`: 32 random bytes in base64url, 43 characters. More than
/// the 128 bits that RFC 6749 section 10.10 asks for.
///
/// None when the operating system gives no random bytes.
pub(super) fn state() -> Option<Secret> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(Secret::new(BASE64URL.encode(bytes)))
}

/// A time of at most this long, by chance. The longest where the operating
/// system gives no random bytes: nothing rests on it.
pub(super) fn up_to(longest: Duration) -> Duration {
    let mut bytes = [u8::MAX; 4];
    let _ = SystemRandom::new().fill(&mut bytes);
    let share = f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX);
    longest.mul_f64(share)
}

/// What StartAuthorization was given for this browser's secret.
pub(super) fn binding_hash(binding: &[u8]) -> BrowserBindingHash {
    BrowserBindingHash(sha256(binding))
}

/// The id of a lead that is new: its first 48 bits are the time, so that new
/// leads lie together in the store (RFC 9562 section 5.7).
pub(super) fn lead_id(now: Timestamp) -> LeadId {
    let micros = u64::try_from(now.as_micros()).unwrap_or(0);
    let (seconds, rest) = (micros / 1_000_000, micros % 1_000_000);
    let nanos = u32::try_from(rest * 1_000).unwrap_or(0);
    let time = uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos);
    LeadId::new(Uuid::new_v7(time))
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}
