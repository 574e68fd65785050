//! A lead, for callers.

use super::{timestamp, token_status};
use crate::domain::clock::Timestamp;
use crate::domain::lead::{AccountType, Consent, Contact, InstagramProfile, Lead, LeadSource};
use crate::grpc::pb;

/// A lead as the contract has it, at this moment.
#[must_use]
pub fn lead(lead: &Lead, now: Timestamp) -> pb::Lead {
    pb::Lead {
        lead_id: lead.id.to_string(),
        instagram: Some(profile(&lead.instagram)),
        contact: Some(contact(&lead.contact)),
        consent: lead.consent.as_ref().map(consent),
        attributes: lead
            .attributes
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
        create_time: Some(timestamp(lead.create_time)),
        last_login_time: (lead.login_count > 0).then(|| timestamp(lead.last_login_time)),
        login_count: clamped(lead.login_count),
        token: lead.token.as_ref().map(|status| token_status(status, now)),
        etag: lead.etag(),
        source: source(lead.source).into(),
    }
}

const fn source(source: LeadSource) -> pb::LeadSource {
    match source {
        LeadSource::Login => pb::LeadSource::Login,
        LeadSource::Import => pb::LeadSource::Import,
    }
}

fn profile(profile: &InstagramProfile) -> pb::InstagramProfile {
    pb::InstagramProfile {
        id: profile.id.to_string(),
        user_id: profile
            .user_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        username: profile.username.clone(),
        name: profile.name.clone(),
        account_type: account_type(profile.account_type).into(),
        profile_picture_url: profile.profile_picture_url.clone(),
        followers_count: profile.followers_count.map(clamped),
        follows_count: profile.follows_count.map(clamped),
        media_count: profile.media_count.map(clamped),
        fetched_time: Some(timestamp(profile.fetched_time)),
    }
}

fn account_type(account_type: Option<AccountType>) -> pb::AccountType {
    match account_type {
        None => pb::AccountType::Unspecified,
        Some(AccountType::Business) => pb::AccountType::Business,
        Some(AccountType::Creator) => pb::AccountType::Creator,
        Some(AccountType::Personal) => pb::AccountType::Personal,
    }
}

fn contact(contact: &Contact) -> pb::Contact {
    pb::Contact {
        email: contact.email.clone(),
        email_verified_time: contact.email_verified_time.map(timestamp),
        full_name: contact.full_name.clone(),
        phone: contact.phone.clone(),
    }
}

fn consent(consent: &Consent) -> pb::Consent {
    pb::Consent {
        text_version: consent.text_version.clone(),
        agree_time: Some(timestamp(consent.agree_time)),
        source: consent.source.clone(),
        withdraw_time: consent.withdraw_time.map(timestamp),
    }
}

fn clamped(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
