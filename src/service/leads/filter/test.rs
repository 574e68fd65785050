//! One comparison: a field of a lead, an operator, a value.

use std::cmp::Ordering;

use super::words::Kind;
use crate::domain::clock::Timestamp;
use crate::domain::lead::{AccountType, Lead};
use crate::domain::limits;
use crate::domain::token::TokenState;
use crate::storage::{LeadOrder, TimeRange};

/// Every field, for messages.
pub(super) const FIELDS: &str = "create_time, last_login_time, account_type, followers_count, \
     token.state, contact.email, consent, consent.withdraw_time, attributes.KEY or text";

/// What can be asked of a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    CreateTime,
    LastLoginTime,
    AccountType,
    FollowersCount,
    TokenState,
    Email,
    Consent,
    WithdrawTime,
    Attribute(String),
    /// Whatever a person is looked for by.
    Text,
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    Time(Clock, Operator, Timestamp),
    AccountType(bool, Option<AccountType>),
    Followers(Operator, u64),
    /// None: there is no token.
    Token(bool, Option<TokenState>),
    Has(Presence),
    Attribute(String, bool, String),
    /// In small letters.
    Says(String),
}

/// The times that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    Create,
    LastLogin,
}

/// What can be there or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Email,
    Consent,
    Withdrawal,
    Attribute(String),
}

/// How two values must stand to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Operator {
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "=" => Self::Equal,
            "!=" => Self::Unequal,
            "<" => Self::Less,
            "<=" => Self::AtMost,
            ">" => Self::Greater,
            ">=" => Self::AtLeast,
            _ => return None,
        })
    }

    const fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Unequal => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::AtLeast => ordering.is_ge(),
        }
    }
}

/// The field of that name.
pub(super) fn field(name: &str) -> Result<Field, String> {
    Ok(match name {
        "create_time" => Field::CreateTime,
        "last_login_time" => Field::LastLoginTime,
        "account_type" | "instagram.account_type" => Field::AccountType,
        "followers_count" | "instagram.followers_count" => Field::FollowersCount,
        "token.state" => Field::TokenState,
        "contact.email" => Field::Email,
        "consent" => Field::Consent,
        "consent.withdraw_time" => Field::WithdrawTime,
        "text" => Field::Text,
        _ => match name.strip_prefix("attributes.") {
            Some(key) if (1..=limits::ATTRIBUTE_KEY_BYTES).contains(&key.len()) => {
                Field::Attribute(key.to_owned())
            }
            _ => {
                return Err(format!(
                    "`{name}` is no field to filter by; these are: {FIELDS}"
                ));
            }
        },
    })
}

impl Field {
    /// The operators that it takes, for messages.
    pub(super) const fn operators(&self) -> &'static str {
        match self {
            Self::CreateTime | Self::LastLoginTime | Self::FollowersCount => {
                "=, !=, <, <=, > or >="
            }
            Self::AccountType | Self::TokenState => "= or !=",
            Self::Email | Self::Consent | Self::WithdrawTime => "`:*` (it is there)",
            Self::Attribute(_) => "=, != or `:*` (it is there)",
            Self::Text => "`:`",
        }
    }

    pub(super) fn takes(&self, operator: &str) -> bool {
        match self {
            Self::CreateTime | Self::LastLoginTime | Self::FollowersCount => operator != ":",
            Self::AccountType | Self::TokenState => matches!(operator, "=" | "!="),
            Self::Email | Self::Consent | Self::WithdrawTime | Self::Text => operator == ":",
            Self::Attribute(_) => matches!(operator, "=" | "!=" | ":"),
        }
    }

    /// The values that it takes after this operator, for messages.
    pub(super) fn value_of(&self, operator: &str) -> &'static str {
        match self {
            Self::Text => "a text in double quotes that is not empty",
            _ if operator == ":" => "a `*`",
            Self::CreateTime | Self::LastLoginTime => {
                "a time in quotes, such as \"2026-11-25T08:00:00Z\", or a day (UTC), such as \"2026-11-25\","
            }
            Self::AccountType => "BUSINESS, CREATOR, PERSONAL or UNSPECIFIED",
            Self::FollowersCount => "a whole number",
            Self::TokenState => {
                "SHORT_LIVED, LONG_LIVED, EXPIRING, EXPIRED, REVOKED or UNSPECIFIED"
            }
            _ => "a text in double quotes",
        }
    }

    /// The comparison, if the value is one of its kind.
    pub(super) fn test(&self, operator: &str, value: &Kind) -> Option<Test> {
        let (text, name) = match value {
            Kind::Text(text) => (Some(text.as_str()), None),
            Kind::Bare(name) => (None, Some(name.as_str())),
            _ => return None,
        };
        if *self == Self::Text {
            let text = text?.trim().to_lowercase();
            return (!text.is_empty()).then_some(Test::Says(text));
        }
        if operator == ":" {
            return (name == Some("*")).then(|| self.presence())?.map(Test::Has);
        }
        let operator = Operator::read(operator)?;
        let equal = operator == Operator::Equal;
        Some(match self {
            Self::CreateTime => Test::Time(Clock::Create, operator, time(text?)?),
            Self::LastLoginTime => Test::Time(Clock::LastLogin, operator, time(text?)?),
            Self::AccountType => Test::AccountType(equal, account_type(name?)?),
            Self::FollowersCount => Test::Followers(operator, whole_number(name?)?),
            Self::TokenState => Test::Token(equal, token_state(name?)?),
            Self::Attribute(key) => Test::Attribute(key.clone(), equal, text?.to_owned()),
            Self::Email | Self::Consent | Self::WithdrawTime | Self::Text => return None,
        })
    }

    fn presence(&self) -> Option<Presence> {
        Some(match self {
            Self::Email => Presence::Email,
            Self::Consent => Presence::Consent,
            Self::WithdrawTime => Presence::Withdrawal,
            Self::Attribute(key) => Presence::Attribute(key.clone()),
            _ => return None,
        })
    }
}

