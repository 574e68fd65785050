//! The list on the disk.

use std::path::Path;

use uuid::Uuid;

use super::text::{Line, unchecked};
use super::*;
use crate::domain::clock::Timestamp;

pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);
pub const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

/// Before every list of these tests was begun.
const LONG_AGO: Timestamp = Timestamp::from_micros(17);

pub fn lead(number: u128) -> LeadId {
    LeadId::new(Uuid::from_u128(number))
}

fn open(folder: &Path) -> ErasedList {
    ErasedList::open(folder, false).unwrap()
}

fn read(folder: &Path) -> ErasedLeads {
    ErasedLeads::read(&folder.join(FILE)).unwrap()
}

/// A copy of the list in a folder of its own.
fn copied(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    std::fs::copy(folder.join(FILE), copy.path().join(FILE)).unwrap();
    copy
}

#[test]
fn who_was_erased_is_found_again_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let list = open(folder.path());
    list.append(&[(lead(1), NOW), (lead(2), NOW.plus(DAY))])
        .unwrap();
    drop(list);
    let list = open(folder.path());
    list.append(&[(lead(3), NOW)]).unwrap();
    let leads = read(folder.path());
    assert_eq!(leads.contains(&lead(1)), Some(NOW));
    assert_eq!(leads.contains(&lead(2)), Some(NOW.plus(DAY)));
    assert_eq!(leads.contains(&lead(3)), Some(NOW));
    assert_eq!(leads.contains(&lead(4)), None);
}

#[test]
fn a_list_knows_of_every_erasure_since_it_was_begun() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path());
    let unknown = read(folder.path()).unknown_since(LONG_AGO);
    let [
        Unknown {
            from,
            to: Some(begun),
        },
    ] = unknown[..]
    else {
        panic!("{unknown:?}");
    };
    assert_eq!(from, LONG_AGO);
    assert!(read(folder.path()).unknown_since(begun).is_empty());
}

#[test]
fn a_copy_knows_of_every_erasure_until_its_last_line_and_a_moved_list_of_all() {
    let folder = tempfile::tempdir().unwrap();
    // As if begun long ago, so that the times of these tests come after it.
    ErasedLeads::since(LONG_AGO)
        .write_to(folder.path())
        .unwrap();
    let list = open(folder.path());
    list.append(&[(lead(1), NOW)]).unwrap();
    let early = copied(folder.path());
    list.knows_all_until(NOW.plus(DAY));
    let late = copied(folder.path());
    let until = |folder: &Path| read(folder).unknown_since(LONG_AGO);
    let after = |from| [Unknown { from, to: None }];
    assert_eq!(until(early.path()), after(NOW));
    assert_eq!(until(late.path()), after(NOW.plus(DAY)));
    assert!(until(folder.path()).is_empty());
    let moved = folder.path().join("moved");
    std::fs::create_dir(&moved).unwrap();
    std::fs::rename(folder.path().join(FILE), moved.join(FILE)).unwrap();
    assert!(until(&moved).is_empty());
}

#[test]
fn a_copy_beside_a_new_store_never_knows_who_was_erased_since() {
    let folder = tempfile::tempdir().unwrap();
    ErasedLeads::since(LONG_AGO)
        .write_to(folder.path())
        .unwrap();
    open(folder.path()).knows_all_until(NOW);
    for new_store in [true, false] {
        let copy = copied(folder.path());
        drop(ErasedList::open(copy.path(), new_store).unwrap());
        // For good: it is the daemon's own list now.
        open(copy.path());
        let unknown = read(copy.path()).unknown_since(LONG_AGO);
        let gaps = unknown.iter().map(|time| (time.from, time.to.is_some()));
        let expected: &[_] = if new_store { &[(NOW, true)] } else { &[] };
        assert_eq!(gaps.collect::<Vec<_>>(), expected);
    }
}

#[test]
fn the_file_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let list = open(folder.path());
    list.append(&[(lead(7), NOW)]).unwrap();
    let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
    assert!(!text.contains(&lead(7).to_string()), "{text}");
    assert!(!text.contains("00000000000000000007"), "{text}");
}

