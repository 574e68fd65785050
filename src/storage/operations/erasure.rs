//! Erasing leads, so that no record that is read says anything about them.

use std::collections::BTreeSet;

use crate::domain::clock::Timestamp;
use crate::domain::erasure::Erasure;
use crate::domain::ids::{LeadId, StateHash};
use crate::domain::site::SiteId;
use crate::storage::engine::Engine;
use crate::storage::error::StoreError;
use crate::storage::keys::Kind;
use crate::storage::read;
use crate::storage::record::{self, StoredAuthorization};
use crate::storage::store::Store;
use crate::storage::transaction::{Erased, Transaction};

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
        self.erase_each(site, leads, move |transaction, site, lead| {
            transaction.erase_lead(site, lead, erasure)
        })
        .await
    }

    /// Erases those of the leads that nobody logged in to after `cutoff`, which
    /// is looked at anew when it is done. Answers for each in turn; none where a
    /// lead was spared or there is none.
    ///
    /// # Errors
    /// When the store cannot be read or written; nothing is erased then.
    pub async fn erase_idle_leads(
        &self,
        site: &SiteId,
        leads: Vec<LeadId>,
        cutoff: Timestamp,
        erasure: Erasure,
    ) -> Result<Vec<Option<Erased>>, StoreError> {
        self.erase_each(site, leads, move |transaction, site, lead| {
            transaction.erase_idle_lead(site, lead, cutoff, erasure)
        })
        .await
    }

    async fn erase_each(
        &self,
        site: &SiteId,
        leads: Vec<LeadId>,
        erase: impl Fn(&mut Transaction<'_>, &SiteId, &LeadId) -> Result<Option<Erased>, StoreError>
        + Send
        + 'static,
    ) -> Result<Vec<Option<Erased>>, StoreError> {
        let traces = self.traces(site, leads.iter().copied().collect()).await?;
        let here = site.clone();
        let erased = self
            .write(move |transaction| {
                let erased: Vec<_> = leads
                    .iter()
                    .map(|lead| erase(transaction, &here, lead))
                    .collect::<Result<_, _>>()?;
                // Whoever is spared keeps what the newest login says.
                let gone = ids(&erased);
                for (login, _) in traces.iter().filter(|(_, lead)| gone.contains(lead)) {
                    transaction.forget_trace(&here, login)?;
                }
                Ok(erased)
            })
            .await?;
        self.forget_traces(site, ids(&erased)).await?;
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
                .try_for_each(|(login, _)| transaction.forget_trace(&site, login))
        })
        .await
    }

    /// The completed logins of these leads that still say something, each with
    /// its lead.
    pub(super) async fn traces(
        &self,
        site: &SiteId,
        leads: BTreeSet<LeadId>,
    ) -> Result<Vec<(StateHash, LeadId)>, StoreError> {
        let site = site.clone();
        self.read(move |_, engine| completed(engine, &site, &leads))
            .await
    }
}

fn ids(erased: &[Option<Erased>]) -> BTreeSet<LeadId> {
    erased.iter().flatten().map(|one| one.lead_id).collect()
}

fn completed(
    engine: &Engine,
    site: &SiteId,
    leads: &BTreeSet<LeadId>,
) -> Result<Vec<(StateHash, LeadId)>, StoreError> {
    let mut found = Vec::new();
    read::each_of(engine, site, Kind::Authorization, |own, value| {
        // What cannot be read is left for the check of the store to report.
        let Ok(stored) = record::decode::<StoredAuthorization>(value) else {
            return;
        };
        if let Some(lead) = stored.lead().filter(|lead| leads.contains(lead))
            && stored.says_something()
            && let Ok(login) = own.try_into()
        {
            found.push((StateHash(login), lead));
        }
    })?;
    Ok(found)
}
