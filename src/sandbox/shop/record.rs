//! A lead, as rows that a person can read.

use crate::grpc::pb;

/// Rows under one heading.
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) rows: Vec<(String, String)>,
}

/// What the shop knows now, all of it; what nobody said is left out.
pub(super) fn groups(lead: &pb::Lead, profile: &pb::InstagramProfile) -> Vec<Group> {
    let groups = vec![
        instagram(profile),
        contact(lead),
        consent(lead),
        attributes(lead),
        token(lead),
        lead_itself(lead),
    ];
    groups
        .into_iter()
        .filter(|group| !group.rows.is_empty())
        .collect()
}

fn group(title: &'static str, rows: Vec<(&str, Option<String>)>) -> Group {
    let told = |(label, value): (&str, Option<String>)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some((label.to_owned(), value))
    };
    Group {
        title,
        rows: rows.into_iter().filter_map(told).collect(),
    }
}

fn instagram(profile: &pb::InstagramProfile) -> Group {
    let count = |count: Option<i64>| count.map(grouped);
    let username = Some(&profile.username).filter(|name| !name.is_empty());
    group(
        "Instagram profile",
        vec![
            ("Username", username.map(|name| format!("@{name}"))),
            ("Name", Some(profile.name.clone())),
            (
                "Kind of account",
                Some(account_type(profile.account_type()).to_owned()),
            ),
            ("Followers", count(profile.followers_count)),
            ("Following", count(profile.follows_count)),
            ("Posts", count(profile.media_count)),
            ("Account id", Some(profile.user_id.clone())),
            ("Id for this app", Some(profile.id.clone())),
            ("Picture", Some(profile.profile_picture_url.clone())),
            ("Read", moment(profile.fetched_time.as_ref())),
        ],
    )
}

/// A number with a comma before each three digits.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.char_indices() {
        let left = digits.len().saturating_sub(index);
        if index > 0 && left.is_multiple_of(3) && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

const fn account_type(kind: pb::AccountType) -> &'static str {
    match kind {
        pb::AccountType::Business => "Business",
        pb::AccountType::Creator => "Creator",
        pb::AccountType::Personal => "Personal",
        pb::AccountType::Unspecified => "",
    }
}

fn contact(lead: &pb::Lead) -> Group {
    let contact = lead.contact.clone().unwrap_or_default();
    let email = if contact.email.is_empty() {
        "Not known: Instagram never shares one, so the shop asks at the checkout".to_owned()
    } else {
        contact.email
    };
    group(
        "Contact",
        vec![
            ("E-mail", Some(email)),
            ("Full name", Some(contact.full_name)),
            ("Phone", Some(contact.phone)),
        ],
    )
}

fn consent(lead: &pb::Lead) -> Group {
    let given = lead.consent.as_ref();
    group(
        "Consent",
        vec![
            ("Text", given.map(|given| given.text_version.clone())),
            (
                "Given",
                given.and_then(|given| moment(given.agree_time.as_ref())),
            ),
            ("Where", given.map(|given| given.source.clone())),
        ],
    )
}

fn attributes(lead: &pb::Lead) -> Group {
    let mut rows: Vec<(String, String)> = lead.attributes.clone().into_iter().collect();
    rows.sort();
    Group {
        title: "Noted by the shop",
        rows,
    }
}

fn token(lead: &pb::Lead) -> Group {
    let Some(token) = lead.token.as_ref() else {
        return group("Access", Vec::new());
    };
    let state = match token.state() {
        pb::TokenState::Unspecified => "No token kept",
        pb::TokenState::ShortLived => "Short-lived, about to be extended",
        pb::TokenState::LongLived => "Long-lived, kept by the daemon alone",
        pb::TokenState::Expired => "Expired",
        pb::TokenState::Revoked => "Ended by Instagram",
        pb::TokenState::Expiring => "Long-lived, and about to end",
    };
    group(
        "Access",
        vec![
            ("Token", Some(state.to_owned())),
            ("Permissions", Some(token.scopes.join(", "))),
            ("Until", moment(token.expire_time.as_ref())),
        ],
    )
}

fn lead_itself(lead: &pb::Lead) -> Group {
    group(
        "Lead",
        vec![
            ("Lead id", Some(lead.lead_id.clone())),
            ("First login", moment(lead.create_time.as_ref())),
            ("Latest login", moment(lead.last_login_time.as_ref())),
            ("Logins", Some(lead.login_count.to_string())),
            ("Version", Some(lead.etag.clone())),
        ],
    )
}

fn moment(time: Option<&prost_types::Timestamp>) -> Option<String> {
    let time = jiff::Timestamp::new(time?.seconds, time?.nanos).ok()?;
    Some(time.strftime("%-d %B %Y, %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let numbers = [0, 999, 1000, 12_480, 1_234_567, -123, -1234];
        let texts = ["0", "999", "1,000", "12,480", "1,234,567", "-123", "-1,234"];
        assert_eq!(numbers.map(grouped), texts);
    }
}
