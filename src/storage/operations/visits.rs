//! How many leads and logins there were.

use crate::domain::site::SiteId;
use crate::domain::visits::{Quarter, Visits};
use crate::storage::error::StoreError;
use crate::storage::keys::{self, Kind};
use crate::storage::record::{self, RecordError};
use crate::storage::store::Store;

/// Records fetched at once.
const RECORDS_AT_ONCE: usize = 1024;

impl Store {
    /// What happened at a site from `from` on and before `to`, by quarters of an
    /// hour, in order; those in which nothing happened are left out. A year of a
    /// busy site is 35,000 records: tens of milliseconds of a thread that may wait.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn visits(
        &self,
        site: &SiteId,
        from: Quarter,
        to: Quarter,
    ) -> Result<Vec<(Quarter, Visits)>, StoreError> {
        let prefix = keys::all(site, Kind::Visits);
        let mut first = keys::visits(site, from);
        self.read(move |_, engine| {
            let mut visits = Vec::new();
            loop {
                let found = engine.scan_within(&prefix, &first, RECORDS_AT_ONCE)?;
                for (key, value) in &found {
                    let quarter = quarter(key)?;
                    if quarter >= to {
                        return Ok(visits);
                    }
                    visits.push((quarter, record::decode(value)?));
                }
                match found.last() {
                    Some((key, _)) if found.len() == RECORDS_AT_ONCE => {
                        first = keys::next(key.to_vec());
                    }
                    _ => return Ok(visits),
                }
            }
        })
        .await
    }
}

fn quarter(key: &[u8]) -> Result<Quarter, StoreError> {
    keys::parse(key)
        .and_then(|(_, _, own)| keys::parse_visits(own))
        .ok_or(StoreError::Record(RecordError::Malformed))
}
