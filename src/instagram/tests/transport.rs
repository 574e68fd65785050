//! What can go wrong on the way, and how a call travels.

use std::process::Command;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

use super::*;
use crate::domain::failure::UpstreamMeaning as Meaning;

/// An answer that all four calls accept.
const ACCEPTED: &str = r#"{"access_token":"T","expires_in":60,"id":"1"}"#;

#[tokio::test]
async fn a_refused_connection_means_that_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for call in Call::ALL {
        let app = app_at(&base, Dialect::InstagramLogin);
        let failure = call.failure(&instagram(), &app).await;
        assert_eq!(failure.meaning, Meaning::NotSent, "{failure:?}");
        assert!(failure.message.contains("refused"), "{failure:?}");
    }
}

#[tokio::test]
async fn a_host_that_is_not_found_means_that_nothing_was_sent() {
    let app = app_at("https://leadtap.invalid", Dialect::InstagramLogin);
    let failure = Call::Exchange.failure(&instagram(), &app).await;
    assert_eq!(failure.meaning, Meaning::NotSent, "{failure:?}");
}

#[tokio::test]
async fn a_failed_handshake_means_that_nothing_was_sent() {
    let upstream = Upstream::always(Step::json(ACCEPTED)).await;
    let base = upstream.base().replace("http://", "https://");
    for call in Call::ALL {
        let app = app_at(&base, Dialect::InstagramLogin);
        let failure = call.failure(&instagram(), &app).await;
        assert_eq!(failure.meaning, Meaning::NotSent, "{failure:?}");
    }
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn a_connection_that_does_not_come_about_in_time_means_that_nothing_was_sent() {
    // A listener that accepts nobody, with a full queue, answers no more.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = timeout(Duration::from_millis(100), TcpStream::connect(address)).await {
        waiting.push(stream.unwrap());
    }
    let app = app_at(&format!("http://{address}"), Dialect::InstagramLogin);
    let failure = Call::Exchange.failure(&impatient(), &app).await;
    assert_eq!(failure.meaning, Meaning::NotSent, "{failure:?}");
}

