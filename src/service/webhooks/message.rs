//! What a webhook is sent.

use ring::digest;
use serde::Serialize;

use crate::domain::change::{Change, ChangeKind, ChangePosition};
use crate::domain::clock::Timestamp;
use crate::domain::ids::LeadId;
use crate::domain::site::SiteId;
use crate::domain::webhook::{DeadLetter, WebhookName};
use crate::service::leads::export::json::{LeadJson, time};
use crate::storage::{LeadKey, Store, StoreError};

/// Bytes of the digest in an id.
const ID_BYTES: usize = 16;

#[derive(Serialize)]
struct Body<D> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: D,
}

#[derive(Serialize)]
struct Gone {
    lead_id: String,
}

/// What happened, as far as a message tells it.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    pub(super) position: ChangePosition,
    lead: LeadId,
    kind: ChangeKind,
    time: Timestamp,
}

impl From<&Change> for About {
    fn from(change: &Change) -> Self {
        Self {
            position: change.position,
            lead: change.lead,
            kind: change.kind,
            time: change.time,
        }
    }
}

impl From<&DeadLetter> for About {
    fn from(letter: &DeadLetter) -> Self {
        Self {
            position: letter.position,
            lead: letter.lead,
            kind: letter.kind,
            time: letter.time,
        }
    }
}

/// The id of a message: always the same for the same change and webhook.
pub(super) fn id(site: &SiteId, webhook: &WebhookName, position: ChangePosition) -> String {
    let text = format!(
        "{site}/{webhook}/{}/{}/{}",
        position.number.sequence, position.number.index, position.check
    );
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let hex = digest.as_ref().iter().take(ID_BYTES);
    hex.fold("msg_".to_owned(), |id, byte| format!("{id}{byte:02x}"))
}

/// The body about a change; none where nothing is to be sent. That is so for a
/// lead that is gone by now, whose erasure comes later in the log, and for one
/// whose consent was withdrawn. An erasure tells the id and nothing else, also
/// after that.
pub(super) async fn body(
    store: &Store,
    site: &SiteId,
    about: &About,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, StoreError> {
    if about.kind == ChangeKind::Erased {
        let lead_id = about.lead.to_string();
        return Ok(Some(json(about, &Gone { lead_id })));
    }
    let lead = store.lead(site, LeadKey::Id(about.lead)).await?;
    let lead = lead.filter(|lead| lead.may_be_handed_out());
    Ok(lead.map(|lead| json(about, &LeadJson::of(&lead, now))))
}

fn json(about: &About, data: &impl Serialize) -> Vec<u8> {
    let body = Body {
        kind: match about.kind {
            ChangeKind::Created => "lead.created",
            ChangeKind::Updated => "lead.updated",
            ChangeKind::LoggedIn => "lead.logged_in",
            ChangeKind::TokenChanged => "lead.token_changed",
            ChangeKind::Erased => "lead.erased",
        },
        timestamp: time(about.time),
        data,
    };
    // Writing such values to memory cannot fail.
    serde_json::to_vec(&body).unwrap_or_default()
}
