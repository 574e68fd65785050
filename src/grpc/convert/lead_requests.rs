//! Requests about leads, from callers.

use super::requests::{check_attributes, lead_key, page_size, past, valid_consent};
use crate::domain::clock::Timestamp;
use crate::domain::email;
use crate::domain::ids::LeadId;
use crate::domain::lead::Attributes;
use crate::domain::limits;
use crate::domain::update::LeadUpdate;
use crate::grpc::pb;
use crate::grpc::violations::Violations;
use crate::service::leads::ListQuery;
use crate::service::leads::export::{ExportFormat, ExportQuery};
use crate::service::leads::filter::Filter;
use crate::storage::{LeadKey, LeadOrder};

/// What an update mask may name.
const MASK_PATHS: [&str; 8] = [
    "contact",
    "contact.email",
    "contact.email_verified_time",
    "contact.full_name",
    "contact.phone",
    "attributes",
    "consent",
    "consent.withdraw_time",
];

/// What the limits of a time are, for messages.
const PAST: &str = "must be set, not before 2010 and at most 5 minutes in the future";

/// A valid ListLeadsRequest.
///
/// # Errors
/// The fields that break their limits, all of them.
pub fn list_leads(request: pb::ListLeadsRequest) -> Result<ListQuery, Violations> {
    let mut bad = Violations::default();
    let page_size = page_size(request.page_size, &mut bad);
    let filter = filter(&request.filter, &mut bad);
    let (order, descending) = order(&request.order_by).unwrap_or_else(|| {
        bad.add(
            "order_by",
            "must be create_time or last_login_time, and then asc or desc or nothing",
        );
        (LeadOrder::CreateTime, true)
    });
    bad.or(ListQuery {
        filter,
        filter_text: request.filter,
        order,
        descending,
        page_size,
        page_token: request.page_token,
    })
}

/// A valid ExportLeadsRequest.
///
/// # Errors
/// The fields that break their limits, all of them.
pub fn export_leads(request: pb::ExportLeadsRequest) -> Result<ExportQuery, Violations> {
    let mut bad = Violations::default();
    let filter = filter(&request.filter, &mut bad);
    let byte_order_mark = request.byte_order_mark;
    let format = match pb::ExportFormat::try_from(request.format) {
        Ok(pb::ExportFormat::Unspecified | pb::ExportFormat::Csv) => {
            ExportFormat::Csv { byte_order_mark }
        }
        Ok(pb::ExportFormat::JsonLines) => ExportFormat::JsonLines,
        Err(_) => {
            bad.add("format", "must be CSV or JSON_LINES");
            ExportFormat::JsonLines
        }
    };
    bad.or(ExportQuery {
        filter,
        filter_text: request.filter,
        format,
        cursor: request.cursor,
    })
}

/// Whom an ExportLeadRequest is about.
///
/// # Errors
/// The field that is missing or is no such id.
pub fn export_lead(request: pb::ExportLeadRequest) -> Result<LeadKey, Violations> {
    use pb::export_lead_request::Key;
    let key = request.key.map(|key| match key {
        Key::LeadId(id) => pb::get_lead_request::Key::LeadId(id),
        Key::InstagramUserId(id) => pb::get_lead_request::Key::InstagramUserId(id),
        Key::InstagramScopedId(id) => pb::get_lead_request::Key::InstagramScopedId(id),
    });
    lead_key(pb::GetLeadRequest { key })
}

/// A filter; what is none is told with its place.
pub(super) fn filter(text: &str, bad: &mut Violations) -> Filter {
    text.parse().unwrap_or_else(|error| {
        bad.add("filter", format!("is no filter, {error}"));
        Filter::default()
    })
}

fn order(text: &str) -> Option<(LeadOrder, bool)> {
    let mut words = text.split_ascii_whitespace();
    let order = match words.next() {
        None => return Some((LeadOrder::CreateTime, true)),
        Some("create_time") => LeadOrder::CreateTime,
        Some("last_login_time") => LeadOrder::LastLoginTime,
        Some(_) => return None,
    };
    let descending = match words.next() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => return None,
    };
    words.next().is_none().then_some((order, descending))
}

