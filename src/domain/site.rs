//! A shop, and the Instagram app it logs its shoppers in with.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::allowance::Allowance;
use super::duties::Duties;
use super::ids::{self, IdError};
use super::secret::Secret;
use super::webhook::Webhook;

/// A site's name: 1 to 63 of `a-z 0-9 -`. It begins every key in the store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(Arc<str>);

impl SiteId {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SiteId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        ids::name(text).map(Self)
    }
}

impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One shop, as configured.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its name.
    pub id: SiteId,
    /// The Instagram app that it logs in with.
    pub app: InstagramApp,
    /// Where Instagram may send shoppers back to; never empty.
    pub redirect_uris: Vec<String>,
    /// What may be asked for. Asked for when a request names none.
    pub scopes: Vec<String>,
    /// How long a shopper may take in Instagram's window.
    pub authorization_ttl: Duration,
    /// How many logins may be under way at once.
    pub max_pending_authorizations: usize,
    /// How it does what Meta and the law ask.
    pub duties: Duties,
    /// What all its callers together may have going on.
    pub allowance: Allowance,
    /// Beginnings of its logins that wait for the disk; the store counts them.
    pub beginning: Arc<AtomicUsize>,
    /// When profiles are read beside the logins.
    pub profile_refresh: ProfileRefresh,
    /// Whether Instagram's authorization window is looked at now and then.
    pub canary: Canary,
    /// Who is told of what happens to its leads.
    pub webhooks: Vec<Arc<Webhook>>,
}

/// Whether Instagram's authorization window is looked at a few times a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Canary {
    /// It is.
    #[default]
    On,
    /// It is not.
    Off,
}

/// When the profile of a lead is read again, apart from its logins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ProfileRefresh {
    /// With each refresh of its token: about once in five weeks.
    #[default]
    WithToken,
    /// Once a day too, which costs a call a day and lead.
    Daily,
}

/// An app in Meta's dashboard, and where it is spoken to.
#[derive(Clone, Debug)]
pub struct InstagramApp {
    /// The *Instagram App ID*, not the Meta app's.
    pub id: String,
    /// The *Instagram App Secret*.
    pub secret: Secret,
    /// Which of Instagram's two protocols it speaks.
    pub dialect: Dialect,
    /// Where Instagram is.
    pub endpoints: Endpoints,
    /// The version in graph paths, such as `v25.0`; empty for none.
    pub graph_version: String,
}

/// Instagram's protocols for logging in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// *Instagram API with Instagram Login*: today's.
    #[default]
    InstagramLogin,
    /// *Instagram Basic Display*, which Meta switched off on 2024-12-04. Kept
    /// for self-hosted mocks.
    BasicDisplay,
}

impl Dialect {
    /// The permissions a login asks for when the configuration names none.
    #[must_use]
    pub fn default_scopes(self) -> Vec<String> {
        match self {
            Self::InstagramLogin => vec!["instagram_business_basic".to_owned()],
            Self::BasicDisplay => vec!["user_profile".to_owned()],
        }
    }
}

/// The base URLs of Instagram's three hosts, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// The host of the authorization window.
    pub authorize: String,
    /// The host that exchanges codes.
    pub api: String,
    /// The host of long-lived tokens and profiles.
    pub graph: String,
}

impl Endpoints {
    /// Instagram's own.
    #[must_use]
    pub fn of(dialect: Dialect) -> Self {
        let authorize = match dialect {
            Dialect::InstagramLogin => "https://www.instagram.com",
            Dialect::BasicDisplay => "https://api.instagram.com",
        };
        Self {
            authorize: authorize.to_owned(),
            api: "https://api.instagram.com".to_owned(),
            graph: "https://graph.instagram.com".to_owned(),
        }
    }
}
