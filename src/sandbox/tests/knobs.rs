//! Setting knobs, counting calls, and the rest of `/sandbox`.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use super::harness::*;
use crate::domain::clock::SystemClock;
use crate::sandbox::knobs::Knobs;
use crate::sandbox::{KNOBS, Sandbox};

#[test]
fn the_list_of_knobs_is_the_knobs_and_their_defaults() {
    let listed: Map<String, Value> = KNOBS
        .iter()
        .map(|info| {
            (
                info.name.to_owned(),
                serde_json::from_str(info.default).unwrap(),
            )
        })
        .collect();
    assert_eq!(json!(Knobs::default()), Value::Object(listed));
}

#[tokio::test]
async fn a_knob_that_is_none_is_refused_with_the_nearest_name() {
    let fake = Fake::new();
    let answer = fake
        .json("PUT", "/sandbox/knobs", &json!({ "me_failur": "lost" }))
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(
        answer.text.contains("the nearest is `me_failure`"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn a_value_that_is_none_is_refused_and_changes_nothing() {
    let fake = Fake::new();
    fake.knobs(json!({ "me_envelope": "wrapped" })).await;
    for wrong in [
        json!({ "me_envelope": "round" }),
        json!({ "me_delay_ms": 600_001 }),
        json!({ "me_delay_ms": -1 }),
        json!({ "me_missing": ["email"] }),
        json!({ "me_failure": "code_used" }),
        json!({ "token_failure": "gone" }),
        json!({ "token_failure": { "error": { "code": 1, "status": 99 } } }),
        json!({ "long_lived_seconds": 0 }),
        json!({ "usage_percent": 101 }),
        json!({ "oversized_bytes": 0 }),
        json!({ "denial_state": "no" }),
        json!({ "window_page": "consent", "token_envelope": 1 }),
    ] {
        let answer = fake.json("PUT", "/sandbox/knobs", &wrong).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let shown = fake.get("/sandbox/knobs").await.json();
    assert_eq!(shown["all"], json!({ "me_envelope": "wrapped" }));
}

/// Which envelope the token answer of a login has.
async fn is_wrapped(fake: &Fake, state: &str) -> bool {
    let body = fake.exchange(&fake.code(state).await).await.json();
    body.get("data").is_some()
}

#[tokio::test]
async fn a_knob_can_be_set_for_one_state() {
    let fake = Fake::new();
    let wrapped = json!({ "token_envelope": "wrapped" });
    fake.json("PUT", "/sandbox/knobs?state=s1", &wrapped).await;
    assert!(is_wrapped(&fake, "s1").await);
    assert!(!is_wrapped(&fake, "s2").await);
    fake.json("DELETE", "/sandbox/knobs?state=s1", &json!({}))
        .await;
    assert!(!is_wrapped(&fake, "s1").await);
}

#[tokio::test]
async fn a_knob_can_be_set_for_the_next_login_alone() {
    let fake = Fake::new();
    let wrapped = json!({ "token_envelope": "wrapped" });
    fake.json("PUT", "/sandbox/knobs?login=next", &wrapped)
        .await;
    let (first, second) = (fake.code("s1").await, fake.code("s1").await);
    assert!(fake.exchange(&second).await.json().get("data").is_none());
    assert!(fake.exchange(&first).await.json().get("data").is_some());
}

#[tokio::test]
async fn a_knob_can_be_set_for_one_account() {
    let fake = Fake::new();
    let wrapped = json!({ "token_envelope": "wrapped" });
    fake.json("PUT", "/sandbox/knobs?account=mira_makes", &wrapped)
        .await;
    assert!(!is_wrapped(&fake, "s1").await);
    let answer = fake.decide("mira_makes", "allow", "s1").await;
    let code = parameter(answer.location(), "code").unwrap();
    assert!(fake.exchange(&code).await.json().get("data").is_some());
    let nobody = fake
        .json("PUT", "/sandbox/knobs?account=nobody", &wrapped)
        .await;
    assert_eq!(nobody.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_narrower_setting_wins() {
    let fake = Fake::new();
    fake.knobs(json!({ "token_envelope": "wrapped", "me_ids": "number" }))
        .await;
    let bare = json!({ "token_envelope": "bare" });
    fake.json("PUT", "/sandbox/knobs?state=s1", &bare).await;
    assert!(!is_wrapped(&fake, "s1").await);
    let token = fake.short_token("s1").await;
    assert!(fake.me(&token, "id").await.json()["id"].is_u64());
}

#[tokio::test]
async fn the_journal_counts_calls_by_login_and_by_code() {
    let fake = Fake::new();
    let code = fake.code("s1").await;
    let token = text(&fake.exchange(&code).await.json(), "access_token");
    fake.exchange(&code).await;
    fake.me(&token, "id").await;
    fake.short_token("s2").await;
    let counts = |journal: Answer| journal.json()["counts"].clone();
    let of_state = counts(fake.get("/sandbox/journal?state=s1").await);
    assert_eq!(of_state, json!({ "decision": 1, "token": 2, "me": 1 }));
    let of_code = fake
        .get(&format!("/sandbox/journal?code={code}&endpoint=token"))
        .await;
    let statuses: Vec<u64> = of_code.json()["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["status"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [200, 400]);
    let all = fake.get("/sandbox/journal").await;
    assert!(!all.text.contains(&token) && !all.text.contains(APP_SECRET));
}

#[tokio::test]
async fn the_control_is_closed_to_other_hosts_and_other_pages() {
    let fake = Fake::new();
    for (host, origin, open) in [
        ("127.0.0.1:9", None, true),
        ("localhost", Some("http://localhost:3000"), true),
        ("[::1]:9", None, true),
        ("evil.example", None, false),
        ("127.0.0.1.evil.example", None, false),
        ("127.0.0.1:9", Some("https://evil.example"), false),
        ("127.0.0.1:9", Some("null"), false),
    ] {
        let mut request = Request::get("/sandbox/journal").header(header::HOST, host);
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        let answer = fake.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status == StatusCode::OK, open, "{host} {origin:?}");
    }
}

#[tokio::test]
async fn an_account_can_be_added_with_ids_of_64_bits() {
    let fake = Fake::new();
    let account = json!({ "username": "big.ids", "account_type": "creator", "id": "18446744073709551615", "user_id": 9_007_199_254_740_993_u64 });
    assert_eq!(
        fake.json("POST", "/sandbox/accounts", &account)
            .await
            .status,
        StatusCode::OK
    );
    let code = parameter(
        fake.decide("big.ids", "allow", "s").await.location(),
        "code",
    )
    .unwrap();
    let answer = fake.exchange(&code).await;
    assert!(answer.text.contains("\"user_id\":18446744073709551615"));
    let profile = fake
        .me(
            &text(&answer.json(), "access_token"),
            "user_id,account_type",
        )
        .await;
    assert_eq!(profile.json()["user_id"], "9007199254740993");
    assert_eq!(profile.json()["account_type"], "MEDIA_CREATOR");
}

#[tokio::test]
async fn an_account_that_is_none_is_refused() {
    let fake = Fake::new();
    for wrong in [
        json!({}),
        json!({ "username": "a b", "account_type": "business", "id": 1, "user_id": 2 }),
        json!({ "username": "a", "account_type": "shop", "id": 1, "user_id": 2 }),
        json!({ "username": "a", "account_type": "business", "id": "1.5", "user_id": 2 }),
        json!({ "username": "a", "account_type": "business", "id": 0, "user_id": 2 }),
        json!({ "username": "a", "account_type": "business", "id": 1, "user_id": 2, "emial": "" }),
    ] {
        let answer = fake.json("POST", "/sandbox/accounts", &wrong).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn a_reset_forgets_everything() {
    let fake = Fake::new();
    let token = fake.short_token("s1").await;
    fake.knobs(json!({ "me_envelope": "wrapped" })).await;
    fake.json("POST", "/sandbox/clock", &json!({ "advance_seconds": 60 }))
        .await;
    fake.json("POST", "/sandbox/reset", &json!({})).await;
    assert_eq!(fake.me(&token, "id").await.json()["error"]["code"], 190);
    assert_eq!(fake.get("/sandbox/clock").await.json()["ahead_seconds"], 0);
    assert_eq!(fake.get("/sandbox/knobs").await.json()["all"], json!({}));
    assert_eq!(
        fake.get("/sandbox/journal").await.json()["counts"],
        json!({ "me": 1 })
    );
}

#[tokio::test]
async fn the_time_does_not_move_beyond_its_bound() {
    let fake = Fake::new();
    let century = json!({ "advance_seconds": 100_u64 * 365 * 86_400 });
    let answer = fake.json("POST", "/sandbox/clock", &century).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_body_beyond_the_bound_is_refused() {
    let fake = Fake::new();
    let long = json!({ "me_missing": ["x".repeat(70_000)] });
    let answer = fake.json("PUT", "/sandbox/knobs", &long).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn it_refuses_to_listen_where_others_can_reach_it() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let sandbox = Sandbox::new(options(), Arc::new(SystemClock));
    let refused = sandbox
        .serve(listener, std::future::pending())
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("127.0.0.1"));
}

#[tokio::test]
async fn it_stops_although_a_delayed_answer_is_under_way() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let fake = Fake::new();
    fake.knobs(json!({ "me_delay_ms": 600_000 })).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let shutdown = async move {
        let _ = stopped.await;
    };
    let server = tokio::spawn(crate::sandbox::serve(
        listener,
        fake.router.clone(),
        shutdown,
    ));
    let mut caller = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = b"GET /graph/me?access_token=x HTTP/1.1\r\nHost: x\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut caller, request)
        .await
        .unwrap();
    while fake.get("/sandbox/journal").await.json()["counts"]["me"].is_null() {
        tokio::task::yield_now().await;
    }
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}
