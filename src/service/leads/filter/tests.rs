use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::ids::LeadId;
use crate::domain::lead::{AccountType, Consent, InstagramProfile, Login};
use crate::domain::secret::Secret;
use crate::domain::testing;
use crate::domain::token::Token;

/// 2026-09-21T14:13:20Z
const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

fn lead() -> Lead {
    let profile = InstagramProfile {
        account_type: Some(AccountType::Creator),
        followers_count: Some(100),
        ..testing::profile("1", NOW)
    };
    let token = Token::short_lived(Secret::from("t"), std::collections::BTreeSet::new(), NOW);
    let login = Login {
        profile,
        attributes: BTreeMap::from([("utm.campaign-x".to_owned(), "say \"hi\"".to_owned())]),
        consent: None,
        token: token.status,
        time: NOW,
    };
    Lead::created_by(login, LeadId::new(Uuid::nil()))
}

fn matches(filter: &str, lead: &Lead) -> bool {
    let parsed: Result<Filter, _> = filter.parse();
    parsed
        .unwrap_or_else(|error| panic!("{filter}: {error}"))
        .matches(lead, NOW)
}

#[test]
fn each_field_is_compared_by_its_own_kind() {
    for (filter, expected) in [
        ("", true),
        ("  ", true),
        ("create_time = \"2026-09-21T14:13:20Z\"", true),
        ("create_time = \"2026-09-21T16:13:20+02:00\"", true),
        ("create_time != \"2026-09-21T14:13:20Z\"", false),
        ("create_time >= \"2026-09-21\"", true),
        ("create_time < \"2026-09-21\"", false),
        ("last_login_time > \"2026-09-21T14:13:19.999999Z\"", true),
        ("last_login_time <= \"2026-09-21T14:13:19.999999Z\"", false),
        ("account_type = CREATOR", true),
        ("instagram.account_type = ACCOUNT_TYPE_CREATOR", true),
        ("account_type != CREATOR", false),
        ("account_type = UNSPECIFIED", false),
        ("followers_count >= 100", true),
        ("followers_count>100", false),
        ("followers_count < 18446744073709551615", true),
        ("token.state = SHORT_LIVED", true),
        ("token.state != REVOKED", true),
        ("token.state = UNSPECIFIED", false),
        ("contact.email:*", false),
        ("NOT contact.email:*", true),
        ("consent:*", false),
        ("consent.withdraw_time:*", false),
        ("attributes.utm.campaign-x:*", true),
        ("attributes.page:*", false),
        (r#"attributes.utm.campaign-x = "say \"hi\"""#, true),
        (r#"attributes.utm.campaign-x != "x""#, true),
        (r#"attributes.page != "x""#, false),
        ("(account_type = CREATOR)", true),
        ("NOT (account_type = CREATOR AND followers_count < 5)", true),
        (
            "account_type = BUSINESS OR (followers_count > 5 AND NOT contact.email:*)",
            true,
        ),
        ("NOT NOT account_type = CREATOR", true),
    ] {
        assert_eq!(matches(filter, &lead()), expected, "{filter}");
    }
}

#[test]
fn a_person_is_found_by_part_of_a_name_or_by_a_whole_id() {
    let mut person = lead();
    person.instagram.username = "MIRA.makes".to_owned();
    person.instagram.name = "Mira Ödegård".to_owned();
    person.contact.email = "mira@shop.example".to_owned();
    person.contact.phone = "+47 900".to_owned();
    for (filter, expected) in [
        (r#"text:"mira""#, true),
        (r#"text:"  Mira.M ""#, true),
        (r#"text:"ödegÅrd""#, true),
        (r#"text:"@SHOP""#, true),
        (r#"text:"+47""#, true),
        (r#"text:"1""#, true),
        (r#"text:"00000000-0000-0000-0000-000000000000""#, true),
        (r#"text:"0000-0000""#, false),
        (r#"text:"noah""#, false),
        (r#"NOT text:"noah" AND account_type = CREATOR"#, true),
    ] {
        assert_eq!(matches(filter, &person), expected, "{filter}");
    }
}

#[test]
fn what_instagram_did_not_say_is_never_compared() {
    let mut unknown = lead();
    unknown.instagram.followers_count = None;
    for filter in [
        "followers_count >= 0",
        "followers_count != 5",
        "followers_count < 5",
    ] {
        assert!(!matches(filter, &unknown), "{filter}");
    }
}

#[test]
fn a_token_that_ran_out_is_expired_without_a_write() {
    let filter: Filter = "token.state = EXPIRED".parse().unwrap();
    assert!(!filter.matches(&lead(), NOW));
    assert!(filter.matches(&lead(), NOW.plus(Duration::from_secs(3600))));
}

#[test]
fn a_withdrawn_consent_is_found() {
    let mut lead = lead();
    lead.consent = Some(Consent {
        text_version: "1".to_owned(),
        agree_time: NOW,
        source: String::new(),
        withdraw_time: Some(NOW),
    });
    assert!(matches("consent.withdraw_time:*", &lead));
    assert!(!lead.may_be_handed_out());
}

#[test]
fn an_error_names_the_place_and_what_may_stand_there() {
    for (filter, at, words) in [
        ("colour = 1", 1, "these are: create_time"),
        ("email:*", 1, "`email` is no field"),
        ("create_time = 5", 15, "a time in quotes"),
        ("create_time = \"yesterday\"", 15, "a time in quotes"),
        ("create_time : *", 13, "takes =, !="),
        ("followers_count >= many", 20, "a whole number"),
        ("followers_count >= \"5\"", 20, "a whole number"),
        ("followers_count >= -5", 20, "a whole number"),
        ("account_type = SHOP", 16, "BUSINESS, CREATOR"),
        ("account_type < BUSINESS", 14, "= or !="),
        ("contact.email = \"a@b.org\"", 15, "`:*`"),
        ("contact.email:yes", 15, "a `*`"),
        ("text:*", 6, "a text in double quotes"),
        ("text:\" \"", 6, "not empty"),
        ("text = \"a\"", 6, "takes `:`"),
        ("attributes.page = shop", 19, "a text in double quotes"),
        ("attributes.page = \"shop", 19, "no closing quote"),
        (r#"attributes.page = "a\b""#, 19, "followed by"),
        ("account_type", 13, "an operator must stand here"),
        ("account_type =", 15, "must stand here"),
        (
            "account_type = CREATOR followers_count > 5",
            24,
            "AND, OR or the end",
        ),
        ("(account_type = CREATOR", 24, "closing parenthesis"),
        ("account_type = CREATOR)", 23, "closes nothing"),
        (
            "consent:* AND contact.email:* OR consent:*",
            31,
            "parentheses",
        ),
        ("AND", 1, "no field"),
        ("NOT", 4, "a field must stand here"),
        ("()", 2, "a field must stand here"),
        ("é = 1", 1, "means nothing"),
        ("consent:* AND é", 15, "means nothing"),
        ("-consent:*", 1, "no field"),
    ] {
        let error = filter.parse::<Filter>().unwrap_err();
        assert_eq!(error.at, at, "{filter}: {error}");
        assert!(error.problem.contains(words), "{filter}: {error}");
    }
}

#[test]
fn a_filter_is_limited_in_length_depth_and_comparisons() {
    let ok = |filter: &str| filter.parse::<Filter>().is_ok();
    let nested = |depth: usize| format!("{}consent:*{}", "(".repeat(depth), ")".repeat(depth));
    assert!(ok(&nested(15)) && !ok(&nested(16)) && !ok(&"(".repeat(2000)));
    assert!(!ok(&"NOT ".repeat(500)));
    let many = |count: usize| vec!["consent:*"; count].join(" OR ");
    assert!(ok(&many(64)) && !ok(&many(65)));
    assert!(!ok(&" ".repeat(2049)));
}

#[test]
fn what_every_match_must_fulfil_narrows_the_range() {
    let day = |text: &str| {
        let time: jiff::Timestamp = format!("{text}T00:00:00Z").parse().unwrap();
        Some(Timestamp::from_micros(time.as_microsecond()))
    };
    let within = |filter: &str| {
        filter
            .parse::<Filter>()
            .unwrap()
            .within(LeadOrder::CreateTime)
    };
    let range = within(
        "create_time >= \"2026-01-01\" AND (create_time < \"2026-03-01\" AND create_time > \"2026-02-01\")",
    );
    assert_eq!(
        range,
        TimeRange {
            from: day("2026-02-01"),
            to: day("2026-03-01")
        }
    );
    for filter in [
        "create_time >= \"2026-01-01\" OR consent:*",
        "NOT create_time >= \"2026-01-01\"",
        "create_time != \"2026-01-01\"",
        "last_login_time = \"2026-01-01\"",
    ] {
        assert_eq!(within(filter), TimeRange::default(), "{filter}");
    }
}

/// A filter and what it must say of each lead, by another way.
fn filters() -> impl Strategy<Value = (String, Truth)> {
    let leaf = prop_oneof![
        (0..200u64).prop_map(|n| (format!("followers_count >= {n}"), Truth::AtLeast(n))),
        Just(("account_type = BUSINESS".to_owned(), Truth::Business)),
        Just(("contact.email : *".to_owned(), Truth::Email)),
    ];
    leaf.prop_recursive(4, 20, 3, |inner| {
        let many = proptest::collection::vec(inner.clone(), 2..4);
        let joined = |parts: &[(String, Truth)], by: &str| {
            let texts: Vec<_> = parts.iter().map(|(text, _)| format!("({text})")).collect();
            texts.join(by)
        };
        let truths =
            |parts: Vec<(String, Truth)>| parts.into_iter().map(|(_, truth)| truth).collect();
        prop_oneof![
            inner.prop_map(|(text, truth)| (format!("NOT ({text})"), Truth::Not(Box::new(truth)))),
            many.clone()
                .prop_map(move |parts| (joined(&parts, " AND "), Truth::All(truths(parts)))),
            many.prop_map(move |parts| (joined(&parts, "  OR\t"), Truth::Any(truths(parts)))),
        ]
    })
}

#[derive(Clone, Debug)]
enum Truth {
    AtLeast(u64),
    Business,
    Email,
    Not(Box<Truth>),
    All(Vec<Truth>),
    Any(Vec<Truth>),
}

impl Truth {
    fn of(&self, lead: &Lead) -> bool {
        match self {
            Self::AtLeast(n) => lead.instagram.followers_count >= Some(*n),
            Self::Business => lead.instagram.account_type == Some(AccountType::Business),
            Self::Email => lead.contact.email.contains('@'),
            Self::Not(one) => !one.of(lead),
            Self::All(all) => all.iter().all(|one| one.of(lead)),
            Self::Any(any) => any.iter().any(|one| one.of(lead)),
        }
    }
}

proptest! {
    #[test]
    fn a_filter_means_what_it_says((text, truth) in filters(), followers in 0..200u64, business: bool, email: bool) {
        let mut lead = lead();
        lead.instagram.followers_count = Some(followers);
        lead.instagram.account_type = business.then_some(AccountType::Business);
        lead.contact.email = if email { "a@b.org".to_owned() } else { String::new() };
        prop_assert_eq!(matches(&text, &lead), truth.of(&lead), "{}", text);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,60}") {
        if let Err(error) = text.parse::<Filter>() {
            prop_assert!(error.at <= text.chars().count() + 1);
        }
    }

    #[test]
    fn no_words_make_the_parser_panic(words in proptest::collection::vec(
        prop_oneof![
            Just("("), Just(")"), Just("AND"), Just("OR"), Just("NOT"), Just("consent"), Just(":"),
            Just("*"), Just("="), Just("\"a\""), Just("create_time"), Just("attributes.a"), Just("5"),
        ], 0..12)) {
        let text = words.join(" ");
        let _ = text.parse::<Filter>();
    }
}

#[test]
fn the_documentations_examples_are_filters() {
    let document = include_str!("../../../../docs/leads.md");
    let examples = document.split("```filter\n").nth(1).unwrap();
    let examples = examples.split("```").next().unwrap();
    assert!(examples.lines().count() > 5);
    for example in examples.lines() {
        assert!(example.parse::<Filter>().is_ok(), "{example}");
    }
    for field in [
        "create_time",
        "last_login_time",
        "followers_count",
        "account_type",
        "token.state",
    ] {
        assert!(document.contains(&format!("`{field}`")), "{field}");
    }
}
