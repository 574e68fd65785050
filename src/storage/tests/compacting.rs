//! Compactions that end half way.

use super::*;
use crate::storage::{Compacted, Compaction};

/// Records of the shop, of which a step copies some.
const RECORDS: u32 = 3000;

async fn filled(shelf: &Shelf) -> Store {
    let store = shelf.open();
    let filled = store.write(|transaction| {
        (0..RECORDS).try_for_each(|number| {
            let key = [b"\x04shopL", &number.to_be_bytes()[..]].concat();
            transaction.put(key, vec![7; 200])
        })
    });
    filled.await.unwrap();
    store
}

#[tokio::test]
async fn a_compaction_that_follows_one_that_was_given_up_comes_to_its_end() {
    let shelf = Shelf::new();
    let mut store = filled(&shelf).await;
    for steps in 0..5 {
        let mut given_up = Compaction::begin(&store).await.unwrap();
        for _ in 0..steps {
            given_up.next().await.unwrap();
        }
        drop(given_up);
        let mut compaction = Compaction::begin(&store).await.unwrap();
        let mut done = false;
        while let Some(step) = compaction.next().await.unwrap() {
            done = matches!(step, Compacted::Done(..));
        }
        assert!(done, "after {steps} steps");
        store.close();
        drop((store, compaction));
        store = shelf.open();
        let all = store.read(|_, engine| Ok(engine.scan(b"\x04shopL", usize::MAX)?.len()));
        assert_eq!(all.await.unwrap(), RECORDS as usize, "after {steps} steps");
    }
    store.close();
}

#[tokio::test]
async fn a_copy_whose_folder_is_gone_does_not_become_the_store() {
    let shelf = Shelf::new();
    let store = filled(&shelf).await;
    let mut compaction = Compaction::begin(&store).await.unwrap();
    compaction.next().await.unwrap();
    // Removed, and another one made there.
    let folder = shelf.path().join("store-2");
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("db"), "").unwrap();
    let refused = loop {
        match compaction.next().await {
            Ok(Some(Compacted::Done(..)) | None) => panic!("it is done"),
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(
        matches!(refused, crate::storage::WalkError::Copy(_)),
        "{refused:?}"
    );
    drop(compaction);
    store.close();
    drop(store);
    drop(shelf.open());
}
