//! Where each record is: keys that begin with the site, then the kind.
//!
//! ```text
//! [length of name][name of site] [kind] [the record's own key, big-endian]
//! [0] [name]                            the store's own records
//! ```
//!
//! The length in front makes the sites prefix-free: no key of one site can
//! ever be read as a key of another.

use ring::digest::{SHA256, digest};
use uuid::Uuid;

use crate::domain::change::ChangeNumber;
use crate::domain::clock::Timestamp;
use crate::domain::deletion::ConfirmationCode;
use crate::domain::ids::{InstagramScopedId, InstagramUserId, LeadId, StateHash};
use crate::domain::site::SiteId;
use crate::domain::visits::Quarter;
use crate::domain::webhook::WebhookName;

/// The kinds of records. The byte stands in every key and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// One login that has left `Pending`, by its state's hash.
    Authorization = b'A',
    /// One change of a lead, by its number.
    Change = b'C',
    /// A token that its keeper must look at, by the time.
    TokenDue = b'D',
    /// The tombstone of an erased lead, by a hash of its id.
    Erasure = b'E',
    /// A lead, by its id.
    Lead = b'L',
    /// Nothing, by the time of a lead's newest login and the lead's id: the order
    /// in which leads were last seen.
    LoginOrder = b'O',
    /// A deletion that Meta asked for, by its confirmation code.
    Deletion = b'R',
    /// A lead's id, by Instagram's app-scoped id.
    ScopedId = b'S',
    /// A lead's sealed token, by the lead's id.
    Token = b'T',
    /// A lead's id, by Instagram's account id.
    UserId = b'U',
    /// How many leads and logins there were, by the quarter of an hour.
    Visits = b'V',
    /// Nothing, by the key of a dead letter: it waits to be replayed.
    Replay = b'W',
    /// A change that a webhook gave up, by its name and the change's number.
    DeadLetter = b'X',
    /// How far a webhook has come, by its name.
    WebhookCursor = b'Y',
}

impl Kind {
    /// All of them, in the order of their bytes.
    pub const ALL: [Self; 14] = [
        Self::Authorization,
        Self::Change,
        Self::TokenDue,
        Self::Erasure,
        Self::Lead,
        Self::LoginOrder,
        Self::Deletion,
        Self::ScopedId,
        Self::Token,
        Self::UserId,
        Self::Visits,
        Self::Replay,
        Self::DeadLetter,
        Self::WebhookCursor,
    ];

