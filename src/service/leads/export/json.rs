//! A lead as JSON: protobuf's JSON mapping with the contract's field names.
//! Counts are numbers; what is not known is left out.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::domain::clock::Timestamp;
use crate::domain::lead::{self, AccountType, Attributes, Lead, LeadSource};
use crate::domain::token::TokenState;

/// One lead a line.
pub(super) fn lines(leads: &[Lead], now: Timestamp) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(leads.len() * 1024);
    for lead in leads {
        // Writing such values to memory cannot fail.
        let _ = serde_json::to_writer(&mut bytes, &LeadJson::of(lead, now));
        bytes.push(b'\n');
    }
    bytes
}

/// A lead.
#[derive(Serialize)]
pub(in crate::service) struct LeadJson<'a> {
    lead_id: String,
    instagram: Profile<'a>,
    contact: Contact<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<Consent<'a>>,
    attributes: &'a Attributes,
    create_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login_time: Option<String>,
    login_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<Token<'a>>,
    etag: String,
    source: &'static str,
}

#[derive(Serialize)]
struct Profile<'a> {
    id: &'a str,
    user_id: &'a str,
    username: &'a str,
    name: &'a str,
    account_type: &'static str,
    profile_picture_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    followers_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    follows_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_count: Option<u64>,
    fetched_time: String,
}

#[derive(Serialize)]
struct Contact<'a> {
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified_time: Option<String>,
    full_name: &'a str,
    phone: &'a str,
}

#[derive(Serialize)]
pub(super) struct Consent<'a> {
    text_version: &'a str,
    agree_time: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdraw_time: Option<String>,
}

#[derive(Serialize)]
struct Token<'a> {
    state: String,
    scopes: &'a BTreeSet<String>,
    expire_time: String,
    refreshed_time: String,
}

impl<'a> LeadJson<'a> {
    pub(in crate::service) fn of(lead: &'a Lead, now: Timestamp) -> Self {
        let profile = &lead.instagram;
        Self {
            lead_id: lead.id.to_string(),
            instagram: Profile {
                id: profile.id.as_str(),
                user_id: profile.user_id.as_ref().map_or("", |id| id.as_str()),
                username: &profile.username,
                name: &profile.name,
                account_type: account_type(profile.account_type),
                profile_picture_url: &profile.profile_picture_url,
                followers_count: profile.followers_count,
                follows_count: profile.follows_count,
                media_count: profile.media_count,
                fetched_time: time(profile.fetched_time),
            },
            contact: Contact {
                email: &lead.contact.email,
                email_verified_time: lead.contact.email_verified_time.map(time),
                full_name: &lead.contact.full_name,
                phone: &lead.contact.phone,
            },
            consent: lead.consent.as_ref().map(Consent::of),
            attributes: &lead.attributes,
            create_time: time(lead.create_time),
            last_login_time: lead.has_logged_in().then(|| time(lead.last_login_time)),
            login_count: lead.login_count,
            token: lead.token.as_ref().map(|token| Token {
                state: format!("TOKEN_STATE_{}", state(token.state_at(now))),
                scopes: &token.scopes,
                expire_time: time(token.expire_time),
                refreshed_time: time(token.refreshed_time),
            }),
            etag: lead.etag(),
            source: match lead.source {
                LeadSource::Login => "LEAD_SOURCE_LOGIN",
                LeadSource::Import => "LEAD_SOURCE_IMPORT",
            },
        }
    }
}

impl<'a> Consent<'a> {
    pub(super) fn of(consent: &'a lead::Consent) -> Self {
        Self {
            text_version: &consent.text_version,
            agree_time: time(consent.agree_time),
            source: &consent.source,
            withdraw_time: consent.withdraw_time.map(time),
        }
    }
}

const fn account_type(account_type: Option<AccountType>) -> &'static str {
    match account_type {
        None => "ACCOUNT_TYPE_UNSPECIFIED",
        Some(AccountType::Business) => "ACCOUNT_TYPE_BUSINESS",
        Some(AccountType::Creator) => "ACCOUNT_TYPE_CREATOR",
        Some(AccountType::Personal) => "ACCOUNT_TYPE_PERSONAL",
    }
}

/// A token's state, in the contract's word.
pub(super) const fn state(state: TokenState) -> &'static str {
    match state {
        TokenState::ShortLived => "SHORT_LIVED",
        TokenState::LongLived => "LONG_LIVED",
        TokenState::Expiring => "EXPIRING",
        TokenState::Expired => "EXPIRED",
        TokenState::Revoked => "REVOKED",
    }
}

/// RFC 3339, in UTC; empty beyond the year 9999.
pub(in crate::service) fn time(time: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(time.as_micros())
        .map(|time| time.to_string())
        .unwrap_or_default()
}
