//! The log of begun logins: what is missing or changed in it is told, what was
//! never acknowledged is dropped, and what is not needed goes.

use std::path::PathBuf;

use super::damage::copy;
use super::*;
use crate::storage::OpenError;

/// A store that was opened and closed `openings` times and began two logins
/// each time; each opening begins a segment.
async fn filled(openings: u64) -> Shelf {
    let shelf = Shelf::new();
    for opening in 0..openings {
        let store = shelf.open();
        for number in 0..2 {
            begin(&store, opening * 2 + number).await;
        }
        store.close();
    }
    shelf
}

fn shop() -> Site {
    site("shop", 1000)
}

async fn begin(store: &Store, number: u64) {
    let begun = store
        .start(&shop(), &caller(), state(number), &pending("/"))
        .await;
    begun.unwrap();
}

async fn is_pending(store: &Store, number: u64) -> bool {
    let found = store.authorization(&shop().id, state(number)).await;
    found.unwrap().is_some()
}

fn folder(shelf: &Shelf) -> PathBuf {
    shelf.path().join("pending")
}

fn segments(shelf: &Shelf) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder(shelf)).unwrap();
    let mut segments: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    segments.sort();
    segments
}

#[tokio::test]
async fn a_flipped_byte_is_told_wherever_it_is() {
    let shelf = filled(3).await;
    for segment in segments(&shelf) {
        let whole = std::fs::read(&segment).unwrap();
        let written = whole.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        for at in (0..written).step_by(7) {
            let mut broken = whole.clone();
            broken[at] ^= 0x10;
            std::fs::write(&segment, broken).unwrap();
            let told = shelf.try_open().err();
            assert!(
                matches!(told, Some(OpenError::Damaged(..) | OpenError::Older { .. })),
                "byte {at} of {segment:?}: {told:?}"
            );
        }
        std::fs::write(&segment, whole).unwrap();
    }
    let store = shelf.open();
    for number in 0..6 {
        assert!(is_pending(&store, number).await);
    }
    store.close();
}

#[tokio::test]
async fn a_missing_segment_is_told_whichever_it_is() {
    let shelf = filled(3).await;
    assert_eq!(segments(&shelf).len(), 3);
    for segment in segments(&shelf) {
        let aside = shelf.path().join("aside");
        std::fs::rename(&segment, &aside).unwrap();
        let told = shelf.try_open().err();
        assert!(
            matches!(told, Some(OpenError::Damaged(..) | OpenError::Older { .. })),
            "{segment:?}: {told:?}"
        );
        std::fs::rename(&aside, &segment).unwrap();
    }
    shelf.open().close();
}

/// Nobody was answered before the whole frame was on the medium.
#[tokio::test]
async fn a_torn_end_is_dropped_and_the_log_goes_on() {
    let shelf = filled(2).await;
    let store = shelf.open();
    begin(&store, 4).await;
    begin(&store, 5).await;
    store.close();
    let last = segments(&shelf).pop().unwrap();
    let whole = std::fs::read(&last).unwrap();
    let frame = whole.windows(4).rposition(|mark| mark == b"LTJ\x01");
    let written = whole.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    for end in [frame.unwrap() + 1, frame.unwrap() + 40, written - 1] {
        let torn = Shelf {
            folder: tempfile::tempdir().unwrap(),
            keys: shelf.keys.clone(),
        };
        copy(shelf.path(), torn.path());
        let last = torn.path().join("pending").join(last.file_name().unwrap());
        std::fs::write(&last, &whole[..end]).unwrap();
        // As if the batch had never been acknowledged.
        witness_one_less(&torn);

        for opening in 0..3 {
            let store = torn.open();
            for number in 0..5 {
                assert!(is_pending(&store, number).await, "{number}, cut at {end}");
            }
            assert!(!is_pending(&store, 5).await);
            begin(&store, 10 + opening).await;
            for number in 0..=opening {
                assert!(is_pending(&store, 10 + number).await);
            }
            store.close();
        }
    }
}

fn witness_one_less(shelf: &Shelf) {
    let file = shelf.path().join("witness");
    let text = std::fs::read_to_string(&file).unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    let sequence = words[3].parse::<u64>().unwrap() - 1;
    // As an earlier release wrote it, without a checksum.
    let less = format!("leadtap-witness 1 {} {sequence}\n", words[2]);
    std::fs::write(&file, less).unwrap();
}

