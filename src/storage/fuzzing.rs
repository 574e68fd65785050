//! What is read back from the store, as a fuzzer calls it: any bytes, behind
//! one that says of which kind they are. It panics where a promise does not
//! hold.

use super::journal::{self, Begun};
use super::keyring::KeyRing;
use super::keys;
use super::ledger::Ledger;
use super::record::{self, Record, StoredAuthorization, StoredChange, StoredToken};
use super::seal::Sealer;
use super::state::LoginState;
use uuid::Uuid;

use crate::domain::ids::{LeadId, StateHash};
use crate::domain::lead::Lead;
use crate::domain::secret::Secret;

/// A key ring of one key that seals nothing but what a fuzzer makes up.
const RING: &str = "00000001 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

/// A record, a frame of the journal, a login in one, or a key. What is a
/// record must be read back the same from what is written of it.
pub fn record(input: &[u8]) {
    let Some((kind, bytes)) = input.split_first() else {
        return;
    };
    match kind % 8 {
        0 => drop(stable::<Lead>(bytes)),
        1 => drop(stable::<StoredChange>(bytes)),
        2 => token(bytes),
        3 => authorization(bytes),
        4 => drop(stable::<Ledger>(bytes)),
        5 => begun(bytes),
        6 => segment(bytes),
        _ => {
            if let Some((site, kind, own)) = keys::parse(bytes) {
                assert!(bytes.ends_with(own));
                assert!(bytes.starts_with(&keys::all(&site, kind)));
            }
            assert!(keys::next(bytes.to_vec()).as_slice() > bytes);
        }
    }
}

fn stable<R: Record>(bytes: &[u8]) -> Option<R> {
    let read = record::decode::<R>(bytes).ok()?;
    let written = record::encode(&read);
    let again = written.as_ref().map(|bytes| record::decode::<R>(bytes));
    let again = again.ok().and_then(Result::ok);
    let rewritten = again.map(|again| record::encode(&again));
    assert_eq!(rewritten, Some(written), "read once, read the same");
    Some(read)
}

/// Nothing opens that was not sealed.
fn token(bytes: &[u8]) {
    let lead = LeadId::new(Uuid::from_u128(1));
    if let (Some(stored), Some(sealer), Ok(site)) =
        (stable::<StoredToken>(bytes), sealer(), "shop".parse())
    {
        assert!(stored.open(&sealer, &site, &lead).is_err());
    }
}

fn authorization(bytes: &[u8]) {
    if let (Some(stored), Some(sealer), Ok(site)) = (
        stable::<StoredAuthorization>(bytes),
        sealer(),
        "shop".parse(),
    ) {
        // What is not sealed in it is plain to read.
        drop(stored.open(&sealer, &site, &StateHash([1; 32])));
    }
}

/// A login in the journal, behind the checksum that would else let no other
/// through.
fn begun(body: &[u8]) {
    let Ok(length) = u32::try_from(body.len()) else {
        return;
    };
    let checksum = crc32fast::hash(body).to_be_bytes();
    let whole = [&checksum, &length.to_be_bytes(), body].concat();
    if let Ok(begun) = Begun::parse(&whole) {
        drop(begun.authorization(&LoginState::of(&Secret::from("state"))));
    }
}

/// A segment of it: every search ends, and moves on.
fn segment(bytes: &[u8]) {
    let _ = journal::newer_version(bytes);
    let mut from = 0;
    while let Some(found) = journal::find(bytes, from) {
        assert!(found.end() > from && found.end() <= bytes.len());
        from = found.end();
    }
}

fn sealer() -> Option<Sealer> {
    KeyRing::parse(&Secret::from(RING)).ok().map(Sealer::new)
}
