//! Who may call, and what for.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::allowance::Allowance;
use super::site::SiteId;

/// A program that may call: it belongs to one site and sees no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Its name in logs.
    pub name: String,
    /// The one site it works for.
    pub site: SiteId,
    /// What it may do; nothing else.
    pub permissions: Permissions,
    /// What it may have going on.
    pub allowance: Allowance,
    /// Logins that it began and that are under way. One more is refused.
    pub max_pending_authorizations: usize,
}

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// Log shoppers in.
    Login,
    /// Read and change leads.
    Leads,
    /// Use access tokens.
    Tokens,
    /// Hand on what Meta sends to the shop.
    Platform,
    /// Look after the daemon.
    Admin,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Login,
        Self::Leads,
        Self::Tokens,
        Self::Platform,
        Self::Admin,
    ];
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Login => "login",
            Self::Leads => "leads",
            Self::Tokens => "tokens",
            Self::Platform => "platform",
            Self::Admin => "admin",
        })
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u8);

impl Permissions {
    /// Whether `permission` is among them.
    #[must_use]
    pub const fn allow(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }

    /// Those that are in it.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .into_iter()
            .filter(move |permission| self.allow(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(
            permissions
                .into_iter()
                .fold(0, |set, one| set | 1 << one as u8),
        )
    }
}
