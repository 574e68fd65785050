//! Webhooks and what they gave up, for callers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use url::Url;

use super::lead_event::event_type;
use super::requests::page_size;
use super::timestamp;
use crate::domain::change::ChangeNumber;
use crate::domain::limits;
use crate::domain::webhook::{DeliveryFailure, Webhook, WebhookName};
use crate::grpc::pb;
use crate::grpc::violations::Violations;
use crate::service::webhooks::{Blocked, LetterPage, LetterQuery, Status, Which};
use crate::storage::ListedLetter;

/// Bytes of a dead letter's id, before they are written in base64url.
const ID_BYTES: usize = 12;

/// How far a webhook has come.
#[must_use]
pub fn webhook_info(status: &Status) -> pb::WebhookInfo {
    let state = match (&status.state, &status.blocked, status.pending) {
        (None, _, _) => pb::WebhookState::Beginning,
        (Some(_), Some(_), _) => pb::WebhookState::Retrying,
        (Some(_), None, 0) => pb::WebhookState::UpToDate,
        (Some(_), None, _) => pb::WebhookState::Delivering,
    };
    let kept = status.state.as_ref();
    let webhook = &status.webhook;
    pb::WebhookInfo {
        name: webhook.name.to_string(),
        host: host(webhook),
        event_types: webhook
            .events
            .iter()
            .map(|kind| event_type(*kind).into())
            .collect(),
        state: state.into(),
        last_success_time: kept.and_then(|state| state.success_time).map(timestamp),
        pending_changes: count(status.pending),
        retry: status.blocked.as_ref().map(retry),
        dead_letters: count(status.letters.dead),
        replaying: count(status.letters.replaying),
        missed_time: kept.and_then(|state| state.missed_time).map(timestamp),
    }
}

fn host(webhook: &Webhook) -> String {
    let url = Url::parse(&webhook.url).ok();
    let host = url.as_ref().and_then(Url::host_str);
    host.unwrap_or_default().to_owned()
}

fn retry(blocked: &Blocked) -> pb::WebhookRetry {
    pb::WebhookRetry {
        lead_id: blocked.change.lead.to_string(),
        change_time: Some(timestamp(blocked.change.time)),
        attempts: i32::try_from(blocked.trying.attempts).unwrap_or(i32::MAX),
        next_attempt_time: Some(timestamp(blocked.trying.next_time)),
        failure: Some(failure(blocked.trying.failure)),
    }
}

fn failure(failure: DeliveryFailure) -> pb::DeliveryFailure {
    use pb::DeliveryFailureKind as Kind;
    let (kind, http_status) = match failure {
        DeliveryFailure::Status(status) => (Kind::HttpStatus, status),
        DeliveryFailure::Timeout => (Kind::Timeout, 0),
        DeliveryFailure::Unreachable => (Kind::Unreachable, 0),
        DeliveryFailure::PrivateAddress => (Kind::PrivateAddress, 0),
        DeliveryFailure::Misconfigured => (Kind::Misconfigured, 0),
    };
    pb::DeliveryFailure {
        kind: kind.into(),
        http_status: http_status.into(),
        description: failure.to_string(),
    }
}

/// A valid ListDeadLettersRequest.
///
/// # Errors
/// The fields that break their limits, all of them.
pub fn letter_query(request: &pb::ListDeadLettersRequest) -> Result<LetterQuery, Violations> {
    let mut bad = Violations::default();
    let limit = page_size(request.page_size, &mut bad);
    let after = match request.page_token.as_str() {
        "" => None,
        token => {
            let after = number_of(token);
            if after.is_none() {
                bad.add("page_token", "must be the next_page_token of another page");
            }
            after
        }
    };
    match webhook(&request.webhook, &mut bad) {
        Some(webhook) => bad.or(LetterQuery {
            webhook,
            after,
            limit,
        }),
        None => Err(bad),
    }
}

/// A valid ReplayDeadLettersRequest.
///
/// # Errors
/// The fields that break their limits, all of them.
pub fn replay(request: &pb::ReplayDeadLettersRequest) -> Result<(WebhookName, Which), Violations> {
    use pb::replay_dead_letters_request::Which as Asked;
    let mut bad = Violations::default();
    let webhook = webhook(&request.webhook, &mut bad);
    let which = match &request.which {
        Some(Asked::All(true)) => Some(Which::All),
        Some(Asked::All(false)) => {
            bad.add("all", "must be true: name one by dead_letter_id otherwise");
            None
        }
        Some(Asked::DeadLetterId(id)) => {
            let number = number_of(id);
            if number.is_none() {
                bad.add("dead_letter_id", "must be the id of a dead letter");
            }
            number.map(Which::One)
        }
        None => {
            bad.add("which", "must be set: dead_letter_id or all");
            None
        }
    };
    match (webhook, which) {
        (Some(webhook), Some(which)) => bad.or((webhook, which)),
        _ => Err(bad),
    }
}

fn webhook(name: &str, bad: &mut Violations) -> Option<WebhookName> {
    let webhook = name.parse().ok();
    if webhook.is_none() {
        bad.add(
            "webhook",
            "must be a webhook's name: 1 to 63 characters of a-z, 0-9 and -",
        );
    }
    webhook
}

/// A page of dead letters. Neither its token nor their ids lead to another
/// site's: a page is always of the caller's own site.
#[must_use]
pub fn letter_page(page: &LetterPage) -> pb::ListDeadLettersResponse {
    pb::ListDeadLettersResponse {
        dead_letters: page.letters.iter().map(letter).collect(),
        next_page_token: page.next.map(id_of).unwrap_or_default(),
    }
}

fn letter(listed: &ListedLetter) -> pb::DeadLetter {
    let letter = &listed.letter;
    pb::DeadLetter {
        dead_letter_id: id_of(letter.position.number),
        lead_id: letter.lead.to_string(),
        event_type: event_type(letter.kind).into(),
        change_time: Some(timestamp(letter.time)),
        give_up_time: Some(timestamp(letter.give_up_time)),
        failure: Some(failure(letter.failure)),
        replaying: listed.replaying,
    }
}

fn id_of(number: ChangeNumber) -> String {
    let mut bytes = Vec::with_capacity(ID_BYTES);
    bytes.extend_from_slice(&number.sequence.to_be_bytes());
    bytes.extend_from_slice(&number.index.to_be_bytes());
    BASE64URL.encode(bytes)
}

fn number_of(id: &str) -> Option<ChangeNumber> {
    let fits = id.len() <= limits::CURSOR_BYTES;
    let bytes: [u8; ID_BYTES] = fits
        .then(|| BASE64URL.decode(id).ok())
        .flatten()?
        .try_into()
        .ok()?;
    let (sequence, index) = bytes.split_first_chunk()?;
    Some(ChangeNumber {
        sequence: u64::from_be_bytes(*sequence),
        index: u32::from_be_bytes(index.try_into().ok()?),
    })
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
