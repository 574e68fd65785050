use super::*;

#[tokio::test]
async fn a_site_that_was_taken_out_or_replaced_is_left_alone_from_the_next_token_on() {
    let world = World::new();
    for account in 0..200 {
        world.import(account).await;
    }
    world.clock.advance(5 * DAY);
    // After the fifth call the configuration is reloaded.
    for (after, replaced) in [(5, Vec::new()), (25, vec![site("shop")])] {
        let sites = Sites::new(vec![Arc::clone(&world.site)]);
        let reloaded = sites.clone();
        world.instagram.trouble(move |call| {
            if call.number == after {
                reloaded.replace(replaced.clone());
            }
            None
        });
        world.tokens.rounds(&sites, &world.site).await;
        let calls: u64 = (0..200)
            .map(|account| u64::from(world.instagram.account(account).calls))
            .sum();
        // What was under way goes to its end.
        let under_way = 8;
        assert!((after..after + under_way).contains(&calls), "{calls}");
    }
    // As it is configured then, it is looked after again.
    world.instagram.no_trouble();
    world.look().await;
    assert_eq!(world.tokens.metrics().counters.renewed.get(), 200);
}
