//! Long-lived tokens, their refresh, and the profile.

use std::time::Duration;

use serde_json::{Value, json};

use super::harness::*;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

fn error(answer: &Answer) -> (Value, Value) {
    let body = answer.json();
    (
        body["error"]["code"].clone(),
        body["error"]["error_subcode"].clone(),
    )
}

#[tokio::test]
async fn a_short_token_becomes_a_long_one_of_sixty_days() {
    let fake = Fake::new();
    let answer = fake.extend(&fake.short_token("s1").await).await.json();
    assert_eq!(answer["token_type"], "bearer");
    assert_eq!(answer["expires_in"], 5_183_944);
    fake.wait(Duration::from_secs(5_183_943)).await;
    let token = text(&answer, "access_token");
    assert_eq!(fake.me(&token, "id").await.status.as_u16(), 200);
    fake.wait(Duration::from_secs(1)).await;
    let dead = fake.me(&token, "id").await;
    assert_eq!(error(&dead), (json!(190), json!(463)));
    assert!(dead.text.contains("Session has expired on "));
}

#[tokio::test]
async fn a_short_token_lives_one_hour() {
    let fake = Fake::new();
    let token = fake.short_token("s1").await;
    fake.wait(HOUR).await;
    assert_eq!(
        error(&fake.me(&token, "id").await),
        (json!(190), json!(463))
    );
    assert_eq!(error(&fake.extend(&token).await), (json!(190), json!(463)));
}

#[tokio::test]
async fn a_long_token_cannot_be_exchanged_again() {
    let fake = Fake::new();
    let long = text(
        &fake.extend(&fake.short_token("s1").await).await.json(),
        "access_token",
    );
    let answer = fake.extend(&long).await;
    assert!(answer.text.contains("Session key invalid"));
}

#[tokio::test]
async fn the_exchange_needs_the_secret_and_the_grant_type() {
    let fake = Fake::new();
    let token = fake.short_token("s1").await;
    for query in [
        form(&[
            ("grant_type", "ig_exchange_token"),
            ("access_token", &token),
        ]),
        form(&[("client_secret", APP_SECRET), ("access_token", &token)]),
    ] {
        let answer = fake.get(&format!("/graph/access_token?{query}")).await;
        assert_eq!(answer.json()["error"]["code"], 100);
    }
}

#[tokio::test]
async fn a_refresh_is_refused_until_the_token_is_a_day_old() {
    let fake = Fake::new();
    let long = text(
        &fake.extend(&fake.short_token("s1").await).await.json(),
        "access_token",
    );
    fake.wait(DAY - Duration::from_secs(1)).await;
    assert_eq!(fake.refresh(&long).await.status.as_u16(), 400);
    fake.wait(Duration::from_secs(1)).await;
    let fresh = fake.refresh(&long).await.json();
    assert_eq!(fresh["expires_in"], 5_183_944);
    assert_ne!(fresh["access_token"], json!(long));
}

#[tokio::test]
async fn a_refresh_can_be_told_to_keep_the_token() {
    let fake = Fake::new();
    fake.knobs(json!({ "refresh_keeps_token": true })).await;
    let long = text(
        &fake.extend(&fake.short_token("s1").await).await.json(),
        "access_token",
    );
    fake.wait(DAY).await;
    assert_eq!(
        fake.refresh(&long).await.json()["access_token"],
        json!(long)
    );
}

#[tokio::test]
async fn a_short_token_cannot_be_refreshed() {
    let fake = Fake::new();
    let token = fake.short_token("s1").await;
    assert_eq!(error(&fake.refresh(&token).await).0, 100);
}

#[tokio::test]
async fn a_lifetime_can_be_shortened() {
    let fake = Fake::new();
    fake.knobs(json!({ "long_lived_seconds": 10 })).await;
    let long = fake.extend(&fake.short_token("s1").await).await.json();
    assert_eq!(long["expires_in"], 10);
    fake.wait(Duration::from_secs(10)).await;
    assert_eq!(
        error(&fake.me(&text(&long, "access_token"), "id").await).1,
        463
    );
}

