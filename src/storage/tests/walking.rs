//! A walk through a store that changes meanwhile.

use std::collections::BTreeMap;

use super::*;
use crate::storage::committer::Then;
use crate::storage::keys::{self, Kind};
use crate::storage::walk::{Found, Walk, WalkError};

fn follow(map: &mut BTreeMap<Vec<u8>, Vec<u8>>, found: Vec<Found>) {
    for (key, value) in found {
        match value {
            Some(value) => map.insert(key.to_vec(), value.to_vec()),
            None => map.remove(&*key),
        };
    }
}

#[tokio::test]
async fn whoever_follows_a_walk_has_the_store_as_it_is_at_its_end() {
    let shelf = Shelf::new();
    let store = shelf.open();
    let write = async |key: u32, value: Option<&'static [u8]>| {
        let key = [b"\x04shopL", &key.to_be_bytes()[..]].concat();
        let changed = store.write(move |transaction| match value {
            Some(value) => transaction.put(key, value.to_vec()),
            None => transaction.remove(key),
        });
        changed.await.unwrap();
    };
    for key in 0..1500 {
        write(key, Some(b"first")).await;
    }
    let mut walk = Walk::begin(&store, |kind| kind == Kind::Lead).unwrap();
    let mut seen = BTreeMap::new();
    follow(&mut seen, walk.next().await.unwrap().unwrap());
    // Behind the walk and before it: changed, gone, new.
    for key in (0..1500).step_by(5) {
        write(key, if key % 2 == 0 { None } else { Some(b"second") }).await;
    }
    for key in 1500..1900 {
        write(key, Some(b"third")).await;
    }
    while let Some(found) = walk.next().await.unwrap() {
        follow(&mut seen, found);
    }
    write(7, Some(b"last")).await;
    let (records, count) = walk
        .end(|_, ending| {
            let count = ending.ledger.count_of(|kind| kind == Kind::Lead);
            ((ending.records, count), Then::GoOn)
        })
        .await
        .unwrap();
    follow(&mut seen, records);
    assert_eq!(count, seen.len() as u64);
    let now = store.read(|_, engine| Ok(engine.scan(keys::FIRST_OF_SITES, 9999)?));
    let now = now.await.unwrap().into_iter();
    let now: BTreeMap<_, _> = now
        .map(|(key, value)| (key.to_vec(), value.to_vec()))
        .collect();
    assert_eq!(seen, now);
    store.close();
}

#[tokio::test]
async fn there_is_one_walk_at_a_time() {
    let shelf = Shelf::new();
    let store = shelf.open();
    let walk = Walk::begin(&store, |_| true).unwrap();
    assert_eq!(Walk::begin(&store, |_| true).err(), Some(WalkError::Busy));
    drop(walk);
    assert!(Walk::begin(&store, |_| true).is_ok());
    store.close();
}

#[tokio::test]
async fn a_walk_that_is_too_slow_for_its_shop_ends_and_not_the_memory() {
    let shelf = Shelf::new();
    let store = shelf.open();
    let mut walk = Walk::begin(&store, |_| true).unwrap();
    let keys: Vec<_> = (0..400_001_u32)
        .map(|key| [b"\x04shopL", &key.to_be_bytes()[..]].concat())
        .collect();
    store.shared.follower.note(keys.iter());
    assert_eq!(walk.next().await.err(), Some(WalkError::TooSlow));
    store.close();
}

#[tokio::test]
async fn a_walk_ends_with_the_engine_that_it_went_through() {
    let shelf = Shelf::new();
    let store = shelf.open();
    let mut walk = Walk::begin(&store, |_| true).unwrap();
    store.shared.follower.end();
    let ended = Err(WalkError::Store(StoreError::Unavailable));
    assert_eq!(walk.next().await, ended);
    store.close();
}
