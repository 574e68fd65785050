use super::instagram::failure;
use super::*;
use crate::domain::failure::UpstreamMeaning;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_short_lived_token_is_exchanged_within_a_minute() {
    let world = World::new();
    let lead = world.short_lived(1).await;
    world.look().await;
    assert_eq!(
        world.instagram.account(1).calls,
        0,
        "the login has just tried"
    );
    world.pass(MINUTE, MINUTE / 6).await;
    assert_eq!(world.state(lead).await, TokenState::LongLived);
    assert_eq!(world.instagram.broken(), Vec::<String>::new());
}

#[tokio::test]
async fn an_exchange_that_fails_for_most_of_an_hour_still_succeeds() {
    let world = World::new();
    let lead = world.short_lived(1).await;
    world
        .instagram
        .trouble(|_| Some(failure(UpstreamMeaning::Unavailable, None)));
    world.pass(45 * MINUTE, MINUTE / 2).await;
    assert_eq!(world.state(lead).await, TokenState::ShortLived);
    world.instagram.no_trouble();
    world.pass(14 * MINUTE, MINUTE / 2).await;
    assert_eq!(world.state(lead).await, TokenState::LongLived);
    let calls = world.instagram.account(1).calls;
    assert!((5..15).contains(&calls), "{calls}");
    assert_eq!(world.instagram.broken(), Vec::<String>::new());
}

#[tokio::test]
async fn after_its_hour_it_has_expired_and_nobody_is_asked_any_more() {
    let world = World::new();
    let lead = world.short_lived(1).await;
    world
        .instagram
        .trouble(|_| Some(failure(UpstreamMeaning::RoleMissing, None)));
    world.pass(2 * HOUR, MINUTE).await;
    assert_eq!(world.state(lead).await, TokenState::Expired);
    let calls = world.instagram.account(1).calls;
    world.pass(DAY, HOUR).await;
    assert_eq!(world.instagram.account(1).calls, calls);
    assert_eq!(world.instagram.broken(), Vec::<String>::new());
}
