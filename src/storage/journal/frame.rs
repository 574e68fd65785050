//! What one batch adds to a segment.
//!
//! ```text
//! [mark: 4] [checksum: 4] [length of the logins: 4] [store: 16] [batch: 8] [batch before: 8] [database: 8] [logins]
//! ```

use super::entry::Entry;

/// What a frame begins with. The last byte is the version.
const MARK: [u8; 4] = *b"LTJ\x01";

/// Bytes in front of what the checksum covers.
const UNCHECKED: usize = MARK.len() + 4;

/// Bytes in front of the logins.
pub const HEAD: usize = UNCHECKED + 4 + 16 + 3 * 8;

/// What a frame says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose it is.
    pub store_id: u128,
    /// The number of its batch.
    pub sequence: u64,
    /// The number of the batch whose frame is before it.
    pub previous: u64,
    /// The newest batch that was in the database when it was written.
    pub database: u64,
}

/// The bytes of a frame.
#[must_use]
pub fn encode(head: &Head, entries: &[Entry]) -> Vec<u8> {
    let logins: usize = entries.iter().map(Entry::length).sum();
    let mut bytes = Vec::with_capacity(HEAD + logins);
    bytes.extend_from_slice(&MARK);
    bytes.extend_from_slice(&[0; 4]);
    // A batch has at most a thousand logins of a few KB.
    bytes.extend_from_slice(&u32::try_from(logins).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend_from_slice(&head.store_id.to_be_bytes());
    for number in [head.sequence, head.previous, head.database] {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    for entry in entries {
        entry.append_to(&mut bytes);
    }
    if let Some((front, checked)) = bytes.split_at_mut_checked(UNCHECKED)
        && let Some(place) = front.last_chunk_mut()
    {
        *place = crc32fast::hash(checked).to_be_bytes();
    }
    bytes
}

/// A frame that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// What it says of itself.
    pub head: Head,
    /// Where its logins begin.
    pub at: usize,
    /// Its logins.
    pub logins: &'a [u8],
}

impl Found<'_> {
    /// Where the next frame should begin.
    #[must_use]
    pub const fn end(&self) -> usize {
        self.at + self.logins.len()
    }
}

/// The first whole frame at `from` or after it: one that is damaged does not
/// hide those behind it.
#[must_use]
pub fn find(segment: &[u8], mut from: usize) -> Option<Found<'_>> {
    loop {
        let rest = segment.get(from..)?;
        from += rest.windows(MARK.len()).position(|bytes| bytes == MARK)?;
        if let Some((head, logins)) = segment.get(from..).and_then(parse) {
            let at = from + HEAD;
            return Some(Found { head, at, logins });
        }
        from += 1;
    }
}

/// The version of the release that wrote the segment, if that is a newer one.
#[must_use]
pub fn newer_version(segment: &[u8]) -> Option<u8> {
    let (mark, _) = segment.split_first_chunk()?;
    let [a, b, c, ours] = MARK;
    match *mark {
        [x, y, z, version] if [x, y, z] == [a, b, c] && version > ours => Some(version),
        _ => None,
    }
}

fn parse(bytes: &[u8]) -> Option<(Head, &[u8])> {
    let checked = bytes.get(UNCHECKED..)?;
    let checksum = bytes.get(MARK.len()..)?.first_chunk()?;
    let (length, rest) = checked.split_first_chunk()?;
    let (store_id, rest) = rest.split_first_chunk()?;
    let (sequence, rest) = rest.split_first_chunk()?;
    let (previous, rest) = rest.split_first_chunk()?;
    let (database, rest) = rest.split_first_chunk()?;
    let logins = rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    let checked = checked.get(..HEAD - UNCHECKED + logins.len())?;
    if crc32fast::hash(checked) != u32::from_be_bytes(*checksum) {
        return None;
    }
    let head = Head {
        store_id: u128::from_be_bytes(*store_id),
        sequence: u64::from_be_bytes(*sequence),
        previous: u64::from_be_bytes(*previous),
        database: u64::from_be_bytes(*database),
    };
    Some((head, logins))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(sequence: u64) -> Vec<u8> {
        let head = Head {
            store_id: 7 << 100,
            sequence,
            previous: sequence - 1,
            database: 3,
        };
        encode(&head, &[])
    }

    #[test]
    fn a_flipped_bit_anywhere_is_noticed_and_hides_no_frame_behind_it() {
        let whole = [frame(1), frame(2)].concat();
        for at in 0..HEAD {
            for bit in 0..8 {
                let mut changed = whole.clone();
                changed[at] ^= 1 << bit;
                let found = find(&changed, 0).unwrap();
                assert_eq!(found.head.sequence, 2, "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_torn_frame_is_none() {
        let whole = frame(1);
        for length in 0..whole.len() {
            assert_eq!(find(&whole[..length], 0), None);
        }
        assert_eq!(find(&whole, 0).unwrap().end(), whole.len());
    }

    #[test]
    fn a_newer_release_is_told_from_damage() {
        let mut bytes = frame(1);
        assert_eq!(newer_version(&bytes), None);
        bytes[3] += 1;
        assert_eq!(newer_version(&bytes), Some(2));
    }
}
