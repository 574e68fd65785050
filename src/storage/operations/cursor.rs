//! Places in a list, handed to callers so that they cannot be made up.

use crate::domain::secret::Secret;
use crate::domain::site::SiteId;
use crate::storage::error::StoreError;
use crate::storage::seal::{Place, Purpose};
use crate::storage::store::Store;

impl Store {
    /// Seals where a list goes on: what comes out opens for this site and this
    /// query alone.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn seal_cursor(
        &self,
        site: &SiteId,
        query: &[u8],
        cursor: &Secret,
    ) -> Result<Vec<u8>, StoreError> {
        Ok(self.shared.sealer.seal(cursor, &place(site, query))?)
    }

    /// Opens what [`Store::seal_cursor`] made for the same site and query; none
    /// where it is anything else.
    #[must_use]
    pub fn open_cursor(&self, site: &SiteId, query: &[u8], sealed: &[u8]) -> Option<Secret> {
        self.shared.sealer.open(sealed, &place(site, query)).ok()
    }
}

const fn place<'a>(site: &'a SiteId, query: &'a [u8]) -> Place<'a> {
    Place {
        site: Some(site),
        record: query,
        purpose: Purpose::Cursor,
    }
}
