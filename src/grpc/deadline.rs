//! How long a call may take.
//!
//! tonic keeps deadlines too, but outside of the gate and with CANCELLED: such
//! an answer would have no request id and no log line, and would not say what
//! the gRPC specification has for it, DEADLINE_EXCEEDED.

use std::time::Duration;

use http::HeaderMap;

/// The header with the caller's deadline
/// (<https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>).
const HEADER: &str = "grpc-timeout";

/// A call may take this long at most, whatever its deadline says.
pub const LONGEST: Duration = Duration::from_secs(60);

/// Digits of the header's number.
const DIGITS: usize = 8;

/// How long the call with these headers may take. A deadline that cannot be
/// read is none.
pub(super) fn of(headers: &HeaderMap) -> Duration {
    headers
        .get(HEADER)
        .and_then(|value| value.to_str().ok())
        .and_then(read)
        .map_or(LONGEST, |asked| asked.min(LONGEST))
}

fn read(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || !(1..=DIGITS).contains(&number.len()) {
        return None;
    }
    let number: u64 = number.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(number * 60 * 60),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(value: &str) -> Duration {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, value.parse().unwrap());
        of(&headers)
    }

    #[test]
    fn a_deadline_is_read_in_every_unit() {
        assert_eq!(with("7S"), Duration::from_secs(7));
        assert_eq!(with("200m"), Duration::from_millis(200));
        assert_eq!(with("200u"), Duration::from_micros(200));
        assert_eq!(with("99999999n"), Duration::from_nanos(99_999_999));
    }

    #[test]
    fn no_call_takes_longer_than_the_longest() {
        for text in ["1M", "99999999H", "61S"] {
            assert_eq!(with(text), LONGEST);
        }
        assert_eq!(of(&HeaderMap::new()), LONGEST);
    }

    #[test]
    fn what_is_no_deadline_is_none() {
        for text in ["", "S", "7", "7s", "-7S", "+7S", "7 S", "123456789n"] {
            assert_eq!(with(text), LONGEST, "{text}");
        }
    }
}
