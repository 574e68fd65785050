use std::sync::Arc;

use super::*;

/// Which of the tokens Instagram has just answered when the daemon dies.
const UNKEPT: u64 = 4;

#[test]
fn a_daemon_that_dies_between_an_answer_and_its_keeping_asks_once_more() {
    let test = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut world = test.block_on(async {
        let world = World::new();
        for account in 0..20 {
            world.import(account).await;
        }
        world
    });
    world.clock.advance(5 * DAY);
    let answered = world.instagram.keep_from_keeping(UNKEPT);
    // The daemon is a runtime of its own, and dies with it.
    let daemon = tokio::runtime::Runtime::new().unwrap();
    let (tokens, site) = (world.tokens.clone(), Arc::clone(&world.site));
    daemon.spawn(async move {
        let sites = Sites::new(vec![Arc::clone(&site)]);
        tokens.rounds(&sites, &site).await;
    });
    test.block_on(async {
        answered.await.unwrap();
        // What the others were answered is kept; only this one is in between.
        let mut written = world.store.written();
        while world.tokens.metrics().counters.renewed.get() < 19 {
            written.changed().await.unwrap();
        }
    });
    daemon.shutdown_background();
    test.block_on(async {
        world.restart().await;
        // What was not kept is due still, and nothing is lost: the token that stands works.
        let old = lead_id_of(UNKEPT);
        let kept = world
            .store
            .token(&world.site.id, old)
            .await
            .unwrap()
            .unwrap();
        assert!(kept.due.is_some_and(|due| due <= world.now()));
        world.look().await;
        for account in 0..20 {
            let (seen, lead) = (world.instagram.account(account), lead_id_of(account));
            let status = world.status(lead).await;
            assert_eq!(status.refreshed_time, world.now(), "account {account}");
            let calls = if account == UNKEPT { 2 } else { 1 };
            assert_eq!(seen.calls, calls, "account {account}");
        }
        // To Instagram that looks like a second refresh, and of nobody else's.
        let broken = world.instagram.broken();
        assert_eq!(broken.len(), 1, "{broken:?}");
        assert!(broken[0].starts_with(&format!("twice: account {UNKEPT},")));
    });
}
