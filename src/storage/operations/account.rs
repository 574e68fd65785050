//! How much there is.

use crate::metrics::StoreSnapshot;
use crate::storage::committer::Then;
use crate::storage::files;
use crate::storage::keys::Kind;
use crate::storage::store::Store;

impl Store {
    /// How large the store is, by its own account and on the disk; none while
    /// it is out of service, or files come and go while they are counted.
    pub async fn account(&self) -> Option<StoreSnapshot> {
        let counted = self.between_batches(|_, ledger| {
            let leads = ledger.tally(Kind::Lead).count;
            ((ledger.count_of(|_| true), leads), Then::GoOn)
        });
        let (records, leads) = counted.await.ok()?;
        let path = self.shared.options.path.clone();
        // No read of the store: a file that was just removed is no damage.
        let size = tokio::task::spawn_blocking(move || files::size(&path));
        let bytes = size.await.ok()?.ok()?;
        Some(StoreSnapshot {
            bytes,
            records,
            leads,
        })
    }
}
