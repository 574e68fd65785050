//! Page tokens and cursors: where a list goes on, sealed for one site and one
//! query, so that they cannot be made up or used elsewhere.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::domain::change::ChangeNumber;
use crate::domain::clock::Timestamp;
use crate::domain::limits;
use crate::domain::secret::Secret;
use crate::domain::site::SiteId;
use crate::storage::{LeadOrder, Listing, Store, StoreError};

/// How long a list can be gone on with. The log of changes, by which a listing
/// finds who moved meanwhile, is kept for longer.
const LIFETIME: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// What a list is of: two that differ in a word are different queries.
pub(super) struct Query<'a> {
    /// Which list.
    pub(super) kind: &'static str,
    /// Of which leads.
    pub(super) filter: &'a str,
    /// In which order, or as what.
    pub(super) form: &'a str,
}

impl Query<'_> {
    fn hash(&self) -> Vec<u8> {
        // Texts cannot hold the byte that separates them.
        let text = [self.kind, self.filter, self.form].join("\0");
        digest(&SHA256, text.as_bytes()).as_ref().to_vec()
    }
}

/// What is sealed: the listing, in as few words as will do.
#[derive(Serialize, Deserialize)]
struct Place {
    order: LeadOrder,
    descending: bool,
    start: i64,
    sequence: u64,
    index: u32,
    after: String,
}

/// The token for going on with a list.
pub(super) fn write(
    store: &Store,
    site: &SiteId,
    query: &Query<'_>,
    listing: &Listing,
) -> Result<String, StoreError> {
    let place = Place {
        order: listing.order,
        descending: listing.descending,
        start: listing.start.as_micros(),
        sequence: listing.changes.sequence,
        index: listing.changes.index,
        after: BASE64URL.encode(listing.after.as_deref().unwrap_or_default()),
    };
    // Numbers and texts always have a JSON form.
    let place = Secret::new(serde_json::to_string(&place).unwrap_or_default());
    let sealed = store.seal_cursor(site, &query.hash(), &place)?;
    Ok(BASE64URL.encode(sealed))
}

/// Where a list goes on; none where the token is not one for it, or is too old.
pub(super) fn read(
    store: &Store,
    site: &SiteId,
    query: &Query<'_>,
    token: &str,
    now: Timestamp,
) -> Option<Listing> {
    if token.len() > limits::CURSOR_BYTES {
        return None;
    }
    let sealed = BASE64URL.decode(token).ok()?;
    let place = store.open_cursor(site, &query.hash(), &sealed)?;
    let place: Place = serde_json::from_str(place.expose()).ok()?;
    let start = Timestamp::from_micros(place.start);
    let after = BASE64URL.decode(place.after).ok()?;
    (now.since(start) < LIFETIME).then(|| Listing {
        order: place.order,
        descending: place.descending,
        start,
        changes: ChangeNumber {
            sequence: place.sequence,
            index: place.index,
        },
        after: Some(after).filter(|after| !after.is_empty()),
    })
}
