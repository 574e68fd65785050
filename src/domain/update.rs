//! What a shop writes to a lead.

use super::clock::Timestamp;
use super::lead::{Attributes, Consent, Lead};

/// New values for some fields of a lead, valid by themselves; the others stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadUpdate {
    /// The e-mail address; empty for none.
    pub email: Option<String>,
    /// When it was proven; the inner none for not at all.
    pub email_verified_time: Option<Option<Timestamp>>,
    /// The full name; empty for none.
    pub full_name: Option<String>,
    /// The telephone number; empty for none.
    pub phone: Option<String>,
    /// All attributes.
    pub attributes: Option<Attributes>,
    /// The whole consent.
    pub consent: Option<Consent>,
    /// When the consent that is there was withdrawn.
    pub withdraw_time: Option<Timestamp>,
}

/// Why new values do not go with what the lead has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateRefusal {
    /// No e-mail address is there that could have been proven.
    NoEmail,
    /// No consent is there that could be withdrawn.
    NoConsent,
    /// It was withdrawn before it was given.
    WithdrawnBefore,
}

impl LeadUpdate {
    /// The lead with the new values; the same revision where nothing is new.
    ///
    /// A new e-mail address was not proven, unless the update says so.
    ///
    /// # Errors
    /// [`UpdateRefusal`].
    pub fn apply(self, before: &Lead) -> Result<Lead, UpdateRefusal> {
        let mut lead = before.clone();
        if let Some(email) = self.email
            && email != lead.contact.email
        {
            lead.contact.email = email;
            lead.contact.email_verified_time = None;
        }
        if let Some(time) = self.email_verified_time {
            if time.is_some() && lead.contact.email.is_empty() {
                return Err(UpdateRefusal::NoEmail);
            }
            lead.contact.email_verified_time = time;
        }
        lead.contact.full_name = self.full_name.unwrap_or(lead.contact.full_name);
        lead.contact.phone = self.phone.unwrap_or(lead.contact.phone);
        lead.attributes = self.attributes.unwrap_or(lead.attributes);
        lead.consent = self.consent.or(lead.consent);
        if let Some(time) = self.withdraw_time {
            let consent = lead.consent.as_mut().ok_or(UpdateRefusal::NoConsent)?;
            consent.withdraw_time = Some(time);
        }
        let withdrawn_before = |consent: &Consent| {
            consent
                .withdraw_time
                .is_some_and(|time| time < consent.agree_time)
        };
        if lead.consent.as_ref().is_some_and(withdrawn_before) {
            return Err(UpdateRefusal::WithdrawnBefore);
        }
        if lead != *before {
            lead.revision = lead.revision.saturating_add(1);
        }
        Ok(lead)
    }
}
