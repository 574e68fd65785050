//! Lists against everything that is written while they are read.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::lead::Lead;
use crate::storage::{LeadOrder, Listing, TimeRange, keys};

fn at(second: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(second))
}

/// A login of an account at a moment; the id of a new lead is of that moment.
async fn login(store: &Store, site: &Site, number: u64, account: u64, time: Timestamp) -> LeadId {
    let authorization = exchanged(store, site, number).await;
    let token = token("long-token");
    let id = LeadId::first_of(time);
    let completion = Completion {
        state: state(number),
        login: Login {
            profile: profile(&(100 + account).to_string(), None),
            attributes: BTreeMap::new(),
            consent: None,
            token: token.status.clone(),
            time,
        },
        authorization,
        token,
        new_lead_id: id,
    };
    store.complete(&site.id, completion).await.unwrap().lead.id
}

const ORDERS: [(LeadOrder, bool); 4] = [
    (LeadOrder::CreateTime, false),
    (LeadOrder::CreateTime, true),
    (LeadOrder::LastLoginTime, false),
    (LeadOrder::LastLoginTime, true),
];

/// One page; an empty one is gone on from.
async fn page(
    store: &Store,
    site: &Site,
    listing: Listing,
    most: usize,
) -> (Vec<Lead>, Option<Listing>) {
    let step = store
        .list_leads(&site.id, listing, TimeRange::default(), most, |_| true)
        .await
        .unwrap();
    assert!(step.leads.len() <= most);
    (step.leads, step.next)
}

async fn all(store: &Store, site: &Site, order: (LeadOrder, bool), now: Timestamp) -> Vec<Lead> {
    let mut listing = Some(store.start_listing(order.0, order.1, now).await.unwrap());
    let mut leads = Vec::new();
    while let Some(next) = listing {
        let (more, next) = page(store, site, next, 3).await;
        leads.extend(more);
        listing = next;
    }
    leads
}

