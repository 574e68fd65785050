//! The three calls that give tokens.

use super::*;
use crate::domain::failure::UpstreamMeaning;
use crate::domain::limits;
use crate::instagram::{LongLived, ShortLived};

async fn exchange(body: &str) -> Result<ShortLived, UpstreamFailure> {
    let upstream = Upstream::always(Step::json(body)).await;
    instagram()
        .exchange_code(&app(&upstream), &CODE.into(), REDIRECT_URI)
        .await
}

async fn refresh(body: &str) -> Result<LongLived, UpstreamFailure> {
    let upstream = Upstream::always(Step::json(body)).await;
    let long = instagram().refresh(&app(&upstream), &TOKEN.into()).await;
    long.map(|long| long.answer)
}

fn scopes(of: &ShortLived) -> Vec<&str> {
    of.scopes.iter().map(String::as_str).collect()
}

#[tokio::test]
async fn a_code_is_exchanged_from_every_shape_of_answer() {
    for (body, expected) in [
        (
            r#"{"data":[{"access_token":"EAACx","user_id":"1020","permissions":"instagram_business_basic,instagram_business_manage_messages"}]}"#,
            vec![
                "instagram_business_basic",
                "instagram_business_manage_messages",
            ],
        ),
        (
            r#"{"access_token":"EAACx","user_id":17841405793187218}"#,
            vec![],
        ),
        (
            r#"{"access_token":"EAACx","user_id":98765432109876543210987654321,"permissions":["instagram_business_basic"]}"#,
            vec!["instagram_business_basic"],
        ),
        (
            r#"{"access_token":"EAACx","user_id":{"odd":true},"permissions":null}"#,
            vec![],
        ),
    ] {
        let short = exchange(body).await.unwrap();
        assert_eq!(short.token.expose(), "EAACx", "{body}");
        assert_eq!(scopes(&short), expected, "{body}");
    }
}

#[tokio::test]
async fn the_code_travels_in_a_form() {
    let upstream = Upstream::always(Step::json(r#"{"access_token":"T"}"#)).await;
    Call::Exchange
        .make(&instagram(), &app(&upstream))
        .await
        .unwrap();
    let request = upstream.request();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /oauth/access_token HTTP/1.1\r\n"));
    assert!(head.contains("content-type: application/x-www-form-urlencoded"));
    assert_eq!(
        body,
        "client_id=990602627938098&client_secret=app%2Bsecret%2F0123456789\
         &grant_type=authorization_code\
         &redirect_uri=https%3A%2F%2Fshop.example%2F%3Fwc-api%3Dleadtap\
         &code=AQD%2Bcode%2Fthat%3Dworks-once"
    );
}

#[tokio::test]
async fn the_long_lived_calls_are_as_documented() {
    let answer = Step::json(r#"{"access_token":"L","token_type":"bearer","expires_in":5183944}"#);
    let upstream = Upstream::always(answer).await;
    let app = app(&upstream);
    let expected = LongLived {
        token: "L".into(),
        lifetime: Duration::from_secs(5_183_944),
    };
    let long = instagram()
        .exchange_for_long_lived(&app, &TOKEN.into())
        .await;
    assert_eq!(long.unwrap().answer, expected);
    let long = instagram().refresh(&app, &TOKEN.into()).await;
    assert_eq!(long.unwrap().answer, expected);

    let requests = upstream.requests();
    assert!(requests[0].starts_with(
        "GET /access_token?grant_type=ig_exchange_token&client_secret=app%2Bsecret%2F0123456789\
         &access_token=IGAAtoken-sent.0123456789 HTTP/1.1\r\n"
    ));
    assert!(requests[1].starts_with(
        "GET /refresh_access_token?grant_type=ig_refresh_token\
         &access_token=IGAAtoken-sent.0123456789 HTTP/1.1\r\n"
    ));
}

#[tokio::test]
async fn a_lifetime_is_a_sane_number_or_the_answer_is_none() {
    for (expires_in, seconds) in [
        ("1", Some(1)),
        (r#""5183944""#, Some(5_183_944)),
        ("34560000", Some(34_560_000)),
        ("34560001", None),
        ("0", None),
        ("-1", None),
        ("5e6", None),
        ("99999999999999999999999", None),
        ("null", None),
        ("true", None),
    ] {
        let body = format!(r#"{{"access_token":"L","expires_in":{expires_in}}}"#);
        match (refresh(&body).await, seconds) {
            (Ok(long), Some(seconds)) => assert_eq!(long.lifetime, Duration::from_secs(seconds)),
            (Err(failure), None) => {
                assert_eq!(failure.meaning, UpstreamMeaning::Unreadable);
                assert_eq!(failure.message, "the answer has no usable expires_in");
            }
            (outcome, _) => panic!("{expires_in}: {outcome:?}"),
        }
    }
}

#[tokio::test]
async fn a_token_that_could_not_be_sent_again_is_none() {
    let longest = format!("\"{}\"", "x".repeat(limits::ACCESS_TOKEN_BYTES));
    let too_long = format!("\"{}\"", "x".repeat(limits::ACCESS_TOKEN_BYTES + 1));
    for (token, usable) in [
        (longest.as_str(), true),
        (too_long.as_str(), false),
        (r#""""#, false),
        (r#""a b""#, false),
        (r#""a\r\nb""#, false),
        (r#""é""#, false),
        ("null", false),
        ("7", false),
    ] {
        let outcome = exchange(&format!(r#"{{"access_token":{token}}}"#)).await;
        match outcome {
            Ok(_) => assert!(usable, "{token}"),
            Err(failure) => {
                assert!(!usable, "{token}");
                assert_eq!(failure.meaning, UpstreamMeaning::Unreadable);
            }
        }
    }
}
