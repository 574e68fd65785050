use super::*;
use crate::domain::change::{Change, ChangeKind, ChangePosition};
use crate::storage::Changes;

const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Everything after `position`, read in steps of two.
async fn all_after(
    store: &Store,
    site: &Site,
    mut position: ChangePosition,
) -> Option<Vec<Change>> {
    let newest = *store.follow_changes(&site.id).borrow();
    let mut all = Vec::new();
    loop {
        let read = store.changes(&site.id, position, newest, 2).await.unwrap();
        let Changes::Next(next) = read else {
            return None;
        };
        let Some(last) = next.last() else {
            return Some(all);
        };
        position = last.position;
        all.extend(next);
    }
}

async fn newest(store: &Store, site: &Site) -> ChangePosition {
    let newest = *store.follow_changes(&site.id).borrow();
    store.newest_change(&site.id, newest).await.unwrap()
}

fn kinds(changes: &[Change]) -> Vec<(ChangeKind, u64)> {
    let kinds = changes.iter().map(|change| (change.kind, change.revision));
    kinds.collect()
}

#[tokio::test]
async fn every_change_of_a_lead_is_read_once_and_in_order_also_after_a_restart() {
    let shelf = Shelf::new();
    let (site, other) = (site("shop", 10), site("shopp", 10));
    let store = shelf.open();
    assert_eq!(newest(&store, &site).await, ChangePosition::BEGINNING);
    for number in 1..=5 {
        complete(&store, &site, number, profile("11", Some("22")))
            .await
            .unwrap();
        complete(&store, &other, 10 + number, profile("11", Some("22")))
            .await
            .unwrap();
    }
    let before = all_after(&store, &site, ChangePosition::BEGINNING)
        .await
        .unwrap();
    store.close();

    let store = shelf.open();
    let changes = all_after(&store, &site, ChangePosition::BEGINNING)
        .await
        .unwrap();
    assert_eq!(changes, before);
    let logins = (2..=5).map(|revision| (ChangeKind::LoggedIn, revision));
    let expected: Vec<_> = [(ChangeKind::Created, 1)]
        .into_iter()
        .chain(logins)
        .collect();
    assert_eq!(kinds(&changes), expected);
    for (seen, change) in (1..).zip(&changes) {
        let rest = all_after(&store, &site, change.position).await.unwrap();
        assert_eq!(rest, changes[seen..]);
    }
    assert_eq!(newest(&store, &site).await, changes[4].position);
    store.close();
}

#[tokio::test]
async fn whoever_follows_is_woken_by_their_own_sites_changes_alone() {
    let shelf = Shelf::new();
    let (site, other) = (site("shop", 10), site("other", 10));
    let store = shelf.open();
    let mut follower = store.follow_changes(&site.id);
    complete(&store, &other, 1, profile("11", None))
        .await
        .unwrap();
    assert!(!follower.has_changed().unwrap());
    complete(&store, &site, 2, profile("11", None))
        .await
        .unwrap();
    assert!(follower.has_changed().unwrap());
    let upto = *follower.borrow_and_update();
    let read = store
        .changes(&site.id, ChangePosition::BEGINNING, upto, 10)
        .await;
    let Ok(Changes::Next(changes)) = read else {
        panic!("{read:?}");
    };
    assert_eq!(changes.last().unwrap().position.number, upto);
    store.close();
}

#[tokio::test]
async fn a_login_that_is_refused_changes_nothing() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    complete(&store, &site, 1, profile("11", Some("22")))
        .await
        .unwrap();
    complete(&store, &site, 2, profile("33", Some("44")))
        .await
        .unwrap();
    let before = newest(&store, &site).await;
    complete(&store, &site, 3, profile("11", Some("44")))
        .await
        .unwrap_err();
    assert_eq!(newest(&store, &site).await, before);
    store.close();
}

#[tokio::test]
async fn old_changes_go_and_whoever_missed_them_is_told() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    for number in 1..=5 {
        complete(&store, &site, number, profile("11", None))
            .await
            .unwrap();
    }
    let all = all_after(&store, &site, ChangePosition::BEGINNING)
        .await
        .unwrap();
    // All of them are as old; a sweep takes two.
    let old = NOW.plus(KEPT);
    let (report, _) = store.sweep(old, 2, Vec::new()).await.unwrap();
    assert_eq!((report.changes, report.more), (2, true));
    assert_eq!(
        all_after(&store, &site, ChangePosition::BEGINNING).await,
        None
    );
    assert_eq!(all_after(&store, &site, all[0].position).await, None);
    for seen in 1..5 {
        let rest = all_after(&store, &site, all[seen].position).await.unwrap();
        assert_eq!(rest, all[seen + 1..]);
    }
    let mut swept = report.changes;
    while swept < 5 {
        swept += store.sweep(old, 2, Vec::new()).await.unwrap().0.changes;
    }
    assert_eq!(store.sweep(old, 2, Vec::new()).await.unwrap().0.changes, 0);
    // Whoever has read all of them has missed nothing.
    assert_eq!(newest(&store, &site).await, all[4].position);
    assert_eq!(
        all_after(&store, &site, all[4].position).await,
        Some(vec![])
    );
    assert_eq!(all_after(&store, &site, all[3].position).await, None);
    store.close();

    let store = shelf.open();
    complete(&store, &site, 6, profile("11", None))
        .await
        .unwrap();
    let rest = all_after(&store, &site, all[4].position).await.unwrap();
    assert_eq!(kinds(&rest), [(ChangeKind::LoggedIn, 6)]);
    store.close();
}

#[tokio::test]
async fn a_position_of_another_history_is_not_taken_for_one_of_this() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    complete(&store, &site, 1, profile("11", None))
        .await
        .unwrap();
    complete(&store, &site, 2, profile("11", None))
        .await
        .unwrap();
    let here = newest(&store, &site).await;
    let mut elsewhere = here;
    elsewhere.check ^= 1;
    let mut ahead = here;
    ahead.number.sequence += 1;
    for position in [elsewhere, ahead] {
        assert_eq!(all_after(&store, &site, position).await, None);
    }
    store.close();
}
