use super::*;

#[tokio::test]
async fn a_refresh_reads_the_profile_too() {
    let world = World::new();
    let lead = world.import(1).await;
    world.pass(6 * DAY, HOUR).await;
    let account = world.instagram.account(1);
    assert_eq!((account.renewals, account.profiles), (1, 1));
    let fetched = world.lead(lead).await.instagram.fetched_time;
    assert!(fetched.since(NOW) > DAY);
    world.tokens.count_site(&world.site).await.unwrap();
    world.pass(20 * DAY, HOUR).await;
    assert_eq!(
        world.instagram.account(1).profiles,
        1,
        "nobody asked for more"
    );
}

#[tokio::test]
async fn a_site_that_wants_it_has_each_profile_read_once_a_day() {
    let mut world = World::new();
    let daily = Site {
        profile_refresh: ProfileRefresh::Daily,
        ..Site::clone(&world.site)
    };
    world.site = Arc::new(daily);
    let leads = [world.import(1).await, world.import(2).await];
    world.tokens.count_site(&world.site).await.unwrap();
    let mut read = [Vec::new(), Vec::new()];
    for _ in 0..20 * 24 {
        world.clock.advance(HOUR);
        world.look().await;
        for (lead, times) in leads.iter().zip(&mut read) {
            let fetched = world.lead(*lead).await.instagram.fetched_time;
            if times.last() != Some(&fetched) {
                times.push(fetched);
            }
        }
    }
    for (account, times) in (1..).zip(&read) {
        assert!((18..=21).contains(&times.len()), "{}", times.len());
        let refreshed = usize::try_from(world.instagram.account(account).renewals).unwrap();
        let apart = times.windows(2).map(|pair| pair[1].since(pair[0]));
        // Only the one of a refresh may come sooner.
        assert!(apart.filter(|apart| *apart < DAY).count() <= refreshed);
    }
    // A site that no longer wants it is left alone from the next one on.
    world.site = site("shop");
    let before = world.instagram.account(1).profiles;
    world.pass(10 * DAY, HOUR).await;
    assert_eq!(world.instagram.account(1).profiles, before);
}
