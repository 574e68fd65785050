//! Records that a list leaves out because they cannot be read: one of them
//! must not hide all the others.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::keys;
use super::record::{self, RecordError};
use crate::metrics::StoreMetrics;

/// Records that are remembered, so that each is told once. With so many the
/// store is beyond what a log can help.
const MOST: usize = 1000;

/// Those that were met since the start.
#[derive(Debug, Default)]
pub struct Unreadable(Mutex<HashSet<Vec<u8>>>);

impl Unreadable {
    /// A record as it was kept; none where it cannot be read, of which note is
    /// taken.
    pub fn decode<T: record::Record>(
        &self,
        key: &[u8],
        value: &[u8],
        metrics: &StoreMetrics,
    ) -> Option<T> {
        match record::decode(value) {
            Ok(record) => Some(record),
            Err(error) => {
                self.note(key, &error, metrics);
                None
            }
        }
    }

    fn note(&self, key: &[u8], error: &RecordError, metrics: &StoreMetrics) {
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if met.len() >= MOST || !met.insert(key.to_vec()) {
            return;
        }
        metrics.unreadable(met.len());
        drop(met);
        let Some((site, kind, own)) = keys::parse(key) else {
            return;
        };
        let lead = keys::parse_lead(own).map(|lead| lead.to_string());
        tracing::error!(
            site.id = %site, lead.id = lead.unwrap_or_default(), record.kind = ?kind, %error,
            "a record cannot be read and is left out of lists: `leadtap verify` names all of them"
        );
    }
}