#[tokio::test]
async fn an_older_copy_of_either_part_does_not_open() {
    let shelf = filled(1).await;
    let old = tempfile::tempdir().unwrap();
    copy(shelf.path(), old.path());
    let store = shelf.open();
    let lead = complete(&store, &shop(), 7, profile("1", None)).await;
    lead.unwrap();
    begin(&store, 8).await;
    store.close();
    std::fs::remove_file(shelf.path().join("witness")).unwrap();
    let new = tempfile::tempdir().unwrap();
    copy(shelf.path(), new.path());

    for part in ["store", "pending"] {
        let place = shelf.path().join(part);
        std::fs::remove_dir_all(&place).unwrap();
        copy(&old.path().join(part), &place);
        let told = shelf.try_open().err();
        assert!(
            matches!(told, Some(OpenError::Older { .. })),
            "{part}: {told:?}"
        );
        std::fs::remove_dir_all(&place).unwrap();
        copy(&new.path().join(part), &place);
    }
    shelf.open().close();
}

#[tokio::test]
async fn begun_logins_of_another_store_are_told() {
    let (one, two) = (filled(1).await, filled(1).await);
    std::fs::remove_dir_all(folder(&one)).unwrap();
    copy(&folder(&two), &folder(&one));
    assert!(matches!(
        one.try_open().err(),
        Some(OpenError::ForeignPending(_))
    ));
}

#[tokio::test]
async fn begun_logins_of_a_newer_release_are_told() {
    let shelf = filled(1).await;
    let segment = segments(&shelf).pop().unwrap();
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[3] += 1;
    std::fs::write(&segment, bytes).unwrap();
    assert!(matches!(shelf.try_open().err(), Some(OpenError::Newer(_))));
}

#[tokio::test]
async fn an_empty_database_beside_begun_logins_does_not_open() {
    let shelf = filled(1).await;
    std::fs::remove_dir_all(shelf.path().join("store")).unwrap();
    std::fs::remove_file(shelf.path().join("witness")).unwrap();
    for _ in 0..2 {
        let told = shelf.try_open().err();
        assert!(matches!(told, Some(OpenError::Older { .. })), "{told:?}");
    }
}

/// What the sentence says to do about a log that is lost does help.
#[tokio::test]
async fn begun_logins_can_be_given_up() {
    let shelf = Shelf::new();
    let store = shelf.open();
    let lead = complete(&store, &shop(), 1, profile("1", None)).await;
    let id = lead.unwrap().id;
    begin(&store, 2).await;
    store.close();
    std::fs::remove_dir_all(folder(&shelf)).unwrap();
    let told = shelf.try_open().err().unwrap();
    assert!(matches!(told, OpenError::Older { .. }), "{told:?}");
    assert!(told.to_string().contains("the folder `pending`"), "{told}");

    std::fs::remove_file(shelf.path().join("witness")).unwrap();
    for number in [3, 4] {
        let store = shelf.open();
        let key = crate::storage::LeadKey::Id(id);
        assert!(store.lead(&shop().id, key).await.unwrap().is_some());
        assert!(!is_pending(&store, 2).await);
        begin(&store, number).await;
        assert!(is_pending(&store, 3).await);
        store.close();
    }
}

#[tokio::test]
async fn a_segment_goes_with_its_last_login() {
    let shelf = filled(2).await;
    let store = shelf.open();
    assert_eq!(store.pending_authorizations(&shop().id), 4);
    for number in 0..2 {
        let declined = pending("/").at(Stage::Declined(Default::default()));
        let moved = store.advance(&shop().id, state(number), declined).await;
        moved.unwrap();
    }
    store.sweep(NOW, 100, Vec::new()).await.unwrap();
    assert_eq!(
        segments(&shelf).len(),
        1,
        "both logins of the first moved on"
    );
    store.sweep(NOW.plus(TTL), 100, Vec::new()).await.unwrap();
    assert_eq!(
        segments(&shelf).len(),
        0,
        "both logins of the second expired"
    );
    begin(&store, 9).await;
    store.close();
    let store = shelf.open();
    assert_eq!(store.pending_authorizations(&shop().id), 1);
    store.close();
}

/// The frame of a login that begins may come into a segment that was found to
/// be of no use a moment ago.
#[tokio::test]
async fn a_login_that_begins_while_its_segment_goes_is_kept() {
    let shelf = Shelf::new();
    let store = shelf.open();
    begin(&store, 1).await;
    let entry =
        crate::storage::journal::Entry::new(&shop().id, &caller(), &state(2), &pending("/"))
            .unwrap();
    store
        .write(move |transaction| {
            transaction.sweep(NOW.plus(TTL), 100, &mut Vec::new())?;
            transaction.start(entry, 100)
        })
        .await
        .unwrap();
    for _ in 0..2 {
        assert!(!is_pending(&store, 1).await);
        assert!(is_pending(&store, 2).await);
        begin(&store, 3).await;
    }
    store.close();
    let store = shelf.open();
    assert!(is_pending(&store, 2).await);
    assert!(is_pending(&store, 3).await);
    store.close();
}
