use super::*;
use crate::storage::LeadKey;

#[tokio::test]
async fn a_first_login_creates_a_lead_that_all_three_ids_find() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    let done = completed(&store, &site, 1, profile("11", Some("22")))
        .await
        .unwrap();
    assert!(done.new_lead);
    store.close();

    let store = shelf.open();
    for key in [
        LeadKey::Id(done.lead.id),
        LeadKey::ScopedId("11".parse().unwrap()),
        LeadKey::UserId("22".parse().unwrap()),
    ] {
        assert_eq!(
            store.lead(&site.id, key).await,
            Ok(Some(Arc::clone(&done.lead)))
        );
    }
    // The two kinds of ids are never mixed up.
    assert_eq!(
        store
            .lead(&site.id, LeadKey::UserId("11".parse().unwrap()))
            .await,
        Ok(None)
    );
    store.close();
}

#[tokio::test]
async fn a_second_login_finds_the_lead_by_either_id() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    let first = complete(&store, &site, 1, profile("11", Some("22")))
        .await
        .unwrap();
    let by_scoped = completed(&store, &site, 2, profile("11", None))
        .await
        .unwrap();
    assert!(!by_scoped.new_lead);
    assert_eq!(by_scoped.lead.id, first.id);
    assert_eq!(
        by_scoped.lead.instagram.user_id,
        Some("22".parse().unwrap())
    );
    let by_user = completed(&store, &site, 3, profile("33", Some("22")))
        .await
        .unwrap();
    assert_eq!(by_user.lead.id, first.id);
    assert_eq!(by_user.lead.login_count, 3);

    // The app-scoped id changed: the old one belongs to nobody now.
    let old = LeadKey::ScopedId("11".parse().unwrap());
    assert_eq!(store.lead(&site.id, old).await, Ok(None));
    store.close();
}

#[tokio::test]
async fn ids_of_two_leads_log_nobody_in() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    complete(&store, &site, 1, profile("11", Some("22")))
        .await
        .unwrap();
    complete(&store, &site, 2, profile("33", Some("44")))
        .await
        .unwrap();
    let mixed = complete(&store, &site, 3, profile("11", Some("44"))).await;
    assert_eq!(mixed, Err(StoreError::IdentityConflict));
    let still = store
        .authorization(&site.id, state(3))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(still.stage.name(), "exchanged");
    store.close();
}

#[tokio::test]
async fn the_same_account_is_another_lead_on_another_site() {
    let shelf = Shelf::new();
    let (one, two) = (site("one", 10), site("two", 10));
    let store = shelf.open();
    let first = completed(&store, &one, 1, profile("11", Some("22")))
        .await
        .unwrap();
    let second = completed(&store, &two, 2, profile("11", Some("22")))
        .await
        .unwrap();
    assert!(second.new_lead);
    assert_ne!(first.lead.id, second.lead.id);
    // Also when the cache has it.
    assert_eq!(
        store.lead(&two.id, LeadKey::Id(first.lead.id)).await,
        Ok(None)
    );
    store.close();
}

#[tokio::test]
async fn two_first_logins_in_one_batch_make_one_lead() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    let one = completed(&store, &site, 1, profile("11", Some("22")));
    let two = completed(&store, &site, 2, profile("11", Some("22")));
    let (one, two) = tokio::join!(one, two);
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.lead.id, two.lead.id);
    assert!(one.new_lead != two.new_lead);
    store.close();
}