/// A valid UpdateLeadRequest: which lead, its tag, the new values.
///
/// # Errors
/// The fields that break their limits, all of them.
pub fn update_lead(
    request: pb::UpdateLeadRequest,
    now: Timestamp,
) -> Result<(LeadId, String, LeadUpdate), Violations> {
    let mut bad = Violations::default();
    let lead = request.lead.unwrap_or_default();
    let id = lead.lead_id.parse::<LeadId>();
    if let Err(error) = &id {
        bad.add("lead.lead_id", error.to_string());
    }
    let etag = lead.etag.clone();
    let paths = request.update_mask.unwrap_or_default().paths;
    check_mask(&paths, &mut bad);
    let update = update(lead, &paths, now, &mut bad);
    match id {
        Ok(id) => bad.or((id, etag, update)),
        Err(_) => Err(bad),
    }
}

fn check_mask(paths: &[String], bad: &mut Violations) {
    let known = MASK_PATHS.join(", ");
    if !(1..=limits::MASK_PATHS).contains(&paths.len()) {
        bad.add(
            "update_mask",
            format!("must name 1 to 16 of these: {known}"),
        );
    }
    for path in paths.iter().take(limits::MASK_PATHS) {
        if !MASK_PATHS.contains(&path.as_str()) {
            let shown: String = path.chars().take(limits::ATTRIBUTE_KEY_BYTES).collect();
            bad.add(
                "update_mask",
                format!("must not name {shown:?}, which cannot be written; these can: {known}"),
            );
        }
    }
}

fn update(lead: pb::Lead, paths: &[String], now: Timestamp, bad: &mut Violations) -> LeadUpdate {
    let named = |path: &str| paths.iter().any(|named| named == path);
    let contact = lead.contact.unwrap_or_default();
    let of_contact = |path: &str| named("contact") || named(path);
    let mut update = LeadUpdate::default();
    if of_contact("contact.email") {
        update.email = Some(address(&contact.email, bad));
    }
    if of_contact("contact.email_verified_time") {
        let time = past(contact.email_verified_time, now);
        if contact.email_verified_time.is_some() && time.is_none() {
            bad.add("lead.contact.email_verified_time", PAST);
        }
        update.email_verified_time = Some(time);
    }
    if of_contact("contact.full_name") {
        let field = "lead.contact.full_name";
        update.full_name = Some(text(field, contact.full_name, limits::FULL_NAME_BYTES, bad));
    }
    if of_contact("contact.phone") {
        let field = "lead.contact.phone";
        update.phone = Some(text(field, contact.phone, limits::PHONE_BYTES, bad));
    }
    if named("attributes") {
        let attributes: Attributes = lead.attributes.into_iter().collect();
        check_attributes(&attributes, bad);
        update.attributes = Some(attributes);
    }
    if named("consent") || named("consent.withdraw_time") {
        let withdrawn = lead
            .consent
            .as_ref()
            .and_then(|consent| consent.withdraw_time);
        update.withdraw_time = past(withdrawn, now);
        let must_be_set = !named("consent") || withdrawn.is_some();
        if must_be_set && update.withdraw_time.is_none() {
            bad.add("lead.consent.withdraw_time", PAST);
        }
        if named("consent") {
            if lead.consent.is_none() {
                bad.add(
                    "lead.consent",
                    "must be set: to end it, set its withdraw_time",
                );
            }
            update.consent = lead
                .consent
                .and_then(|consent| valid_consent(consent, now, bad));
        }
    }
    update
}

fn address(written: &str, bad: &mut Violations) -> String {
    if written.is_empty() {
        return String::new();
    }
    email::parse(written).unwrap_or_else(|rule| {
        bad.add("lead.contact.email", rule);
        String::new()
    })
}

fn text(field: &str, text: String, most: usize, bad: &mut Violations) -> String {
    if text.len() > most || text.contains(char::is_control) {
        bad.add(
            field,
            format!("must have at most {most} bytes without control characters"),
        );
    }
    text
}
