//! A lead as the command line shows it.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::output::{Style, harmless};
use super::token_view;
use crate::grpc::pb;

/// Columns of the labels.
const LABEL_WIDTH: usize = 16;

/// The lead for a person: one fact a line, what is not known left out.
#[must_use]
pub fn render(lead: &pb::Lead, style: Style) -> String {
    let mut view = View {
        text: format!(
            "{}\n",
            style.strong(&format!("Lead {}", harmless(&lead.lead_id)))
        ),
        style,
    };
    if let Some(instagram) = &lead.instagram {
        view.instagram(instagram);
    }
    if let Some(contact) = &lead.contact {
        view.contact(contact);
    }
    if let Some(consent) = &lead.consent {
        let parts = [
            consent.text_version.as_str(),
            &time(consent.agree_time),
            &consent.source,
        ];
        let known: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        view.line("Consent", &known.join(", "));
        view.line("Withdrawn", &time(consent.withdraw_time));
    }
    let mut attributes: Vec<_> = lead.attributes.iter().collect();
    attributes.sort_unstable();
    for (key, value) in attributes {
        view.line("Attribute", &format!("{key} = {value}"));
    }
    view.line("First login", &time(lead.create_time));
    view.line("Newest login", &time(lead.last_login_time));
    view.line("Logins", &lead.login_count.to_string());
    if lead.source() == pb::LeadSource::Import {
        view.line("Came about", "by an imported token");
    }
    if let Some(token) = &lead.token {
        view.token(token);
    }
    view.text
}

struct View {
    text: String,
    style: Style,
}

impl View {
    /// One fact; nothing where it is empty.
    fn line(&mut self, label: &str, value: &str) {
        if !value.is_empty() {
            let label = self.style.faint(&format!("{label:<LABEL_WIDTH$}"));
            // Writing to a String cannot fail.
            let _ = writeln!(self.text, "  {label}{}", harmless(value));
        }
    }

    fn instagram(&mut self, profile: &pb::InstagramProfile) {
        let kind = match profile.account_type() {
            pb::AccountType::Unspecified => "",
            pb::AccountType::Business => "business account",
            pb::AccountType::Creator => "creator account",
            pb::AccountType::Personal => "personal account",
        };
        let handle = match profile.username.as_str() {
            "" => String::new(),
            name => format!("@{name}"),
        };
        let who = [handle.as_str(), &profile.name, kind];
        let known: Vec<&str> = who.into_iter().filter(|part| !part.is_empty()).collect();
        self.line("Instagram", &known.join(", "));
        self.line("Account id", &profile.user_id);
        self.line("App-scoped id", &profile.id);
        let count = |count: Option<i64>| count.map(|n| n.to_string()).unwrap_or_default();
        self.line("Followers", &count(profile.followers_count));
        self.line("Following", &count(profile.follows_count));
        self.line("Posts", &count(profile.media_count));
        self.line("Picture", &profile.profile_picture_url);
        self.line("Profile read", &time(profile.fetched_time));
    }

    fn contact(&mut self, contact: &pb::Contact) {
        let proven = match contact.email_verified_time {
            Some(when) => format!("proven {}", time(Some(when))),
            None => "not proven".to_owned(),
        };
        if !contact.email.is_empty() {
            self.line("E-mail", &format!("{} ({proven})", contact.email));
        }
        self.line("Full name", &contact.full_name);
        self.line("Phone", &contact.phone);
    }

    fn token(&mut self, token: &pb::TokenStatus) {
        self.line("Token", &token_view::state(token));
        self.line("Token ends", &time(token.expire_time));
        self.line("Token renewed", &time(token.refreshed_time));
        self.line("Permissions", &token.scopes.join(", "));
    }
}

/// The lead for a program: protobuf's JSON mapping with the field names of the
/// contract. Counts are JSON numbers; what is not known is left out.
#[must_use]
pub fn json(lead: &pb::Lead) -> Value {
    let mut object = Map::new();
    object.insert("lead_id".to_owned(), json!(lead.lead_id));
    let parts = [
        ("instagram", lead.instagram.as_ref().map(instagram_json)),
        ("contact", lead.contact.as_ref().map(contact_json)),
        ("consent", lead.consent.as_ref().map(consent_json)),
        ("attributes", Some(json!(lead.attributes))),
        ("create_time", time_json(lead.create_time)),
        ("last_login_time", time_json(lead.last_login_time)),
        ("login_count", Some(json!(lead.login_count))),
        ("token", lead.token.as_ref().map(token_json)),
        ("etag", Some(json!(lead.etag))),
        ("source", Some(json!(lead.source().as_str_name()))),
    ];
    insert_known(&mut object, parts);
    Value::Object(object)
}

