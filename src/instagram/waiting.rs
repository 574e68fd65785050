//! When Instagram expects to answer again, and how much of the app's allowance
//! is used up.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use serde_json::Value;

use super::answer::Answer;
use crate::domain::failure::UpstreamFailure;

/// An answer, and what it says beside of the app's allowance.
#[derive(Clone, Debug, PartialEq)]
pub struct Metered<T> {
    /// What was answered.
    pub answer: T,
    /// How much of what the app may do is used up, in percent; 0 where
    /// Instagram did not say.
    pub usage_percent: u64,
}

impl<T> Metered<T> {
    /// An outcome with the usage that came with it, whichever it is.
    pub(crate) fn of(
        outcome: Result<T, UpstreamFailure>,
        usage_percent: u64,
    ) -> Result<Self, UpstreamFailure> {
        match outcome {
            Ok(answer) => Ok(Self {
                answer,
                usage_percent,
            }),
            Err(failure) => Err(UpstreamFailure {
                usage_percent,
                ..failure
            }),
        }
    }
}

/// The usage of one account or app, as JSON
/// (<https://developers.facebook.com/docs/graph-api/overview/rate-limiting>).
const BUSINESS_USE_CASE_USAGE: &str = "x-business-use-case-usage";

/// The usage of the app, as JSON.
const APP_USAGE: &str = "x-app-usage";

/// What is counted in both, each in percent of what is allowed.
const SHARES: [&str; 3] = ["call_count", "total_cputime", "total_time"];

/// The longest wait believed. Instagram's windows are an hour or a day long;
/// more would be a mistake that stops a shop.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest of the waits that an answer to a throttled call asks for.
pub(super) fn of_throttled(headers: &HeaderMap) -> Option<Duration> {
    regain_access(headers).max(of_unavailable(headers))
}

/// How much of what the app may do is used up, in percent; 0 where nothing
/// says so. Either header may come with any answer.
fn usage_percent(headers: &HeaderMap) -> u64 {
    let app = read(headers, APP_USAGE);
    let business = read(headers, BUSINESS_USE_CASE_USAGE)
        .into_iter()
        .flat_map(|usage| entries(&usage).cloned().collect::<Vec<_>>());
    app.into_iter()
        .chain(business)
        .flat_map(|entry| SHARES.map(|share| entry.get(share).and_then(whole)))
        .flatten()
        .max()
        .unwrap_or(0)
}

/// What is read of an answer, with the usage that it tells of: a refusal does
/// so too.
pub(super) fn metered<T>(
    answer: &Answer,
    read: impl FnOnce() -> Result<T, UpstreamFailure>,
) -> Result<Metered<T>, UpstreamFailure> {
    Metered::of(read(), usage_percent(&answer.headers))
}

/// What `Retry-After` asks for. Only its form in seconds is read: Meta sends
/// no dates, and a date would need a clock that agrees with theirs.
pub(super) fn of_unavailable(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?;
    believed(seconds.trim().parse().ok()?)
}

fn regain_access(headers: &HeaderMap) -> Option<Duration> {
    read(headers, BUSINESS_USE_CASE_USAGE)
        .iter()
        .flat_map(entries)
        .filter_map(|entry| whole(entry.get("estimated_time_to_regain_access")?))
        .filter_map(|minutes| believed(minutes.saturating_mul(60)))
        .max()
}

/// The headers of that name that hold JSON.
fn read(headers: &HeaderMap, name: &str) -> Vec<Value> {
    let values = headers.get_all(name).into_iter();
    values
        .filter_map(|header| serde_json::from_slice(header.as_bytes()).ok())
        .collect()
}

/// The usage is an object of lists of objects; the outer keys are ids.
fn entries(usage: &Value) -> impl Iterator<Item = &Value> {
    let lists = usage
        .as_object()
        .into_iter()
        .flat_map(|lists| lists.values());
    lists.filter_map(Value::as_array).flatten()
}

fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// Zero means that nothing stands in the way, which a refusal belies.
fn believed(seconds: u64) -> Option<Duration> {
    (seconds > 0).then(|| Duration::from_secs(seconds).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(headers: &[(&'static str, &str)]) -> Option<Duration> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        of_throttled(&map)
    }

    fn minutes(minutes: u64) -> Option<Duration> {
        Some(Duration::from_secs(minutes * 60))
    }

    #[test]
    fn the_longest_wait_of_all_entries_counts() {
        let usage = r#"{"17841":[{"type":"instagram","call_count":100,
            "estimated_time_to_regain_access":19},{"estimated_time_to_regain_access":"7"}],
            "9":[{"estimated_time_to_regain_access":3}]}"#
            .replace('\n', " ");
        assert_eq!(wait(&[(BUSINESS_USE_CASE_USAGE, &usage)]), minutes(19));
        let with_header = [(BUSINESS_USE_CASE_USAGE, &*usage), ("retry-after", "1200")];
        assert_eq!(wait(&with_header), minutes(20));
    }

    #[test]
    fn a_wait_beyond_a_day_is_not_believed() {
        assert_eq!(
            wait(&[("retry-after", "18446744073709551615")]),
            minutes(24 * 60)
        );
        let usage = r#"{"1":[{"estimated_time_to_regain_access":18446744073709551615}]}"#;
        assert_eq!(wait(&[(BUSINESS_USE_CASE_USAGE, usage)]), minutes(24 * 60));
    }

    #[test]
    fn the_largest_share_of_all_headers_is_the_usage() {
        let usage = |headers: &[(&'static str, &str)]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(*name, value.parse().unwrap());
            }
            usage_percent(&map)
        };
        let app = (
            APP_USAGE,
            r#"{"call_count":28,"total_time":25,"total_cputime":31}"#,
        );
        let business = (
            BUSINESS_USE_CASE_USAGE,
            r#"{"17841":[{"type":"instagram","call_count":"97","total_time":25}]}"#,
        );
        assert_eq!(usage(&[]), 0);
        assert_eq!(usage(&[app]), 31);
        assert_eq!(usage(&[app, business]), 97);
        assert_eq!(
            usage(&[(APP_USAGE, "[1]"), (BUSINESS_USE_CASE_USAGE, "x")]),
            0
        );
    }

    #[test]
    fn what_says_nothing_asks_for_nothing() {
        for usage in [
            "",
            "x",
            "[]",
            "{}",
            r#"{"1":[]}"#,
            r#"{"1":[{}]}"#,
            r#"{"1":{}}"#,
            r#"{"1":[{"estimated_time_to_regain_access":0}]}"#,
            r#"{"1":[{"estimated_time_to_regain_access":-5}]}"#,
        ] {
            assert_eq!(wait(&[(BUSINESS_USE_CASE_USAGE, usage)]), None, "{usage}");
        }
        assert_eq!(
            wait(&[("retry-after", "Fri, 31 Dec 2027 23:59:59 GMT")]),
            None
        );
        assert_eq!(wait(&[]), None);
    }
}
