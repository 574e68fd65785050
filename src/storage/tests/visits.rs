use super::*;
use crate::domain::visits::{QUARTER, Quarter, Visits};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn visits(new_leads: u64, logins: u64) -> Visits {
    Visits { new_leads, logins }
}

/// A login of the account with this id, at this moment.
async fn login(store: &Store, site: &Site, number: u64, id: &str, time: Timestamp) {
    let authorization = exchanged(store, site, number).await;
    let completion = Completion {
        state: state(number),
        login: Login {
            profile: profile(id, None),
            attributes: BTreeMap::new(),
            consent: None,
            token: token("t").status,
            time,
        },
        authorization,
        token: token("t"),
        new_lead_id: LeadId::new(Uuid::from_u128(number.into())),
    };
    store.complete(&site.id, completion).await.unwrap();
}

async fn counted(store: &Store, site: &Site) -> Vec<(Quarter, Visits)> {
    let (first, last) = (Quarter::new(i64::MIN), Quarter::new(i64::MAX));
    store.visits(&site.id, first, last).await.unwrap()
}

#[tokio::test]
async fn leads_and_logins_are_counted_by_the_quarter_of_an_hour_and_by_site() {
    let shelf = Shelf::new();
    let (here, there) = (site("here", 100), site("there", 100));
    let store = shelf.open();
    let (first, second) = (NOW, NOW.plus(QUARTER));
    login(&store, &here, 1, "1", first).await;
    login(&store, &here, 2, "2", first).await;
    login(&store, &here, 3, "1", second).await;
    login(&store, &there, 4, "1", second).await;
    store.close();

    let store = shelf.open();
    let (one, two) = (Quarter::of(first), Quarter::of(second));
    let all = vec![(one, visits(2, 2)), (two, visits(0, 1))];
    assert_eq!(counted(&store, &here).await, all);
    assert_eq!(counted(&store, &there).await, [(two, visits(1, 1))]);
    let until_two = store.visits(&here.id, one, two).await;
    assert_eq!(until_two.unwrap(), all[..1]);
    let from_two = store.visits(&here.id, two, Quarter::new(i64::MAX)).await;
    assert_eq!(from_two.unwrap(), all[1..]);
    store.close();
}

#[tokio::test]
async fn a_login_that_is_not_kept_is_not_counted() {
    let shelf = Shelf::new();
    let site = site("shop", 100);
    let store = shelf.open();
    complete(&store, &site, 1, profile("1", Some("11")))
        .await
        .unwrap();
    complete(&store, &site, 2, profile("2", Some("12")))
        .await
        .unwrap();
    let conflict = complete(&store, &site, 3, profile("1", Some("12"))).await;
    assert_eq!(conflict.unwrap_err(), StoreError::IdentityConflict);
    let counted = counted(&store, &site).await;
    assert_eq!(counted, [(Quarter::of(NOW), visits(2, 2))]);
    store.close();
}

#[tokio::test]
async fn counts_are_forgotten_after_four_hundred_days() {
    let shelf = Shelf::new();
    let sites = [site("a", 100), site("b", 100)];
    let store = shelf.open();
    for site in &sites {
        login(&store, site, 1, "1", NOW).await;
        login(&store, site, 2, "1", NOW.plus(DAY)).await;
    }
    let later = NOW.plus(DAY * 400).plus(QUARTER);
    let (report, _) = store.sweep(later, 100, Vec::new()).await.unwrap();
    assert_eq!(report.visits, 2);
    for site in &sites {
        let left = counted(&store, site).await;
        assert_eq!(left, [(Quarter::of(NOW.plus(DAY)), visits(0, 1))]);
    }
    store.close();
}
