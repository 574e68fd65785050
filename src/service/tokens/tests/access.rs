use super::instagram::failure;
use super::*;
use crate::domain::failure::{TokenEnd, UpstreamMeaning};
use crate::service::tokens::{TokenError, TokenQuery};

#[tokio::test]
async fn a_token_is_handed_out_as_it_is_and_refreshed_first_when_due() {
    let world = World::new();
    let lead = world.import(1).await;
    let hand_out = async || world.tokens.hand_out(world.site.clone(), lead).await;
    let first = hand_out().await.unwrap();
    assert_eq!(world.instagram.account(1).calls, 0);
    world.clock.advance(6 * DAY);
    let second = hand_out().await.unwrap();
    assert_ne!(first.secret, second.secret);
    assert_eq!(second.status.refreshed_time, world.now());
    assert_eq!(hand_out().await.unwrap().secret, second.secret);
    assert_eq!(world.instagram.account(1).calls, 1);
    assert_eq!(world.tokens.metrics().counters.handed_out.get(), 3);
}

#[tokio::test]
async fn a_refresh_that_fails_does_not_keep_a_good_token_back() {
    let world = World::new();
    let lead = world.import(1).await;
    world
        .instagram
        .trouble(|_| Some(failure(UpstreamMeaning::Throttled, None)));
    world.clock.advance(6 * DAY);
    for _ in 0..3 {
        world
            .tokens
            .hand_out(world.site.clone(), lead)
            .await
            .unwrap();
    }
    // While the site pauses nobody is asked.
    assert_eq!(world.instagram.account(1).calls, 1);
    let refused = world
        .tokens
        .refresh(world.site.clone(), lead)
        .await
        .unwrap_err();
    let TokenError::Upstream(refused) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(refused.meaning, UpstreamMeaning::Throttled);
    assert_eq!(refused.retry_after, Some(Duration::from_secs(300)));
    assert_eq!(world.instagram.account(1).calls, 1);
}

#[tokio::test]
async fn a_token_that_turns_out_to_be_dead_is_not_handed_out() {
    let world = World::new();
    let lead = world.import(1).await;
    world.instagram.kill(1, TokenEnd::PasswordChanged);
    world.clock.advance(6 * DAY);
    for _ in 0..2 {
        let refused = world.tokens.hand_out(world.site.clone(), lead).await;
        assert_eq!(
            refused.unwrap_err(),
            TokenError::Ended(TokenEnd::PasswordChanged)
        );
    }
    assert_eq!(world.instagram.account(1).calls, 1);
}

#[tokio::test]
async fn a_refresh_by_hand_waits_for_the_first_day_to_end() {
    let world = World::new();
    let lead = world.import(1).await;
    world.clock.advance(DAY - Duration::from_secs(60));
    let refused = world.tokens.refresh(world.site.clone(), lead).await;
    assert_eq!(
        refused.unwrap_err(),
        TokenError::TooYoung(Duration::from_secs(60))
    );
    world.clock.advance(Duration::from_secs(60));
    let entry = world
        .tokens
        .refresh(world.site.clone(), lead)
        .await
        .unwrap();
    assert_eq!(entry.status.refreshed_time, world.now());
    assert_eq!(world.instagram.broken(), Vec::<String>::new());
}

#[tokio::test]
async fn the_keeper_and_two_callers_at_once_refresh_a_token_once() {
    let world = World::new();
    let lead = world.import(1).await;
    world.clock.advance(6 * DAY);
    let hand_out = || world.tokens.hand_out(world.site.clone(), lead);
    let (_, one, two, refreshed) = tokio::join!(
        world.look(),
        hand_out(),
        hand_out(),
        world.tokens.refresh(world.site.clone(), lead)
    );
    assert_eq!(one.unwrap().secret, two.unwrap().secret);
    // Whoever was first did it; a refresh by hand after that is too soon.
    let refreshed = refreshed.map(|entry| entry.status.refreshed_time);
    assert!(
        matches!(refreshed, Ok(_) | Err(TokenError::TooYoung(_))),
        "{refreshed:?}"
    );
    assert_eq!(world.instagram.account(1).calls, 1);
    assert_eq!(world.instagram.broken(), Vec::<String>::new());
}

#[tokio::test]
async fn who_stops_waiting_does_not_lose_the_new_token() {
    let world = World::new();
    let lead = world.import(1).await;
    world.clock.advance(6 * DAY);
    {
        let refresh = world.tokens.refresh(world.site.clone(), lead);
        tokio::pin!(refresh);
        assert!(futures_util::poll!(refresh.as_mut()).is_pending());
    }
    world.tokens.finished().await;
    assert_eq!(world.instagram.account(1).renewals, 1);
    assert_eq!(world.status(lead).await.refreshed_time, world.now());
}

#[tokio::test]
async fn a_list_goes_page_by_page_and_by_state() {
    let world = World::new();
    let mut leads = Vec::new();
    for account in 1..=7 {
        leads.push(world.import(account).await);
    }
    world.instagram.kill(3, TokenEnd::AppRemoved);
    world.instagram.kill(6, TokenEnd::AppRemoved);
    world.pass(6 * DAY, DAY).await;
    let pages = async |states: Vec<TokenState>, limit| {
        let mut query = TokenQuery {
            states,
            after: None,
            limit,
        };
        let mut found = Vec::new();
        loop {
            let page = world.tokens.list(&world.site, query.clone()).await.unwrap();
            assert!(page.entries.len() <= limit);
            found.extend(page.entries.into_iter().map(|entry| entry.lead_id));
            match page.next {
                Some(next) => query.after = Some(next),
                None => return found,
            }
        }
    };
    assert_eq!(pages(vec![], 3).await, leads);
    assert_eq!(
        pages(vec![TokenState::Revoked], 1).await,
        [leads[2], leads[5]]
    );
    assert_eq!(pages(vec![TokenState::Expired], 5).await, []);
}
