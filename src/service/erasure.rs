//! Erasing leads.

use std::sync::Arc;

use crate::audit::{AuditLog, Line, Phase};
use crate::domain::clock::Clock;
use crate::domain::erasure::{Erasure, ErasureCause};
use crate::domain::ids::{InstagramScopedId, InstagramUserId, LeadId};
use crate::domain::site::SiteId;
use crate::storage::{Erased, LeadKey, Store, StoreError};

/// Who is to be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erase {
    /// The lead of this key.
    Lead(LeadKey),
    /// The lead of either of Instagram's ids, for one of which nobody said
    /// which it is. The app-scoped one is looked for first: Meta documents the
    /// ids that it sends to an app as app-scoped.
    Either(InstagramScopedId, InstagramUserId),
}

/// Writes into the audit log that a lead was erased without a call that named
/// it.
pub(super) fn note(audit: &AuditLog, site: &SiteId, lead: &LeadId, cause: ErasureCause) {
    let act = match cause {
        ErasureCause::Meta => "erasure.meta",
        ErasureCause::Retention => "erasure.retention",
        ErasureCause::Shop => "erasure.shop",
    };
    audit.write(Line {
        site: site.as_str(),
        subject: &format!("lead {lead}"),
        outcome: "OK",
        ..Line::of(Phase::Done, act)
    });
}

/// The erasures of leads.
#[derive(Clone)]
pub struct Erasures {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Erasures {
    /// Over this store.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Erases a lead on the shop's word, with its token and all that its
    /// logins say. Asked again by the lead's id, gives what it gave before.
    /// None if this site has no such lead.
    ///
    /// # Errors
    /// When the store cannot read or keep it.
    pub async fn erase(&self, site: &SiteId, whom: Erase) -> Result<Option<Erased>, StoreError> {
        let Some(lead) = self.find(site, whom).await? else {
            return Ok(None);
        };
        let erasure = Erasure {
            time: self.clock.now(),
            cause: ErasureCause::Shop,
        };
        let erased = self.store.erase_leads(site, vec![lead], erasure).await?;
        Ok(erased.into_iter().next().flatten())
    }

    async fn find(&self, site: &SiteId, whom: Erase) -> Result<Option<LeadId>, StoreError> {
        let keys = match whom {
            // It may have been erased before, which the store knows better.
            Erase::Lead(LeadKey::Id(id)) => return Ok(Some(id)),
            Erase::Lead(key) => vec![key],
            Erase::Either(scoped, user) => vec![LeadKey::ScopedId(scoped), LeadKey::UserId(user)],
        };
        for key in keys {
            if let Some(lead) = self.store.lead(site, key).await? {
                return Ok(Some(lead.id));
            }
        }
        Ok(None)
    }
}
