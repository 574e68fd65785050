//! The test accounts.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Most test accounts that there may be.
pub(super) const MAX_ACCOUNTS: usize = 200;

/// Most bytes of a test account's text.
const MAX_TEXT_BYTES: usize = 512;

/// What kind of account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Professional.
    Business,
    /// Professional as well: `MEDIA_CREATOR` on the wire.
    Creator,
    /// May not log in, but for the retired Basic Display.
    Personal,
}

impl Kind {
    /// How the consent page calls it.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Business => "Business",
            Self::Creator => "Creator",
            Self::Personal => "Personal",
        }
    }
}

/// One test account, as `POST /sandbox/accounts` takes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    /// The handle; names the account everywhere in the sandbox.
    pub(super) username: String,
    /// What kind it is.
    #[serde(rename = "account_type")]
    pub(super) kind: Kind,
    /// The app-scoped id. 64 bits, past what a float can hold.
    #[serde(serialize_with = "as_text", deserialize_with = "text_or_number")]
    pub(super) id: u64,
    /// The professional account's id.
    #[serde(serialize_with = "as_text", deserialize_with = "text_or_number")]
    pub(super) user_id: u64,
    /// The display name.
    #[serde(default)]
    pub(super) name: String,
    /// Where the picture is.
    #[serde(default)]
    pub(super) profile_picture_url: String,
    /// How many follow it.
    #[serde(default)]
    pub(super) followers_count: u64,
    /// How many it follows.
    #[serde(default)]
    pub(super) follows_count: u64,
    /// How many posts it has.
    #[serde(default)]
    pub(super) media_count: u64,
}

impl Account {
    /// Says what is wrong with an account that somebody wants to add.
    pub(super) fn check(&self) -> Result<(), String> {
        let handle = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
        if !(1..=30).contains(&self.username.len()) || !self.username.bytes().all(handle) {
            return Err("`username` must be 1 to 30 letters, digits, `_` or `.`".to_owned());
        }
        if self.name.len() > MAX_TEXT_BYTES || self.profile_picture_url.len() > MAX_TEXT_BYTES {
            return Err(format!("a text may have at most {MAX_TEXT_BYTES} bytes"));
        }
        if self.id == 0 || self.user_id == 0 {
            return Err("`id` and `user_id` must not be 0".to_owned());
        }
        Ok(())
    }
}

/// The accounts that every sandbox begins with: one of each kind, all with
/// ids beyond 2^53.
pub(super) fn first_accounts() -> Vec<Account> {
    vec![
        account("atelier.nord", "Atelier Nord", Kind::Business, 1, 12_480),
        account("mira_makes", "Mira Lindqvist", Kind::Creator, 2, 86_213),
        account("jonas.at.home", "Jonas Berg", Kind::Personal, 3, 214),
    ]
}

fn account(username: &str, name: &str, kind: Kind, n: u64, followers: u64) -> Account {
    Account {
        username: username.to_owned(),
        kind,
        id: 27_640_875_392_278_830 + n,
        user_id: 17_841_405_793_187_218 + n,
        name: name.to_owned(),
        profile_picture_url: format!("https://pictures.sandbox.invalid/{username}.jpg"),
        followers_count: followers,
        follows_count: 180 + n,
        media_count: 340 + n,
    }
}

fn as_text<S: Serializer>(id: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&id.to_string())
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Number(u64),
        Text(String),
    }
    match Id::deserialize(deserializer)? {
        Id::Number(id) => Ok(id),
        Id::Text(text) => text.parse().map_err(|_| {
            serde::de::Error::custom("an id must be a decimal number below 2^64, bare or quoted")
        }),
    }
}