fn instagram_json(profile: &pb::InstagramProfile) -> Value {
    let mut object = Map::new();
    insert_known(
        &mut object,
        [
            ("id", Some(json!(profile.id))),
            ("user_id", Some(json!(profile.user_id))),
            ("username", Some(json!(profile.username))),
            ("name", Some(json!(profile.name))),
            (
                "account_type",
                Some(json!(profile.account_type().as_str_name())),
            ),
            (
                "profile_picture_url",
                Some(json!(profile.profile_picture_url)),
            ),
            ("followers_count", profile.followers_count.map(Value::from)),
            ("follows_count", profile.follows_count.map(Value::from)),
            ("media_count", profile.media_count.map(Value::from)),
            ("fetched_time", time_json(profile.fetched_time)),
        ],
    );
    Value::Object(object)
}

fn contact_json(contact: &pb::Contact) -> Value {
    let mut object = Map::new();
    insert_known(
        &mut object,
        [
            ("email", Some(json!(contact.email))),
            (
                "email_verified_time",
                time_json(contact.email_verified_time),
            ),
            ("full_name", Some(json!(contact.full_name))),
            ("phone", Some(json!(contact.phone))),
        ],
    );
    Value::Object(object)
}

fn consent_json(consent: &pb::Consent) -> Value {
    let mut object = Map::new();
    insert_known(
        &mut object,
        [
            ("text_version", Some(json!(consent.text_version))),
            ("agree_time", time_json(consent.agree_time)),
            (
                "source",
                Some(&consent.source)
                    .filter(|source| !source.is_empty())
                    .map(|source| json!(source)),
            ),
            ("withdraw_time", time_json(consent.withdraw_time)),
        ],
    );
    Value::Object(object)
}

pub(super) fn token_json(token: &pb::TokenStatus) -> Value {
    let mut object = Map::new();
    insert_known(
        &mut object,
        [
            ("state", Some(json!(token.state().as_str_name()))),
            ("scopes", Some(json!(token.scopes))),
            ("expire_time", time_json(token.expire_time)),
            ("refreshed_time", time_json(token.refreshed_time)),
            ("end_reason", token_view::end_reason_json(token)),
        ],
    );
    Value::Object(object)
}

fn insert_known<const N: usize>(
    object: &mut Map<String, Value>,
    parts: [(&str, Option<Value>); N],
) {
    for (key, value) in parts {
        if let Some(value) = value {
            object.insert(key.to_owned(), value);
        }
    }
}

pub(super) fn time_json(time: Option<prost_types::Timestamp>) -> Option<Value> {
    rfc3339(time?).map(Value::String)
}

pub(super) fn time(time: Option<prost_types::Timestamp>) -> String {
    time.and_then(rfc3339).unwrap_or_default()
}

/// RFC 3339 in UTC; nothing where a moment is beyond the year 9999.
fn rfc3339(time: prost_types::Timestamp) -> Option<String> {
    jiff::Timestamp::new(time.seconds, time.nanos)
        .ok()
        .map(|time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_snapshot, full_lead};
    use super::*;

    #[test]
    fn a_lead_shows_every_fact_that_is_known() {
        assert_snapshot("lead.txt", &render(&full_lead(), Style::PLAIN));
    }

    #[test]
    fn a_lead_in_json_has_the_contracts_names() {
        assert_snapshot("lead.json", &format!("{:#}\n", json(&full_lead())));
    }

    #[test]
    fn what_is_not_known_takes_no_line() {
        let lead = pb::Lead {
            lead_id: "0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10".to_owned(),
            instagram: Some(pb::InstagramProfile {
                id: "1".to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let text = render(&lead, Style::PLAIN);
        assert_eq!(
            text,
            "Lead 0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10\n  App-scoped id   1\n  Logins          0\n"
        );
    }

    #[test]
    fn a_profile_cannot_drive_the_terminal() {
        let mut lead = full_lead();
        lead.instagram.as_mut().unwrap().name = "\x1b]0;owned\x07".to_owned();
        assert!(!render(&lead, Style::PLAIN).contains('\x1b'));
    }

    #[test]
    fn the_json_form_names_every_field_of_the_contract() {
        let value = json(&full_lead());
        let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
        assert_eq!(keys.len(), 11, "{keys:?}");
        assert_eq!(value["instagram"].as_object().unwrap().len(), 10);
        assert_eq!(value["contact"].as_object().unwrap().len(), 4);
        // One of a living token's fields is only there once it has ended.
        assert_eq!(value["token"].as_object().unwrap().len(), 4);
        let ended = pb::TokenStatus {
            end_reason: pb::TokenEndReason::Checkpoint.into(),
            ..full_lead().token.unwrap()
        };
        let value = token_json(&ended);
        assert_eq!(value["end_reason"], "TOKEN_END_REASON_CHECKPOINT");
        assert_eq!(value.as_object().unwrap().len(), 5);
    }
}
