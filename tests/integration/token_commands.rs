//! `leadtap token` against a real daemon.

use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::Shop;
use crate::support::command::{Ended, leadtap, run};
use crate::support::shop::ACCOUNT;
use crate::support::tokens::with_tokens;

async fn token(shop: &Shop, more: &[&str]) -> Ended {
    let socket = shop.daemon.socket.display().to_string();
    run(leadtap(
        &[&["token"], more, &["--socket", &socket]].concat(),
    ))
    .await
}

fn file(shop: &Shop, text: &str, mode: u32) -> PathBuf {
    use std::io::Write;
    let path = shop.setup.path(&format!("access-token-{mode:o}"));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(&path)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let exactly = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(&path, exactly).unwrap();
    path
}

#[tokio::test]
async fn a_token_is_imported_from_a_file_listed_and_not_refreshed_too_early() {
    let shop = Shop::open_with(with_tokens).await;
    let text = shop.fake.dashboard_token(ACCOUNT).await;
    let path = file(&shop, &format!("{text}\n"), 0o600)
        .display()
        .to_string();
    let from_file = ["import", "--access-token-file", &path, "--output", "json"];
    let ended = token(&shop, &from_file).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    let imported: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(imported["new_lead"], true);
    let lead = imported["token"]["lead_id"].as_str().unwrap();

    let ended = token(
        &shop,
        &["list", "--state", "long-lived", "--output", "json"],
    )
    .await;
    let listed: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(listed["tokens"][0], imported["token"]);
    let people = token(&shop, &["list"]).await;
    assert!(people.out.starts_with(lead), "{people:?}");
    assert!(people.out.contains("long-lived"), "{people:?}");
    let none = token(&shop, &["list", "--state", "expiring"]).await;
    assert_eq!((none.exit, none.out.as_str()), (Some(0), "No tokens.\n"));

    let ended = token(&shop, &["refresh", lead]).await;
    assert_eq!(ended.exit, Some(75), "{ended:?}");
    assert!(ended.err.contains("TOKEN_TOO_YOUNG"), "{ended:?}");
    for ended in [people, ended] {
        assert!(!ended.out.contains(&text) && !ended.err.contains(&text));
    }
}

#[tokio::test]
async fn a_file_that_others_can_read_is_not_imported() {
    let shop = Shop::open_with(with_tokens).await;
    let text = shop.fake.dashboard_token(ACCOUNT).await;
    let path = file(&shop, &text, 0o644).display().to_string();
    let ended = token(&shop, &["import", "--access-token-file", &path]).await;
    assert_eq!(ended.exit, Some(77), "{ended:?}");
    assert!(ended.err.contains("chmod 0600"), "{ended:?}");
    assert_eq!(shop.fake.count_of(ACCOUNT, "me").await, 0);
}

#[tokio::test]
async fn without_a_terminal_a_file_is_asked_for() {
    let shop = Shop::open_with(with_tokens).await;
    // In a session of its own a program has no terminal.
    let mut command = Command::new("setsid");
    command
        .arg("--wait")
        .arg(env!("CARGO_BIN_EXE_leadtap"))
        .args(["token", "import", "--socket"])
        .arg(&shop.daemon.socket)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let ended = run(command).await;
    assert_eq!(ended.exit, Some(64), "{ended:?}");
    assert!(ended.err.contains("--access-token-file"), "{ended:?}");
}
