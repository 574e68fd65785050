//! The call that says who logged in.

use super::*;
use crate::domain::failure::UpstreamMeaning;
use crate::domain::lead::{AccountType, InstagramProfile};
use crate::domain::limits;

const WHOLE: &str = r#"{"id":27640875392278831,"user_id":"17841405793187218",
    "username":"shop.owner","name":"Ada Löv\u0065lace","account_type":"Business",
    "profile_picture_url":"https:\/\/cdn.example\/p.jpg?x=1&y=2",
    "followers_count":12,"follows_count":"34","media_count":5}"#;

async fn profile(body: &str) -> Result<InstagramProfile, UpstreamFailure> {
    let upstream = Upstream::always(Step::json(body)).await;
    instagram()
        .profile(&app(&upstream), &TOKEN.into(), NOW)
        .await
        .map(|profile| profile.answer)
}

/// The profile with one more field.
async fn with(field: &str) -> InstagramProfile {
    profile(&format!(r#"{{"id":"1",{field}}}"#)).await.unwrap()
}

#[tokio::test]
async fn a_profile_is_read_flat_and_wrapped() {
    let expected = InstagramProfile {
        id: "27640875392278831".parse().unwrap(),
        user_id: Some("17841405793187218".parse().unwrap()),
        username: "shop.owner".to_owned(),
        name: "Ada Lövelace".to_owned(),
        account_type: Some(AccountType::Business),
        profile_picture_url: "https://cdn.example/p.jpg?x=1&y=2".to_owned(),
        followers_count: Some(12),
        follows_count: Some(34),
        media_count: Some(5),
        fetched_time: NOW,
    };
    let wrapped = [
        WHOLE.to_owned(),
        format!(r#"{{"data":[{WHOLE}]}}"#),
        format!(r#"{{"data":{WHOLE}}}"#),
    ];
    for body in wrapped {
        assert_eq!(profile(&body).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn the_token_travels_in_a_header() {
    let upstream = Upstream::always(Step::json(WHOLE)).await;
    Call::Profile
        .make(&instagram(), &app(&upstream))
        .await
        .unwrap();
    let request = upstream.request();
    assert!(request.starts_with(
        "GET /v25.0/me?fields=id,user_id,username,name,account_type,profile_picture_url,\
         followers_count,follows_count,media_count HTTP/1.1\r\n"
    ));
    assert!(request.contains(&format!("authorization: Bearer {TOKEN}\r\n")));
    assert!(!request.contains(APP_SECRET));
}

#[tokio::test]
async fn basic_display_is_asked_for_its_own_fields_only() {
    let body =
        r#"{"id":"17841405793187218","username":"ada","account_type":"PERSONAL","media_count":0}"#;
    let upstream = Upstream::always(Step::json(body)).await;
    let mut app = app_at(&upstream.base(), Dialect::BasicDisplay);
    app.graph_version = String::new();
    let profile = instagram().profile(&app, &TOKEN.into(), NOW).await;
    let profile = profile.unwrap().answer;
    assert_eq!(profile.account_type, Some(AccountType::Personal));
    assert_eq!(profile.user_id, None);
    assert_eq!(profile.media_count, Some(0));
    let line = "GET /me?fields=id,username,account_type,media_count HTTP/1.1\r\n";
    assert!(upstream.request().starts_with(line));
}

#[tokio::test]
async fn an_id_is_kept_digit_for_digit() {
    for (id, digits) in [
        ("9007199254740993", "9007199254740993"),
        (r#""18446744073709551616""#, "18446744073709551616"),
        (
            "98765432109876543210987654321098",
            "98765432109876543210987654321098",
        ),
    ] {
        let profile = profile(&format!(r#"{{"id":{id},"user_id":{id}}}"#))
            .await
            .unwrap();
        assert_eq!(profile.id.as_str(), digits);
        assert_eq!(profile.user_id.unwrap().as_str(), digits);
    }
}

#[tokio::test]
async fn without_an_id_there_is_no_profile() {
    for body in [
        r#"{"user_id":"1","username":"ada"}"#,
        r#"{"id":null}"#,
        r#"{"id":""}"#,
        r#"{"id":1e17}"#,
        r#"{"id":-5}"#,
        r#"{"id":["1"]}"#,
        r#"{"id":"987654321098765432109876543210987"}"#,
        r#"{"data":[]}"#,
        "{}",
    ] {
        let failure = profile(body).await.unwrap_err();
        assert_eq!(failure.meaning, UpstreamMeaning::Unreadable, "{body}");
        assert_eq!(failure.message, "the answer has no usable id");
    }
}

#[tokio::test]
async fn any_other_field_may_be_missing_null_or_odd() {
    let bare = profile(r#"{"id":"1"}"#).await.unwrap();
    assert_eq!(bare.user_id, None);
    assert_eq!(bare.account_type, None);
    assert_eq!(bare.username, "");
    for odd in ["null", "true", "[1]", "{}", "-1.5", r#""\ud800""#] {
        let body = format!(
            r#"{{"id":"1","user_id":{odd},"username":{odd},"name":{odd},"account_type":{odd},
               "profile_picture_url":{odd},"followers_count":{odd},"follows_count":{odd},
               "media_count":{odd}}}"#
        );
        assert_eq!(profile(&body).await.unwrap(), bare, "{odd}");
    }
}

#[tokio::test]
async fn an_account_type_is_known_in_any_case() {
    for (name, expected) in [
        ("Business", Some(AccountType::Business)),
        ("BUSINESS", Some(AccountType::Business)),
        ("Media_Creator", Some(AccountType::Creator)),
        ("MEDIA_CREATOR", Some(AccountType::Creator)),
        ("CREATOR", Some(AccountType::Creator)),
        ("PERSONAL", Some(AccountType::Personal)),
        ("ALIEN", None),
    ] {
        let profile = with(&format!(r#""account_type":"{name}""#)).await;
        assert_eq!(profile.account_type, expected, "{name}");
    }
}

#[tokio::test]
async fn texts_are_cut_and_hold_no_control_characters() {
    let long = "é".repeat(limits::PROFILE_TEXT_BYTES);
    let profile = with(&format!(
        r#""name":"x{long}","username":"a\u0000d\u001b[31ma""#
    ))
    .await;
    assert_eq!(profile.name.len(), limits::PROFILE_TEXT_BYTES - 1);
    assert_eq!(profile.username, "ad[31ma");
}

#[tokio::test]
async fn a_picture_is_a_whole_web_address_or_none() {
    let long = format!(
        "https://cdn.example/{}",
        "x".repeat(limits::PROFILE_TEXT_BYTES)
    );
    for (url, kept) in [
        ("https://cdn.example/p.jpg", true),
        ("http://127.0.0.1:8080/p.jpg", true),
        ("javascript:alert(1)", false),
        ("data:image/png;base64,AA", false),
        ("//cdn.example/p.jpg", false),
        ("https://", false),
        ("https://cdn.example/a b", false),
        (long.as_str(), false),
    ] {
        let profile = with(&format!(r#""profile_picture_url":"{url}""#)).await;
        assert_eq!(profile.profile_picture_url, if kept { url } else { "" });
    }
}

#[tokio::test]
async fn every_answer_tells_how_much_of_the_allowance_is_used_up() {
    let usage = "X-App-Usage: {\"call_count\":28,\"total_time\":81,\"total_cputime\":3}\r\n";
    let refusal = r#"{"error":{"message":"no","code":10}}"#;
    for (status, body, is_answered) in [
        (200, WHOLE, true),
        (400, refusal, false),
        (200, "{}", false),
        (500, "trouble", false),
    ] {
        let upstream = Upstream::always(Step::answer(status, usage, body)).await;
        let outcome = instagram()
            .profile(&app(&upstream), &TOKEN.into(), NOW)
            .await;
        assert_eq!(outcome.is_ok(), is_answered, "{outcome:?}");
        let told = match outcome {
            Ok(profile) => profile.usage_percent,
            Err(failure) => failure.usage_percent,
        };
        assert_eq!(told, 81, "{status} {body}");
    }
}
