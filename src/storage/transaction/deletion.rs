//! Deletions that Meta asked for.

use super::Transaction;
use crate::domain::clock::Timestamp;
use crate::domain::deletion::{ConfirmationCode, Deletion};
use crate::domain::erasure::{Erasure, ErasureCause};
use crate::domain::ids::{InstagramScopedId, InstagramUserId, LeadId, StateHash};
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;
use crate::storage::error::StoreError;
use crate::storage::keys;
use crate::storage::record;

/// What Meta asks to be deleted.
#[derive(Clone, Debug)]
pub struct DeletionRequest {
    /// What it is known by from now on; the same for the same request.
    pub code: ConfirmationCode,
    /// The person, if the id is of this kind ...
    pub scoped_id: InstagramScopedId,
    /// ... or of this.
    pub user_id: InstagramUserId,
    /// When Meta signed it.
    pub issue_time: Timestamp,
    /// When it came.
    pub time: Timestamp,
}

impl Transaction<'_> {
    /// Erases whomever the request is about and writes down that it was done,
    /// in one step. Gives the lead that was erased by it now, if one was. A
    /// request that was carried out before changes nothing: the person may have
    /// come back since.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn delete_on_request(
        &mut self,
        site: &SiteId,
        request: &DeletionRequest,
        logins: &[StateHash],
    ) -> Result<(Deletion, Option<LeadId>), StoreError> {
        let key = keys::deletion(site, &request.code);
        if let Some(earlier) = self.get(&key)? {
            return Ok((record::decode(&earlier)?, None));
        }
        for login in logins {
            self.forget_trace(site, login)?;
        }
        let erasure = Erasure {
            time: request.time,
            cause: ErasureCause::Meta,
        };
        let erased = match self.lead_of_either(site, request)? {
            Some(lead) => self.erase_lead(site, &lead, erasure)?,
            None => None,
        };
        let deletion = Deletion {
            issue_time: request.issue_time,
            complete_time: request.time,
            leads: erased.is_some().into(),
            tokens: erased.is_some_and(|erased| erased.token).into(),
        };
        self.put(key, record::encode(&deletion)?)?;
        Ok((deletion, erased.map(|erased| erased.lead_id)))
    }

    fn lead_of_either(
        &self,
        site: &SiteId,
        request: &DeletionRequest,
    ) -> Result<Option<LeadId>, StoreError> {
        let pointer = match self.get(&keys::scoped_id(site, &request.scoped_id))? {
            Some(pointer) => Some(pointer),
            None => self.get(&keys::user_id(site, &request.user_id))?,
        };
        let Some(pointer) = pointer else {
            return Ok(None);
        };
        let lead = self.get(&keys::lead_of(site, &pointer))?;
        match lead {
            Some(lead) => Ok(Some(record::decode::<Lead>(&lead)?.id)),
            None => Ok(None),
        }
    }
}
