use super::instagram::failure;
use super::*;
use crate::domain::failure::UpstreamMeaning;

#[tokio::test]
async fn a_throttled_site_slows_down_and_the_healthy_one_beside_it_does_not() {
    let world = World::new();
    let (throttled, healthy) = (site("throttled"), site("healthy"));
    for account in 0..200 {
        world.import_to(&throttled, account).await;
        world.import_to(&healthy, 1_000 + account).await;
    }
    let wait = Some(Duration::from_secs(19 * 60));
    world.instagram.trouble(move |call| {
        (call.site == "throttled").then(|| failure(UpstreamMeaning::Throttled, wait))
    });
    let calls = |from: u64| {
        let accounts = from..from + 200;
        accounts
            .map(|one| world.instagram.account(one).calls)
            .sum::<u32>()
    };
    for _ in 0..6 * 24 {
        world.clock.advance(HOUR);
        tokio::join!(world.look_at(&throttled), world.look_at(&healthy));
    }
    assert_eq!(
        calls(1_000),
        200,
        "each of the healthy site's was refreshed once"
    );
    // One call an hour asks whether it is over, after the first few that were under way together.
    let asked = calls(0);
    assert!((90..130).contains(&asked), "{asked}");

    // When it is over, all are refreshed in good time, and nobody is asked twice.
    world.instagram.no_trouble();
    for _ in 0..24 {
        world.clock.advance(HOUR);
        world.look_at(&throttled).await;
    }
    assert_eq!(
        (0..200)
            .map(|one| world.instagram.account(one).renewals)
            .sum::<u32>(),
        200
    );
    assert_eq!(world.instagram.broken(), Vec::<String>::new());
}

#[tokio::test]
async fn one_account_that_is_throttled_for_ever_holds_up_no_other() {
    let world = World::new();
    for account in 0..50 {
        world.import(account).await;
    }
    world
        .instagram
        .trouble(|call| (call.account == 7).then(|| failure(UpstreamMeaning::Throttled, None)));
    world.pass(6 * DAY, HOUR).await;
    for account in (0..50).filter(|account| *account != 7) {
        assert_eq!(
            world.instagram.account(account).renewals,
            1,
            "account {account}"
        );
    }
}

#[tokio::test]
async fn an_allowance_that_is_nearly_used_up_is_left_to_the_logins() {
    let world = World::new();
    for account in 0..300 {
        world.import(account).await;
    }
    world.instagram.usage(96);
    // All of them are due, and each answer says that no more is wise for ten minutes.
    world.pass(5 * DAY, 5 * DAY).await;
    let renewed = || world.tokens.metrics().counters.renewed.get();
    let first = renewed();
    assert!(first <= 8, "{first}");
    world.pass(HOUR, Duration::from_secs(60)).await;
    assert!(
        (4..=7).contains(&(renewed() - first)),
        "{}",
        renewed() - first
    );
    world.instagram.usage(10);
    world.pass(HOUR, Duration::from_secs(60)).await;
    assert_eq!(renewed(), 300);
}

#[tokio::test]
async fn one_bad_token_is_tried_less_and_less_while_the_others_go_on() {
    let world = World::new();
    for account in 0..20 {
        world.import(account).await;
    }
    world
        .instagram
        .trouble(|call| (call.account == 3).then(|| failure(UpstreamMeaning::Unreadable, None)));
    world.pass(52 * DAY, HOUR).await;
    for account in (0..20).filter(|account| *account != 3) {
        assert_eq!(
            world.instagram.account(account).renewals,
            2,
            "account {account}"
        );
    }
    assert!(world.instagram.account(3).calls < 80);
}

#[tokio::test]
async fn refusals_and_profiles_tell_of_the_allowance_too() {
    let mut world = World::new();
    let daily = Site {
        profile_refresh: ProfileRefresh::Daily,
        ..Site::clone(&world.site)
    };
    world.site = Arc::new(daily);
    for account in 0..300 {
        world.import(account).await;
    }
    let asked = |of: fn(&super::instagram::Account) -> u32| -> u32 {
        let accounts = 0..300;
        accounts.map(|one| of(&world.instagram.account(one))).sum()
    };
    // Every refresh is refused, and each refusal says that no more is wise.
    world.instagram.usage(96);
    world
        .instagram
        .trouble(|_| Some(failure(UpstreamMeaning::PermissionMissing, None)));
    world.pass(5 * DAY, 5 * DAY).await;
    let refused = asked(|account| account.calls);
    assert!((1..=8).contains(&refused), "{refused}");
    // The same with the profiles that are due each day.
    world.instagram.no_trouble();
    world.instagram.usage(0);
    world.pass(2 * DAY, HOUR).await;
    world.tokens.count_site(&world.site).await.unwrap();
    world.instagram.usage(96);
    let before = asked(|account| account.profiles);
    world.pass(2 * DAY, 2 * DAY).await;
    let profiles = asked(|account| account.profiles) - before;
    assert!((1..=8).contains(&profiles), "{profiles}");
}
