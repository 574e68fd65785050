//! Comparing the records with the ledger, while both go on changing.
//!
//! The check walks through the store in steps, between batches. Whatever a
//! batch changes behind it is corrected in what it has found so far, so at the
//! end the two must agree to the last record.

use super::engine::Engine;
use super::error::EngineError;
use super::keys;
use super::ledger::{Difference, Ledger};

/// A check that is under way.
#[derive(Debug)]
pub struct Verifier {
    /// Everything before this key has been seen.
    cursor: Vec<u8>,
    found: Ledger,
}

/// How far a check has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There is more to see.
    More,
    /// All was seen, and this is not as it should be, if anything.
    Done(Option<Difference>),
}

impl Verifier {
    /// A check from the beginning.
    pub fn new() -> Self {
        Self {
            cursor: keys::FIRST_OF_SITES.to_vec(),
            found: Ledger::default(),
        }
    }

    /// Looks at `limit` more records. `ledger` is what has been committed.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn step(
        &mut self,
        engine: &Engine,
        ledger: &Ledger,
        limit: usize,
    ) -> Result<Progress, EngineError> {
        let records = engine.scan(&self.cursor, limit)?;
        for (key, value) in &records {
            self.found.add(key, value);
        }
        match records.last() {
            Some((last, _)) => {
                self.cursor = keys::next(last.to_vec());
                Ok(Progress::More)
            }
            None => Ok(Progress::Done(ledger.difference(&self.found))),
        }
    }

    /// Takes note of a change that a batch is about to make.
    pub fn changes(&mut self, key: &[u8], old: Option<&[u8]>, new: Option<&[u8]>) {
        if key >= self.cursor.as_slice() {
            return;
        }
        if let Some(old) = old {
            self.found.remove(key, old);
        }
        if let Some(new) = new {
            self.found.add(key, new);
        }
    }
}