    fn of(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// Bytes of a change's number: batch and index.
const CHANGE_NUMBER_BYTES: usize = size_of::<u64>() + size_of::<u32>();

/// What the keys of the store's own records begin with.
pub const OWN: &[u8] = b"\0";

/// The ledger's key.
pub const LEDGER: &[u8] = b"\0ledger";

/// The key under which a known text is sealed.
pub const KEY_CHECK: &[u8] = b"\0key-check";

/// The store's form, a byte.
pub const FORMAT: &[u8] = b"\0format";

/// There while everything is being sealed anew, so that a daemon that was
/// killed over it goes on with it.
pub const RESEALING: &[u8] = b"\0resealing";

/// The first key that belongs to a site.
pub const FIRST_OF_SITES: &[u8] = b"\x01";

fn site_prefix(site: &SiteId, more: usize) -> Vec<u8> {
    let name = site.as_str().as_bytes();
    let mut key = Vec::with_capacity(2 + name.len() + more);
    // A site's name has 1 to 63 bytes.
    key.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
    key.extend_from_slice(name);
    key
}

fn key(site: &SiteId, kind: Kind, own: &[u8]) -> Vec<u8> {
    let mut key = site_prefix(site, own.len());
    key.push(kind as u8);
    key.extend_from_slice(own);
    key
}

/// What every key of one kind of one site begins with.
#[must_use]
pub fn all(site: &SiteId, kind: Kind) -> Vec<u8> {
    key(site, kind, &[])
}

/// A login.
#[must_use]
pub fn authorization(site: &SiteId, state: &StateHash) -> Vec<u8> {
    key(site, Kind::Authorization, &state.0)
}

/// A lead.
#[must_use]
pub fn lead(site: &SiteId, id: &LeadId) -> Vec<u8> {
    key(site, Kind::Lead, id.as_bytes())
}

/// The lead whose id has these bytes, as an index record holds them.
#[must_use]
pub fn lead_of(site: &SiteId, id: &[u8]) -> Vec<u8> {
    key(site, Kind::Lead, id)
}

/// The tombstone of a lead.
///
/// It is found by whoever knows the lead's id and tells the id to nobody: of
/// a lead's id 74 bits are random, which no thief of the disk tries out. Of
/// Instagram's ids, which have 17 digits, nothing is kept in any form.
#[must_use]
pub fn erasure(site: &SiteId, id: &LeadId) -> Vec<u8> {
    key(site, Kind::Erasure, digest(&SHA256, id.as_bytes()).as_ref())
}

/// A deletion that Meta asked for.
#[must_use]
pub fn deletion(site: &SiteId, code: &ConfirmationCode) -> Vec<u8> {
    key(site, Kind::Deletion, code.as_bytes())
}

/// A lead's token.
#[must_use]
pub fn token(site: &SiteId, id: &LeadId) -> Vec<u8> {
    key(site, Kind::Token, id.as_bytes())
}

/// A lead's token in the order of what is due.
#[must_use]
pub fn token_due(site: &SiteId, due: Timestamp, id: &LeadId) -> Vec<u8> {
    key(site, Kind::TokenDue, &time_and_lead(due, id))
}

/// The time and the lead in the own part of such a key.
#[must_use]
pub fn parse_time_and_lead(own: &[u8]) -> Option<(Timestamp, LeadId)> {
    let (time, id) = own.split_first_chunk::<TIME_BYTES>()?;
    let time = Timestamp::from_micros(i64::from_be_bytes(*time) ^ i64::MIN);
    Some((time, LeadId::new(Uuid::from_bytes(id.try_into().ok()?))))
}

/// Bytes of a time in a key.
const TIME_BYTES: usize = size_of::<i64>();

/// Big-endian and with its sign turned, a number's bytes sort as the number does.
fn time_bytes(number: i64) -> [u8; TIME_BYTES] {
    (number ^ i64::MIN).to_be_bytes()
}

/// A key's own part that sorts by the time.
fn time_and_lead(time: Timestamp, id: &LeadId) -> Vec<u8> {
    let mut own = Vec::with_capacity(TIME_BYTES + id.as_bytes().len());
    own.extend_from_slice(&time_bytes(time.as_micros()));
    own.extend_from_slice(id.as_bytes());
    own
}

/// The lead in the own part of a lead's or a token's key.
#[must_use]
pub fn parse_lead(own: &[u8]) -> Option<LeadId> {
    Some(LeadId::new(Uuid::from_bytes(own.try_into().ok()?)))
}

/// From Instagram's app-scoped id to a lead.
#[must_use]
pub fn scoped_id(site: &SiteId, id: &InstagramScopedId) -> Vec<u8> {
    key(site, Kind::ScopedId, id.as_str().as_bytes())
}

/// What happened in a quarter of an hour.
#[must_use]
pub fn visits(site: &SiteId, quarter: Quarter) -> Vec<u8> {
    key(site, Kind::Visits, &time_bytes(quarter.number()))
}

/// The quarter of an hour in such a key's own part.
#[must_use]
pub fn parse_visits(own: &[u8]) -> Option<Quarter> {
    let number = i64::from_be_bytes(own.try_into().ok()?) ^ i64::MIN;
    Some(Quarter::new(number))
}

/// From Instagram's account id to a lead.
#[must_use]
pub fn user_id(site: &SiteId, id: &InstagramUserId) -> Vec<u8> {
    key(site, Kind::UserId, id.as_str().as_bytes())
}

/// One change of a lead.
#[must_use]
pub fn change(site: &SiteId, number: ChangeNumber) -> Vec<u8> {
    key(site, Kind::Change, &number_bytes(number))
}

fn number_bytes(number: ChangeNumber) -> [u8; CHANGE_NUMBER_BYTES] {
    let mut own = [0; CHANGE_NUMBER_BYTES];
    let (sequence, index) = own.split_at_mut(size_of::<u64>());
    sequence.copy_from_slice(&number.sequence.to_be_bytes());
    index.copy_from_slice(&number.index.to_be_bytes());
    own
}

/// How far a webhook has come.
#[must_use]
pub fn webhook_cursor(site: &SiteId, webhook: &WebhookName) -> Vec<u8> {
    key(site, Kind::WebhookCursor, webhook.as_str().as_bytes())
}

/// What every dead letter of one webhook begins with.
#[must_use]
pub fn dead_letters(site: &SiteId, webhook: &WebhookName) -> Vec<u8> {
    of_webhook(site, Kind::DeadLetter, webhook)
}

/// A change that a webhook gave up.
#[must_use]
pub fn dead_letter(site: &SiteId, webhook: &WebhookName, number: ChangeNumber) -> Vec<u8> {
    let mut key = dead_letters(site, webhook);
    key.extend_from_slice(&number_bytes(number));
    key
}

/// What every mark of one webhook's dead letters that wait to be replayed
/// begins with.
#[must_use]
pub fn replays(site: &SiteId, webhook: &WebhookName) -> Vec<u8> {
    of_webhook(site, Kind::Replay, webhook)
}

/// The mark of a dead letter that waits to be replayed.
#[must_use]
pub fn replay(site: &SiteId, webhook: &WebhookName, number: ChangeNumber) -> Vec<u8> {
    let mut key = replays(site, webhook);
    key.extend_from_slice(&number_bytes(number));
    key
}

/// No name has a zero byte, so no webhook's records are read as another's.
fn of_webhook(site: &SiteId, kind: Kind, webhook: &WebhookName) -> Vec<u8> {
    let mut key = key(site, kind, webhook.as_str().as_bytes());
    key.push(0);
    key
}

/// The first key after all that begin with such a prefix.
#[must_use]
pub fn after_webhook(mut prefix: Vec<u8>) -> Vec<u8> {
    if let Some(last) = prefix.last_mut() {
        *last = 1;
    }
    prefix
}

/// The webhook and the change in the own part of the key of a dead letter, or
/// of its mark.
#[must_use]
pub fn parse_letter(own: &[u8]) -> Option<(WebhookName, ChangeNumber)> {
    let (name, number) = own.split_at_checked(own.len().checked_sub(CHANGE_NUMBER_BYTES)?)?;
    let name = std::str::from_utf8(name.strip_suffix(b"\0")?).ok()?;
    Some((name.parse().ok()?, change_number(number)?))
}

/// The number in a change's key.
#[must_use]
pub fn change_number(own: &[u8]) -> Option<ChangeNumber> {
    let (sequence, index) = own.split_at_checked(size_of::<u64>())?;
    Some(ChangeNumber {
        sequence: u64::from_be_bytes(sequence.try_into().ok()?),
        index: u32::from_be_bytes(index.try_into().ok()?),
    })
}

/// Where a lead stands in the order of newest logins.
#[must_use]
pub fn login_order(site: &SiteId, time: Timestamp, id: &LeadId) -> Vec<u8> {
    key(site, Kind::LoginOrder, &time_and_lead(time, id))
}

/// The site, the kind and the record's own part of a key; none for the
/// store's own records and for what is no key of ours.
#[must_use]
pub fn parse(key: &[u8]) -> Option<(SiteId, Kind, &[u8])> {
    let (&length, rest) = key.split_first()?;
    let (name, rest) = rest.split_at_checked(usize::from(length))?;
    let (&kind, own) = rest.split_first()?;
    let site = std::str::from_utf8(name).ok()?.parse().ok()?;
    Some((site, Kind::of(kind)?, own))
}

/// The kind of a key's record, for those who go through very many; none where
/// [`parse`] finds none either, but that the site's name is taken as it is.
#[must_use]
pub fn kind(key: &[u8]) -> Option<Kind> {
    let (&length, rest) = key.split_first()?;
    let kind = rest.get(usize::from(length))?;
    Kind::of(*kind).filter(|_| length > 0)
}

/// The key that comes right after this one.
#[must_use]
pub fn next(mut key: Vec<u8>) -> Vec<u8> {
    key.push(0);
    key
}

/// The first key after all of this site's.
#[must_use]
pub fn after(site: &SiteId) -> Vec<u8> {
    let mut key = site_prefix(site, 1);
    key.push(u8::MAX);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_its_site_kind_and_record() {
        let site: SiteId = "shop".parse().unwrap();
        let state = StateHash([7; 32]);
        let key = authorization(&site, &state);
        assert_eq!(parse(&key), Some((site, Kind::Authorization, &state.0[..])));
        let until = |end: usize| key.get(..end).unwrap();
        for end in 0..=key.len() {
            let parsed = parse(until(end)).map(|(_, kind, _)| kind);
            assert_eq!(kind(until(end)), parsed, "{end} bytes");
        }
    }

    #[test]
    fn no_site_is_the_prefix_of_another() {
        let (a, ab): (SiteId, SiteId) = ("a".parse().unwrap(), "ab".parse().unwrap());
        let key = authorization(&ab, &StateHash([7; 32]));
        assert!(!key.starts_with(&all(&a, Kind::Authorization)));
        assert!(!key.starts_with(&site_prefix(&a, 0)));
    }

    #[test]
    fn changes_sort_by_their_number() {
        let site: SiteId = "a".parse().unwrap();
        let numbers = [(1, 2), (1, 300), (2, 0), (256, 1)]
            .map(|(sequence, index)| ChangeNumber { sequence, index });
        let keys = numbers.map(|number| change(&site, number));
        assert!(keys.is_sorted());
        for (key, number) in keys.iter().zip(numbers) {
            let (_, kind, own) = parse(key).unwrap();
            assert_eq!((kind, change_number(own)), (Kind::Change, Some(number)));
        }
    }

    #[test]
    fn a_dead_letter_tells_its_webhook_and_change() {
        let (site, webhook): (SiteId, WebhookName) = ("a".parse().unwrap(), "crm".parse().unwrap());
        let number = ChangeNumber {
            sequence: 256,
            index: 0,
        };
        for key in [
            dead_letter(&site, &webhook, number),
            replay(&site, &webhook, number),
        ] {
            let (_, _, own) = parse(&key).unwrap();
            assert_eq!(parse_letter(own), Some((webhook.clone(), number)));
            assert_eq!(parse_letter(&own[1..own.len() - 1]), None);
        }
        let longer = dead_letter(&site, &"crm-2".parse().unwrap(), number);
        assert!(!longer.starts_with(&dead_letters(&site, &webhook)));
    }

    #[test]
    fn leads_sort_by_their_newest_login_also_before_1970() {
        let site: SiteId = "a".parse().unwrap();
        let id = LeadId::new(uuid::Uuid::from_u128(7));
        let keys = [i64::MIN, -2, 0, 1, 300, i64::MAX]
            .map(|micros| login_order(&site, Timestamp::from_micros(micros), &id));
        assert!(keys.is_sorted());
    }

    #[test]
    fn due_tokens_sort_by_their_time_and_tell_it() {
        let site: SiteId = "a".parse().unwrap();
        let lead = |number| LeadId::new(Uuid::from_u128(number));
        let due = |time, number| token_due(&site, Timestamp::from_micros(time), &lead(number));
        assert!(due(255, 9) < due(256, 1));
        let (key, time) = (due(256, 1), Timestamp::from_micros(256));
        let (_, _, own) = parse(&key).unwrap();
        assert_eq!(parse_time_and_lead(own), Some((time, lead(1))));
        assert_eq!(parse_time_and_lead(&own[1..]), None);
    }

    #[test]
    fn quarters_sort_by_their_time_and_are_told() {
        let site: SiteId = "a".parse().unwrap();
        let quarters = [i64::MIN, -1, 0, 255, 256, i64::MAX].map(Quarter::new);
        let keys = quarters.map(|quarter| visits(&site, quarter));
        assert!(keys.is_sorted());
        for (key, quarter) in keys.iter().zip(quarters) {
            let (_, kind, own) = parse(key).unwrap();
            assert_eq!((kind, parse_visits(own)), (Kind::Visits, Some(quarter)));
        }
    }

    #[test]
    fn the_kinds_are_told_apart_and_sorted() {
        assert!(Kind::ALL.is_sorted());
        assert_eq!(Kind::of(b'L'), Some(Kind::Lead));
        assert_eq!(Kind::of(b'?'), None);
    }
}
