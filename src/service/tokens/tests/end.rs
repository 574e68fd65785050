use super::instagram::failure;
use super::*;
use crate::domain::failure::{TokenEnd, UpstreamMeaning};

#[tokio::test]
async fn each_way_in_which_a_token_ends_is_said_by_its_lead() {
    let world = World::new();
    for (account, end, state) in [
        (1, TokenEnd::Expired, TokenState::Expired),
        (2, TokenEnd::AppRemoved, TokenState::Revoked),
        (3, TokenEnd::PasswordChanged, TokenState::Revoked),
        (4, TokenEnd::Checkpoint, TokenState::Revoked),
        (5, TokenEnd::Invalid, TokenState::Revoked),
    ] {
        let lead = world.import(account).await;
        world.instagram.kill(account, end);
        world.pass(5 * DAY, DAY).await;
        let status = world.status(lead).await;
        assert_eq!((status.state, status.end), (state, Some(end)));
        // It is asked once, and never again.
        world.pass(60 * DAY, 5 * DAY).await;
        assert_eq!(world.instagram.account(account).calls, 1);
    }
    assert_eq!(world.tokens.metrics().counters.ended.get(), 5);
}

#[tokio::test]
async fn a_token_that_cannot_be_refreshed_warns_from_seven_days_before_its_end_on() {
    let world = World::new();
    let lead = world.import(1).await;
    let refused = failure(UpstreamMeaning::PermissionMissing, None);
    world.instagram.trouble(move |_| Some(refused.clone()));
    let end = world.status(lead).await.expire_time;
    while world.now() < end.plus(DAY) {
        world.clock.advance(6 * HOUR);
        world.look().await;
        let left = end.since(world.now());
        let expected = match left {
            Duration::ZERO => TokenState::Expired,
            left if left <= 7 * DAY => TokenState::Expiring,
            _ => TokenState::LongLived,
        };
        assert_eq!(world.state(lead).await, expected, "{left:?} left");
    }
    let metrics = world.tokens.metrics();
    assert_eq!(
        (metrics.counters.warned.get(), metrics.counters.ended.get()),
        (1, 1)
    );
    assert_eq!(world.status(lead).await.end, Some(TokenEnd::Expired));
    assert_eq!(world.instagram.broken(), Vec::<String>::new());
    // A refusal that somebody has to do something about is tried once a day.
    let calls = world.instagram.account(1).calls;
    assert!((50..62).contains(&calls), "{calls}");
}

#[tokio::test]
async fn a_refresh_at_the_last_moment_takes_the_warning_back() {
    let world = World::new();
    let lead = world.import(1).await;
    world
        .instagram
        .trouble(|_| Some(failure(UpstreamMeaning::Unavailable, None)));
    world.pass(55 * DAY, 6 * HOUR).await;
    assert_eq!(world.state(lead).await, TokenState::Expiring);
    world.instagram.no_trouble();
    world.pass(DAY, 6 * HOUR).await;
    assert_eq!(world.state(lead).await, TokenState::LongLived);
    let entry = world.tokens.entry(&world.site, lead).await.unwrap();
    assert_eq!(
        (entry.upkeep.failures, entry.upkeep.last_failure),
        (0, None)
    );
}

#[tokio::test]
async fn the_tokens_are_counted_by_their_states() {
    let world = World::new();
    for account in 1..=5 {
        world.import(account).await;
    }
    world.instagram.kill(1, TokenEnd::PasswordChanged);
    world
        .instagram
        .trouble(|call| (call.account == 2).then(|| failure(UpstreamMeaning::Unavailable, None)));
    world.pass(55 * DAY, DAY).await;
    assert_eq!(world.tokens.metrics().counts(&world.site.id), None);
    world.tokens.count_site(&world.site).await.unwrap();
    let counts = world.tokens.metrics().counts(&world.site.id).unwrap();
    let of = TokenState::ALL.map(|state| counts.of(state));
    assert_eq!(of, [0, 3, 0, 1, 1], "{counts:?}");
}
