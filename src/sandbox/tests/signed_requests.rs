//! The sender of signed requests.

use axum::Router;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use ring::hmac;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::harness::*;

/// The payload, after the signature was checked as Meta's documentation says.
fn verified(signed_request: &str, padded: bool) -> Option<Value> {
    let base64 = if padded { URL_SAFE } else { URL_SAFE_NO_PAD };
    let (signature, message) = signed_request.split_once('.')?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, APP_SECRET.as_bytes());
    hmac::verify(&key, message.as_bytes(), &base64.decode(signature).ok()?).ok()?;
    serde_json::from_slice(&base64.decode(message).ok()?).ok()
}

async fn ordered(fake: &Fake, order: Value) -> Answer {
    fake.json("POST", "/sandbox/signed-request", &order).await
}

#[tokio::test]
async fn a_signed_request_verifies_padded_or_not_with_either_id() {
    let fake = Fake::new();
    for (order, padded, user_id) in [
        (
            json!({ "account": BUSINESS }),
            false,
            json!("17841405793187219"),
        ),
        (
            json!({ "account": BUSINESS, "padded": true }),
            true,
            json!("17841405793187219"),
        ),
        (
            json!({ "account": BUSINESS, "id_field": "id" }),
            false,
            json!("27640875392278831"),
        ),
        (
            json!({ "account": BUSINESS, "id_as_number": true }),
            false,
            json!(17_841_405_793_187_219_u64),
        ),
        (json!({ "user_id": "42", "expires": 7 }), false, json!("42")),
    ] {
        let built = ordered(&fake, order.clone()).await.json();
        let payload = verified(&text(&built, "signed_request"), padded).unwrap();
        assert_eq!(payload["user_id"], user_id, "{order}");
        assert_eq!(payload["algorithm"], "HMAC-SHA256");
        assert_eq!(payload["issued_at"], 1_760_000_000);
        assert_eq!(payload.get("expires"), order.get("expires"));
    }
}

#[tokio::test]
async fn a_forged_one_does_not_verify() {
    let built = ordered(&Fake::new(), json!({ "account": BUSINESS, "forged": true })).await;
    assert!(verified(&text(&built.json(), "signed_request"), false).is_none());
}

#[tokio::test]
async fn an_order_that_cannot_be_carried_out_is_refused() {
    let fake = Fake::new();
    for wrong in [
        json!({}),
        json!({ "account": "nobody" }),
        json!({ "account": BUSINESS, "user_id": "1" }),
        json!({ "user_id": "abc", "id_as_number": true }),
        json!({ "user_id": "1", "url": "https://127.0.0.1/" }),
        json!({ "user_id": "1", "url": "http://shop.example/" }),
        json!({ "user_id": "1", "kind": "deletion" }),
    ] {
        assert_eq!(
            ordered(&fake, wrong.clone()).await.status.as_u16(),
            400,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn a_posted_one_shows_the_answer_and_ends_the_accounts_tokens() {
    let fake = Fake::new();
    let token = fake.short_token("s1").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/deletion", listener.local_addr().unwrap());
    let receiver = Router::new().route("/deletion", post(|body: String| async move { body }));
    tokio::spawn(axum::serve(listener, receiver).into_future());
    let sent = ordered(
        &fake,
        json!({ "account": BUSINESS, "padded": true, "url": url }),
    )
    .await
    .json();
    assert_eq!(sent["answer"]["status"], 200);
    let body = text(&sent["answer"], "body");
    let (_, received) = form_urlencoded::parse(body.as_bytes()).next().unwrap();
    assert_eq!(received, text(&sent, "signed_request"));
    assert_eq!(
        fake.me(&token, "id").await.json()["error"]["error_subcode"],
        458
    );
    let journal = fake
        .get("/sandbox/journal?endpoint=signed_request")
        .await
        .json();
    assert_eq!(journal["entries"][0]["account"], BUSINESS);
}

#[tokio::test]
async fn a_receiver_that_is_not_there_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let answer = ordered(&Fake::new(), json!({ "user_id": "1", "url": url })).await;
    assert_eq!(answer.status.as_u16(), 400);
}
