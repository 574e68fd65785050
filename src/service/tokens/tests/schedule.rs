use super::*;

const TOKENS: u64 = 1_000;

/// How long apart the keeper looks here, and so how late it may be.
const STEP: Duration = Duration::from_secs(6 * 60 * 60);

/// What docs/tokens.md promises where nothing goes wrong.
#[tokio::test]
async fn each_refresh_comes_between_day_30_and_day_45_of_the_one_before() {
    let world = World::new();
    for account in 0..TOKENS {
        world.import(account).await;
    }
    world.instagram.no_profiles();
    world.pass(200 * DAY, STEP).await;
    assert_eq!(world.instagram.broken(), Vec::<String>::new());
    let mut by_day = [0_u32; 46];
    for account in 0..TOKENS {
        let ages = world.instagram.account(account).ages;
        let (first, others) = ages.split_first().unwrap();
        // Nobody knows how old an imported one is.
        assert!((DAY..5 * DAY + STEP).contains(first), "{first:?}");
        assert!((4..=7).contains(&others.len()), "{ages:?}");
        for age in others {
            assert!((30 * DAY..45 * DAY + STEP).contains(age), "{age:?}");
            by_day[usize::try_from(age.as_secs() / DAY.as_secs()).unwrap()] += 1;
        }
    }
    // They are spread over the fifteen days.
    let most = by_day.iter().max().unwrap();
    assert!(most * 8 < by_day.iter().sum::<u32>(), "{by_day:?}");
}
