//! Each failure that a knob can call for.

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::harness::*;
use crate::sandbox::FAILURES;
use crate::sandbox::token::{CODE_NOT_FOUND, CODE_USED, INVALID_APP, REDIRECT_URI_MISMATCH};

/// What `/me` answers while a failure holds.
async fn me_failing(fake: &Fake, failure: Value) -> Answer {
    let token = fake.short_token("s1").await;
    fake.knobs(json!({ "me_failure": failure })).await;
    let answer = fake.me(&token, "id").await;
    fake.knobs(json!({})).await;
    answer
}

#[tokio::test]
async fn every_row_of_instagrams_errors_can_be_had() {
    let fake = Fake::new();
    let none = Value::Null;
    for (name, code, subcode, transient) in [
        ("role_trap", 100, none.clone(), false),
        ("expired", 190, json!(463), false),
        ("password_changed", 190, json!(460), false),
        ("app_removed", 190, json!(458), false),
        ("checkpoint", 190, json!(459), false),
        ("unconfirmed", 190, json!(464), false),
        ("invalid_token", 190, json!(467), false),
        ("session_invalid", 102, none.clone(), false),
        ("throttled", 80_002, none.clone(), false),
        ("rate_limited", 4, none.clone(), false),
        ("blocked", 368, none.clone(), false),
        ("permission_missing", 10, none.clone(), false),
        ("bad_parameter", 100, none.clone(), false),
        ("unknown", 1, none.clone(), true),
        ("unavailable", 2, none.clone(), true),
        ("transient", 960, none.clone(), true),
    ] {
        let body = me_failing(&fake, json!(name)).await.json();
        let error = &body["error"];
        assert_eq!(
            (&error["code"], &error["error_subcode"]),
            (&json!(code), &subcode),
            "{name}"
        );
        assert_eq!(error["is_transient"], transient, "{name}");
        assert!(!error["message"].as_str().unwrap().is_empty(), "{name}");
        assert!(!error["fbtrace_id"].as_str().unwrap().is_empty(), "{name}");
    }
}

#[tokio::test]
async fn the_role_trap_has_its_misleading_words() {
    let body = me_failing(&Fake::new(), json!("role_trap")).await.json();
    assert_eq!(
        body["error"]["message"],
        "Unsupported request - method type: get"
    );
}

#[tokio::test]
async fn throttling_says_when_access_comes_back() {
    let fake = Fake::new();
    let token = fake.short_token("s1").await;
    fake.knobs(json!({ "me_failure": "throttled", "regain_minutes": 7 }))
        .await;
    let answer = fake.me(&token, "id").await;
    let usage = answer.headers["x-business-use-case-usage"]
        .to_str()
        .unwrap();
    let usage: Value = serde_json::from_str(usage).unwrap();
    assert_eq!(
        usage["17841405793187219"][0]["estimated_time_to_regain_access"],
        7
    );
    fake.knobs(json!({ "me_failure": "rate_limited" })).await;
    assert!(
        fake.me(&token, "id")
            .await
            .headers
            .contains_key("x-app-usage")
    );
}

#[tokio::test]
async fn a_good_answer_can_carry_the_usage_headers() {
    let fake = Fake::new();
    let token = fake.short_token("s1").await;
    fake.knobs(json!({ "usage_percent": 28 })).await;
    let answer = fake.me(&token, "id").await;
    assert_eq!(answer.status, StatusCode::OK);
    let usage: Value =
        serde_json::from_str(answer.headers["x-app-usage"].to_str().unwrap()).unwrap();
    assert_eq!(usage["call_count"], 28);
    assert!(answer.headers.contains_key("x-business-use-case-usage"));
}

#[tokio::test]
async fn an_error_can_be_made_to_measure() {
    let error = json!({ "code": 190, "error_subcode": 492, "message": "made up", "type": "IGApiException", "status": 403 });
    let answer = me_failing(&Fake::new(), json!({ "error": error })).await;
    assert_eq!(answer.status.as_u16(), 403);
    let body = answer.json();
    assert_eq!(body["error"]["error_subcode"], 492);
    assert_eq!(body["error"]["type"], "IGApiException");
}

#[tokio::test]
async fn a_failure_can_be_told_to_hit_a_number_of_times() {
    let fake = Fake::new();
    let token = fake.short_token("s1").await;
    fake.knobs(json!({ "me_failure": { "failure": "unavailable", "times": 2 } }))
        .await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(fake.me(&token, "id").await.status.as_u16());
    }
    assert_eq!(statuses, [500, 500, 200]);
}

