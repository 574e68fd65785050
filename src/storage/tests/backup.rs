//! Backups of a store that changes faster than they are taken.

use crate::domain::change::{ChangeKind, LeadChange};
use crate::domain::lead::Lead;
use crate::storage::{Backup, Restore, WalkError, restore};

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

/// Takes a backup to its end.
async fn rest_of(backup: &mut Backup) -> Result<Vec<Vec<u8>>, WalkError> {
    let mut chunks = Vec::new();
    while let Some(chunk) = backup.next().await? {
        chunks.push(chunk.bytes);
    }
    Ok(chunks)
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
    let request = Restore {
        file: &file,
        options: Options {
            path: shelf.path().join("restored"),
            ..shelf.options()
        },
        keys: KeyRing::parse(&shelf.keys).unwrap(),
        erased: None,
        nobody_erased: true,
    };
    let restored = restore(request, &mut |_, _| ()).unwrap();
    assert_eq!((restored.leads, restored.wrong), (LEADS + 1, 0));
}
