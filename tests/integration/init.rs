//! `leadtap init` as a script runs it, and what is made of it.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::Fake;
use crate::support::command::{Ended, leadtap, run};
use crate::support::fake::{APP_ID, APP_SECRET};

/// Runs it with these options and this on its standard input.
async fn init(options: Vec<String>, input: &str) -> Ended {
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let mut command = leadtap(&[&["init"], &*options].concat());
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let ended = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap());
    ended.await.unwrap().into()
}

#[tokio::test]
async fn what_init_writes_is_what_check_and_the_daemon_take() {
    let fake = Fake::start().await;
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("made");
    let config = folder.join("leadtap.toml").display().to_string();
    let me = nix::unistd::Uid::current().to_string();
    let options = vec![
        format!("--folder={}", folder.display()),
        format!("--sandbox={}", fake.base),
        format!("--daemon-user={me}"),
        format!("--php-user={me}"),
        format!("--redirect-uri={}", crate::support::daemon::REDIRECT_URI),
    ];
    let input = format!("https://shop.example\n{APP_ID}\n{APP_SECRET}\n\n");
    let ended = init(options.clone(), &input).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    assert!(
        !(ended.out.clone() + &ended.err).contains(APP_SECRET),
        "{ended:?}"
    );

    for check in [&["check"][..], &["check", "--online"]] {
        let ended = run(leadtap(&[check, &["--config", &config]].concat())).await;
        assert_eq!(ended.exit, Some(0), "{ended:?}");
    }
    let log = outer.path().join("log");
    let mut daemon = leadtap(&["serve", "--config", &config])
        .stderr(std::fs::File::create(&log).unwrap())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let serving = async || {
        let log = std::fs::read_to_string(&log).unwrap();
        log.contains("serving").then_some(())
    };
    crate::support::eventually("the daemon serves", serving).await;
    let socket = folder.join("leadtap.sock").display().to_string();
    let ended = run(leadtap(&["lead", "list", "--socket", &socket])).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    daemon.kill().unwrap();
    daemon.wait().unwrap();

    // Once more, over what is there.
    let before = std::fs::read_to_string(&config).unwrap();
    let ended = init(options, &input).await;
    assert_eq!(ended.exit, Some(73), "{ended:?}");
    assert_eq!(std::fs::read_to_string(&config).unwrap(), before);
}

/// Or a secret would stand in the process list and in the shell's history.
#[tokio::test]
async fn a_secret_has_no_place_on_the_command_line() {
    let ended = run(leadtap(&["init", "--app-secret", APP_SECRET])).await;
    assert_eq!(ended.exit, Some(64), "{ended:?}");
    let help = run(leadtap(&["init", "--help"])).await.out;
    assert!(help.contains("--app-secret-file <FILE>"), "{help}");
    assert!(!help.contains("--app-secret <"), "{help}");
}
