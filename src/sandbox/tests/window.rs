//! The authorization window.

use axum::http::StatusCode;

use super::harness::*;

async fn open(fake: &Fake, changes: &[(&str, &str)]) -> Answer {
    let mut pairs = window_request();
    pairs.push(("state", "s1"));
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        pairs.push((name, value));
    }
    fake.get(&format!("/www/oauth/authorize?{}", form(&pairs)))
        .await
}

#[tokio::test]
async fn the_consent_page_offers_every_account_and_both_answers() {
    let page = open(&Fake::new(), &[]).await;
    assert_eq!(page.status, StatusCode::OK);
    for part in [
        "atelier.nord",
        "mira_makes",
        PERSONAL,
        "Allow",
        "Cancel",
        "not Instagram",
    ] {
        assert!(page.text.contains(part), "{part}");
    }
}

#[tokio::test]
async fn what_the_request_carries_is_escaped_on_the_page() {
    let page = open(&Fake::new(), &[("state", "\"><script>x</script>")]).await;
    assert!(!page.text.contains("<script>"));
}

#[tokio::test]
async fn allow_leads_back_with_a_code_the_state_and_the_fragment() {
    let answer = Fake::new().decide(BUSINESS, "allow", "a b&c").await;
    let location = answer.location();
    assert!(location.starts_with(&format!("{REDIRECT}?code=")));
    assert!(location.ends_with("#_"));
    assert_eq!(parameter(location, "state").unwrap(), "a b&c");
}

#[tokio::test]
async fn cancel_leads_back_in_the_documented_words() {
    let answer = Fake::new().decide("", "cancel", "s1").await;
    let query = "error=access_denied&error_reason=user_denied&error_description=The+user+denied+your+request";
    assert_eq!(answer.location(), format!("{REDIRECT}?{query}&state=s1"));
}

#[tokio::test]
async fn a_denial_can_come_without_its_state() {
    let fake = Fake::new();
    fake.knobs(serde_json::json!({ "denial_state": false }))
        .await;
    let answer = fake.decide("", "cancel", "s1").await;
    assert_eq!(parameter(answer.location(), "state"), None);
}

#[tokio::test]
async fn a_personal_account_is_turned_away_with_a_page_and_a_way_back() {
    let answer = Fake::new().decide(PERSONAL, "allow", "s1").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text.contains("Only professional accounts"));
    let back = answer.text.split("href=\"http").nth(1).unwrap();
    assert!(back.contains("error_reason=user_denied") && !back.contains("code="));
}

#[tokio::test]
async fn the_retired_dialect_lets_a_personal_account_in() {
    let fake = Fake::new();
    let mut pairs = window_request();
    pairs.retain(|(name, _)| *name != "scope");
    pairs.extend([
        ("scope", "user_profile,user_media"),
        ("account", PERSONAL),
        ("decision", "allow"),
    ]);
    let answer = fake.post("/api/oauth/authorize/decision", &pairs).await;
    let code = parameter(answer.location(), "code").unwrap();
    let token = text(&fake.exchange(&code).await.json(), "access_token");
    let profile = fake
        .me(&token, "id,username,account_type,media_count")
        .await
        .json();
    assert_eq!(profile["account_type"], "PERSONAL");
    assert_eq!(
        fake.me(&token, "user_id").await.json()["error"]["code"],
        100
    );
}

#[tokio::test]
async fn a_foreign_client_id_gets_a_page_and_no_redirect() {
    let page = open(&Fake::new(), &[("client_id", "1")]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("Invalid platform app"));
}

#[tokio::test]
async fn a_redirect_uri_is_compared_byte_for_byte() {
    let mut listed = options();
    listed.redirect_uris = vec![REDIRECT.to_owned()];
    let fake = Fake::with(listed);
    assert_eq!(open(&fake, &[]).await.status, StatusCode::OK);
    for other in [
        "http://127.0.0.1:8080/callback/",
        "https://127.0.0.1:8080/callback",
        "http://127.0.0.1:8080/callback?x",
    ] {
        let page = open(&fake, &[("redirect_uri", other)]).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{other}");
        assert!(page.text.contains("Invalid redirect_uri"));
    }
}

#[tokio::test]
async fn with_no_redirect_uri_listed_only_this_machine_will_do() {
    let fake = Fake::new();
    for local in [
        "http://localhost:1/x",
        "https://shop.localhost/",
        "http://[::1]:5/",
    ] {
        assert_eq!(
            open(&fake, &[("redirect_uri", local)]).await.status,
            StatusCode::OK,
            "{local}"
        );
    }
    for foreign in [
        "https://shop.example/",
        "http://127.0.0.1.evil.example/",
        "javascript:alert(1)",
        "http://localhost/#x",
        "",
    ] {
        let page = open(&fake, &[("redirect_uri", foreign)]).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{foreign}");
    }
}

#[tokio::test]
async fn scopes_may_be_separated_by_commas_or_blanks() {
    for scope in [
        "instagram_business_basic,instagram_business_manage_messages",
        "instagram_business_basic instagram_business_manage_comments",
    ] {
        assert_eq!(
            open(&Fake::new(), &[("scope", scope)]).await.status,
            StatusCode::OK
        );
    }
}

#[tokio::test]
async fn a_scope_that_is_none_leads_back_at_once() {
    for scope in [
        "instagram_business_basic,user_profile",
        "instagram_business_manage_messages",
        "",
    ] {
        let answer = open(&Fake::new(), &[("scope", scope)]).await;
        assert_eq!(answer.status, StatusCode::FOUND);
        assert_eq!(
            parameter(answer.location(), "error").unwrap(),
            "invalid_request"
        );
        assert!(
            parameter(answer.location(), "error_description")
                .unwrap()
                .starts_with("Invalid Scopes: ")
        );
    }
}

#[tokio::test]
async fn the_decision_checks_the_request_again() {
    let fake = Fake::new();
    let mut pairs = window_request();
    pairs.retain(|(name, _)| *name != "redirect_uri");
    pairs.extend([
        ("redirect_uri", "https://evil.example/"),
        ("account", BUSINESS),
        ("decision", "allow"),
    ]);
    let answer = fake.post("/www/oauth/authorize/decision", &pairs).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text.contains("Invalid redirect_uri"));
}

#[tokio::test]
async fn the_window_can_be_told_to_refuse() {
    let fake = Fake::new();
    for (page, status, words) in [
        ("invalid_platform_app", 400, "Invalid platform app"),
        ("invalid_redirect_uri", 400, "Invalid redirect_uri"),
        ("server_error", 500, ""),
    ] {
        fake.knobs(serde_json::json!({ "window_page": page })).await;
        let answer = open(&fake, &[]).await;
        assert_eq!(answer.status.as_u16(), status);
        assert!(answer.text.contains(words));
    }
}

#[tokio::test]
async fn allow_can_be_told_to_bring_an_error_back() {
    let fake = Fake::new();
    for (knob, error, description) in [
        (
            "insufficient_developer_role",
            "access_denied",
            "Insufficient developer role",
        ),
        (
            "invalid_scopes",
            "invalid_request",
            "Invalid Scopes: instagram_business_basic",
        ),
    ] {
        fake.knobs(serde_json::json!({ "window_error": knob }))
            .await;
        let answer = fake.decide(BUSINESS, "allow", "s1").await;
        assert_eq!(parameter(answer.location(), "error").unwrap(), error);
        assert_eq!(
            parameter(answer.location(), "error_description").unwrap(),
            description
        );
    }
}
