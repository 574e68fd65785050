//! `leadtap status`, and the rpc behind it.

use leadtap::grpc::pb::admin_service_client::AdminServiceClient;
use leadtap::grpc::pb::{self, GetStatusRequest, TokenState};
use serde_json::{Value, json};
use tonic::Code;

use crate::backup::with_admin;
use crate::support::caller::{Bearer, caller_section};
use crate::support::command::{leadtap, run};
use crate::support::daemon::Daemon;
use crate::support::shop::ACCOUNT;
use crate::support::{Setup, Shop, eventually};

const OTHER: &str = "bearer-token-of-another-sites-operator";

/// Another site with an operator of its own beside the usual one.
fn two_sites(setup: &mut Setup) {
    with_admin(setup);
    let operator = caller_section("operator", "other", OTHER, "admin");
    setup.more = format!("{}{operator}", setup.site_section("other", ""));
}

async fn status_as(daemon: &Daemon, token: Option<&str>) -> pb::GetStatusResponse {
    let channel = daemon.channel().await;
    let mut client = AdminServiceClient::with_interceptor(channel, Bearer::of(token));
    let answer = client.get_status(GetStatusRequest {}).await;
    answer.unwrap().into_inner()
}

/// A shop in which something of everything happened.
async fn busy() -> Shop {
    let shop = Shop::open_with(two_sites).await;
    shop.login(ACCOUNT).await;
    let visit = shop.visit().await;
    let callback = visit.cancel().await;
    visit.complete(&shop.client, &callback).await.unwrap();
    shop.refused_login(json!({"token_failure": "code_used"}))
        .await;
    shop
}

#[tokio::test]
async fn a_status_tells_what_became_of_the_logins() {
    let shop = busy().await;
    let status = status_as(&shop.daemon, None).await;
    assert_eq!(status.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(status.sites, 2);
    assert_eq!(status.store_problem, "");
    assert!(status.store_bytes > 10_000);
    assert_eq!(status.last_backup_time, None);
    let (begun, now) = (status.start_time.unwrap(), status.time.unwrap());
    assert!(now.seconds - begun.seconds < 120, "{begun} to {now}");
    let site = status.site.unwrap();
    assert_eq!(site.name, "shop");
    assert!(!site.instagram_silent);
    assert!(site.next_renewal_time.unwrap().seconds > now.seconds);
    assert_eq!(site.window, None, "nobody looked yet");
    let logins = site.logins.unwrap();
    assert_eq!(logins.since, Some(begun), "it has not run for an hour");
    assert_eq!(
        (logins.started, logins.came_back, logins.completed),
        (3, 2, 1)
    );
    let obstacles = logins.obstacles.iter();
    let obstacles: Vec<_> = obstacles
        .map(|one| (one.step.as_str(), one.reason.as_str(), one.count))
        .collect();
    let expected = [
        ("declined", "USER_DENIED", 1),
        ("failed", "CODE_REFUSED", 1),
    ];
    assert_eq!(obstacles, expected);
    shop.daemon.stops().await;
}

#[tokio::test]
async fn a_site_learns_of_another_only_that_it_is_there() {
    let shop = busy().await;
    let status = status_as(&shop.daemon, Some(OTHER)).await;
    assert_eq!(status.sites, 2);
    let text = format!("{status:?}");
    assert!(!text.contains("shop"), "{text}");
    let site = status.site.unwrap();
    assert_eq!(site.name, "other");
    let logins = site.logins.unwrap();
    let expected = pb::RecentLogins {
        since: logins.since,
        ..Default::default()
    };
    assert_eq!(logins, expected);
    assert!(site.tokens.is_empty() && site.next_renewal_time.is_none());
    shop.daemon.stops().await;
}

#[tokio::test]
async fn whoever_only_logs_people_in_sees_no_status() {
    let shop = Shop::open().await;
    let mut client = AdminServiceClient::new(shop.daemon.channel().await);
    let refused = client.get_status(GetStatusRequest {}).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    shop.daemon.stops().await;
}

#[tokio::test]
async fn a_backup_is_remembered_when_the_daemon_begins_anew() {
    let shop = busy().await;
    let socket = shop.daemon.socket.display().to_string();
    let file = shop.setup.path("one.backup").display().to_string();
    let ended = run(leadtap(&["backup", &file, "--socket", &socket])).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    let noted = async || status_as(&shop.daemon, None).await.last_backup_time;
    let time = eventually("the backup is noted", noted).await;
    shop.daemon.stops().await;
    let again = shop.setup.start().await;
    assert_eq!(status_as(&again, None).await.last_backup_time, Some(time));
    // What was counted is not.
    let site = status_as(&again, None).await.site.unwrap();
    assert_eq!(site.logins.unwrap().started, 0);
    let counted = async || {
        let site = status_as(&again, None).await.site.unwrap();
        site.token_count_time.map(|_| site.tokens)
    };
    let tokens = eventually("the tokens are counted", counted).await;
    let states: Vec<_> = tokens.iter().map(|one| (one.state(), one.count)).collect();
    assert_eq!(states, [(TokenState::LongLived, 1)]);
    again.stops().await;
}

#[tokio::test]
async fn the_command_shows_it_on_one_screen() {
    let shop = busy().await;
    let socket = shop.daemon.socket.display().to_string();
    let ended = run(leadtap(&["status", "--socket", &socket])).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    assert!(ended.out.lines().count() <= 24, "{}", ended.out);
    for words in [
        "2 sites",
        "3 started, 2 came back, 1 completed",
        "1 failed: CODE_REFUSED",
        "Last backup     never",
    ] {
        assert!(ended.out.contains(words), "{words} in {}", ended.out);
    }
    let ended = run(leadtap(&[
        "status", "--output", "json", "--socket", &socket,
    ]))
    .await;
    let json: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(json["site"]["logins"]["completed"], 1);
    shop.daemon.stops().await;
}

#[tokio::test]
async fn a_watch_goes_on_over_a_restart_of_the_daemon() {
    let shop = busy().await;
    let socket = shop.daemon.socket.display().to_string();
    let mut command = leadtap(&["status", "--watch=1", "--output", "json"]);
    let out = shop.setup.path("watched");
    let mut watching = command
        .args(["--socket", &socket])
        .stdout(std::fs::File::create(&out).unwrap())
        .spawn()
        .unwrap();
    let seen = |started: i64| {
        let out = out.clone();
        async move || {
            let text = std::fs::read_to_string(&out).unwrap();
            let mut documents = serde_json::Deserializer::from_str(&text)
                .into_iter::<Value>()
                .map_while(Result::ok);
            documents
                .any(|one| one["site"]["logins"]["started"] == started)
                .then_some(())
        }
    };
    eventually("the first status", seen(3)).await;
    shop.daemon.stops().await;
    let again = shop.setup.start().await;
    eventually("the status after the restart", seen(0)).await;
    watching.kill().unwrap();
    watching.wait().unwrap();
    again.stops().await;
}
