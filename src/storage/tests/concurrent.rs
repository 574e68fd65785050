//! Many tasks at once against a plain map: whatever the committer packs into
//! one batch, each login and each lead must end where its own steps lead.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::domain::authorization::Decline;
use crate::storage::LeadKey;

/// Tasks, each with logins of its own.
const TASKS: u64 = 12;

/// Instagram accounts that all tasks share.
const ACCOUNTS: u64 = 4;

/// How far a task takes one of its logins.
#[derive(Clone, Copy, Debug)]
enum Course {
    Begun,
    Declined,
    Exchanged,
    Completed(u64),
}

fn course() -> impl Strategy<Value = Course> {
    prop_oneof![
        Just(Course::Begun),
        Just(Course::Declined),
        Just(Course::Exchanged),
        (0..ACCOUNTS).prop_map(Course::Completed),
    ]
}

async fn follow(store: &Store, site: &Site, number: u64, course: Course) {
    match course {
        Course::Begun => store
            .start(site, &caller(), state(number), &pending("/"))
            .await
            .unwrap(),
        Course::Declined => {
            store
                .start(site, &caller(), state(number), &pending("/"))
                .await
                .unwrap();
            let declined = pending("/").at(Stage::Declined(Decline::default()));
            store
                .advance(&site.id, state(number), declined)
                .await
                .unwrap();
        }
        Course::Exchanged => {
            exchanged(store, site, number).await;
        }
        Course::Completed(account) => {
            let id = (100 + account).to_string();
            complete(store, site, number, profile(&id, None))
                .await
                .unwrap();
        }
    }
}

const fn stage(course: Course) -> &'static str {
    match course {
        Course::Begun => "pending",
        Course::Declined => "declined",
        Course::Exchanged => "exchanged",
        Course::Completed(_) => "completed",
    }
}

async fn assert_all(store: &Store, site: &Site, courses: &[Vec<Course>]) {
    let mut logins: HashMap<u64, i64> = HashMap::new();
    for (task, courses) in (0..).zip(courses) {
        for (step, course) in (0..).zip(courses) {
            let number = task * 1000 + step;
            let found = store.authorization(&site.id, state(number)).await.unwrap();
            assert_eq!(found.unwrap().stage.name(), stage(*course));
            if let Course::Completed(account) = course {
                *logins.entry(*account).or_default() += 1;
            }
        }
    }
    for account in 0..ACCOUNTS {
        let key = LeadKey::ScopedId((100 + account).to_string().parse().unwrap());
        let lead = store.lead(&site.id, key).await.unwrap();
        let count = lead.map(|lead| i64::try_from(lead.login_count).unwrap());
        assert_eq!(count, logins.get(&account).copied());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn tasks_that_write_at_once_do_what_a_map_does(
        courses in prop::collection::vec(prop::collection::vec(course(), 1..8), TASKS as usize)
    ) {
        at_once(async {
            let shelf = Shelf::new();
            let site = Arc::new(site("shop", 10000));
            let store = shelf.open();
            let tasks = (0..).zip(courses.clone()).map(|(task, courses)| {
                let (store, site) = (store.clone(), Arc::clone(&site));
                tokio::spawn(async move {
                    for (step, course) in (0..).zip(courses) {
                        follow(&store, &site, task * 1000 + step, course).await;
                    }
                })
            });
            for task in tasks.collect::<Vec<_>>() {
                task.await.unwrap();
            }
            assert_all(&store, &site, &courses).await;
            store.close();
            let store = shelf.open();
            assert_all(&store, &site, &courses).await;
            store.close();
        });
    }
}

/// Closing waits for what was handed in before, and refuses the rest, however
/// many are waiting.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn closing_under_load_keeps_what_was_acknowledged_and_answers_everyone() {
    let shelf = Shelf::new();
    let site = Arc::new(site("shop", 100_000));
    let store = shelf.open();
    let starts: Vec<_> = (0..10_000)
        .map(|number| {
            let (store, site) = (store.clone(), Arc::clone(&site));
            tokio::spawn(async move {
                store
                    .start(&site, &caller(), state(number), &pending("/"))
                    .await
            })
        })
        .collect();
    let closing = store.clone();
    tokio::task::spawn_blocking(move || closing.close())
        .await
        .unwrap();
    let mut acknowledged = Vec::new();
    for (number, start) in (0..).zip(starts) {
        match start.await.unwrap() {
            Ok(()) => acknowledged.push(number),
            Err(error) => assert!(matches!(
                error,
                StoreError::Unavailable | StoreError::Overloaded | StoreError::SiteOverloaded
            )),
        }
    }
    let store = shelf.open();
    for number in acknowledged {
        let found = store.authorization(&site.id, state(number)).await.unwrap();
        assert!(found.is_some(), "{number}");
    }
    store.close();
}
