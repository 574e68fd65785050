use super::*;
use crate::domain::authorization::Decline;
use crate::domain::failure::LoginFailure;

#[tokio::test]
async fn a_login_that_began_is_found_again_also_after_a_restart() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    for number in 0..5 {
        store
            .start(
                &site,
                &caller(),
                state(number),
                &pending(&format!("/{number}")),
            )
            .await
            .unwrap();
    }
    store.close();

    let store = shelf.open();
    for number in 0..5 {
        let found = store
            .authorization(&site.id, state(number))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found, pending(&format!("/{number}")));
    }
    assert_eq!(store.pending_authorizations(&site.id), 5);
    store.close();
}

#[tokio::test]
async fn another_sites_login_is_not_found() {
    let shelf = Shelf::new();
    let store = shelf.open();
    store
        .start(&site("one", 10), &caller(), state(1), &pending("/"))
        .await
        .unwrap();
    let two = "two".parse().unwrap();
    assert_eq!(store.authorization(&two, state(1)).await, Ok(None));
    store.close();
}

#[tokio::test]
async fn many_logins_at_once_are_all_kept() {
    let shelf = Shelf::new();
    let site = Arc::new(site("shop", 1000));
    let store = shelf.open();
    let starts = (0..500).map(|number| {
        let (store, site) = (store.clone(), Arc::clone(&site));
        tokio::spawn(async move {
            store
                .start(&site, &caller(), state(number), &pending("/"))
                .await
        })
    });
    for start in starts.collect::<Vec<_>>() {
        start.await.unwrap().unwrap();
    }
    store.close();
    let store = shelf.open();
    for number in 0..500 {
        assert!(
            store
                .authorization(&site.id, state(number))
                .await
                .unwrap()
                .is_some()
        );
    }
    store.close();
}

#[tokio::test]
async fn a_site_has_only_so_many_logins_under_way() {
    let shelf = Shelf::new();
    let (full, other) = (site("full", 2), site("other", 2));
    let store = shelf.open();
    store
        .start(&full, &caller(), state(1), &pending("/"))
        .await
        .unwrap();
    store
        .start(&full, &caller(), state(2), &pending("/"))
        .await
        .unwrap();
    let refused = store.start(&full, &caller(), state(3), &pending("/")).await;
    assert_eq!(refused, Err(StoreError::TooManyPending));
    assert_eq!(
        store
            .start(&other, &caller(), state(3), &pending("/"))
            .await,
        Ok(())
    );

    let declined = pending("/").at(Stage::Declined(Decline::default()));
    store.advance(&full.id, state(1), declined).await.unwrap();
    assert_eq!(
        store.start(&full, &caller(), state(4), &pending("/")).await,
        Ok(())
    );
    store.close();
}

#[tokio::test]
async fn a_caller_has_only_so_many_logins_under_way_and_leaves_room_for_others() {
    let shelf = Shelf::new();
    let site = site("shop", 4);
    let (one, other) = (caller_with("one", 2), caller_with("other", 10));
    let store = shelf.open();
    let begin =
        async |by: &Arc<Caller>, number| store.start(&site, by, state(number), &pending("/")).await;
    // Also of two that come in one batch, only one gets the last place.
    begin(&one, 1).await.unwrap();
    let (second, third) = tokio::join!(begin(&one, 2), begin(&one, 3));
    let refused = [&second, &third].map(|begun| *begun == Err(StoreError::TooManyPendingOfCaller));
    assert!(refused[0] != refused[1], "{second:?}, {third:?}");
    begin(&other, 4).await.unwrap();
    begin(&other, 5).await.unwrap();
    assert_eq!(begin(&other, 6).await, Err(StoreError::TooManyPending));

    // One that moves on makes room for its own caller, and so does time.
    let declined = pending("/").at(Stage::Declined(Decline::default()));
    store.advance(&site.id, state(1), declined).await.unwrap();
    begin(&one, 7).await.unwrap();
    let full = Err(StoreError::TooManyPendingOfCaller);
    assert_eq!(begin(&one, 8).await, full);
    let later = NOW.plus(TTL);
    store.sweep(later, 100, Vec::new()).await.unwrap();
    begin(&one, 9).await.unwrap();
    begin(&one, 10).await.unwrap();
    store.close();

    // Who began it is not on the disk: after a restart it is the site's.
    let store = shelf.open();
    assert_eq!(store.pending_authorizations(&site.id), 2);
    let again = store.start(&site, &one, state(11), &pending("/")).await;
    assert_eq!(again, Ok(()));
    store.close();
}

#[tokio::test]
async fn of_two_who_move_a_login_on_one_wins() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    store
        .start(&site, &caller(), state(1), &pending("/"))
        .await
        .unwrap();
    let next = pending("/").at(Stage::CodeSent);
    let first = store.advance(&site.id, state(1), next.clone());
    let second = store.advance(&site.id, state(1), next);
    let (first, second) = tokio::join!(first, second);
    assert_eq!(
        [first, second]
            .iter()
            .filter(|result| result.is_ok())
            .count(),
        1
    );
    store.close();
}

#[tokio::test]
async fn a_step_that_is_not_drawn_is_refused() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    store
        .start(&site, &caller(), state(1), &pending("/"))
        .await
        .unwrap();
    let skipped = pending("/").at(Stage::Exchanged(token("t")));
    assert_eq!(
        store.advance(&site.id, state(1), skipped).await,
        Err(StoreError::Conflict)
    );
    let unknown = pending("/").at(Stage::CodeSent);
    assert_eq!(
        store.advance(&site.id, state(2), unknown).await,
        Err(StoreError::Conflict)
    );
    store.close();
}

#[tokio::test]
async fn every_stage_survives_a_restart() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    let exchanged = exchanged(&store, &site, 1).await;
    store
        .start(&site, &caller(), state(2), &pending("/"))
        .await
        .unwrap();
    let sent = pending("/").at(Stage::CodeSent);
    store
        .advance(&site.id, state(2), sent.clone())
        .await
        .unwrap();
    let failed = sent.at(Stage::Failed(LoginFailure::Interrupted));
    store
        .advance(&site.id, state(2), failed.clone())
        .await
        .unwrap();
    store.close();

    let store = shelf.open();
    assert_eq!(
        store.authorization(&site.id, state(1)).await,
        Ok(Some(exchanged))
    );
    assert_eq!(
        store.authorization(&site.id, state(2)).await,
        Ok(Some(failed))
    );
    assert_eq!(store.pending_authorizations(&site.id), 0);
    store.close();
}

#[tokio::test]
async fn no_token_and_no_state_is_on_the_disk_in_plain() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    complete(&store, &site, 1, profile("1", Some("2")))
        .await
        .unwrap();
    exchanged(&store, &site, 2).await;
    store.close();
    let bytes = std::fs::read(shelf.path().join("store/db")).unwrap();
    for secret in ["short-token", "long-token", "app-secret"] {
        let found = bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!found, "{secret}");
    }
    let username = b"someone";
    assert!(
        bytes
            .windows(username.len())
            .any(|window| window == username),
        "the search works"
    );
}