/// A moment of RFC 3339, or the beginning of a day in UTC.
fn time(text: &str) -> Option<Timestamp> {
    let moment = text.parse::<jiff::Timestamp>();
    let moment = moment.or_else(|_| format!("{text}T00:00:00Z").parse::<jiff::Timestamp>());
    Some(Timestamp::from_micros(moment.ok()?.as_microsecond()))
}

fn whole_number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

fn account_type(name: &str) -> Option<Option<AccountType>> {
    Some(match name.strip_prefix("ACCOUNT_TYPE_").unwrap_or(name) {
        "BUSINESS" => Some(AccountType::Business),
        "CREATOR" => Some(AccountType::Creator),
        "PERSONAL" => Some(AccountType::Personal),
        "UNSPECIFIED" => None,
        _ => return None,
    })
}

fn token_state(name: &str) -> Option<Option<TokenState>> {
    Some(match name.strip_prefix("TOKEN_STATE_").unwrap_or(name) {
        "SHORT_LIVED" => Some(TokenState::ShortLived),
        "EXPIRING" => Some(TokenState::Expiring),
        "LONG_LIVED" => Some(TokenState::LongLived),
        "EXPIRED" => Some(TokenState::Expired),
        "REVOKED" => Some(TokenState::Revoked),
        "UNSPECIFIED" => None,
        _ => return None,
    })
}

/// Whether a person is found by this, which is in small letters: as a part of
/// what a person is called or reached by, or as one of the ids.
fn says(lead: &Lead, text: &str) -> bool {
    let (profile, contact) = (&lead.instagram, &lead.contact);
    let words = [
        &profile.username,
        &profile.name,
        &contact.email,
        &contact.full_name,
        &contact.phone,
    ];
    words.iter().any(|word| word.to_lowercase().contains(text))
        || profile.id.as_str() == text
        || profile
            .user_id
            .as_ref()
            .is_some_and(|id| id.as_str() == text)
        || lead.id.to_string() == text
}

impl Test {
    /// A comparison with what is not there never holds, whatever the operator.
    pub(super) fn matches(&self, lead: &Lead, now: Timestamp) -> bool {
        match self {
            Self::Time(clock, operator, time) => {
                let of_lead = match clock {
                    Clock::Create => Some(lead.create_time),
                    Clock::LastLogin => lead.has_logged_in().then_some(lead.last_login_time),
                };
                of_lead.is_some_and(|of_lead| operator.holds(of_lead.cmp(time)))
            }
            Self::AccountType(equal, kind) => (lead.instagram.account_type == *kind) == *equal,
            Self::Followers(operator, number) => lead
                .instagram
                .followers_count
                .is_some_and(|count| operator.holds(count.cmp(number))),
            Self::Token(equal, state) => {
                let of_lead = lead.token.as_ref().map(|token| token.state_at(now));
                (of_lead == *state) == *equal
            }
            Self::Has(Presence::Email) => !lead.contact.email.is_empty(),
            Self::Has(Presence::Consent) => lead.consent.is_some(),
            Self::Has(Presence::Withdrawal) => !lead.may_be_handed_out(),
            Self::Has(Presence::Attribute(key)) => lead.attributes.contains_key(key),
            Self::Attribute(key, equal, value) => lead
                .attributes
                .get(key)
                .is_some_and(|of_lead| (of_lead == value) == *equal),
            Self::Says(text) => says(lead, text),
        }
    }

    pub(super) fn narrow(&self, order: LeadOrder, range: &mut TimeRange) {
        let Self::Time(clock, operator, time) = self else {
            return;
        };
        let of_order = match order {
            LeadOrder::CreateTime => Clock::Create,
            LeadOrder::LastLoginTime => Clock::LastLogin,
        };
        if *clock != of_order {
            return;
        }
        if matches!(
            operator,
            Operator::Equal | Operator::Greater | Operator::AtLeast
        ) {
            range.from = range.from.max(Some(*time));
        }
        if matches!(
            operator,
            Operator::Equal | Operator::Less | Operator::AtMost
        ) {
            range.to = Some(range.to.map_or(*time, |to| to.min(*time)));
        }
    }
}
