//! TCP with TLS: curl, a gRPC client, the command line, client certificates.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use leadtap::grpc::pb::{self, ErrorReason as Reason, get_lead_request::Key};
use prost::Message;
use ring::digest::{SHA256, digest};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tonic::Code;

use crate::support::caller::{self, hex, tcp_place};
use crate::support::command::{leadtap, run};
use crate::support::daemon::{TOKEN, secret};
use crate::support::shop::{ACCOUNT, authorized, get_lead, keys};
use crate::support::tls::{self, Authority, Files};
use crate::support::web::frame;
use crate::support::{Browser, Refusal, Shop, Visit};

/// A shop whose TCP is sealed, and who certified that.
async fn sealed(change: impl FnOnce(&mut crate::support::Setup, &Authority)) -> (Shop, Authority) {
    let mut authority = None;
    let shop = Shop::open_with(|setup| {
        let own = Authority::new(setup);
        let files = own.issue("server");
        own.seal(setup, &files);
        change(setup, &own);
        authority = Some(own);
    })
    .await;
    (shop, authority.unwrap())
}

/// `[[caller]]` that shows this certificate; the hash as openssl prints it.
fn certified(files: &Files) -> String {
    let certificate = tls::certificate(&files.certificate);
    let hash = hex(digest(&SHA256, &certificate).as_ref()).to_uppercase();
    let pairs: Vec<&str> = (0..32).map(|at| &hash[2 * at..2 * at + 2]).collect();
    format!(
        "[[caller]]\nname = \"certified\"\nsite = \"shop\"\n\
         client_certificate_sha256 = \"{}\"\npermissions = [\"login\"]\n",
        pairs.join(":")
    )
}

/// A call with curl; gives what it printed: protocol and HTTP status.
async fn curl(ca: &Path, address: &str, version: &str, content_type: &str, body: &Path) -> String {
    let mut command = Command::new("curl");
    command
        .args(["--silent", "--show-error", "--noproxy", "*", version])
        .arg("--cacert")
        .arg(ca)
        .args(["--header", &format!("content-type: {content_type}")])
        .args(["--header", &format!("authorization: Bearer {TOKEN}")])
        .args(["--header", "te: trailers"])
        .arg("--data-binary")
        .arg(format!("@{}", body.display()))
        .args(["--output", &format!("{}.answer", body.display())])
        .args(["--write-out", "%{http_version} %{http_code}"])
        .arg(format!(
            "https://{address}/leadtap.v1.LoginService/StartAuthorization"
        ));
    let ended = run(command).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    ended.out
}

#[tokio::test]
async fn curl_is_served_over_http_1_and_http_2() {
    let (shop, authority) = sealed(|_, _| {}).await;
    let address = tcp_place(&shop.daemon);
    let body = shop.setup.path("request");
    let request = Browser::new().start_request();
    std::fs::write(&body, frame(&request.encode_to_vec())).unwrap();
    for (version, content_type, expected) in [
        ("--http1.1", "application/grpc-web+proto", "1.1 200"),
        ("--http2", "application/grpc-web+proto", "2 200"),
        ("--http2", "application/grpc", "2 200"),
    ] {
        let printed = curl(&authority.ca(), &address, version, content_type, &body).await;
        assert_eq!(printed, expected, "{version} {content_type}");
        let answer = std::fs::read(shop.setup.path("request.answer")).unwrap();
        let length = u32::from_be_bytes(answer[1..5].try_into().unwrap()) as usize;
        let message = pb::StartAuthorizationResponse::decode(&answer[5..5 + length]).unwrap();
        assert_eq!(message.state.len(), 43);
    }
}

