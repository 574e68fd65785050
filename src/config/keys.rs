//! `[keys]`: where the key ring is that seals the store.

use super::absolute_path;
use super::problem::Problem;
use super::reader::Section;
use super::secret_file::{SecretSource, credentials_directory};
use crate::storage::{KeyRing, KeyRingError};

/// Where complaints about the key ring point.
const PLACE: &str = "keys";

/// Where the key ring is kept.
pub type KeySource = SecretSource;

/// Reads the section.
pub(super) fn source(section: &Section<'_>) -> Option<KeySource> {
    secret_source(
        section,
        "file",
        "credential",
        "Make a key ring with `leadtap keys create /etc/leadtap/keys/ring` and write `file = \"/etc/leadtap/keys/ring\"`.",
    )
}

/// Reads the key ring.
///
/// # Errors
/// Says what is wrong with the file, or with the ring in it, and what to do.
pub fn read(source: &KeySource) -> Result<KeyRing, Problem> {
    let text = source.read().map_err(|mut problem| {
        PLACE.clone_into(&mut problem.place);
        if matches!(source, KeySource::File(path) if !path.exists()) {
            problem.what_to_do = format!(
                "Put the file back if there is a store already; without its keys the store's tokens are lost. Else run `leadtap keys create {}` as the daemon's user.",
                source.path().display()
            );
        }
        problem
    })?;
    KeyRing::parse(&text).map_err(|error| {
        let file = source.path().display();
        Problem::new(
            PLACE,
            format!("names {file}, which is no key ring"),
            sentence(&error),
        )
    })
}

/// The error says both what is wrong and what to do.
fn sentence(error: &KeyRingError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

/// Exactly one of a file and a credential.
pub(super) fn secret_source(
    section: &Section<'_>,
    file: &str,
    credential: &str,
    if_missing: &str,
) -> Option<SecretSource> {
    if section.has(file) && section.has(credential) {
        section.place_of(credential).problem(
            format!("stands beside `{file}`, and only one can be right"),
            "Remove one of the two.",
        );
    }
    if section.has(file) {
        return absolute_path(section, file).map(SecretSource::File);
    }
    if !section.has(credential) {
        section.missing(file, if_missing);
    }
    let (place, name) = section.text(credential)?;
    SecretSource::credential(name, credentials_directory().as_deref())
        .map_err(|problem| place.add(problem))
        .ok()
}
