//! What stands in the frames of a backup.
//!
//! ```text
//! [1] [length: 4] [key] [length: 4] [value]     a record as it is
//! [2] [length: 4] [key]                         a record that is gone again
//! [3] [the account]                             the end
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::storage::ledger::Tally;

const PUT: u8 = 1;
const REMOVE: u8 = 2;
const END: u8 = 3;

/// The account at the end of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The batch at which it was made.
    pub sequence: u64,
    /// What there is of each kind, by the kind's byte.
    pub kinds: BTreeMap<u8, Tally>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A record as it is.
    Put(Vec<u8>, Vec<u8>),
    /// A record that an earlier entry may have brought is gone.
    Remove(Vec<u8>),
    /// Nothing comes after it.
    End(Account),
}

/// Writes a record, or that it is gone.
pub fn write_record(to: &mut Vec<u8>, key: &[u8], value: Option<&[u8]>) {
    to.push(if value.is_some() { PUT } else { REMOVE });
    write_bytes(to, key);
    if let Some(value) = value {
        write_bytes(to, value);
    }
}

/// Writes the end.
pub fn write_end(to: &mut Vec<u8>, account: &Account) -> Option<()> {
    to.push(END);
    to.extend(postcard::to_stdvec(account).ok()?);
    Some(())
}

/// No record comes near 4 GiB.
fn write_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    to.extend_from_slice(&length.to_be_bytes());
    to.extend_from_slice(bytes);
}

/// Takes the next entry off the front; none where there is none.
pub fn read(from: &mut &[u8]) -> Option<Entry> {
    let (&kind, rest) = from.split_first()?;
    *from = rest;
    match kind {
        PUT => Some(Entry::Put(read_bytes(from)?, read_bytes(from)?)),
        REMOVE => Some(Entry::Remove(read_bytes(from)?)),
        END => {
            let (account, rest) = postcard::take_from_bytes(from).ok()?;
            *from = rest;
            Some(Entry::End(account))
        }
        _ => None,
    }
}

fn read_bytes(from: &mut &[u8]) -> Option<Vec<u8>> {
    let (length, rest) = from.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (bytes, rest) = rest.split_at_checked(length)?;
    *from = rest;
    Some(bytes.to_vec())
}