#[tokio::test]
async fn a_grpc_client_logs_in_over_tls_with_a_token_or_a_certificate() {
    let mut shown = None;
    let (shop, authority) = sealed(|setup, authority| {
        let files = authority.issue("client");
        setup.more = certified(&files);
        shown = Some(files);
    })
    .await;
    let address = tcp_place(&shop.daemon);
    let plain = authority.client(None);
    let with_token = caller::client(tls::channel(&address, plain.clone()).await, Some(TOKEN));
    let certified = authority.client(shown.as_ref());
    let with_certificate = caller::client(tls::channel(&address, certified).await, None);
    for client in [with_token, with_certificate] {
        let visit = Visit::begin(&client).await;
        let callback = visit.allow(ACCOUNT).await;
        let lead = authorized(visit.complete(&client, &callback).await).lead;
        let lead = lead.unwrap();
        for key in keys(&lead) {
            assert_eq!(get_lead(&client, key).await.unwrap(), lead);
        }
    }

    // Nobody, and somebody whom the authority certified but nobody configured.
    let stranger = authority.issue("stranger");
    for shown in [None, Some(&stranger)] {
        let channel = tls::channel(&address, authority.client(shown)).await;
        let key = Key::InstagramUserId("1".to_owned());
        Refusal::from(get_lead(&caller::client(channel, None), key).await).is(
            Code::Unauthenticated,
            Reason::CallerUnknown,
            "OPERATOR",
        );
    }
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_not_let_in() {
    let (shop, authority) = sealed(|_, _| {}).await;
    let other = crate::support::Setup::with(&shop.fake);
    let foreign = Authority::new(&other).issue("foreign");
    let config = Arc::new(authority.client(Some(&foreign)));
    // In TLS 1.3 the client hears of it with the first bytes that it reads.
    let refused = match tls::connect(&tcp_place(&shop.daemon), &config).await {
        Ok(mut stream) => stream.read_u8().await.is_err(),
        Err(_) => true,
    };
    assert!(refused);
    shop.login(ACCOUNT).await;
}

#[tokio::test]
async fn who_does_not_speak_tls_is_refused_and_slows_nobody() {
    let (shop, authority) = sealed(|_, _| {}).await;
    let address = tcp_place(&shop.daemon);
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(TcpStream::connect(&address).await.unwrap());
    }
    let mut plain = TcpStream::connect(&address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut plain, b"GET / HTTP/1.1\r\n\r\n")
        .await
        .unwrap();
    let channel = tls::channel(&address, authority.client(None));
    let channel = tokio::time::timeout(Duration::from_secs(5), channel).await;
    Visit::begin(&caller::client(channel.unwrap(), Some(TOKEN))).await;
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[tokio::test]
async fn the_command_line_reaches_a_daemon_over_tls() {
    let mut shown = None;
    let (shop, authority) = sealed(|setup, authority| {
        let files = authority.issue("client");
        setup.more = certified(&files);
        shown = Some(files);
    })
    .await;
    let shown = shown.unwrap();
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    let token = shop.setup.path("token");
    secret(&token, TOKEN);
    let place = tcp_place(&shop.daemon);
    let (_, port) = place.rsplit_once(':').unwrap();
    let address = format!("https://localhost:{port}");
    let text = |path: &Path| path.display().to_string();
    let ca = text(&authority.ca());
    let show = [
        "lead",
        "show",
        &lead.lead_id,
        "--output",
        "json",
        "--address",
    ];
    let ways = [
        vec!["--token-file".to_owned(), text(&token)],
        vec![
            "--client-certificate".to_owned(),
            text(&shown.certificate),
            "--client-key".to_owned(),
            text(&shown.key),
        ],
    ];
    for way in ways {
        let way: Vec<&str> = way.iter().map(String::as_str).collect();
        let arguments = [&show[..], &[&address, "--ca", &ca], &way].concat();
        let ended = run(leadtap(&arguments)).await;
        assert_eq!(ended.exit, Some(0), "{ended:?}");
        assert!(ended.out.contains(&lead.lead_id), "{ended:?}");
    }
    // Without the authority, the certificate is nobody's.
    let ended = run(leadtap(&[&show[..], &[&address]].concat())).await;
    assert_eq!(ended.exit, Some(69), "{ended:?}");
    assert!(ended.err.contains("--ca"), "{ended:?}");
}
