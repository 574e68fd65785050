//! A name for each call, in its answer's metadata and in the log.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderValue;
use ring::rand::{SecureRandom, SystemRandom};

/// The metadata that carries it.
pub const HEADER: &str = "leadtap-request-id";

/// 16 hexadecimal digits: unique while the daemon runs, and in practice
/// between runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(u64);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl RequestId {
    /// As the value of [`HEADER`].
    #[must_use]
    pub fn header(self) -> HeaderValue {
        let digits: [u8; 16] = std::array::from_fn(|place| {
            let digit = (self.0 >> (60 - 4 * place) & 0xf) as u8;
            digit + if digit < 10 { b'0' } else { b'a' - 10 }
        });
        // Hexadecimal digits are always a valid header.
        let mut value = HeaderValue::from_bytes(&digits).unwrap_or(HeaderValue::from_static("0"));
        // No secret, but never seen again: so HPACK keeps it out of its table, whose upkeep costs
        // more than the header (RFC 7541 section 6.2.3).
        value.set_sensitive(true);
        value
    }
}

/// Gives out request ids: a counter from a random beginning, spread over all
/// 64 bits so that two neighbours look different to a reader.
#[derive(Debug)]
pub struct RequestIds(AtomicU64);

impl RequestIds {
    /// Begins at a random number; at zero where there is no randomness, since
    /// nothing rests on it.
    #[must_use]
    pub fn new() -> Self {
        let mut seed = [0; 8];
        let _ = SystemRandom::new().fill(&mut seed);
        Self(AtomicU64::new(u64::from_be_bytes(seed)))
    }

    /// The next one.
    pub fn next(&self) -> RequestId {
        /// 2^64 over the golden ratio, odd: the steps visit every number once.
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        RequestId(self.0.fetch_add(STEP, Ordering::Relaxed))
    }
}

impl Default for RequestIds {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_what_the_log_says() {
        for id in [0, 1, 0x0123_4567_89ab_cdef, u64::MAX].map(RequestId) {
            assert_eq!(id.header(), id.to_string());
        }
    }
}
