//! `[keys]`: where the key ring is that seals the store.

use super::absolute_path;
use super::problem::Problem;
use super::reader::Section;
use super::secret_file::{SecretSource, credentials_directory};
use crate::domain::secret::Secret;

/// Where the key ring is kept.
pub type KeySource = SecretSource;

/// Reads the section.
pub(super) fn source(section: &Section<'_>) -> Option<KeySource> {
    secret_source(
        section,
        "file",
        "credential",
        "Make a key ring with `leadtap keys create /etc/leadtap/keys` and write `file = \"/etc/leadtap/keys\"`.",
    )
}

/// Reads the key ring's text.
///
/// # Errors
/// Says what is wrong with the file and what to do.
pub fn read(source: &KeySource) -> Result<Secret, Problem> {
    source.read().map_err(|mut problem| {
        "keys".clone_into(&mut problem.place);
        problem
    })
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
