//! Backups of a store that changes faster than they are taken.

use crate::domain::change::{ChangeKind, LeadChange};
use crate::domain::erasure::{Erasure, ErasureCause};
use crate::domain::lead::Lead;
use crate::storage::{
    Backup, Restore, RestoreError, RestoreReport, Times, Unknown, WalkError, restore,
};

use super::*;

/// Keeps this many leads with as many attributes as they may have; `round`
/// tells one time from another.
async fn keep_large(store: &Store, site: &Site, like: &Lead, round: u64, leads: u64) {
    let all = (0..leads).map(|number| {
        let mut lead = like.clone();
        lead.id = LeadId::new(Uuid::from_u128(u128::from(1000 + number)));
        lead.instagram.id = (1_000_000 + number).to_string().parse().unwrap();
        lead.revision = 10 + round;
        lead.attributes = (0..16)
            .map(|n| (format!("{n:064}"), format!("{round:0256}")))
            .collect();
        lead
    });
    let (site, all) = (site.id.clone(), all.collect::<Vec<_>>());
    let kept = store.write(move |transaction| {
        let change = LeadChange::new(ChangeKind::Updated, NOW);
        let mut all = all.into_iter();
        all.try_for_each(|lead| {
            let kept = transaction.keep_lead(&site, None, lead, change);
            kept.map(drop)
        })
    });
    kept.await.unwrap();
}

/// A moment after every store of these tests was begun.
fn later(seconds: u64) -> Timestamp {
    Timestamp::from_micros(4_000_000_000_000_000).plus(Duration::from_secs(seconds))
}

/// Takes a backup to its end.
async fn rest_of(backup: &mut Backup) -> Result<Vec<Vec<u8>>, WalkError> {
    let mut chunks = Vec::new();
    while let Some(chunk) = backup.next().await? {
        chunks.push(chunk.bytes);
    }
    Ok(chunks)
}

/// Restores a backup in a folder of its own.
fn put_back(
    shelf: &Shelf,
    file: &Path,
    erased: Option<&Path>,
    nobody_erased: bool,
) -> Result<RestoreReport, RestoreError> {
    let request = Restore {
        file,
        options: Options {
            path: shelf.path().join("restored"),
            ..shelf.options()
        },
        keys: KeyRing::parse(&shelf.keys).unwrap(),
        erased,
        nobody_erased,
    };
    restore(request, &mut |_, _| ())
}

#[tokio::test]
async fn a_backup_of_a_shop_that_changes_all_its_leads_meanwhile_is_whole() {
    const LEADS: u64 = 1500;
    let shelf = Shelf::new();
    let (store, site) = (shelf.open(), site("shop", 100));
    let like = complete(&store, &site, 1, profile("1", None)).await;
    let like = like.unwrap();
    keep_large(&store, &site, &like, 0, LEADS).await;

    let mut backup = Backup::begin(&store, NOW).await.unwrap();
    let mut bytes = backup.next().await.unwrap().unwrap().bytes;
    keep_large(&store, &site, &like, 1, LEADS).await;
    for chunk in rest_of(&mut backup).await.unwrap() {
        assert!(chunk.len() <= (1 << 20) + (1 << 10), "{}", chunk.len());
        bytes.extend(chunk);
    }
    store.close();

    let file = shelf.path().join("one.backup");
    std::fs::write(&file, bytes).unwrap();
    let restored = put_back(&shelf, &file, None, true).unwrap();
    assert_eq!((restored.leads, restored.wrong), (LEADS + 1, 0));
}

#[tokio::test]
async fn a_copy_of_the_erased_from_before_an_erasure_needs_somebodys_word() {
    let shelf = Shelf::new();
    let (store, site) = (shelf.open(), site("shop", 100));
    let lead = complete(&store, &site, 1, profile("1", None)).await;
    let id = lead.unwrap().id;
    let mut backup = Backup::begin(&store, later(1)).await.unwrap();
    let bytes = rest_of(&mut backup).await.unwrap().concat();
    let (file, copy) = (shelf.path().join("one.backup"), shelf.path().join("copy"));
    std::fs::write(&file, bytes).unwrap();
    let list = shelf.path().join("erased");
    std::fs::copy(&list, &copy).unwrap();
    let erasure = Erasure {
        time: later(2),
        cause: ErasureCause::Shop,
    };
    let erased = store.erase_leads(&site.id, vec![id], erasure).await;
    assert!(erased.unwrap()[0].is_some());
    store.close();

    let refused = put_back(&shelf, &file, Some(&copy), false).unwrap_err();
    let told = refused.to_string();
    assert!(matches!(refused, RestoreError::ErasedUnknown(..)), "{told}");
    let since = Times(&[Unknown {
        from: later(1),
        to: None,
    }]);
    assert!(told.contains(&since.to_string()), "{told}");
    assert!(!shelf.path().join("restored/store").exists());

    let restored = put_back(&shelf, &file, Some(&copy), true).unwrap();
    assert_eq!((restored.leads, restored.on_word.len()), (1, 1));
    std::fs::remove_dir_all(shelf.path().join("restored")).unwrap();

    // The list itself knows, wherever it was moved.
    let moved = shelf.path().join("moved");
    std::fs::rename(&list, &moved).unwrap();
    let restored = put_back(&shelf, &file, Some(&moved), false).unwrap();
    assert_eq!((restored.leads, restored.erased), (0, 1));
    assert!(restored.on_word.is_empty());
}
