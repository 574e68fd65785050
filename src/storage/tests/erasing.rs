//! Erasures reach the list beside the store before they are answered.

use super::*;
use crate::storage::erasures::{ErasedLeads, FILE};

#[tokio::test]
async fn an_erasure_that_is_answered_stands_in_the_list() {
    let shelf = Shelf::new();
    let store = shelf.open();
    let (kept, failed) = (
        LeadId::new(Uuid::from_u128(1)),
        LeadId::new(Uuid::from_u128(2)),
    );
    store
        .write(move |transaction| {
            transaction.remember_erasure(&kept, NOW);
            transaction.put(b"\x04shopLx".to_vec(), Vec::new())
        })
        .await
        .unwrap();
    let refused = store
        .write(move |transaction| -> Result<(), StoreError> {
            transaction.remember_erasure(&failed, NOW);
            Err(StoreError::Conflict)
        })
        .await;
    assert_eq!(refused, Err(StoreError::Conflict));
    let list = ErasedLeads::read(&shelf.path().join(FILE)).unwrap();
    assert_eq!(list.contains(&kept), Some(NOW));
    assert_eq!(list.contains(&failed), None);
    store.close();
}
