//! The commands against a real daemon.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use leadtap::grpc::pb::get_lead_request::Key;
use serde_json::Value;

use crate::support::command::{Ended, leadtap, run};
use crate::support::daemon::TOKEN;
use crate::support::shop::{ACCOUNT, keys};
use crate::support::{Browser, Shop, caller};

/// `leadtap login`, with a person who opens the address and pastes what
/// `answer` makes of it.
async fn login(shop: &Shop, more: &[&str], answer: impl AsyncFnOnce(&str) -> String) -> Ended {
    let socket = shop.daemon.socket.display().to_string();
    let mut command = leadtap(&[&["login", "--socket", &socket], more].concat());
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let url = loop {
        let mut line = String::new();
        assert!(said.read_line(&mut line).unwrap() > 0, "it said no address");
        if line.starts_with("http") {
            break line.trim().to_owned();
        }
    };
    let pasted = answer(&url).await;
    let mut keyboard = child.stdin.take().unwrap();
    writeln!(keyboard, "{pasted}").unwrap();
    tokio::task::spawn_blocking(move || {
        let mut err = String::new();
        std::io::Read::read_to_string(&mut said, &mut err).unwrap();
        let ended = Ended::from(child.wait_with_output().unwrap());
        Ended { err, ..ended }
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_login_by_hand_prints_the_lead_that_the_daemon_has() {
    let shop = Shop::open().await;
    let allow = async |url: &str| {
        let callback = Browser::new().allow(url, ACCOUNT).await;
        assert!(callback.ends_with("#_"));
        callback
    };
    let ended = login(&shop, &["--output", "json"], allow).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    let printed: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(printed["outcome"], "authorized");
    assert_eq!(printed["new_lead"], true);
    let key = Key::LeadId(printed["lead"]["lead_id"].as_str().unwrap().to_owned());
    let lead = shop.lead(key).await.unwrap();
    assert_eq!(printed["lead"]["instagram"]["username"], ACCOUNT);
    assert_eq!(
        printed["lead"]["instagram"]["id"],
        lead.instagram.unwrap().id
    );

    let ended = login(&shop, &[], allow).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    assert!(
        ended.out.starts_with(&format!("Lead {}\n", lead.lead_id)),
        "{ended:?}"
    );
    assert!(
        ended.err.contains("the shop knows this account"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_login_by_hand_that_was_cancelled_exits_with_1() {
    let shop = Shop::open().await;
    let cancel = async |url: &str| Browser::new().cancel(url).await;
    let ended = login(&shop, &["--output", "json"], cancel).await;
    assert_eq!(ended.exit, Some(1), "{ended:?}");
    let printed: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(printed["outcome"], "declined");
    assert!(ended.err.contains("The shopper declined"), "{ended:?}");
}

#[tokio::test]
async fn a_login_by_hand_with_something_else_pasted_exits_with_1() {
    let shop = Shop::open().await;
    let ended = login(&shop, &[], async |_| "https://shop.example/".to_owned()).await;
    assert_eq!(ended.exit, Some(1), "{ended:?}");
    assert!(ended.err.contains("CALLBACK_INVALID"), "{ended:?}");
    assert!(ended.err.contains("Request id: "), "{ended:?}");
}

#[tokio::test]
async fn a_lead_is_shown_to_people_and_to_programs() {
    let shop = Shop::open().await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    let socket = shop.daemon.socket.display().to_string();
    let show = async |more: &[&str]| {
        let fixed = ["lead", "show", "--socket", &socket];
        run(leadtap(&[&fixed, more].concat())).await
    };
    for key in keys(&lead) {
        let which = match &key {
            Key::LeadId(id) => vec![&**id],
            Key::InstagramUserId(id) => vec!["--instagram-user-id", id],
            Key::InstagramScopedId(id) => vec!["--instagram-scoped-id", id],
        };
        let ended = show(&which).await;
        assert_eq!(ended.exit, Some(0), "{ended:?}");
        assert!(
            ended
                .out
                .contains("@atelier.nord, Atelier Nord, business account"),
            "{ended:?}"
        );
        assert!(!ended.out.contains('\x1b'), "no colours for a pipe");
        let ended = show(&[&which[..], &["--output", "json"]].concat()).await;
        let printed: Value = serde_json::from_str(&ended.out).unwrap();
        assert_eq!(printed["lead_id"], lead.lead_id);
        assert_eq!(printed["etag"], lead.etag);
    }
    let ended = show(&["--instagram-user-id", "1"]).await;
    assert_eq!((ended.exit, &*ended.out), (Some(66), ""), "{ended:?}");
    assert!(ended.err.contains("LEAD_NOT_FOUND"), "{ended:?}");
    let ended = show(&["not-a-uuid"]).await;
    assert_eq!(ended.exit, Some(65), "{ended:?}");
    let ended = show(&[]).await;
    assert_eq!(ended.exit, Some(64), "{ended:?}");
}

#[tokio::test]
async fn a_command_without_a_caller_or_without_a_daemon_says_so() {
    let shop = Shop::open().await;
    let address = caller::tcp_address(&shop.daemon);
    let arguments = [
        "lead",
        "show",
        "--address",
        &address,
        "--instagram-user-id",
        "1",
    ];
    let ended = run(leadtap(&arguments)).await;
    assert_eq!(ended.exit, Some(77), "{ended:?}");
    assert!(ended.err.contains("CALLER_UNKNOWN"), "{ended:?}");

    let token = shop.setup.path("token");
    std::fs::write(&token, TOKEN).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&token, private).unwrap();
    let with_token = [&arguments[..], &["--token-file", token.to_str().unwrap()]].concat();
    let ended = run(leadtap(&with_token)).await;
    assert_eq!(ended.exit, Some(66), "{ended:?}");

    assert_eq!(shop.daemon.stop().await.code(), Some(0));
    let ended = run(leadtap(&arguments)).await;
    assert_eq!(ended.exit, Some(69), "{ended:?}");
}

#[tokio::test]
async fn a_slip_in_the_configuration_is_told_with_the_right_word() {
    let shop = Shop::open().await;
    let config = shop.setup.path("slip.toml");
    let text = shop.setup.configuration();
    let text = text.replace("drain_seconds", "drain_second");
    std::fs::write(&config, text.replace("redirect_uris", "redirect_uri")).unwrap();
    for command in ["serve", "check"] {
        let ended = run(leadtap(&[command, "--config", config.to_str().unwrap()])).await;
        assert_eq!(ended.exit, Some(78), "{ended:?}");
        let all = ended.out + &ended.err;
        assert!(all.contains("Did you mean `drain_seconds`?"), "{all}");
        assert!(all.contains("Did you mean `redirect_uris`?"), "{all}");
    }
}
