//! What can go wrong with the store, by meaning.

use std::fmt;
use std::path::PathBuf;

use super::format::FORMAT;
use super::keyring::KeyId;
use super::record::RecordError;
use super::seal::SealError;

/// Why an operation on the open store brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// Nothing can be kept at the moment, for example on a full disk. What is
    /// in doubt is whether this very operation was kept.
    Unavailable,
    /// More is waiting than the queue holds. Nothing was changed.
    Overloaded,
    /// This site's share of what may wait for the disk is full.
    SiteOverloaded,
    /// The site has as many logins under way as it may. Nothing was changed.
    TooManyPending,
    /// The caller has as many logins under way as it may.
    TooManyPendingOfCaller,
    /// The record changed since it was read. Nothing was changed.
    Conflict,
    /// Instagram's two ids belong to two different leads. Nothing was changed.
    IdentityConflict,
    /// A sealed text does not open.
    Sealed(SealError),
    /// A record cannot be read.
    Record(RecordError),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable => f.write_str("the store cannot keep anything at the moment"),
            Self::Overloaded => f.write_str("too many writes are waiting for the disk"),
            Self::SiteOverloaded => {
                f.write_str("too many logins of this site are waiting for the disk")
            }
            Self::TooManyPending => f.write_str("the site has too many logins under way"),
            Self::TooManyPendingOfCaller => f.write_str("the caller has too many logins under way"),
            Self::Conflict => f.write_str("the record was changed in between"),
            Self::IdentityConflict => f.write_str("the two ids belong to two different leads"),
            Self::Sealed(error) => error.fmt(f),
            Self::Record(error) => error.fmt(f),
        }
    }
}

impl StoreError {
    /// Whether it is one record that is not as it was written, so that others
    /// may well be.
    #[must_use]
    pub const fn is_of_this_record(&self) -> bool {
        matches!(
            self,
            Self::Sealed(SealError::Altered | SealError::KeyMissing(_)) | Self::Record(_)
        )
    }
}

impl std::error::Error for StoreError {}

impl From<SealError> for StoreError {
    fn from(error: SealError) -> Self {
        Self::Sealed(error)
    }
}

impl From<RecordError> for StoreError {
    fn from(error: RecordError) -> Self {
        Self::Record(error)
    }
}

impl From<EngineError> for StoreError {
    fn from(error: EngineError) -> Self {
        tracing::error!(%error, "the store could not be read");
        Self::Unavailable
    }
}

/// sled, or the disk below it, failed. The text is for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineError(pub String);

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a store does not open. Every text says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// There is none.
    Missing(PathBuf),
    /// Another process has it open.
    InUse(PathBuf),
    /// The folder or a file in it cannot be used.
    Io(PathBuf, String),
    /// It is damaged, and this is how it shows.
    Damaged(PathBuf, String),
    /// Its newest records are missing.
    Older {
        /// Where it is.
        path: PathBuf,
        /// How far it has come.
        sequence: u64,
        /// How far it had come.
        witnessed: u64,
    },
    /// Its witness is another store's.
    ForeignWitness(PathBuf),
    /// Its begun logins are another store's.
    ForeignPending(PathBuf),
    /// A newer release wrote a record of it.
    Newer(RecordError),
    /// A newer release has used it.
    NewerFormat {
        /// Where it is.
        path: PathBuf,
        /// The form that it has now.
        format: u8,
    },
    /// The key ring lacks the key that it was sealed with.
    KeyMissing(KeyId),
    /// The key ring has another key under the same name.
    WrongKey,
    /// The operating system gave no random bytes.
    NoRandom,
}

/// What helps against a damaged store.
const RESTORE: &str = "stop leadtap, move what is in the folder aside, all but the file `erased` (keep it: \
    most of it can be read), and put your newest backup in its place with `leadtap restore FILE`";

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(path) => write!(
                f,
                "there is no store in {}: is store.path right? `leadtap restore FILE` puts a backup there",
                path.display()
            ),
            Self::InUse(path) => write!(
                f,
                "the store in {} is in use: is another leadtap running? Stop it, or give this one another store.path",
                path.display()
            ),
            Self::Io(path, error) => write!(
                f,
                "the store in {} cannot be used ({error}): make the folder writable for the user that runs leadtap, and see that there is room on the disk",
                path.display()
            ),
            Self::Damaged(path, how) => write!(
                f,
                "the store in {} is damaged ({how}): {RESTORE}",
                path.display()
            ),
            Self::Older {
                path,
                sequence,
                witnessed,
            } => write!(
                f,
                "the store in {} has lost what was written last: it ends at batch {sequence}, and batch {witnessed} had been acknowledged. \
                 To get it back, {RESTORE}. If you put an older copy there on purpose, remove the file `witness` and the folder `pending` beside it and start again",
                path.display()
            ),
            Self::ForeignWitness(path) => write!(
                f,
                "the store in {} and the file `witness` beside it do not belong together: move the whole folder, never a part of it. \
                 If the store is the right one, remove `witness` and start again",
                path.display()
            ),
            Self::ForeignPending(path) => write!(
                f,
                "the store in {} and the begun logins in the folder `pending` beside it do not belong together: move the whole folder, never a part of it. \
                 If the store is the right one, remove `witness` and `pending` and start again: logins that were under way begin anew",
                path.display()
            ),
            Self::Newer(error) => error.fmt(f),
            Self::NewerFormat { path, format } => write!(
                f,
                "the store in {} has form {format}, and this release of leadtap reads forms up to {FORMAT}: a newer release has used it. Nothing was changed: install that release again, or restore a backup that this one made",
                path.display()
            ),
            Self::KeyMissing(id) => write!(
                f,
                "the store is sealed with key {id:08x}, which the key ring does not hold: put the right key ring in place. The store itself is not damaged"
            ),
            Self::WrongKey => f.write_str(
                "the key ring holds another key under the name of the one that sealed the store: put the right key ring in place. The store itself is not damaged",
            ),
            Self::NoRandom => f.write_str("the operating system gave no random bytes: try again"),
        }
    }
}

impl std::error::Error for OpenError {}
