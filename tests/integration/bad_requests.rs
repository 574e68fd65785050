//! Each field at its limit, and one beyond.

use std::sync::Arc;

use leadtap::domain::clock::{Clock, ManualClock, SystemClock, Timestamp};
use leadtap::grpc::convert;
use leadtap::grpc::errors::reason_name;
use leadtap::grpc::pb::{self, ErrorReason as Reason, get_lead_request::Key};
use tonic::{Code, Status};

use crate::support::daemon::REDIRECT_URI;
use crate::support::in_process::InProcess;
use crate::support::{Browser, Fake, Refusal, Setup, Shop};

const MINUTES_5: i64 = 5 * 60 * 1_000_000;

/// A message that breaks one limit: the field and words of the limit.
#[track_caller]
fn beyond(answer: Result<(), Status>, field: &str, limit: &str) {
    let refusal = Refusal::from(answer)
        .is(Code::InvalidArgument, Reason::RequestInvalid, "FIX_REQUEST")
        .after(None);
    let [(named, told)] = &refusal.fields[..] else {
        panic!("one field: {refusal:?}");
    };
    assert_eq!(named, field);
    assert!(told.contains(limit), "{told} has no {limit}");
    assert!(refusal.message.contains(told), "people see it too");
}

/// A message at its limits, which may still be refused for another reason.
#[track_caller]
fn within(answer: Result<(), Status>, refused: Option<Reason>) {
    let reason = answer.err().map(|status| Refusal::of(&status).reason);
    assert_eq!(reason.as_deref(), refused.map(reason_name));
}

async fn start(
    shop: &Shop,
    change: impl FnOnce(&mut pb::StartAuthorizationRequest),
) -> Result<(), Status> {
    let mut request = Browser::new().start_request();
    change(&mut request);
    let answer = shop.client.clone().start_authorization(request).await;
    answer.map(drop)
}

#[tokio::test]
async fn urls_have_at_most_2048_bytes() {
    let shop = Shop::open().await;
    let url = |bytes: usize| {
        format!(
            "{REDIRECT_URI}?{}",
            "a".repeat(bytes - REDIRECT_URI.len() - 1)
        )
    };
    let at = start(&shop, |request| request.redirect_uri = url(2_048)).await;
    within(at, Some(Reason::RedirectUriNotAllowed));
    let over = start(&shop, |request| request.redirect_uri = url(2_049)).await;
    beyond(over, "redirect_uri", "2,048 bytes");
    within(
        start(&shop, |request| request.return_to = url(2_048)).await,
        None,
    );
    let over = start(&shop, |request| request.return_to = url(2_049)).await;
    beyond(over, "return_to", "2,048 bytes");
}

#[tokio::test]
async fn scopes_have_their_limits() {
    let shop = Shop::open().await;
    let scopes = |count: usize| vec!["instagram_business_basic".to_owned(); count];
    within(
        start(&shop, |request| request.scopes = scopes(16)).await,
        None,
    );
    let over = start(&shop, |request| request.scopes = scopes(17)).await;
    beyond(over, "scopes", "16 entries");
    for (scope, fits) in [
        ("a".repeat(64), true),
        ("a".repeat(65), false),
        (String::new(), false),
        ("Basic".to_owned(), false),
        ("a,b".to_owned(), false),
    ] {
        let answer = start(&shop, |request| request.scopes = vec![scope]).await;
        if fits {
            within(answer, Some(Reason::ScopeNotAllowed));
        } else {
            beyond(answer, "scopes", "1 to 64 characters");
        }
    }
}

#[tokio::test]
async fn attributes_have_their_limits() {
    let shop = Shop::open().await;
    let attributes = |count: usize| {
        (0..count)
            .map(|n| (format!("k{n}"), String::new()))
            .collect()
    };
    within(
        start(&shop, |request| request.attributes = attributes(16)).await,
        None,
    );
    let over = start(&shop, |request| request.attributes = attributes(17)).await;
    beyond(over, "attributes", "16 entries");
    let one = async |key: &str, value: &str| {
        let pair = (key.to_owned(), value.to_owned());
        start(&shop, |request| request.attributes = [pair].into()).await
    };
    within(one(&"a".repeat(64), &"v".repeat(256)).await, None);
    within(one("a-0_.z", "Ünïcode, spaces and 日本").await, None);
    for key in [&*"a".repeat(65), "", "A", "a b", "ä"] {
        beyond(one(key, "").await, "attributes", "keys of 1 to 64");
    }
    for value in [&*"v".repeat(257), &"é".repeat(129), "a\nb", "\0"] {
        beyond(one("key", value).await, "attributes", "at most 256 bytes");
    }
}