#[tokio::test]
async fn a_lost_answer_is_no_proof_that_nothing_was_sent() {
    for step in [Step::Close(vec![]), Step::Reset(vec![])] {
        for call in Call::ALL {
            let failure = failure_after(call, step.clone()).await;
            assert_eq!(failure.meaning, Meaning::NoAnswer, "{failure:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{".to_vec();
    for sent in [vec![], half] {
        let upstream = Upstream::always(Step::Hang(sent)).await;
        for call in Call::ALL {
            let failure = call.failure(&impatient(), &app(&upstream)).await;
            assert_eq!(failure.meaning, Meaning::NoAnswer, "{failure:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_cut_off_is_none() {
    let half = |status| format!("HTTP/1.1 {status} X\r\nContent-Length: 500\r\n\r\n{ACCEPTED}");
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n";
    for (sent, meaning) in [
        (half(200), Meaning::NoAnswer),
        (half(400), Meaning::NoAnswer),
        (half(500), Meaning::Unavailable),
        (chunked.to_owned(), Meaning::NoAnswer),
    ] {
        for call in Call::ALL {
            let failure = failure_after(call, Step::Close(sent.clone().into())).await;
            assert_eq!(failure.meaning, meaning, "{failure:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_none() {
    let max = Limits::default().max_body_bytes;
    let padded = |bytes: usize| format!("{ACCEPTED}{}", " ".repeat(bytes - ACCEPTED.len()));
    let chunked = |body: &str| {
        let size = body.len();
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        Step::Send(format!("{head}{size:x}\r\n{body}\r\n0\r\n\r\n").into())
    };
    for step in [Step::json(&padded(max)), chunked(&padded(max))] {
        let upstream = Upstream::always(step).await;
        Call::Profile
            .make(&instagram(), &app(&upstream))
            .await
            .unwrap();
    }
    let announced = "HTTP/1.1 200 OK\r\nContent-Length: 9999999999999\r\n\r\n";
    for step in [
        Step::json(&padded(max + 1)),
        chunked(&padded(max + 1)),
        Step::Hang(announced.into()),
    ] {
        for call in Call::ALL {
            let failure = failure_after(call, step.clone()).await;
            assert_eq!(failure.meaning, Meaning::Unreadable, "{failure:?}");
        }
    }
}

#[tokio::test]
async fn what_does_not_speak_http_is_not_believed() {
    for call in Call::ALL {
        let failure = failure_after(call, Step::Close(b"220 mail ready\r\n".to_vec())).await;
        assert_eq!(failure.meaning, Meaning::NoAnswer, "{failure:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Upstream::always(Step::json(ACCEPTED)).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("Location: {}/elsewhere\r\n", target.base());
        for call in Call::ALL {
            let failure = failure_after(call, Step::answer(status, &location, ACCEPTED)).await;
            assert_eq!(failure.meaning, Meaning::Unreadable, "{status}");
        }
    }
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn a_code_travels_once_and_alone_whatever_becomes_of_it() {
    for last in [Step::Close(vec![]), Step::Reset(vec![])] {
        let steps = vec![Step::json(ACCEPTED), Step::json(ACCEPTED), last];
        let upstream = Upstream::playing(steps).await;
        let (instagram, app) = (instagram(), app(&upstream));
        Call::Profile.make(&instagram, &app).await.unwrap();
        Call::Exchange.make(&instagram, &app).await.unwrap();
        Call::Exchange.failure(&instagram, &app).await;
        assert_eq!(upstream.requests().len(), 3);
        assert_eq!(upstream.connections(), 3);
    }
}

#[tokio::test]
async fn other_calls_share_a_connection_and_are_not_repeated_either() {
    let steps = vec![
        Step::json(ACCEPTED),
        Step::json(ACCEPTED),
        Step::json(ACCEPTED),
        Step::Close(vec![]),
    ];
    let upstream = Upstream::playing(steps).await;
    let (instagram, app) = (instagram(), app(&upstream));
    for call in [Call::LongLived, Call::Profile, Call::Refresh] {
        call.make(&instagram.clone(), &app).await.unwrap();
    }
    let failure = Call::Profile.failure(&instagram, &app).await;
    assert_eq!(failure.meaning, Meaning::NoAnswer, "{failure:?}");
    assert_eq!(upstream.requests().len(), 4);
    assert_eq!(upstream.connections(), 1);
}

#[tokio::test]
async fn secrets_do_not_leave_the_machine_without_tls() {
    for base in [
        "http://192.0.2.1",
        "http://graph.instagram.com",
        "not a url",
        "",
    ] {
        for call in Call::ALL {
            let app = app_at(base, Dialect::InstagramLogin);
            let failure = call.failure(&instagram(), &app).await;
            assert_eq!(failure.meaning, Meaning::RequestRejected, "{base}");
        }
    }
}

#[tokio::test]
async fn an_unsendable_token_is_not_blamed_on_instagram() {
    let upstream = Upstream::always(Step::json(ACCEPTED)).await;
    let outcome = instagram()
        .profile(&app(&upstream), &"a\r\nb".into(), NOW)
        .await;
    assert_eq!(outcome.unwrap_err().meaning, Meaning::RequestRejected);
    assert!(upstream.requests().is_empty());
}

/// Runs the test below once more in a process whose environment names a proxy.
#[test]
fn no_proxy_stands_between_us_and_this_machine() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "--ignored",
            "instagram::tests::transport::behind_a_proxy",
        ])
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .env("HTTPS_PROXY", "http://127.0.0.1:1")
        .env("ALL_PROXY", "http://127.0.0.1:1")
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("1 passed"), "{printed}");
}

#[tokio::test]
#[ignore = "needs the environment that the test above gives it"]
async fn behind_a_proxy() {
    let upstream = Upstream::always(Step::json(ACCEPTED)).await;
    for call in Call::ALL {
        call.make(&instagram(), &app(&upstream)).await.unwrap();
    }
    // The proxy does stand between us and everybody else.
    let app = app_at("https://192.0.2.1", Dialect::InstagramLogin);
    let failure = Call::Exchange.failure(&impatient(), &app).await;
    assert_eq!(failure.meaning, Meaning::NotSent);
    assert!(failure.message.contains("refused"), "{failure:?}");
}
