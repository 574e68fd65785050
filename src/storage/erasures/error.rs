//! Why a list of erased leads cannot be used.

use std::fmt;
use std::path::PathBuf;

/// Why a list cannot be used. The text says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErasedListError {
    /// It cannot be read.
    Io(PathBuf, String),
    /// That line is none of a list.
    Line(PathBuf, usize),
}

impl fmt::Display for ErasedListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(
                f,
                "the list of erased leads {} cannot be read ({error}): let this user read it",
                path.display()
            ),
            Self::Line(path, line) => write!(
                f,
                "line {line} of {} is none of a list of erased leads, or of a newer release's: use a copy of the list that is whole",
                path.display()
            ),
        }
    }
}

impl std::error::Error for ErasedListError {}
