//! What Instagram says instead of an answer, over the wire.

use super::*;
use crate::domain::failure::{TokenEnd, UpstreamMeaning as Meaning};

/// Every row of the table of errors, in the form of graph.instagram.com.
const GRAPH: [(&str, Meaning); 20] = [
    (
        r#""code":190,"error_subcode":458"#,
        Meaning::TokenDead(TokenEnd::AppRemoved),
    ),
    (
        r#""code":190,"error_subcode":459"#,
        Meaning::TokenDead(TokenEnd::Checkpoint),
    ),
    (
        r#""code":190,"error_subcode":460"#,
        Meaning::TokenDead(TokenEnd::PasswordChanged),
    ),
    (
        r#""code":190,"error_subcode":463"#,
        Meaning::TokenDead(TokenEnd::Expired),
    ),
    (
        r#""code":190,"error_subcode":467"#,
        Meaning::TokenDead(TokenEnd::Invalid),
    ),
    (r#""code":102"#, Meaning::TokenDead(TokenEnd::Invalid)),
    (r#""code":1"#, Meaning::Unavailable),
    (r#""code":2"#, Meaning::Unavailable),
    (r#""code":999,"is_transient":true"#, Meaning::Unavailable),
    (r#""code":4"#, Meaning::Throttled),
    (r#""code":17"#, Meaning::Throttled),
    (r#""code":613"#, Meaning::Throttled),
    (r#""code":"80002","is_transient":true"#, Meaning::Throttled),
    (r#""code":368"#, Meaning::Blocked),
    (r#""code":3"#, Meaning::PermissionMissing),
    (r#""code":10"#, Meaning::PermissionMissing),
    (r#""code":200"#, Meaning::PermissionMissing),
    (r#""code":100"#, Meaning::RequestRejected),
    (r#""code":null"#, Meaning::RequestRejected),
    (r#""code":[]"#, Meaning::RequestRejected),
];

#[tokio::test]
async fn the_code_decides_whatever_the_call_and_the_status() {
    for (nth, (fields, meaning)) in GRAPH.into_iter().enumerate() {
        let body = format!(
            r#"{{"error":{{"message":"In Instagram's words","type":"OAuthException",{fields},"fbtrace_id":"AbC_123"}}}}"#
        );
        let call = Call::ALL[nth % Call::ALL.len()];
        for status in [200, 400, 500] {
            let failure = failure_after(call, Step::answer(status, "", &body)).await;
            assert_eq!(failure.meaning, meaning, "{call:?} {status} {fields}");
            assert_eq!(failure.message, "In Instagram's words");
            assert_eq!(failure.fbtrace_id, "AbC_123");
            assert_eq!(failure.retry_after, None);
        }
    }
}

#[tokio::test]
async fn a_missing_role_is_told_from_a_bad_parameter() {
    let body = r#"{"error":{"message":"Unsupported request - method type: get","type":"IGApiException","code":100}}"#;
    let failure = failure_after(Call::Profile, Step::refusal(body)).await;
    assert_eq!(failure.meaning, Meaning::RoleMissing);
}

#[tokio::test]
async fn a_refused_code_says_why() {
    for (message, meaning) in [
        (
            "Matching code was not found or was already used",
            Meaning::CodeRefused,
        ),
        (
            "This authorization code has been used",
            Meaning::CodeRefused,
        ),
        ("Invalid platform app", Meaning::AppRejected),
        (
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request",
            Meaning::RedirectUriRejected,
        ),
    ] {
        let flat =
            format!(r#"{{"error_type":"OAuthException","code":400,"error_message":"{message}"}}"#);
        let graph = format!(r#"{{"error":{{"message":"{message}","code":100}}}}"#);
        for body in [flat, graph] {
            let failure = failure_after(Call::Exchange, Step::refusal(&body)).await;
            assert_eq!(failure.meaning, meaning, "{body}");
            assert_eq!(failure.message, message);
        }
    }
}

#[tokio::test]
async fn throttling_says_how_long() {
    let usage = r#"{"17841":[{"type":"instagram","call_count":100,"total_cputime":25,"total_time":25,"estimated_time_to_regain_access":19}]}"#;
    let headers = format!(
        "X-Business-Use-Case-Usage: {usage}\r\nX-App-Usage: {{\"call_count\":28}}\r\nRetry-After: 60\r\n"
    );
    let body = r#"{"error":{"message":"There have been too many calls","code":80002}}"#;
    let failure = failure_after(Call::Refresh, Step::answer(400, &headers, body)).await;
    assert_eq!(failure.meaning, Meaning::Throttled);
    assert_eq!(failure.retry_after, Some(Duration::from_secs(19 * 60)));

    // The header comes with other answers too, where it asks for nothing.
    let body = r#"{"error":{"message":"expired","code":190}}"#;
    let failure = failure_after(Call::Refresh, Step::answer(400, &headers, body)).await;
    assert_eq!(failure.retry_after, None);
}

#[tokio::test]
async fn without_json_the_page_and_then_the_status_decide() {
    for (status, headers, body, meaning) in [
        (
            400,
            "",
            "<html><h1>Invalid platform app</h1></html>",
            Meaning::AppRejected,
        ),
        (
            200,
            "",
            "<p>Invalid redirect_uri</p>",
            Meaning::RedirectUriRejected,
        ),
        (
            200,
            "",
            "<html>Log in to Instagram</html>",
            Meaning::Unreadable,
        ),
        (404, "", "<html>Page not found</html>", Meaning::Unreadable),
        (400, "", "", Meaning::Unreadable),
        (200, "", "", Meaning::Unreadable),
        (200, "", "[]", Meaning::Unreadable),
        (400, "", "{}", Meaning::Unreadable),
        (200, "", "{\"access_token\":", Meaning::Unreadable),
        (429, "Retry-After: 7\r\n", "Too many", Meaning::Throttled),
        (
            500,
            "",
            "<html>Invalid platform app</html>",
            Meaning::Unavailable,
        ),
        (502, "", "", Meaning::Unavailable),
        (503, "Retry-After: 7\r\n", "{}", Meaning::Unavailable),
        (
            302,
            "Location: http://127.0.0.1:1/\r\n",
            "",
            Meaning::Unreadable,
        ),
    ] {
        for call in Call::ALL {
            let failure = failure_after(call, Step::answer(status, headers, body)).await;
            assert_eq!(failure.meaning, meaning, "{call:?} {status} {body}");
            let waits = headers.starts_with("Retry-After");
            assert_eq!(failure.retry_after, waits.then(|| Duration::from_secs(7)));
        }
    }
}

#[tokio::test]
async fn a_token_beside_a_refusal_or_a_bad_status_is_not_taken() {
    let token = r#""access_token":"T","expires_in":60,"id":"1""#;
    let refused = format!(r#"{{{token},"error":{{"code":190}}}}"#);
    let accepted = format!("{{{token}}}");
    for call in Call::ALL {
        let failure = failure_after(call, Step::json(&refused)).await;
        assert_eq!(failure.meaning, Meaning::TokenDead(TokenEnd::Invalid));
        let failure = failure_after(call, Step::answer(401, "", &accepted)).await;
        assert_eq!(failure.meaning, Meaning::Unreadable);
    }
}

#[tokio::test]
async fn what_was_sent_is_never_repeated() {
    let words = format!("{APP_SECRET} {CODE} {TOKEN} app%2Bsecret%2F0123456789\\r\\n\\u0000");
    for call in Call::ALL {
        for body in [
            format!(r#"{{"error":{{"message":"{words}","code":100,"fbtrace_id":"{words}"}}}}"#),
            format!(r#"{{"error_type":"{words}","code":400,"error_message":"{words}"}}"#),
            format!("<html>{words}</html>"),
            format!(r#"{{"error":"{words}"}}"#),
        ] {
            // Only what a call carries can come back from it.
            let mine = match call {
                Call::Exchange => body.replace(TOKEN, ""),
                _ => body.replace(CODE, ""),
            };
            failure_after(call, Step::refusal(&mine)).await;
        }
    }
}

#[tokio::test]
async fn a_long_message_is_cut() {
    let body = format!(
        r#"{{"error":{{"message":"{}","code":100}}}}"#,
        "é".repeat(400)
    );
    let failure = failure_after(Call::Profile, Step::refusal(&body)).await;
    assert_eq!(
        failure.message,
        "é".repeat(UpstreamFailure::MESSAGE_BYTES / 2)
    );
}
