//! What the stores of released versions hold, in `tests/releases`, and a store
//! that a newer release has used.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use super::super::keys::{self, Kind};
use super::super::{OpenError, format};
use super::*;

/// A fixture holds every kind of record that its release had.
#[test]
fn the_store_of_the_first_release_has_every_kind_of_record() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/releases/0.1.0.tar.gz");
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new("tar")
        .arg("-xzf")
        .arg(&fixture)
        .arg("-C")
        .arg(folder.path())
        .status();
    assert!(done.unwrap().success());
    let data = folder.path().join("data");
    let database = sled::open(opening::engine_folder(&data).unwrap()).unwrap();
    let found: BTreeSet<Kind> = database
        .iter()
        .filter_map(|record| Some(keys::parse(&record.unwrap().0)?.1))
        .collect();
    let every = "ACDELORSTUVWXY";
    let names: String = found.iter().map(|kind| char::from(*kind as u8)).collect();
    assert_eq!(names, every);
    // And a login that has only begun.
    let begun = std::fs::read_dir(data.join("pending")).unwrap();
    assert!(begun.count() > 0);
}

fn set_format(shelf: &Shelf, format: u8) {
    let database = shelf.database();
    database.insert(keys::FORMAT, &[format]).unwrap();
    database.flush().unwrap();
}

#[test]
fn a_store_that_a_newer_release_has_used_is_refused_and_left_as_it_was() {
    let shelf = Shelf::new();
    shelf.open().close();
    set_format(&shelf, format::FORMAT + 1);
    let error = shelf.try_open().err().unwrap();
    assert!(matches!(error, OpenError::NewerFormat { .. }), "{error}");
    let said = error.to_string();
    assert!(said.contains("a newer release has used it"), "{said}");
    assert!(said.contains("install that release again"), "{said}");
    let database = shelf.database();
    let written = database.get(keys::FORMAT).unwrap().unwrap();
    assert_eq!(&*written, &[format::FORMAT + 1]);
}

#[test]
fn a_store_that_says_nothing_of_its_form_is_one_of_the_first_release() {
    let shelf = Shelf::new();
    shelf.open().close();
    shelf.database().remove(keys::FORMAT).unwrap();
    shelf.open().close();
    let written = shelf.database().get(keys::FORMAT).unwrap().unwrap();
    assert_eq!(&*written, &[format::FORMAT]);
}
