//! Sealed texts that were tampered with on disk, by somebody who rewrote the
//! ledger too; and keys that rotate.

use super::*;
use crate::domain::site::SiteId;
use crate::storage::ledger::Ledger;
use crate::storage::record::{self, StoredToken};
use crate::storage::{KeyId, SealError, keys};

/// Two leads of one site and one of another, each with a token of its own.
async fn three_leads(shelf: &Shelf) -> [(SiteId, LeadId); 3] {
    let store = shelf.open();
    let (here, there) = (site("shop", 100), site("other", 100));
    let mut leads = Vec::new();
    for (number, of) in [(1, &here), (2, &here), (3, &there)] {
        let id = (1000 + number).to_string();
        let lead = complete(&store, of, number, profile(&id, None)).await;
        leads.push((of.id.clone(), lead.unwrap().id));
    }
    store.close();
    leads.try_into().unwrap()
}

/// Changes the record of a lead's token, and the ledger with it.
fn tamper(shelf: &Shelf, (site, lead): &(SiteId, LeadId), change: impl FnOnce(&mut Vec<u8>)) {
    let db = shelf.database();
    let key = keys::token(site, lead);
    let old = db.get(&key).unwrap().unwrap();
    let mut stored: StoredToken = record::decode(&old).unwrap();
    change(&mut stored.sealed);
    let new = record::encode(&stored).unwrap();
    let mut ledger: Ledger = record::decode(&db.get(keys::LEDGER).unwrap().unwrap()).unwrap();
    ledger.remove(&key, &old);
    ledger.add(&key, &new);
    db.insert(&key, new).unwrap();
    db.insert(keys::LEDGER, record::encode(&ledger).unwrap())
        .unwrap();
    db.flush().unwrap();
}

fn sealed(shelf: &Shelf, lead: &(SiteId, LeadId)) -> Vec<u8> {
    let mut found = Vec::new();
    tamper(shelf, lead, |sealed| found.clone_from(sealed));
    found
}

async fn token_of(store: &Store, (site, lead): &(SiteId, LeadId)) -> Result<Secret, StoreError> {
    let kept = store.token(site, *lead).await?;
    Ok(kept.unwrap().token.secret)
}

const ALTERED: StoreError = StoreError::Sealed(SealError::Altered);

#[tokio::test]
async fn two_leads_whose_tokens_were_swapped_get_neither() {
    let shelf = Shelf::new();
    let [one, two, foreign] = three_leads(&shelf).await;
    let (of_one, of_two) = (sealed(&shelf, &one), sealed(&shelf, &two));
    tamper(&shelf, &one, |sealed| *sealed = of_two);
    tamper(&shelf, &two, |sealed| sealed.clone_from(&of_one));
    tamper(&shelf, &foreign, |sealed| *sealed = of_one);
    let store = shelf.open();
    for lead in [&one, &two, &foreign] {
        assert_eq!(token_of(&store, lead).await, Err(ALTERED));
    }
    store.close();
}

#[tokio::test]
async fn a_token_that_was_changed_or_cut_short_is_told_and_the_others_are_served() {
    let shelf = Shelf::new();
    let [one, two, three] = three_leads(&shelf).await;
    tamper(&shelf, &one, |sealed| *sealed.last_mut().unwrap() ^= 1);
    tamper(&shelf, &two, |sealed| sealed.truncate(sealed.len() - 1));
    let store = shelf.open();
    assert_eq!(token_of(&store, &one).await, Err(ALTERED));
    assert_eq!(token_of(&store, &two).await, Err(ALTERED));
    assert_eq!(
        token_of(&store, &three).await,
        Ok(Secret::from("long-token"))
    );
    store.close();
}

/// The shelf's ring with one more key.
fn with_a_key_more(shelf: &mut Shelf) -> (KeyRing, KeyId) {
    let more = KeyRing::generate().unwrap();
    shelf.keys = Secret::new(format!("{}{}", shelf.keys.expose(), more.expose()));
    let ring = KeyRing::parse(&shelf.keys).unwrap();
    let newest = ring.newest().unwrap();
    (ring, newest)
}

#[tokio::test]
async fn what_was_altered_does_not_keep_the_others_from_a_new_key() {
    let mut shelf = Shelf::new();
    let [one, two, three] = three_leads(&shelf).await;
    tamper(&shelf, &one, |sealed| *sealed.last_mut().unwrap() ^= 1);
    let store = shelf.open();
    let old = store.keys()[0];
    let (ring, newest) = with_a_key_more(&mut shelf);
    store.install_keys(ring);
    let mut walk = store.begin_resealing().await.unwrap();
    assert_eq!(walk.total, 6, "three logins and three tokens");
    let (mut seen, mut changed, mut failed) = (0, 0, 0);
    while let Some(step) = store.reseal_some(&mut walk).await.unwrap() {
        seen += step.seen;
        changed += step.changed;
        failed += step.failed;
    }
    assert_eq!((seen, changed, failed), (6, 2, 1));
    let used = store.key_use().await.unwrap().records;
    assert_eq!(used, BTreeMap::from([(old, 1), (newest, 3)]));
    assert_eq!(token_of(&store, &one).await, Err(ALTERED));
    for lead in [&two, &three] {
        assert_eq!(token_of(&store, lead).await, Ok(Secret::from("long-token")));
    }
    assert!(!store.resealing_is_unfinished().await.unwrap());
    store.close();
}

#[tokio::test]
async fn a_walk_that_was_cut_off_is_remembered_and_begins_anew() {
    let mut shelf = Shelf::new();
    let [one, ..] = three_leads(&shelf).await;
    let store = shelf.open();
    let (ring, newest) = with_a_key_more(&mut shelf);
    store.install_keys(ring);
    store.begin_resealing().await.unwrap();
    store.close();

    let store = shelf.open();
    assert!(store.resealing_is_unfinished().await.unwrap());
    let mut walk = store.begin_resealing().await.unwrap();
    while store.reseal_some(&mut walk).await.unwrap().is_some() {}
    assert!(!store.resealing_is_unfinished().await.unwrap());
    let used = store.key_use().await.unwrap().records;
    assert_eq!(used, BTreeMap::from([(newest, 4)]));
    assert_eq!(token_of(&store, &one).await, Ok(Secret::from("long-token")));
    store.close();
}
