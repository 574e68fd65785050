//! Making a backup of a store that serves.

use std::collections::VecDeque;

use super::entry::{self, Account};
use super::frame::{FULL_BYTES, Frames};
use super::header::Header;
use super::is_kept;
use crate::domain::clock::Timestamp;
use crate::storage::committer::Then;
use crate::storage::error::StoreError;
use crate::storage::seal::SealError;
use crate::storage::store::Store;
use crate::storage::walk::{Found, Walk, WalkError};

/// A piece of a backup's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The bytes that come next in the file.
    pub bytes: Vec<u8>,
    /// Records that were written so far.
    pub records: u64,
    /// Records that there were at the beginning.
    pub expected: u64,
    /// Whether the file is whole now.
    pub last: bool,
}

/// A backup that is being made.
pub struct Backup {
    walk: Option<Walk>,
    frames: Frames,
    header: Option<Vec<u8>>,
    /// Entries of the frame that is not full yet.
    plain: Vec<u8>,
    /// Chunks that were not asked for yet: one step of the walk may fill some.
    ready: VecDeque<Chunk>,
    records: u64,
    expected: u64,
}

impl Backup {
    /// Begins one.
    ///
    /// # Errors
    /// [`WalkError::Busy`] while another walk goes through the store.
    pub async fn begin(store: &Store, now: Timestamp) -> Result<Self, WalkError> {
        let walk = Walk::begin(store, is_kept)?;
        store.erased_are_known_until(now).await;
        let sealed = Header::new(now, &store.shared.sealer);
        let (header, key) = sealed.map_err(store_error)?;
        let header = header.encode().map_err(store_error)?;
        let count =
            |_: &_, ledger: &crate::storage::ledger::Ledger| (ledger.count_of(is_kept), Then::GoOn);
        Ok(Self {
            walk: Some(walk),
            frames: Frames::new(key, &header),
            header: Some(header),
            plain: Vec::new(),
            ready: VecDeque::new(),
            records: 0,
            expected: store.between_batches(count).await?,
        })
    }

    /// The next piece; none after the last one. Whoever waits between two
    /// pieces holds nobody up, but must have them all before too much of the
    /// store has changed.
    ///
    /// # Errors
    /// [`WalkError`]; what came so far is worth nothing then.
    pub async fn next(&mut self) -> Result<Option<Chunk>, WalkError> {
        while self.ready.is_empty() {
            let Some(mut walk) = self.walk.take() else {
                return Ok(None);
            };
            match walk.next().await? {
                Some(records) => {
                    self.write(&records)?;
                    self.walk = Some(walk);
                }
                None => self.end(walk).await?,
            }
        }
        Ok(self.ready.pop_front())
    }

    fn write(&mut self, records: &[Found]) -> Result<(), WalkError> {
        for (key, value) in records {
            entry::write_record(&mut self.plain, key, value.as_deref());
            self.records += 1;
            if self.plain.len() >= FULL_BYTES {
                self.close_frame(false)?;
            }
        }
        Ok(())
    }

    async fn end(&mut self, walk: Walk) -> Result<(), WalkError> {
        let ending = walk.end(|_, ending| (ending, Then::GoOn)).await?;
        self.write(&ending.records)?;
        let account = Account {
            sequence: ending.ledger.sequence,
            kinds: ending.ledger.tallies_of(is_kept),
        };
        entry::write_end(&mut self.plain, &account)
            .ok_or(WalkError::Store(StoreError::Unavailable))?;
        self.close_frame(true)
    }

    fn close_frame(&mut self, last: bool) -> Result<(), WalkError> {
        let plain = std::mem::replace(&mut self.plain, Vec::with_capacity(FULL_BYTES));
        let frame = self.frames.seal(plain, last);
        let mut frame = frame.map_err(|_| store_error(SealError::Altered))?;
        let mut bytes = self.header.take().unwrap_or_default();
        bytes.append(&mut frame);
        self.ready.push_back(Chunk {
            bytes,
            records: self.records,
            expected: self.expected,
            last,
        });
        Ok(())
    }
}

fn store_error(error: SealError) -> WalkError {
    WalkError::Store(error.into())
}
