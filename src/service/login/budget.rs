//! How long one `complete` may take at Instagram, and how often it asks.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::domain::failure::{UpstreamFailure, UpstreamMeaning};

/// For all calls to Instagram of one `complete`. Below the 15 seconds after
/// which the PHP client gives up, so that the shop hears why; the login goes on
/// where it stopped when it is completed again.
pub const LOGIN_BUDGET: Duration = Duration::from_secs(14);

/// After this much of it no long-lived token is asked for any more: that can be
/// had later, and without the rest of the time there would be no lead.
pub const EXTENSION_BUDGET: Duration = Duration::from_secs(10);

/// A call that has less time than this is not begun.
const SHORTEST_CALL: Duration = Duration::from_millis(500);

/// How long each attempt at a call that may be repeated waits before it: the
/// shopper looks at an empty page meanwhile.
const WAITS: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(100),
    Duration::from_millis(300),
];

/// Makes a call, and again while its failure is a passing one and there is
/// time. Throttling is not answered with more calls. `heard` is told of each
/// outcome.
pub(super) async fn repeatedly<T, F>(
    deadline: Instant,
    mut call: impl FnMut() -> F,
    heard: impl Fn(&Result<T, UpstreamFailure>),
) -> Result<T, UpstreamFailure>
where
    F: Future<Output = Result<T, UpstreamFailure>>,
{
    let mut last = out_of_time();
    for wait in WAITS {
        if Instant::now() + wait + SHORTEST_CALL > deadline {
            break;
        }
        sleep(wait).await;
        let answer = timeout_at(deadline, call()).await;
        let outcome = answer.unwrap_or_else(|_| Err(out_of_time()));
        heard(&outcome);
        match outcome {
            Err(failure)
                if failure.meaning.is_passing()
                    && failure.meaning != UpstreamMeaning::Throttled =>
            {
                tracing::debug!(upstream.meaning = ?failure.meaning, "a call brought nothing");
                last = failure;
            }
            outcome => return outcome,
        }
    }
    Err(last)
}

fn out_of_time() -> UpstreamFailure {
    UpstreamFailure {
        meaning: UpstreamMeaning::NoAnswer,
        message: "no answer within the time of one login".to_owned(),
        fbtrace_id: String::new(),
        retry_after: None,
        usage_percent: 0,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// How many calls are made, and how long it takes, where each takes this
    /// long and ends like this.
    async fn calls(each: Duration, meaning: UpstreamMeaning) -> (u32, Duration) {
        let (made, begun) = (Cell::new(0), Instant::now());
        let heard = Cell::new(0);
        let outcome = repeatedly(
            begun + LOGIN_BUDGET,
            || async {
                made.set(made.get() + 1);
                sleep(each).await;
                let failure = out_of_time();
                Err::<(), _>(UpstreamFailure { meaning, ..failure })
            },
            |_| heard.set(heard.get() + 1),
        )
        .await;
        assert!(outcome.is_err());
        assert_eq!(made, heard, "each is heard of");
        (made.get(), begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_passing_failure_is_tried_three_times() {
        let (made, took) = calls(Duration::ZERO, UpstreamMeaning::Unavailable).await;
        assert_eq!(made, 3);
        assert!(took < Duration::from_millis(410), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_and_refusals_are_not_tried_again() {
        for meaning in [UpstreamMeaning::Throttled, UpstreamMeaning::Blocked] {
            assert_eq!(calls(Duration::ZERO, meaning).await.0, 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_number_of_slow_calls_takes_longer_than_a_login_may() {
        for (seconds, expected) in [(5, 3), (8, 2), (13, 2), (60, 1)] {
            let each = Duration::from_secs(seconds);
            let (made, took) = calls(each, UpstreamMeaning::NoAnswer).await;
            assert_eq!(made, expected, "{seconds}");
            assert!(took <= LOGIN_BUDGET + Duration::from_millis(2), "{took:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_call_is_begun_when_the_time_is_over() {
        let call = || async { panic!("a call was made") };
        let over = Instant::now() + Duration::from_millis(100);
        let outcome: Result<(), _> = repeatedly(over, call, |_| panic!("heard")).await;
        assert_eq!(outcome.unwrap_err().meaning, UpstreamMeaning::NoAnswer);
    }
}
