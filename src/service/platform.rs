//! What Meta sends to a shop: that a person removed the app, or wants their
//! data deleted.

use std::sync::Arc;
use std::time::Duration;

use ring::hmac;

use crate::audit::AuditLog;
use crate::domain::clock::Clock;
use crate::domain::deletion::{ConfirmationCode, Deletion};
use crate::domain::erasure::ErasureCause;
use crate::domain::failure::TokenEnd;
use crate::domain::ids::{InstagramScopedId, InstagramUserId, LeadId};
use crate::domain::lead::Lead;
use crate::domain::secret::Secret;
use crate::domain::site::{Site, SiteId};
use crate::instagram::signed_request::{self, SignedRequest, SignedRequestError};
use crate::service::erasure::note;
use crate::storage::{DeletionRequest, LeadKey, Store, StoreError, TokenChange};

/// How far in the future a request may be signed: clocks differ.
const CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);

/// Meta tells times in whole seconds.
const SECOND: Duration = Duration::from_secs(1);

/// How often a token is looked at again that changed while it was ended.
const ATTEMPTS: u32 = 5;

/// Keeps what makes a code apart from what signs a request, which is base64url
/// and holds no space.
const CODE_PURPOSE: &str = "leadtap deletion code";

/// Why a message is not acted upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlatformError {
    /// It is not signed by Meta for this site's app.
    Invalid(SignedRequestError),
    /// It is older than the site allows.
    TooOld,
    /// It was signed in the future.
    TooNew,
    /// The store could not read or keep it.
    Store(StoreError),
}

impl From<SignedRequestError> for PlatformError {
    fn from(error: SignedRequestError) -> Self {
        Self::Invalid(error)
    }
}

impl From<StoreError> for PlatformError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What a message of Meta's was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deauthorized {
    /// The lead of the person, if there is one.
    pub lead: Option<LeadId>,
    /// Whether its token was ended by this message.
    pub revoked: bool,
}

/// What Meta sends, acted upon.
#[derive(Clone)]
pub struct Platform {
    store: Store,
    audit: AuditLog,
    clock: Arc<dyn Clock>,
}

impl Platform {
    /// Over this store. What is erased has a line in the audit log.
    #[must_use]
    pub fn new(store: Store, audit: AuditLog, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            audit,
            clock,
        }
    }

    /// Ends the token of a person who removed the app. A token that is newer
    /// than the message stays: the person came back.
    ///
    /// # Errors
    /// [`PlatformError`].
    pub async fn deauthorize(
        &self,
        site: &Site,
        signed_request: &Secret,
    ) -> Result<Deauthorized, PlatformError> {
        let request = self.believe(site, signed_request)?;
        let (scoped, user) = ids(&request)?;
        let Some(lead) = self.find(&site.id, scoped, user).await? else {
            return Ok(Deauthorized {
                lead: None,
                revoked: false,
            });
        };
        Ok(Deauthorized {
            lead: Some(lead.id),
            revoked: self.revoke(&site.id, lead.id, &request).await?,
        })
    }

    async fn revoke(
        &self,
        site: &SiteId,
        lead_id: LeadId,
        request: &SignedRequest,
    ) -> Result<bool, StoreError> {
        for _ in 0..ATTEMPTS {
            let Some(kept) = self.store.token(site, lead_id).await? else {
                return Ok(false);
            };
            let now = self.clock.now();
            let is_newer = kept.token.status.refreshed_time >= request.issued_at.plus(SECOND);
            if is_newer || !kept.token.status.is_alive(now) {
                return Ok(false);
            }
            let change = TokenChange {
                lead_id,
                revision: kept.revision,
                token: kept.token.ended(TokenEnd::AppRemoved),
                profile: None,
                time: now,
            };
            match self.store.change_token(site, change).await {
                // It was refreshed, or the lead erased, at this moment.
                Err(StoreError::Conflict) => {}
                changed => return changed.map(|()| true),
            }
        }
        Err(StoreError::Conflict)
    }

    /// Erases a person who wants their data deleted, and gives the code by
    /// which that can be asked about: the same for the same message. Where
    /// nothing is held of the person there is a code, too.
    ///
    /// # Errors
    /// [`PlatformError`].
    pub async fn delete(
        &self,
        site: &Site,
        signed_request: &Secret,
    ) -> Result<(ConfirmationCode, Deletion), PlatformError> {
        let request = self.believe(site, signed_request)?;
        let code = code(site, &request);
        if let Some(earlier) = self.store.deletion(&site.id, &code).await? {
            return Ok((code, earlier));
        }
        let (scoped_id, user_id) = ids(&request)?;
        let lead = self
            .find(&site.id, scoped_id.clone(), user_id.clone())
            .await?;
        let request = DeletionRequest {
            code,
            scoped_id,
            user_id,
            issue_time: request.issued_at,
            time: self.clock.now(),
        };
        let lead = lead.map(|lead| lead.id);
        let carried_out = self.store.delete_on_request(&site.id, request, lead);
        let (deletion, erased) = carried_out.await?;
        if let Some(lead) = &erased {
            note(&self.audit, &site.id, lead, ErasureCause::Meta);
        }
        Ok((code, deletion))
    }

    /// What became of a deletion; none if this site has none of that code.
    ///
    /// # Errors
    /// When the store cannot read it.
    pub async fn deletion(
        &self,
        site: &SiteId,
        code: &ConfirmationCode,
    ) -> Result<Option<Deletion>, StoreError> {
        self.store.deletion(site, code).await
    }

    fn believe(&self, site: &Site, text: &Secret) -> Result<SignedRequest, PlatformError> {
        let request = signed_request::verify(text.expose(), &site.app.secret)?;
        let now = self.clock.now();
        if now.since(request.issued_at) > site.duties.signed_request_max_age {
            return Err(PlatformError::TooOld);
        }
        if request.issued_at.since(now) > CLOCK_SKEW {
            return Err(PlatformError::TooNew);
        }
        Ok(request)
    }

    /// Which of the two ids Meta sends, nobody documents. What an app is told
    /// of a person is app-scoped elsewhere, so that is looked for first.
    async fn find(
        &self,
        site: &SiteId,
        scoped: InstagramScopedId,
        user: InstagramUserId,
    ) -> Result<Option<Arc<Lead>>, StoreError> {
        match self.store.lead(site, LeadKey::ScopedId(scoped)).await? {
            Some(lead) => Ok(Some(lead)),
            None => self.store.lead(site, LeadKey::UserId(user)).await,
        }
    }
}

fn ids(request: &SignedRequest) -> Result<(InstagramScopedId, InstagramUserId), PlatformError> {
    match (request.user_id.parse(), request.user_id.parse()) {
        (Ok(scoped), Ok(user)) => Ok((scoped, user)),
        _ => Err(SignedRequestError::Incomplete.into()),
    }
}

/// The code of a request: whoever lacks the app secret cannot tell it, and a
/// request that comes again, padded or not, has the same one.
fn code(site: &Site, request: &SignedRequest) -> ConfirmationCode {
    let key = hmac::Key::new(hmac::HMAC_SHA256, site.app.secret.expose().as_bytes());
    let (person, issued) = (&request.user_id, request.issued_at.as_micros());
    let about = format!("{CODE_PURPOSE} {} {person} {issued}", site.id);
    let tag = hmac::sign(&key, about.as_bytes());
    let bytes = tag.as_ref().first_chunk().copied();
    ConfirmationCode::new(bytes.unwrap_or_default())
}
