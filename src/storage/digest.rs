//! A digest of a set of records that changes with one record at a time.

use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

/// The wrapping sum of 128 bits of each record's SHA-256.
///
/// A sum does not care about the order, and a record can be taken out again.
/// It is there to notice accidents, not an attacker who can write the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetDigest(u128);

impl SetDigest {
    /// Puts a record in.
    pub fn add(&mut self, key: &[u8], value: &[u8]) {
        self.0 = self.0.wrapping_add(of(key, value));
    }

    /// Takes a record out.
    pub fn remove(&mut self, key: &[u8], value: &[u8]) {
        self.0 = self.0.wrapping_sub(of(key, value));
    }
}

fn of(key: &[u8], value: &[u8]) -> u128 {
    let mut context = Context::new(&SHA256);
    // The key's length keeps two splits of the same bytes apart.
    context.update(&(key.len() as u64).to_be_bytes());
    context.update(key);
    context.update(value);
    let digest = context.finish();
    digest
        .as_ref()
        .first_chunk()
        .map_or(0, |bytes: &[u8; 16]| u128::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_records_does_not_matter_and_what_was_added_can_be_removed() {
        let (mut a, mut b) = (SetDigest::default(), SetDigest::default());
        a.add(b"1", b"x");
        a.add(b"2", b"y");
        b.add(b"2", b"y");
        b.add(b"3", b"z");
        b.add(b"1", b"x");
        b.remove(b"3", b"z");
        assert_eq!(a, b);
        assert_ne!(a, SetDigest::default());
    }

    #[test]
    fn a_byte_that_moves_from_key_to_value_is_noticed() {
        let (mut a, mut b) = (SetDigest::default(), SetDigest::default());
        a.add(b"12", b"3");
        b.add(b"1", b"23");
        assert_ne!(a, b);
    }
}
