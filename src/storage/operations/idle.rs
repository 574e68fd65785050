//! Leads that nobody logs in to, found in the order of newest logins.

use crate::domain::clock::Timestamp;
use crate::domain::ids::LeadId;
use crate::domain::site::SiteId;
use crate::storage::error::StoreError;
use crate::storage::keys::{self, Kind};
use crate::storage::record::RecordError;
use crate::storage::store::Store;

/// Records fetched at once while they are counted.
const RECORDS_AT_ONCE: usize = 1024;

/// A lead's place in the order of newest logins.
pub type LoginPlace = (Timestamp, LeadId);

impl Store {
    /// The leads of a site that nobody logged in to after `cutoff`, the longest
    /// idle first, at most `limit`, behind `after`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn idle_leads(
        &self,
        site: &SiteId,
        cutoff: Timestamp,
        after: Option<LoginPlace>,
        limit: usize,
    ) -> Result<Vec<LoginPlace>, StoreError> {
        let prefix = keys::all(site, Kind::LoginOrder);
        let first = match after {
            Some((time, lead)) => keys::next(keys::login_order(site, time, &lead)),
            None => prefix.clone(),
        };
        let found = self
            .read(move |_, engine| Ok(engine.scan_within(&prefix, &first, limit)?))
            .await?;
        let places: Vec<LoginPlace> = found
            .iter()
            .map(|(key, _)| place(key))
            .collect::<Result<_, _>>()?;
        let idle = places.into_iter().take_while(|(time, _)| *time <= cutoff);
        Ok(idle.collect())
    }

    /// How many leads of a site nobody logged in to after `cutoff`, counted up to
    /// `most`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn count_idle_leads(
        &self,
        site: &SiteId,
        cutoff: Timestamp,
        most: usize,
    ) -> Result<usize, StoreError> {
        let prefix = keys::all(site, Kind::LoginOrder);
        let last = keys::login_order(site, cutoff, &LeadId::LAST);
        self.read(move |_, engine| {
            let (mut count, mut first) = (0, prefix.clone());
            loop {
                let found = engine.scan_within(&prefix, &first, RECORDS_AT_ONCE)?;
                count += found.iter().take_while(|(key, _)| **key <= *last).count();
                match found.last() {
                    Some((key, _)) if **key <= *last && count < most => {
                        first = keys::next(key.to_vec());
                    }
                    _ => return Ok(count.min(most)),
                }
            }
        })
        .await
    }
}

#[cfg(test)]
impl Store {
    /// Makes a lead's record one that cannot be read.
    pub async fn spoil_lead(&self, site: &SiteId, lead: LeadId) {
        let key = keys::lead(site, &lead);
        let spoil = self.write(move |transaction| transaction.put(key, b"spoiled".to_vec()));
        spoil.await.unwrap();
    }
}

fn place(key: &[u8]) -> Result<LoginPlace, StoreError> {
    keys::parse(key)
        .and_then(|(_, _, own)| keys::parse_time_and_lead(own))
        .ok_or(StoreError::Record(RecordError::Malformed))
}
