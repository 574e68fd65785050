//! A lead: one person who continued with Instagram at one shop.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{InstagramScopedId, InstagramUserId, LeadId};
use super::limits;
use super::token::TokenStatus;

/// Short facts of the shop's own, by key.
pub type Attributes = BTreeMap<String, String>;

/// Everything the shop may know about one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// Its own id.
    pub id: LeadId,
    /// What Instagram says.
    pub instagram: InstagramProfile,
    /// What the shopper says.
    pub contact: Contact,
    /// The newest consent, given with a login or written by the shop.
    pub consent: Option<Consent>,
    /// The shop's own facts.
    pub attributes: Attributes,
    /// When the first login was completed.
    pub create_time: Timestamp,
    /// When the newest login was completed. For a lead that never logged in:
    /// when it was created.
    pub last_login_time: Timestamp,
    /// How many logins were completed.
    pub login_count: u64,
    /// What is known of the token.
    pub token: Option<TokenStatus>,
    /// How it came about.
    pub source: LeadSource,
    /// Counts the changes of this lead, from 1.
    pub revision: u64,
}

/// How a lead came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeadSource {
    /// By its first login.
    Login,
    /// By a token that the operator imported.
    Import,
}

/// An Instagram account as the profile endpoint describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstagramProfile {
    /// The app-scoped id.
    pub id: InstagramScopedId,
    /// The account's own id; Basic Display has none.
    pub user_id: Option<InstagramUserId>,
    /// The handle without `@`; may be empty.
    pub username: String,
    /// The display name; may be empty.
    pub name: String,
    /// What kind of account it is, if known.
    pub account_type: Option<AccountType>,
    /// A URL that expires after some days; may be empty.
    pub profile_picture_url: String,
    /// Followers, if Instagram said.
    pub followers_count: Option<u64>,
    /// Accounts followed, if Instagram said.
    pub follows_count: Option<u64>,
    /// Posts, if Instagram said.
    pub media_count: Option<u64>,
    /// When this was read from Instagram.
    pub fetched_time: Timestamp,
}

/// The kinds of Instagram accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountType {
    /// A business account.
    Business,
    /// A creator account.
    Creator,
    /// A personal account.
    Personal,
}

/// How to reach the person, in their own words. It identifies nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The e-mail address; may be empty.
    pub email: String,
    /// When it was proven, if it was.
    pub email_verified_time: Option<Timestamp>,
    /// The full name; may be empty.
    pub full_name: String,
    /// The telephone number; may be empty.
    pub phone: String,
}

/// What the shopper agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Which version of the shop's text.
    pub text_version: String,
    /// When.
    pub agree_time: Timestamp,
    /// Where it was given, in the shop's words; may be empty.
    pub source: String,
    /// When it was withdrawn, if it was.
    pub withdraw_time: Option<Timestamp>,
}

/// What one completed login brings to a lead.
#[derive(Clone, Debug, PartialEq)]
pub struct Login {
    /// The account that logged in.
    pub profile: InstagramProfile,
    /// The shop's facts from the start of this login.
    pub attributes: Attributes,
    /// The consent given with this login.
    pub consent: Option<Consent>,
    /// What is known of the token.
    pub token: TokenStatus,
    /// When the login was completed.
    pub time: Timestamp,
}

impl InstagramProfile {
    /// Whether the two differ in nothing but when they were read.
    #[must_use]
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let other = Self {
            fetched_time: self.fetched_time,
            ..other.clone()
        };
        *self == other
    }
}

impl Lead {
    /// The lead that a first login makes.
    #[must_use]
    pub fn created_by(login: Login, id: LeadId) -> Self {
        Self {
            id,
            instagram: login.profile,
            contact: Contact::default(),
            consent: login.consent,
            attributes: login.attributes,
            create_time: login.time,
            last_login_time: login.time,
            login_count: 1,
            token: Some(login.token),
            source: LeadSource::Login,
            revision: 1,
        }
    }

    /// The lead that an imported token makes. Nobody logged in.
    #[must_use]
    pub fn imported(
        profile: InstagramProfile,
        token: TokenStatus,
        id: LeadId,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            instagram: profile,
            contact: Contact::default(),
            consent: None,
            attributes: Attributes::new(),
            create_time: now,
            last_login_time: now,
            login_count: 0,
            token: Some(token),
            source: LeadSource::Import,
            revision: 1,
        }
    }

    /// This lead with what is known of its token now.
    #[must_use]
    pub fn with_token(self, token: TokenStatus) -> Self {
        Self {
            token: Some(token),
            revision: self.revision.saturating_add(1),
            ..self
        }
    }

    /// This lead as Instagram describes it now. The account's id stays known
    /// where a profile came without it.
    #[must_use]
    pub fn with_profile(mut self, profile: InstagramProfile) -> Self {
        let known_user_id = self.instagram.user_id.take();
        self.instagram = profile;
        self.instagram.user_id = self.instagram.user_id.or(known_user_id);
        self
    }

    /// This lead after one more login.
    ///
    /// Consent stays unless the login brings a new one; attributes are added
    /// and replaced by key; the account's id stays known where a profile came
    /// without it.
    #[must_use]
    pub fn logged_in(mut self, login: Login) -> Self {
        self = self.with_profile(login.profile);
        self.consent = login.consent.or(self.consent);
        self.attributes = merged(self.attributes, login.attributes);
        self.last_login_time = login.time;
        self.login_count = self.login_count.saturating_add(1);
        self.token = Some(login.token);
        self.revision = self.revision.saturating_add(1);
        self
    }
}

impl Lead {
    /// Names this version of the lead. Quoted, as an entity tag is (RFC 9110
    /// section 8.8.3). The revision alone would do for one lead; the id keeps
    /// two leads' tags apart.
    #[must_use]
    pub fn etag(&self) -> String {
        let tail = self.id.as_bytes().last_chunk();
        let tail = tail.map_or(0, |bytes: &[u8; 4]| u32::from_be_bytes(*bytes));
        format!("\"{tail:08x}-{:x}\"", self.revision)
    }

    /// Whether it ever logged in: an imported one has not.
    #[must_use]
    pub const fn has_logged_in(&self) -> bool {
        self.login_count > 0
    }

    /// Whether what belongs to the person may leave the daemon by itself or for
    /// another program's use: tokens, webhooks, events. Not after the consent
    /// was withdrawn. Whoever looks after the leads still sees the lead.
    #[must_use]
    pub fn may_be_handed_out(&self) -> bool {
        self.consent
            .as_ref()
            .is_none_or(|consent| consent.withdraw_time.is_none())
    }
}

/// `old` with `new` on top, within the limit: the newest login's facts stay,
/// then the old ones in order of their keys.
fn merged(old: Attributes, new: Attributes) -> Attributes {
    let mut all = new;
    for (key, value) in old {
        if all.len() >= limits::ATTRIBUTES {
            break;
        }
        all.entry(key).or_insert(value);
    }
    all
}
