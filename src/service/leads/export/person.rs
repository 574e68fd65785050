//! Everything that is held about one person (GDPR Article 15).

use serde::Serialize;

use super::json::{Consent, LeadJson, time};
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::change::ChangeKind;
use crate::domain::clock::Timestamp;
use crate::domain::failure::UpstreamMeaning;
use crate::domain::ids::LeadId;
use crate::domain::lead::Attributes;
use crate::domain::site::SiteId;
use crate::domain::upkeep::Upkeep;
use crate::domain::webhook::{DeadLetter, WebhookName};
use crate::service::leads::Leads;
use crate::storage::{LeadKey, StoreError};

/// Events of one person in an export; the newest ones where there are more.
const EVENTS: usize = 1000;

/// Everything about one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Which lead it is.
    pub id: LeadId,
    /// A document that a person can read.
    pub json: String,
}

#[derive(Serialize)]
struct Document<'a> {
    about: &'static str,
    site: &'a str,
    export_time: String,
    lead: LeadJson<'a>,
    access_token: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_keeper: Option<Keeper>,
    logins: Vec<Login<'a>>,
    logins_kept: &'static str,
    events: Vec<Event>,
    events_kept: &'static str,
    undelivered: Vec<Undelivered>,
    undelivered_kept: &'static str,
    audit_log: &'static str,
}

/// What is remembered to keep the access token alive.
#[derive(Serialize)]
struct Keeper {
    failed_tries: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_failure: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_try: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_profile: Option<String>,
}

/// An event that a program of the shop did not take.
#[derive(Serialize)]
struct Undelivered {
    #[serde(flatten)]
    event: Event,
    webhook: String,
    give_up_time: String,
    why: String,
}

/// What was kept of a login to finish it.
#[derive(Serialize)]
struct Login<'a> {
    begin_time: String,
    return_to: &'a str,
    attributes: &'a Attributes,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<Consent<'a>>,
}

#[derive(Serialize)]
struct Event {
    time: String,
    what: &'static str,
}

impl Leads {
    /// Everything that is held about the person of that key; none if this site
    /// knows nobody by it.
    ///
    /// # Errors
    /// When the store cannot read it.
    pub async fn export_person(
        &self,
        site: &SiteId,
        key: LeadKey,
        now: Timestamp,
    ) -> Result<Option<Person>, StoreError> {
        let Some(lead) = self.store.lead(site, key).await? else {
            return Ok(None);
        };
        let changes = self.store.changes_of_lead(site, lead.id, EVENTS).await?;
        let logins = self.store.logins_of_lead(site, lead.id).await?;
        let token = self.store.token_entry(site, lead.id).await?;
        let letters = self.store.letters_of_lead(site, lead.id, EVENTS).await?;
        let document = Document {
            about: "Everything that leadtap holds about one person who continued with Instagram.",
            site: site.as_str(),
            export_time: time(now),
            lead: LeadJson::of(&lead, now),
            access_token: if lead.token.is_some() {
                "An access token for the Instagram account is kept, encrypted. It is never shown; `lead.token` says what is known of it."
            } else {
                "No access token is kept."
            },
            token_keeper: token.map(|token| keeper(&token.upkeep)),
            logins: logins.iter().map(login).collect(),
            logins_kept: "A login is kept for some hours after it was completed.",
            events: changes
                .iter()
                .map(|change| event(change.time, change.kind))
                .collect(),
            events_kept: "Events are kept for 30 days; at most the newest 1,000 are listed.",
            undelivered: letters.iter().map(undelivered).collect(),
            undelivered_kept: "Events that a program of the shop did not take are kept for 30 days, so that they can be sent again; at most 1,000 are listed.",
            audit_log: "Whoever runs leadtap may keep an audit log beside this. It tells which program asked for what about this lead and when, names the lead by its id and nothing else of the person, and is not part of this document.",
        };
        Ok(Some(Person {
            id: lead.id,
            // Texts, numbers and lists always have a JSON form.
            json: serde_json::to_string_pretty(&document).unwrap_or_default(),
        }))
    }
}

fn login(login: &AuthorizationRequest) -> Login<'_> {
    Login {
        begin_time: time(login.create_time),
        return_to: &login.return_to,
        attributes: &login.attributes,
        consent: login.consent.as_ref().map(Consent::of),
    }
}

fn keeper(upkeep: &Upkeep) -> Keeper {
    Keeper {
        failed_tries: upkeep.failures,
        last_failure: upkeep.last_failure.map(UpstreamMeaning::name),
        next_try: upkeep.next_try.map(time),
        next_profile: upkeep.profile_due.map(time),
    }
}

fn undelivered((webhook, letter): &(WebhookName, DeadLetter)) -> Undelivered {
    Undelivered {
        event: event(letter.time, letter.kind),
        webhook: webhook.to_string(),
        give_up_time: time(letter.give_up_time),
        why: letter.failure.to_string(),
    }
}

fn event(at: Timestamp, kind: ChangeKind) -> Event {
    Event {
        time: time(at),
        what: match kind {
            ChangeKind::Created => "the lead was created",
            ChangeKind::Updated => {
                "the shop changed the lead, or its profile was read at Instagram again"
            }
            ChangeKind::LoggedIn => "the person logged in",
            ChangeKind::TokenChanged => "the access token changed",
            ChangeKind::Erased => "the lead was erased",
        },
    }
}