#[tokio::test]
async fn bindings_have_exactly_32_bytes() {
    let shop = Shop::open().await;
    for bytes in [0, 31, 33, 64] {
        let answer = start(&shop, |request| {
            request.browser_binding_hash = vec![7; bytes];
        })
        .await;
        beyond(answer, "browser_binding_hash", "exactly 32 bytes");
        let request = pb::CompleteAuthorizationRequest {
            callback_query: "code=abc&state=def".to_owned(),
            browser_binding: vec![7; bytes],
        };
        let answer = shop.client.clone().complete_authorization(request).await;
        beyond(answer.map(drop), "browser_binding", "exactly 32 bytes");
    }
    within(
        start(&shop, |request| request.browser_binding_hash = vec![7; 32]).await,
        None,
    );
}

/// On a clock that stands still, since one limit moves with the time.
#[tokio::test]
async fn a_consent_has_its_limits() {
    let fake = Fake::start().await;
    let setup = Setup::with(&fake);
    let now = SystemClock.now();
    let daemon = InProcess::start(&setup, Arc::new(ManualClock::at(now)));
    let client = daemon.client().await;
    let consent = async |version: &str, agree_time: Option<prost_types::Timestamp>| {
        let mut request = Browser::new().start_request();
        let text_version = version.to_owned();
        request.consent = Some(pb::Consent {
            text_version,
            agree_time,
            ..Default::default()
        });
        client.clone().start_authorization(request).await.map(drop)
    };
    let at = |micros: i64| Some(convert::timestamp(Timestamp::from_micros(micros)));
    let (now, year_2010) = (now.as_micros(), 1_262_304_000_000_000);
    for version in ["v", &*"v".repeat(64)] {
        within(consent(version, at(now)).await, None);
    }
    for version in ["", &*"v".repeat(65), "a\tb"] {
        beyond(
            consent(version, at(now)).await,
            "consent.text_version",
            "1 to 64 bytes",
        );
    }
    for micros in [year_2010, now + MINUTES_5] {
        within(consent("v", at(micros)).await, None);
    }
    let broken = |nanos| {
        Some(prost_types::Timestamp {
            seconds: 1_700_000_000,
            nanos,
        })
    };
    for time in [
        None,
        at(year_2010 - 1),
        at(now + MINUTES_5 + 1),
        broken(-1),
        broken(1_000_000_000),
        Some(prost_types::Timestamp {
            seconds: i64::MAX,
            nanos: 0,
        }),
    ] {
        beyond(
            consent("v", time).await,
            "consent.agree_time",
            "5 minutes in the future",
        );
    }
}

#[tokio::test]
async fn a_callback_has_1_to_8192_bytes() {
    let shop = Shop::open().await;
    let complete = async |bytes: usize| {
        let mut query = "code=abc&state=def&x=".to_owned();
        query.extend(std::iter::repeat_n('x', bytes.saturating_sub(query.len())));
        query.truncate(bytes);
        let request = Browser::new().complete_request(&query);
        let answer = shop.client.clone().complete_authorization(request).await;
        answer.map(drop)
    };
    within(complete(8_192).await, Some(Reason::AuthorizationNotFound));
    for bytes in [0, 8_193, 60_000] {
        beyond(complete(bytes).await, "callback_query", "1 to 8,192 bytes");
    }
}