#[tokio::test]
async fn a_record_that_cannot_be_read_hides_no_other() {
    let shelf = Shelf::new();
    let (store, site) = (shelf.open(), site("shop", 100));
    let mut leads = Vec::new();
    for account in 0..5 {
        leads.push(login(&store, &site, account, account, at(account)).await);
    }
    let bad = leads.remove(2);
    let keys = [keys::lead(&site.id, &bad), keys::token(&site.id, &bad)];
    let spoilt = store.write(move |transaction| {
        keys.into_iter()
            .try_for_each(|key| transaction.put(key, b"\x01nonsense".to_vec()))
    });
    spoilt.await.unwrap();

    for order in ORDERS {
        let listing = store.start_listing(order.0, order.1, at(9)).await.unwrap();
        let all = TimeRange::default();
        let step = store.list_leads(&site.id, listing, all, 9, |_| true);
        let step = step.await.unwrap();
        let mut found: Vec<_> = step.leads.iter().map(|lead| lead.id).collect();
        found.sort_unstable();
        assert_eq!(found, leads, "{order:?}");
        assert_eq!((step.unreadable, step.next), (1, None), "{order:?}");
    }
    let (mut after, mut tokens) = (None, Vec::new());
    loop {
        let page = store.tokens(&site.id, after, 1).await.unwrap();
        tokens.extend(page.entries.into_iter().map(|entry| entry.lead_id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(tokens, leads);
    store.close();
    drop(store);
    let keys = KeyRing::parse(&shelf.keys).unwrap();
    shelf.wait_until_closed();
    let examined = verify(&shelf.options(), keys, &mut |_, _| ()).unwrap();
    let told: Vec<_> = examined.findings.iter().map(ToString::to_string).collect();
    let of = |kind: &str| {
        let begins = format!("a {kind} record of site shop, of lead {bad}");
        told.iter().any(|finding| finding.starts_with(&begins))
    };
    assert!(of("Lead") && of("Token"), "{told:?}");
}

#[tokio::test]
async fn leads_are_listed_in_both_orders_and_both_directions() {
    let shelf = Shelf::new();
    let (site, other) = (site("shop", 100), site("shopp", 100));
    let store = shelf.open();
    for account in 0..10 {
        login(&store, &site, account, account, at(account)).await;
        login(&store, &other, 50 + account, account, at(account)).await;
    }
    // The first three come back, the third one first.
    for (number, account) in [(20, 2), (21, 1), (22, 0)] {
        login(&store, &site, number, account, at(number)).await;
    }
    for order in ORDERS {
        let leads = all(&store, &site, order, at(100)).await;
        let accounts: Vec<String> = leads
            .iter()
            .map(|lead| lead.instagram.id.to_string())
            .collect();
        let mut expected = match order.0 {
            LeadOrder::CreateTime => (100..110).collect::<Vec<u64>>(),
            LeadOrder::LastLoginTime => vec![103, 104, 105, 106, 107, 108, 109, 102, 101, 100],
        };
        if order.1 {
            expected.reverse();
        }
        let expected: Vec<String> = expected.iter().map(u64::to_string).collect();
        assert_eq!(accounts, expected, "{order:?}");
    }
    store.close();
}

#[tokio::test]
async fn a_range_of_times_is_not_looked_at_beyond_its_ends() {
    let shelf = Shelf::new();
    let site = site("shop", 100);
    let store = shelf.open();
    for account in 0..10 {
        login(&store, &site, account, account, at(account)).await;
    }
    let within = TimeRange {
        from: Some(at(3)),
        to: Some(at(6)),
    };
    for (order, descending) in ORDERS {
        let listing = store
            .start_listing(order, descending, at(100))
            .await
            .unwrap();
        let looked = Arc::new(std::sync::Mutex::new(Vec::new()));
        let seen = Arc::clone(&looked);
        let keep = move |lead: &Lead| {
            seen.lock().unwrap().push(lead.create_time);
            true
        };
        let step = store
            .list_leads(&site.id, listing, within, 100, keep)
            .await
            .unwrap();
        let times: Vec<_> = step.leads.iter().map(|lead| lead.create_time).collect();
        let mut expected = vec![at(3), at(4), at(5), at(6)];
        if descending {
            expected.reverse();
        }
        assert_eq!(times, expected, "{order:?}");
        assert_eq!(*looked.lock().unwrap(), expected);
        assert_eq!(step.next, None);
    }
    // No range at all.
    let nothing = TimeRange {
        from: Some(at(6)),
        to: Some(at(3)),
    };
    for (order, descending) in ORDERS {
        let listing = store
            .start_listing(order, descending, at(100))
            .await
            .unwrap();
        let step = store
            .list_leads(&site.id, listing, nothing, 100, |_| true)
            .await
            .unwrap();
        assert_eq!((step.leads.len(), step.next), (0, None));
    }
    store.close();
}

#[tokio::test]
async fn a_login_that_waited_while_a_list_began_comes_after_it() {
    let shelf = Shelf::new();
    let site = site("shop", 100);
    let store = shelf.open();
    login(&store, &site, 1, 1, at(1)).await;
    let listing = store
        .start_listing(LeadOrder::LastLoginTime, false, at(10))
        .await
        .unwrap();
    // Its time was taken before the list began, and it is kept after.
    login(&store, &site, 2, 1, at(9)).await;
    let (leads, next) = page(&store, &site, listing, 10).await;
    assert_eq!((leads.len(), next), (1, None));
    assert!(leads[0].last_login_time > at(10));
    store.close();
}

#[derive(Clone, Debug)]
enum Step {
    /// Reads a page of so many.
    Page(usize),
    /// An account logs in.
    Login(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        1 => (1..4usize).prop_map(Step::Page),
        2 => (0..14u64).prop_map(Step::Login),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Accounts 0 to 9 are there all the time; 10 to 13 may come.
    #[test]
    fn no_lead_is_missed_or_given_twice_whoever_logs_in_meanwhile(steps in steps(), order in 0..4usize) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let shelf = Shelf::new();
            let site = site("shop", 1000);
            let store = shelf.open();
            let mut there = Vec::new();
            for account in 0..10 {
                there.push(login(&store, &site, account, account, at(account)).await);
            }
            let (order, descending) = ORDERS[order];
            let mut listing = Some(store.start_listing(order, descending, at(100)).await.unwrap());
            let mut given = Vec::new();
            for (number, step) in (100..).zip(steps) {
                match (step, listing.take()) {
                    (Step::Page(most), Some(next)) => {
                        let (leads, next) = page(&store, &site, next, most).await;
                        given.extend(leads.into_iter().map(|lead| lead.id));
                        listing = next;
                    }
                    (Step::Login(account), next) => {
                        // Some of the times were taken before the list began.
                        let time = if number % 3 == 0 { at(99) } else { at(number + 1) };
                        login(&store, &site, number, account, time).await;
                        listing = next;
                    }
                    (Step::Page(_), None) => {}
                }
            }
            while let Some(next) = listing {
                let (leads, next) = page(&store, &site, next, 2).await;
                given.extend(leads.into_iter().map(|lead| lead.id));
                listing = next;
            }
            let count = given.len();
            given.sort_unstable();
            given.dedup();
            assert_eq!(given.len(), count, "twice");
            for id in there {
                assert!(given.contains(&id), "missed");
            }
            store.close();
        });
    }
}
