//! Erasing leads, so that no record that is read says anything about them.

use std::collections::BTreeSet;

use crate::domain::erasure::Erasure;
use crate::domain::ids::{LeadId, StateHash};
use crate::domain::site::SiteId;
use crate::storage::engine::Engine;
use crate::storage::error::StoreError;
use crate::storage::keys::{self, Kind};
use crate::storage::record::{self, StoredAuthorization};
use crate::storage::store::Store;
use crate::storage::transaction::Erased;

/// Records fetched at once while the traces of a lead are looked for.
const RECORDS_AT_ONCE: usize = 256;

impl Store {
    /// Erases leads with their tokens and with what their logins still say
    /// about them. Answers for each in turn; none where this site has no such
    /// lead and never erased one.
    ///
    /// Logins are looked through before the erasure, because that takes its
    /// time and the committer has none; and after it, for one that was
    /// completed in between. From then on no login can lead to these ids.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn erase_leads(
        &self,
        site: &SiteId,
        leads: Vec<LeadId>,
        erasure: Erasure,
    ) -> Result<Vec<Option<Erased>>, StoreError> {
        let ids: BTreeSet<LeadId> = leads.iter().copied().collect();
        let traces = self.traces(site, ids.clone()).await?;
        let here = site.clone();
        let erased = self
            .write(move |transaction| {
                for trace in &traces {
                    transaction.forget_trace(&here, trace)?;
                }
                leads
                    .iter()
                    .map(|lead| transaction.erase_lead(&here, lead, erasure))
                    .collect::<Result<Vec<_>, _>>()
            })
            .await?;
        self.forget_traces(site, ids).await?;
        Ok(erased)
    }

    /// Takes the person out of every completed login of these leads.
    pub(super) async fn forget_traces(
        &self,
        site: &SiteId,
        leads: BTreeSet<LeadId>,
    ) -> Result<(), StoreError> {
        let traces = self.traces(site, leads).await?;
        if traces.is_empty() {
            return Ok(());
        }
        let site = site.clone();
        self.write(move |transaction| {
            traces
                .iter()
                .try_for_each(|trace| transaction.forget_trace(&site, trace))
        })
        .await
    }

    /// The completed logins of these leads that still say something.
    pub(super) async fn traces(
        &self,
        site: &SiteId,
        leads: BTreeSet<LeadId>,
    ) -> Result<Vec<StateHash>, StoreError> {
        let site = site.clone();
        self.read(move |_, engine| completed(engine, &site, &leads))
            .await
    }
}

fn completed(
    engine: &Engine,
    site: &SiteId,
    leads: &BTreeSet<LeadId>,
) -> Result<Vec<StateHash>, StoreError> {
    let mut found = Vec::new();
    each(engine, site, Kind::Authorization, |own, value| {
        // What cannot be read is left for the check of the store to report.
        let Ok(stored) = record::decode::<StoredAuthorization>(value) else {
            return;
        };
        if stored.lead().is_some_and(|lead| leads.contains(&lead))
            && stored.says_something()
            && let Ok(login) = own.try_into()
        {
            found.push(StateHash(login));
        }
    })?;
    Ok(found)
}

/// Looks at every record of one kind of a site: the key's own part and the
/// value.
fn each(
    engine: &Engine,
    site: &SiteId,
    kind: Kind,
    mut look: impl FnMut(&[u8], &[u8]),
) -> Result<(), StoreError> {
    let prefix = keys::all(site, kind);
    let mut from = prefix.clone();
    loop {
        let records = engine.scan_within(&prefix, &from, RECORDS_AT_ONCE)?;
        for (key, value) in &records {
            look(key.get(prefix.len()..).unwrap_or_default(), value);
        }
        match records.last() {
            Some((last, _)) if records.len() == RECORDS_AT_ONCE => {
                from = keys::next(last.to_vec());
            }
            _ => return Ok(()),
        }
    }
}
