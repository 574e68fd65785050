//! Everything that is held about one person (GDPR Article 15).

use serde::Serialize;

use super::json::{Consent, LeadJson, time};
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::change::{Change, ChangeKind};
use crate::domain::clock::Timestamp;
use crate::domain::ids::LeadId;
use crate::domain::lead::Attributes;
use crate::domain::site::SiteId;
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
    logins: Vec<Login<'a>>,
    logins_kept: &'static str,
    events: Vec<Event>,
    events_kept: &'static str,
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
            logins: logins.iter().map(login).collect(),
            logins_kept: "A login is kept for some hours after it was completed.",
            events: changes.iter().map(event).collect(),
            events_kept: "Events are kept for 30 days; at most the newest 1,000 are listed.",
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

fn event(change: &Change) -> Event {
    Event {
        time: time(change.time),
        what: match change.kind {
            ChangeKind::Created => "the lead was created",
            ChangeKind::Updated => "the shop changed the lead",
            ChangeKind::LoggedIn => "the person logged in",
            ChangeKind::TokenChanged => "the access token changed",
            ChangeKind::Erased => "the lead was erased",
        },
    }
}
