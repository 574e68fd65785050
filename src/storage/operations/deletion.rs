//! Deletions that Meta asked for.

use std::collections::BTreeSet;

use crate::domain::deletion::{ConfirmationCode, Deletion};
use crate::domain::ids::LeadId;
use crate::domain::site::SiteId;
use crate::storage::error::StoreError;
use crate::storage::keys;
use crate::storage::record;
use crate::storage::store::Store;
use crate::storage::transaction::DeletionRequest;

impl Store {
    /// Erases a person on Meta's word and writes down that it was done. Gives
    /// the lead that was erased by it now, if one was.
    /// `lead` is whom the request seems to be about; who it is about is looked
    /// up again when it is done.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn delete_on_request(
        &self,
        site: &SiteId,
        request: DeletionRequest,
        lead: Option<LeadId>,
    ) -> Result<(Deletion, Option<LeadId>), StoreError> {
        let leads: BTreeSet<LeadId> = lead.into_iter().collect();
        let traces = self.traces(site, leads.clone()).await?;
        let logins: Vec<_> = traces.into_iter().map(|(login, _)| login).collect();
        let here = site.clone();
        let deletion = self
            .write(move |transaction| transaction.delete_on_request(&here, &request, &logins))
            .await?;
        // One that was completed in between.
        self.forget_traces(site, leads).await?;
        Ok(deletion)
    }

    /// What became of a deletion; none if this site has none of that code.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn deletion(
        &self,
        site: &SiteId,
        code: &ConfirmationCode,
    ) -> Result<Option<Deletion>, StoreError> {
        let key = keys::deletion(site, code);
        self.read(move |_, engine| {
            let found = engine.get(&key)?;
            Ok(found.map(|value| record::decode(&value)).transpose()?)
        })
        .await
    }
}
