//! How many leads and logins there were, for a chart.

use crate::domain::clock::Timestamp;
use crate::domain::site::SiteId;
use crate::domain::visits::{Quarter, Visits};
use crate::storage::StoreError;

use super::Leads;

impl Leads {
    /// What happened between each of these moments and the next. They ascend,
    /// and each begins a quarter of an hour.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn visits(
        &self,
        site: &SiteId,
        boundaries: &[Timestamp],
    ) -> Result<Vec<Visits>, StoreError> {
        let (Some(first), Some(last)) = (boundaries.first(), boundaries.last()) else {
            return Ok(Vec::new());
        };
        let (from, to) = (Quarter::of(*first), Quarter::of(*last));
        let mut quarters = self
            .store
            .visits(site, from, to)
            .await?
            .into_iter()
            .peekable();
        let ends = boundaries.iter().skip(1).map(|end| Quarter::of(*end));
        Ok(ends
            .map(|end| {
                let mut sum = Visits::default();
                while let Some((_, visits)) = quarters.next_if(|(quarter, _)| *quarter < end) {
                    sum += visits;
                }
                sum
            })
            .collect())
    }
}