#[tokio::test]
async fn answers_that_are_not_json_can_be_had() {
    let fake = Fake::new();
    let html = me_failing(&fake, json!("html_page")).await;
    assert_eq!(html.status, StatusCode::OK);
    assert!(
        html.headers[header::CONTENT_TYPE]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    let text = me_failing(&fake, json!("not_json")).await;
    assert!(serde_json::from_str::<Value>(&text.text).is_err());
    let empty = me_failing(&fake, json!("server_error")).await;
    assert_eq!((empty.status.as_u16(), empty.text.as_str()), (500, ""));
}

#[tokio::test]
async fn an_oversized_answer_is_as_large_as_asked_and_right_in_all_else() {
    let fake = Fake::new();
    let token = fake.short_token("s1").await;
    fake.knobs(json!({ "me_failure": "oversized", "oversized_bytes": 100_000 }))
        .await;
    let answer = fake.me(&token, "id").await;
    assert_eq!(answer.text.len(), 100_000);
    assert_eq!(answer.json()["id"], "27640875392278831");
}

#[tokio::test]
async fn the_code_exchange_refuses_in_its_own_shape() {
    let fake = Fake::new();
    for (name, message) in [
        ("code_not_found", CODE_NOT_FOUND),
        ("code_used", CODE_USED),
        ("invalid_platform_app", INVALID_APP),
        ("redirect_uri_mismatch", REDIRECT_URI_MISMATCH),
    ] {
        let code = fake.code("s1").await;
        fake.knobs(json!({ "token_failure": name })).await;
        let answer = fake.exchange(&code).await;
        assert_eq!(answer.json()["error_message"], message);
        fake.knobs(json!({})).await;
        assert_eq!(
            fake.exchange(&code).await.status,
            StatusCode::OK,
            "{name} used the code up"
        );
    }
    fake.knobs(json!({ "token_failure": "unavailable" })).await;
    let body = fake.exchange(&fake.code("s1").await).await.json();
    assert_eq!(
        (&body["code"], &body["error_type"]),
        (&json!(2), &json!("OAuthException"))
    );
}

#[tokio::test]
async fn every_call_fails_by_its_own_knob_alone() {
    let fake = Fake::new();
    let short = fake.short_token("s1").await;
    let long = text(&fake.extend(&short).await.json(), "access_token");
    fake.wait(Duration::from_secs(3000)).await;
    for knob in ["exchange_failure", "refresh_failure", "me_failure"] {
        fake.knobs(json!({ knob: "blocked" })).await;
        let failed = |answer: &Answer| answer.text.contains("\"code\":368");
        let hits = [
            ("exchange_failure", failed(&fake.extend(&short).await)),
            ("refresh_failure", failed(&fake.refresh(&long).await)),
            ("me_failure", failed(&fake.me(&short, "id").await)),
        ];
        for (name, hit) in hits {
            assert_eq!(hit, name == knob, "{knob} and {name}");
        }
    }
}

#[tokio::test]
async fn every_failure_that_is_listed_can_be_set() {
    let fake = Fake::new();
    for (name, _) in FAILURES {
        fake.knobs(json!({ "token_failure": name })).await;
        if ["cut_off", "lost"].contains(name) {
            continue; // They break the connection: below.
        }
        let code = fake.code("s1").await;
        let answer = fake.exchange(&code).await;
        let fine = answer.status == StatusCode::OK
            && answer.text.len() < 4096
            && answer.text.contains("IGAA");
        assert!(!fine, "{name} did nothing");
    }
}

async fn served(fake: &Fake) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // It ends with the test's own runtime.
    tokio::spawn(axum::serve(listener, fake.router.clone()).into_future());
    address
}

/// Every byte that a code exchange brings back over a real connection.
async fn raw_exchange(address: SocketAddr, code: &str) -> String {
    let body = form(&code_form(code));
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/oauth/access_token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // A reset counts as the end.
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

#[tokio::test]
async fn a_lost_answer_comes_without_a_byte_and_the_code_is_used() {
    let fake = Fake::new();
    let code = fake.code("s1").await;
    fake.knobs(json!({ "token_failure": "lost" })).await;
    assert_eq!(raw_exchange(served(&fake).await, &code).await, "");
    fake.knobs(json!({})).await;
    assert_eq!(
        fake.exchange(&code).await.json()["error_message"],
        CODE_USED
    );
}

#[tokio::test]
async fn a_cut_off_answer_announces_more_than_it_brings() {
    let fake = Fake::new();
    let code = fake.code("s1").await;
    fake.knobs(json!({ "token_failure": "cut_off" })).await;
    let answer = raw_exchange(served(&fake).await, &code).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let announced = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")?
            .parse()
            .ok()
    });
    let announced: usize = announced.unwrap();
    assert_eq!(body.len(), announced / 2);
    assert!(body.starts_with('{'));
    fake.knobs(json!({})).await;
    assert_eq!(
        fake.exchange(&code).await.json()["error_message"],
        CODE_USED
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_can_be_delayed_after_its_work() {
    let fake = Fake::new();
    let code = fake.code("s1").await;
    fake.knobs(json!({ "token_delay_ms": 90_000 })).await;
    let begun = tokio::time::Instant::now();
    let exchange = fake.exchange(&code);
    let too_early = tokio::time::timeout(Duration::from_secs(89), exchange).await;
    assert!(too_early.is_err(), "it answered early");
    fake.knobs(json!({})).await;
    assert_eq!(
        fake.exchange(&code).await.json()["error_message"],
        CODE_USED
    );
    assert_eq!(begun.elapsed().as_secs(), 89);
}