#[test]
fn what_a_crash_left_half_written_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let list = open(folder.path());
    list.append(&[(lead(1), NOW)]).unwrap();
    drop(list);
    let path = folder.path().join(FILE);
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{whole}0123abc")).unwrap();
    assert_eq!(read(folder.path()).len(), 1);
    let list = open(folder.path());
    list.append(&[(lead(2), NOW)]).unwrap();
    assert!(read(folder.path()).contains(&lead(2)).is_some());
}

#[test]
fn a_flipped_bit_anywhere_is_noticed_and_the_list_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let list = open(folder.path());
    list.append(&[(lead(1), NOW)]).unwrap();
    list.knows_all_until(NOW);
    list.append(&[(lead(2), NOW.plus(DAY))]).unwrap();
    drop(list);
    let path = folder.path().join(FILE);
    let whole = std::fs::read(&path).unwrap();
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut broken = whole.clone();
            broken[at] ^= 1 << bit;
            std::fs::write(&path, &broken).unwrap();
            assert!(ErasedLeads::read(&path).is_err(), "byte {at}, bit {bit}");
        }
        // Each opening syncs: some of them are enough.
        if at % 7 != 0 && at + 1 != whole.len() {
            continue;
        }
        // Nothing is cut off, what comes later is kept, and it stays told.
        let list = open(folder.path());
        list.append(&[(lead(3), NOW)]).unwrap();
        assert!(ErasedLeads::read(&path).is_err(), "byte {at}, opened");
        let after = std::fs::read(&path).unwrap();
        let last = after.split(|byte| *byte == b'\n').nth_back(1).unwrap();
        let last = unchecked(std::str::from_utf8(last).unwrap());
        let last = last.and_then(Line::parse);
        assert!(matches!(last, Some(Line::Erased(..))), "byte {at}");
    }
}

#[test]
fn lists_of_older_forms_are_read_as_copies_and_get_todays_form() {
    let digits: String = hash(&lead(1)).iter().map(|b| format!("{b:02x}")).collect();
    let erased = format!("{digits} {}", NOW.as_micros());
    let checked = |line: &str| format!("{line} {:08x}", crc32fast::hash(line.as_bytes()));
    let forms = [
        ["leadtap-erased 1 17".to_owned(), erased.clone()],
        [checked("leadtap-erased 2 17"), checked(&erased)],
    ];
    for lines in forms {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), lines.join("\n") + "\n").unwrap();
        let old = read(folder.path());
        assert_eq!(old.contains(&lead(1)), Some(NOW));
        let after = [Unknown {
            from: NOW,
            to: None,
        }];
        assert_eq!(old.unknown_since(LONG_AGO), after);
        let list = open(folder.path());
        list.append(&[(lead(2), NOW)]).unwrap();
        let leads = read(folder.path());
        assert_eq!(leads.len(), 2);
        assert!(leads.unknown_since(LONG_AGO).is_empty());
    }
}

#[test]
fn a_line_that_is_none_is_named_and_the_list_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let path = folder.path().join(FILE);
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{whole}not a line\n")).unwrap();
    let line = whole.lines().count() + 1;
    let error = ErasedLeads::read(&path).unwrap_err();
    assert_eq!(error, ErasedListError::Line(path.clone(), line));
    drop(open(folder.path()));
    assert!(ErasedLeads::read(&path).is_err());
}

#[test]
fn lines_that_no_backup_needs_any_more_go_and_the_list_says_so() {
    let folder = tempfile::tempdir().unwrap();
    ErasedLeads::since(LONG_AGO)
        .write_to(folder.path())
        .unwrap();
    let list = open(folder.path());
    let times = [NOW, NOW.plus(2 * DAY), NOW.plus(KEPT + DAY)];
    for (number, time) in (1..).zip(times) {
        list.append(&[(lead(number), time)]).unwrap();
    }
    drop(list);
    drop(open(folder.path()));
    let leads = read(folder.path());
    assert_eq!(leads.contains(&lead(1)), None);
    assert!(leads.contains(&lead(2)).is_some());
    assert!(!leads.unknown_since(NOW).is_empty());
    assert!(leads.unknown_since(NOW.plus(2 * DAY)).is_empty());
}
