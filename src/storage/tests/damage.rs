use super::*;
use crate::storage::{Health, OpenError};

pub(super) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn a_store_that_is_older_than_its_witness_does_not_open() {
    let shelf = Shelf::new();
    let site = site("shop", 100);
    let store = shelf.open();
    store
        .start(&site, &caller(), state(1), &pending("/"))
        .await
        .unwrap();
    store.close();
    let old = tempfile::tempdir().unwrap();
    copy(&shelf.path().join("store"), old.path());

    let store = shelf.open();
    let lead = complete(&store, &site, 2, profile("1", None)).await;
    lead.unwrap();
    store.close();
    std::fs::remove_dir_all(shelf.path().join("store")).unwrap();
    copy(old.path(), &shelf.path().join("store"));

    let error = shelf.try_open().err().unwrap();
    assert!(matches!(error, OpenError::Older { .. }), "{error:?}");
    assert!(error.to_string().contains("witness"), "{error}");
}

#[tokio::test]
async fn a_store_beside_another_stores_witness_does_not_open() {
    let (one, two) = (Shelf::new(), Shelf::new());
    let site = site("shop", 100);
    let store = one.open();
    store
        .start(&site, &caller(), state(1), &pending("/"))
        .await
        .unwrap();
    store.close();
    let store = two.open();
    for number in 0..3 {
        store
            .start(&site, &caller(), state(number), &pending("/"))
            .await
            .unwrap();
    }
    store.close();
    std::fs::copy(one.path().join("witness"), two.path().join("witness")).unwrap();
    assert!(matches!(
        two.try_open().err(),
        Some(OpenError::ForeignWitness(_))
    ));
}

#[tokio::test]
async fn the_wrong_key_ring_is_told_from_damage() {
    let mut shelf = Shelf::new();
    shelf.open().close();
    shelf.keys = KeyRing::generate().unwrap();
    assert!(matches!(
        shelf.try_open().err(),
        Some(OpenError::KeyMissing(_))
    ));
}

#[tokio::test]
async fn a_store_that_is_in_use_says_so() {
    let shelf = Shelf::new();
    let store = shelf.open();
    assert!(matches!(shelf.try_open().err(), Some(OpenError::InUse(_))));
    store.close();
}

/// sled itself notices none of this: a record is taken out behind leadtap's
/// back, and the ledger tells.
#[tokio::test]
async fn a_record_that_vanished_takes_the_store_out_of_service() {
    let shelf = Shelf::new();
    let site = site("shop", 100);
    let store = shelf.open();
    let lead = complete(&store, &site, 1, profile("1", Some("2")))
        .await
        .unwrap();
    store.close();
    let db = shelf.database();
    db.remove(crate::storage::keys::lead(&site.id, &lead.id))
        .unwrap()
        .unwrap();
    db.flush().unwrap();
    drop(db);

    let store = shelf.open();
    let mut health = store.health();
    let damaged = health.wait_for(|health| matches!(health, Health::Damaged(_)));
    let health = tokio::time::timeout(Duration::from_secs(20), damaged)
        .await
        .unwrap()
        .unwrap();
    let Health::Damaged(text) = health.clone() else {
        unreachable!()
    };
    drop(health);
    assert!(
        text.contains("there should be 1 Lead records, and there are 0"),
        "{text}"
    );
    let refused = store.start(&site, &caller(), state(9), &pending("/")).await;
    assert_eq!(refused, Err(StoreError::Unavailable));
    store.close();
}

/// Whatever byte of the database flips: it opens whole, or it does not serve.
#[tokio::test]
async fn a_flipped_byte_is_told_and_not_served() {
    let shelf = Shelf::new();
    let site = site("shop", 100);
    let store = shelf.open();
    let mut leads = Vec::new();
    for number in 0..20 {
        let id = (1000 + number).to_string();
        leads.push(
            complete(&store, &site, number, profile(&id, None))
                .await
                .unwrap(),
        );
    }
    store.close();
    let whole = tempfile::tempdir().unwrap();
    copy(shelf.path(), whole.path());
    let length = std::fs::metadata(whole.path().join("store/db"))
        .unwrap()
        .len();
    let written = written_bytes(&whole.path().join("store/db"));

    let mut told = 0;
    for step in 0..24 {
        let broken = Shelf {
            folder: tempfile::tempdir().unwrap(),
            keys: shelf.keys.clone(),
        };
        copy(whole.path(), broken.path());
        let file = broken.path().join("store/db");
        let mut bytes = std::fs::read(&file).unwrap();
        assert_eq!(bytes.len() as u64, length);
        let at = written[written.len() * step / 24];
        bytes[at] ^= 0x10;
        std::fs::write(&file, bytes).unwrap();
        if !serves_everything(&broken, &site, &leads).await {
            told += 1;
        }
    }
    assert!(
        told > 0,
        "no flip hit anything: the test looks at the wrong bytes"
    );
}

/// Places that hold something: flipping a byte that nobody reads proves nothing.
fn written_bytes(file: &Path) -> Vec<usize> {
    let bytes = std::fs::read(file).unwrap();
    bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte != 0)
        .map(|(at, _)| at)
        .collect()
}

/// True: all leads are there. False: it said that they are not. Anything else
/// fails the test.
async fn serves_everything(
    shelf: &Shelf,
    site: &Site,
    leads: &[Arc<crate::domain::lead::Lead>],
) -> bool {
    let Ok(store) = shelf.try_open() else {
        return false;
    };
    let mut health = store.health();
    let mut whole = true;
    for lead in leads {
        match store
            .lead(&site.id, crate::storage::LeadKey::Id(lead.id))
            .await
        {
            Ok(Some(found)) => assert_eq!(found, *lead),
            Ok(None) | Err(_) => whole = false,
        }
    }
    if !whole {
        let told = health.wait_for(|health| *health != Health::Serving);
        tokio::time::timeout(Duration::from_secs(20), told)
            .await
            .unwrap()
            .unwrap();
    }
    store.close();
    whole
}