#[tokio::test]
async fn the_profile_has_the_fields_asked_for_and_the_id() {
    let fake = Fake::new();
    let token = fake.short_token("s1").await;
    let profile = fake
        .me(&token, "user_id,username,account_type")
        .await
        .json();
    assert_eq!(
        profile,
        json!({
            "id": "27640875392278831",
            "user_id": "17841405793187219",
            "username": "atelier.nord",
            "account_type": "BUSINESS",
        })
    );
    let all = "id,user_id,username,name,account_type,profile_picture_url,followers_count,follows_count,media_count";
    assert_eq!(
        fake.me(&token, all).await.json().as_object().unwrap().len(),
        9
    );
}

#[tokio::test]
async fn a_field_that_is_none_is_refused() {
    let fake = Fake::new();
    let token = fake.short_token("s1").await;
    let answer = fake.me(&token, "id,email").await.json();
    assert_eq!(answer["error"]["type"], "IGApiException");
    assert_eq!(answer["error"]["code"], 100);
}

#[tokio::test]
async fn the_profile_takes_the_token_from_the_query_and_any_version() {
    let fake = Fake::new();
    let token = fake.short_token("s1").await;
    for path in ["/graph/me", "/graph/v25.0/me", "/graph/v26.0/me"] {
        let answer = fake
            .get(&format!("{path}?fields=id&access_token={token}"))
            .await;
        assert_eq!(answer.status.as_u16(), 200, "{path}");
    }
    let answer = fake
        .get(&format!("/graph/x25/me?access_token={token}"))
        .await;
    assert_eq!(answer.json()["error"]["code"], 2500);
}

#[tokio::test]
async fn a_token_that_is_none_says_so() {
    let fake = Fake::new();
    assert_eq!(
        error(&fake.me("EAAforeign", "id").await),
        (json!(190), Value::Null)
    );
    assert_eq!(error(&fake.get("/graph/me?fields=id").await).0, 104);
}

#[tokio::test]
async fn the_profile_comes_in_all_of_instagrams_shapes() {
    let fake = Fake::new();
    let token = fake.short_token("s1").await;
    fake.knobs(json!({ "me_envelope": "wrapped", "me_ids": "number", "me_account_type": "documented", "me_missing": ["name"] })).await;
    let answer = fake.me(&token, "id,user_id,name,account_type").await.json();
    assert_eq!(
        answer,
        json!({ "data": [{
        "id": 27_640_875_392_278_831_u64,
        "user_id": 17_841_405_793_187_219_u64,
        "account_type": "Business",
    }] })
    );
}

#[tokio::test]
async fn even_an_id_can_be_missing() {
    let fake = Fake::new();
    let token = fake.short_token("s1").await;
    fake.knobs(json!({ "me_missing": ["id", "user_id"] })).await;
    assert_eq!(fake.me(&token, "id,user_id").await.json(), json!({}));
}

#[tokio::test]
async fn a_path_that_is_none_answers_as_instagram_does() {
    let answer = Fake::new().get("/graph/v25.0/nobody").await;
    assert_eq!(
        answer.json()["error"]["message"],
        "Unsupported request - method type: get"
    );
}

#[tokio::test]
async fn a_dashboard_token_is_long_lived_from_the_start() {
    let fake = Fake::new();
    let answer = fake
        .json("POST", "/sandbox/tokens", &json!({ "account": BUSINESS }))
        .await;
    let token = text(&answer.json(), "access_token");
    assert_eq!(
        fake.me(&token, "username").await.json()["username"],
        BUSINESS
    );
    assert!(
        fake.extend(&token)
            .await
            .text
            .contains("Session key invalid")
    );
    fake.wait(DAY).await;
    assert_eq!(fake.refresh(&token).await.status.as_u16(), 200);
}
