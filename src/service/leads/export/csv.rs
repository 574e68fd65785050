//! Leads as CSV (RFC 4180), for spreadsheets.

use std::borrow::Cow;
use std::collections::BTreeSet;

use csv::{Terminator, WriterBuilder};

use super::json::{state, time};
use crate::domain::clock::Timestamp;
use crate::domain::lead::{AccountType, Attributes, Lead, LeadSource};

/// By this Excel knows that a file is in UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The first line.
const COLUMNS: [&str; 27] = [
    "lead_id",
    "create_time",
    "last_login_time",
    "login_count",
    "source",
    "instagram_username",
    "instagram_name",
    "instagram_account_type",
    "instagram_user_id",
    "instagram_scoped_id",
    "followers_count",
    "follows_count",
    "media_count",
    "profile_picture_url",
    "profile_fetched_time",
    "email",
    "email_verified_time",
    "full_name",
    "phone",
    "consent_text_version",
    "consent_agree_time",
    "consent_source",
    "consent_withdraw_time",
    "token_state",
    "token_scopes",
    "token_expire_time",
    "attributes",
];

/// The lines of these leads, after the first line if `head`.
pub(super) fn write(leads: &[Lead], now: Timestamp, head: bool, byte_order_mark: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(leads.len() * 512);
    if head && byte_order_mark {
        bytes.extend_from_slice(BYTE_ORDER_MARK);
    }
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(bytes);
    if head {
        // Writing to memory cannot fail, and all lines have as many cells.
        let _ = writer.write_record(COLUMNS);
    }
    for lead in leads {
        let cells = cells(lead, now);
        let _ = writer.write_record(cells.iter().map(|cell| cell.as_bytes()));
    }
    writer.into_inner().unwrap_or_default()
}

fn cells(lead: &Lead, now: Timestamp) -> [Cow<'_, str>; COLUMNS.len()] {
    let profile = &lead.instagram;
    let (contact, consent) = (&lead.contact, lead.consent.as_ref());
    let token = lead.token.as_ref();
    let number = |number: Option<u64>| number.map(|number| Cow::from(number.to_string()));
    let moment = |moment: Option<Timestamp>| moment.map(|moment| Cow::from(time(moment)));
    [
        lead.id.to_string().into(),
        time(lead.create_time).into(),
        moment(lead.has_logged_in().then_some(lead.last_login_time)).unwrap_or_default(),
        lead.login_count.to_string().into(),
        match lead.source {
            LeadSource::Login => "LOGIN".into(),
            LeadSource::Import => "IMPORT".into(),
        },
        harmless(&profile.username),
        harmless(&profile.name),
        account_type(profile.account_type).into(),
        profile.user_id.as_ref().map_or("", |id| id.as_str()).into(),
        profile.id.as_str().into(),
        number(profile.followers_count).unwrap_or_default(),
        number(profile.follows_count).unwrap_or_default(),
        number(profile.media_count).unwrap_or_default(),
        harmless(&profile.profile_picture_url),
        time(profile.fetched_time).into(),
        harmless(&contact.email),
        moment(contact.email_verified_time).unwrap_or_default(),
        harmless(&contact.full_name),
        harmless(&contact.phone),
        consent
            .map(|consent| harmless(&consent.text_version))
            .unwrap_or_default(),
        moment(consent.map(|consent| consent.agree_time)).unwrap_or_default(),
        consent
            .map(|consent| harmless(&consent.source))
            .unwrap_or_default(),
        moment(consent.and_then(|consent| consent.withdraw_time)).unwrap_or_default(),
        token
            .map(|token| state(token.state_at(now)))
            .unwrap_or_default()
            .into(),
        token.map(|token| scopes(&token.scopes)).unwrap_or_default(),
        moment(token.map(|token| token.expire_time)).unwrap_or_default(),
        attributes(&lead.attributes),
    ]
}

fn scopes(scopes: &BTreeSet<String>) -> Cow<'_, str> {
    let mut all = scopes.iter().map(String::as_str);
    match (all.next(), all.next()) {
        (None, _) => Cow::default(),
        (Some(one), None) => one.into(),
        (Some(one), Some(other)) => {
            let words: Vec<&str> = [one, other].into_iter().chain(all).collect();
            words.join(" ").into()
        }
    }
}

fn attributes(attributes: &Attributes) -> Cow<'static, str> {
    match attributes.is_empty() {
        true => "{}".into(),
        // Writing such values to memory cannot fail.
        false => serde_json::to_string(attributes).unwrap_or_default().into(),
    }
}

const fn account_type(account_type: Option<AccountType>) -> &'static str {
    match account_type {
        None => "",
        Some(AccountType::Business) => "BUSINESS",
        Some(AccountType::Creator) => "CREATOR",
        Some(AccountType::Personal) => "PERSONAL",
    }
}

/// A text of a stranger's that no spreadsheet takes for a formula: what could
/// begin one gets a quote in front, as OWASP advises
/// (<https://owasp.org/www-community/attacks/CSV_Injection>). Spaces in front
/// are looked through, since some spreadsheets drop them.
fn harmless(text: &str) -> Cow<'_, str> {
    let first = text.trim_start_matches(' ').chars().next();
    let begins_formula = first.is_some_and(|first| "=+-@\t\r\n＝＋－＠".contains(first));
    if begins_formula {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula() {
        for text in [
            "=1+1",
            "+47 22",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            " =1",
            "   @x",
            "＝1",
            "＠x",
            "=HYPERLINK(\"http://evil\")",
        ] {
            assert_eq!(harmless(text), format!("'{text}"), "{text:?}");
        }
        for text in [
            "",
            "ada",
            "a=b",
            "ada@example.org",
            "1-2",
            " ada",
            "Ünal",
            "'=1",
        ] {
            assert_eq!(harmless(text), text);
        }
    }
}
