//! A year in the life of ten thousand tokens.

use futures_util::StreamExt;

use super::instagram::{Call, failure};
use super::*;
use crate::domain::failure::{TokenEnd, UpstreamFailure, UpstreamMeaning};
use crate::domain::upkeep::spread;

const TOKENS: u64 = 10_000;

/// Shops that they belong to, so that the disk's syncs are shared.
const SITES: u64 = 20;

/// The account whose every refresh fails.
const BAD: u64 = 17;

/// The account whose person removes the app on day 100.
const LEAVING: u64 = 4_711;

/// How old a token may become before it is refreshed: 45 days, a day of pause,
/// and the longest wait between two tries.
const OLDEST: Duration = Duration::from_secs(48 * 24 * 60 * 60);

/// Numbers without a pattern that are the same in every run.
fn dice(number: u64) -> u64 {
    let lead = LeadId::new(Uuid::from_u128(u128::from(number)));
    u64::try_from(spread(&lead, Duration::from_micros(1_000)).as_micros()).unwrap()
}

/// Every eighth call fails in one way or another; on one day of thirty
/// Instagram throttles the app for six hours, and on another it is down.
fn weather(call: Call<'_>) -> Option<UpstreamFailure> {
    use UpstreamMeaning::{NoAnswer, NotSent, Throttled, Unavailable, Unreadable};
    let hours = call.now.since(NOW).as_secs() / 3_600;
    let (day, hour) = (hours / 24 % 30, hours % 24);
    let meaning = match (call.account, day, hour) {
        (BAD, _, _) => Unavailable,
        (_, 10, 6..12) => Throttled,
        (_, 20, _) => NotSent,
        _ => match dice(call.number) {
            0..40 => Unavailable,
            40..80 => NoAnswer,
            80..110 => Unreadable,
            110..125 => Throttled,
            _ => return None,
        },
    };
    let wait = (dice(call.number + 1) < 500).then_some(Duration::from_secs(19 * 60));
    Some(failure(meaning, wait.filter(|_| meaning == Throttled)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_one_of_ten_thousand_tokens_is_refreshed_too_early_too_late_or_twice() {
    let mut world = World::new();
    let sites: Vec<_> = (0..SITES)
        .map(|number| site(&format!("shop-{number}")))
        .collect();
    let of = |account: u64| &sites[usize::try_from(account % SITES).unwrap()];
    let imports =
        futures_util::stream::iter(0..TOKENS).map(|account| world.import_to(of(account), account));
    let leads: Vec<LeadId> = imports.buffered(512).collect().await;
    world.instagram.trouble(weather);
    // Half of the test's time went into keeping profiles, which other tests look at.
    world.instagram.no_profiles();

    let (mut most_at_once, mut renewals_before) = (0, 0);
    for quarter_day in 0..4 * 365 {
        world.clock.advance(6 * HOUR);
        if quarter_day == 4 * 100 {
            world.instagram.kill(LEAVING, TokenEnd::AppRemoved);
        }
        if quarter_day == 4 * 150 + 1 {
            world.restart().await;
        }
        let looks = sites.iter().map(|site| world.look_at(site));
        futures_util::future::join_all(looks).await;
        let renewals = world.tokens.metrics().counters.renewed.get();
        most_at_once = most_at_once.max(renewals.saturating_sub(renewals_before));
        renewals_before = renewals;
    }

    assert_eq!(world.instagram.broken(), Vec::<String>::new());
    for (account, lead) in (0..TOKENS).zip(&leads) {
        let (seen, status) = (
            world.instagram.account(account),
            world.status_at(of(account), *lead).await,
        );
        match account {
            BAD => {
                assert_eq!(
                    (status.state, status.end),
                    (TokenState::Expired, Some(TokenEnd::Expired))
                );
                // It was tried again and again, and less and less often.
                assert!((50..100).contains(&seen.calls), "{}", seen.calls);
            }
            LEAVING => {
                assert_eq!(
                    (status.state, status.end),
                    (TokenState::Revoked, Some(TokenEnd::AppRemoved))
                );
            }
            _ => {
                assert_eq!(status.state, TokenState::LongLived, "account {account}");
                assert!((7..=13).contains(&seen.renewals), "{}", seen.renewals);
                assert!(seen.calls < 60, "{}", seen.calls);
                // Whatever the weather, long before anybody has to be warned.
                let oldest = seen.ages.iter().max().unwrap();
                assert!(*oldest < OLDEST, "{oldest:?}");
            }
        }
    }
    // All were imported in one minute; no quarter of a day had more than a tenth of them.
    assert!(most_at_once < TOKENS / 10, "{most_at_once}");
}
