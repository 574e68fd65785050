//! Codes and what they are exchanged for.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};

use super::harness::*;
use crate::sandbox::token::{CODE_NOT_FOUND, CODE_USED, INVALID_APP, REDIRECT_URI_MISMATCH};

async fn exchange_with(fake: &Fake, code: &str, change: (&'static str, &'static str)) -> Value {
    let mut pairs = code_form(code);
    pairs.retain(|(name, _)| *name != change.0);
    pairs.push(change);
    fake.post("/api/oauth/access_token", &pairs).await.json()
}

fn refusal(message: &str) -> Value {
    json!({ "error_type": "OAuthException", "code": 400, "error_message": message })
}

#[tokio::test]
async fn a_code_is_good_once() {
    let fake = Fake::new();
    let code = fake.code("s1").await;
    assert_eq!(fake.exchange(&code).await.status.as_u16(), 200);
    let again = fake.exchange(&code).await;
    assert_eq!(again.status.as_u16(), 400);
    assert_eq!(again.json(), refusal(CODE_USED));
}

#[tokio::test]
async fn a_code_that_nobody_gave_out_is_refused() {
    assert_eq!(
        Fake::new().exchange("AQx").await.json(),
        refusal(CODE_NOT_FOUND)
    );
}

#[tokio::test]
async fn a_code_is_good_for_one_hour_by_the_clock() {
    let fake = Fake::new();
    let (code, late) = (fake.code("s1").await, fake.code("s2").await);
    fake.clock.advance(Duration::from_secs(3599));
    assert_eq!(fake.exchange(&code).await.status.as_u16(), 200);
    fake.clock.advance(Duration::from_secs(1));
    assert_eq!(fake.exchange(&late).await.json(), refusal(CODE_NOT_FOUND));
}

#[tokio::test]
async fn a_code_needs_its_redirect_uri_and_survives_a_wrong_one() {
    let fake = Fake::new();
    let code = fake.code("s1").await;
    let slash = ("redirect_uri", "http://127.0.0.1:8080/callback/");
    assert_eq!(
        exchange_with(&fake, &code, slash).await,
        refusal(REDIRECT_URI_MISMATCH)
    );
    assert_eq!(fake.exchange(&code).await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_code_needs_the_app_its_secret_and_the_grant_type() {
    let fake = Fake::new();
    let code = fake.code("s1").await;
    assert_eq!(
        exchange_with(&fake, &code, ("client_id", "1")).await,
        refusal(INVALID_APP)
    );
    for change in [("client_secret", "guess"), ("grant_type", "password")] {
        assert_eq!(
            exchange_with(&fake, &code, change).await["code"],
            400,
            "{change:?}"
        );
    }
    assert_eq!(fake.exchange(&code).await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_multipart_form_does_as_well() {
    let fake = Fake::new();
    let code = fake.code("s1").await;
    let mut body = String::new();
    for (name, value) in code_form(&code) {
        body +=
            &format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += "--b--\r\n";
    let request = Request::post("/api/oauth/access_token")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
    let answer = fake.send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
}

#[tokio::test]
async fn the_token_answer_comes_in_all_of_instagrams_shapes() {
    let fake = Fake::new();
    let number = json!(27_640_875_392_278_831_u64);
    let string = json!("27640875392278831");
    let scope = "instagram_business_basic";
    for (knobs, id, permissions) in [
        (json!({}), &number, json!([scope])),
        (
            json!({ "token_envelope": "wrapped" }),
            &string,
            json!(scope),
        ),
        (json!({ "token_envelope": "bare" }), &number, Value::Null),
        (
            json!({ "token_id": "string", "token_permissions": "string" }),
            &string,
            json!(scope),
        ),
        (
            json!({ "token_envelope": "wrapped", "token_id": "number", "token_permissions": "array" }),
            &number,
            json!([scope]),
        ),
        (
            json!({ "token_permissions": "absent" }),
            &number,
            Value::Null,
        ),
    ] {
        fake.knobs(knobs.clone()).await;
        let body = fake.exchange(&fake.code("s1").await).await.json();
        let flat = body["data"].get(0).unwrap_or(&body);
        assert_eq!(
            body.get("data").is_some(),
            knobs["token_envelope"] == "wrapped"
        );
        assert_eq!(
            (&flat["user_id"], &flat["permissions"]),
            (id, &permissions),
            "{knobs}"
        );
    }
}

#[tokio::test]
async fn two_tokens_are_never_the_same() {
    let fake = Fake::new();
    assert_ne!(fake.short_token("s1").await, fake.short_token("s2").await);
}
