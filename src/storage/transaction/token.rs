//! Tokens, sealed to the lead that they belong to.

use super::Transaction;
use crate::domain::ids::LeadId;
use crate::domain::site::SiteId;
use crate::domain::token::Token;
use crate::storage::error::StoreError;
use crate::storage::keys;
use crate::storage::record::{self, StoredToken};

impl Transaction<'_> {
    /// Keeps a lead's token in place of the one before. Whatever changes a
    /// token ends here; what the lead says of it is the caller's to keep.
    ///
    /// # Errors
    /// When it cannot be sealed, or the store cannot be read.
    pub(super) fn keep_token(
        &mut self,
        site: &SiteId,
        lead: &LeadId,
        token: &Token,
    ) -> Result<(), StoreError> {
        let stored = StoredToken::seal(token, self.sealer, site, lead)?;
        self.put(keys::token(site, lead), record::encode(&stored)?)
    }
}