#[tokio::test]
async fn a_lead_is_asked_for_by_exactly_one_well_formed_id() {
    let shop = Shop::open().await;
    let digits = "7".repeat(32);
    for key in [
        Key::LeadId("0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10".to_owned()),
        Key::InstagramUserId(digits.clone()),
        Key::InstagramScopedId(digits.clone()),
    ] {
        within(shop.lead(key).await.map(drop), Some(Reason::LeadNotFound));
    }
    for id in [
        "",
        "0192f1c87b7e7d4c9a510b5a3f7f2a10",
        "0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a1",
        "x",
    ] {
        let answer = shop.lead(Key::LeadId(id.to_owned())).await;
        beyond(answer.map(drop), "lead_id", "36-character form");
    }
    for id in ["", &*format!("{digits}7"), "-1", "1e3", "１２"] {
        let answer = shop.lead(Key::InstagramUserId(id.to_owned())).await;
        beyond(
            answer.map(drop),
            "instagram_user_id",
            "1 to 32 decimal digits",
        );
        let answer = shop.lead(Key::InstagramScopedId(id.to_owned())).await;
        beyond(
            answer.map(drop),
            "instagram_scoped_id",
            "1 to 32 decimal digits",
        );
    }
    let nothing = shop
        .client
        .clone()
        .get_lead(pb::GetLeadRequest { key: None })
        .await;
    beyond(nothing.map(drop), "key", "must be set");
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once() {
    let shop = Shop::open().await;
    let answer = start(&shop, |request| {
        request.browser_binding_hash.clear();
        request.return_to = "/".repeat(2_049);
        request.scopes = vec![String::new()];
    })
    .await;
    let refusal = Refusal::from(answer);
    let mut fields: Vec<&str> = refusal.fields.iter().map(|(field, _)| &**field).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["browser_binding_hash", "return_to", "scopes"]);
}

#[tokio::test]
async fn only_the_sites_own_redirect_uris_and_scopes_are_allowed() {
    let shop = Shop::open().await;
    for uri in [
        "https://shop.example/instagram/callback/",
        "http://shop.example/instagram/callback",
        "https://evil.example/",
        "x",
    ] {
        let answer = start(&shop, |request| request.redirect_uri = uri.to_owned()).await;
        Refusal::from(answer).is(
            Code::InvalidArgument,
            Reason::RedirectUriNotAllowed,
            "OPERATOR",
        );
    }
    let answer = start(&shop, |request| {
        request.redirect_uri = REDIRECT_URI.to_owned();
    })
    .await;
    within(answer, None);
    let scopes = [
        "instagram_business_basic",
        "instagram_business_manage_messages",
    ];
    let answer = start(&shop, |request| {
        request.scopes = scopes.map(str::to_owned).to_vec();
    })
    .await;
    let refusal = Refusal::from(answer);
    let refusal = refusal.is(Code::InvalidArgument, Reason::ScopeNotAllowed, "OPERATOR");
    assert!(refusal.message.contains(scopes[1]), "{refusal:?}");
}

#[tokio::test]
async fn a_site_with_several_redirect_uris_wants_to_be_told_which() {
    let other = "https://shop.example/other";
    let shop = Shop::open_with(|setup| {
        let one = format!("redirect_uris = [\"{REDIRECT_URI}\"]");
        let two = format!("redirect_uris = [\"{REDIRECT_URI}\", \"{other}\"]");
        setup.replaced.push((one, two));
    })
    .await;
    let refusal = Refusal::from(start(&shop, |_| {}).await);
    let refusal = refusal.is(
        Code::InvalidArgument,
        Reason::RedirectUriNotAllowed,
        "OPERATOR",
    );
    assert!(refusal.message.contains("say which one"), "{refusal:?}");
    for uri in [REDIRECT_URI, other] {
        within(
            start(&shop, |request| request.redirect_uri = uri.to_owned()).await,
            None,
        );
    }
}

#[tokio::test]
async fn nobody_is_sent_away_from_the_shop() {
    let shop = Shop::open().await;
    for away in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "https://shop.example.evil.example/",
        "http://shop.example/",
        "javascript:alert(1)",
        "checkout",
    ] {
        let answer = start(&shop, |request| request.return_to = away.to_owned()).await;
        beyond(answer, "return_to", "the redirect URI");
    }
    for inside in ["", "/cart", "https://shop.example/cart?a=b#c"] {
        within(
            start(&shop, |request| request.return_to = inside.to_owned()).await,
            None,
        );
    }
}
