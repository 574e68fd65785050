//! The form of the whole store: which releases can read it.
//!
//! Records carry versions of their own, and each is read and converted alone.
//! An older release meets a newer record only when somebody asks for it, so the
//! store says in one place, before anything is served, how new it is.

use std::path::Path;

use super::engine::Engine;
use super::error::{EngineError, OpenError};
use super::keys;

/// The form that this release writes, also as a backup's version. It rises by
/// one with the first change of a record's version or of the kinds after a
/// release; [`FORMS`] says what each was.
pub const FORMAT: u8 = 1;

/// What stores had before they said what they have.
const UNSAID: u8 = 1;

/// Refuses a store that a newer release has used.
///
/// # Errors
/// [`OpenError::NewerFormat`], or what the database says.
pub fn check(path: &Path, engine: &Engine) -> Result<(), OpenError> {
    let format = written(engine).map_err(|error| OpenError::Damaged(path.to_owned(), error.0))?;
    if format > FORMAT {
        return Err(OpenError::NewerFormat {
            path: path.to_owned(),
            format,
        });
    }
    Ok(())
}

/// From now on older releases refuse the store: this one may write what they
/// cannot read.
///
/// # Errors
/// What the disk says.
pub fn claim(path: &Path, engine: &Engine) -> Result<(), OpenError> {
    let io = |error: EngineError| OpenError::Io(path.to_owned(), error.0);
    if engine.get(keys::FORMAT).map_err(io)?.is_some() && written(engine).map_err(io)? == FORMAT {
        return Ok(());
    }
    let mut batch = sled::Batch::default();
    batch.insert(keys::FORMAT, &[FORMAT]);
    engine.commit(batch).map_err(io)
}

fn written(engine: &Engine) -> Result<u8, EngineError> {
    let found = engine.get(keys::FORMAT)?;
    Ok(found.map_or(UNSAID, |bytes| bytes.first().copied().unwrap_or(u8::MAX)))
}

#[cfg(test)]
mod tests {
    use super::super::keys::Kind;
    use super::super::ledger::Ledger;
    use super::super::record::{Record, StoredAuthorization, StoredChange, StoredToken};
    use super::*;
    use crate::domain::deletion::Deletion;
    use crate::domain::erasure::Erasure;
    use crate::domain::lead::Lead;
    use crate::domain::visits::Visits;
    use crate::domain::webhook::{DeadLetter, WebhookState};

    /// Each form: its kinds by their bytes, and the versions of its records.
    /// A line that was released is never changed.
    const FORMS: &[(u8, &str)] = &[(1, "ACDELORSTUVWXY A1 C1 E1 L1 R1 T1 V1 X1 Y1 ledger1")];

    fn now() -> String {
        let kinds: String = Kind::ALL
            .iter()
            .map(|kind| char::from(*kind as u8))
            .collect();
        format!(
            "{kinds} A{} C{} E{} L{} R{} T{} V{} X{} Y{} ledger{}",
            StoredAuthorization::VERSION,
            StoredChange::VERSION,
            Erasure::VERSION,
            Lead::VERSION,
            Deletion::VERSION,
            StoredToken::VERSION,
            Visits::VERSION,
            DeadLetter::VERSION,
            WebhookState::VERSION,
            Ledger::VERSION,
        )
    }

    #[test]
    fn the_form_rises_with_what_an_older_release_cannot_read() {
        let (form, said) = FORMS.last().unwrap();
        assert_eq!(*form, FORMAT);
        assert_eq!(
            *said,
            now(),
            "If form {form} was released, add a line with the next number and raise FORMAT; if not, change its line."
        );
        for (number, (form, _)) in FORMS.iter().enumerate() {
            assert_eq!(usize::from(*form), number + 1);
        }
    }
}
