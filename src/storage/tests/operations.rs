//! An operation of a batch is done as a whole or not at all.

use super::*;
use crate::domain::authorization::Decline;
use crate::domain::erasure::{Erasure, ErasureCause};
use crate::storage::LeadKey;

/// An operation that changes much and then fails, beside one that is kept.
#[tokio::test]
async fn an_operation_that_fails_leaves_nothing_and_its_neighbours_stay() {
    let shelf = Shelf::new();
    let site = site("shop", 10);
    let store = shelf.open();
    for number in [1, 2] {
        store
            .start(&site, &caller(), state(number), &pending("/"))
            .await
            .unwrap();
    }
    let lead = complete(&store, &site, 3, profile("1003", None)).await;
    let lead_id = lead.unwrap().id;
    let declined = pending("/").at(Stage::Declined(Decline::default()));

    let (id, next) = (site.id.clone(), declined.clone());
    let failing = store.write(move |transaction| {
        transaction.advance(&id, &state(1), &next)?;
        let cause = ErasureCause::Shop;
        transaction.erase_lead(&id, &lead_id, Erasure { time: NOW, cause })?;
        Err::<(), _>(StoreError::Conflict)
    });
    let (failed, kept) = tokio::join!(failing, store.advance(&site.id, state(2), declined.clone()));
    assert_eq!(failed, Err(StoreError::Conflict));
    assert_eq!(kept, Ok(()));
    store.close();
    drop(store);

    shelf.assert_whole();
    let store = shelf.open();
    let found = async |number| {
        let found = store.authorization(&site.id, state(number)).await;
        found.unwrap().unwrap().stage
    };
    assert_eq!(found(1).await, Stage::Pending);
    assert_eq!(found(2).await, declined.stage);
    let lead = store.lead(&site.id, LeadKey::Id(lead_id)).await.unwrap();
    assert!(lead.is_some(), "what failed has erased nobody");
    store.close();
}
