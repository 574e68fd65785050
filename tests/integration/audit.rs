//! Who did what is written down, and who was turned away.

use std::path::Path;

use leadtap::grpc::DESCRIPTORS;
use leadtap::grpc::pb::admin_service_client::AdminServiceClient;
use leadtap::grpc::pb::lead_service_client::LeadServiceClient;
use leadtap::grpc::pb::token_service_client::TokenServiceClient;
use leadtap::grpc::pb::{self, get_lead_request::Key};
use leadtap::grpc::permissions::TABLE;
use prost_reflect::DescriptorPool;
use serde_json::Value;
use tonic::Request;

use crate::support::caller::{self, caller_section};
use crate::support::daemon::TOKEN;
use crate::support::refusal::{answered_as, request_id};
use crate::support::shop::ACCOUNT;
use crate::support::{Browser, Shop, eventually};

/// The token of the caller that looks after the daemon.
const ADMIN: &str = "operators-bearer-token-11ab";

/// A shop with an operator, and an audit log in a file.
async fn audited_shop() -> Shop {
    Shop::open_with(|setup| {
        setup.more = caller_section("operator", "shop", ADMIN, "admin");
        let file = setup.path("audit.jsonl").display().to_string();
        setup.more += &format!("[audit]\nfile = \"{file}\"\n");
    })
    .await
}

fn with_token<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    let bearer = format!("Bearer {token}").parse().unwrap();
    request.metadata_mut().insert("authorization", bearer);
    request
}

/// The line of that request id, once it is there.
async fn line_of(file: &Path, id: &str) -> Value {
    eventually("a line in the audit log", async || {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.contains(id))?;
        Some(serde_json::from_str(line).unwrap())
    })
    .await
}

#[tokio::test]
async fn an_administrative_act_has_a_line_with_who_and_how() {
    let shop = audited_shop().await;
    let mut admin = AdminServiceClient::new(caller::tcp(&shop.daemon).await);
    let answer = admin
        .list_keys(with_token(pb::ListKeysRequest {}, ADMIN))
        .await;
    let line = line_of(
        &shop.setup.path("audit.jsonl"),
        &answered_as(&answer.unwrap()),
    )
    .await;
    for (field, value) in [
        ("target", "leadtap::audit"),
        ("phase", "done"),
        ("act", "leadtap.v1.AdminService/ListKeys"),
        ("caller", "operator"),
        ("site", "shop"),
        ("proof", "token"),
        ("outcome", "OK"),
    ] {
        assert_eq!(line[field], value, "{line}");
    }
    let address = line["peer_address"].as_str().unwrap();
    assert!(address.starts_with("127.0.0.1:"), "{line}");
    assert!(line["time"].as_str().unwrap().ends_with('Z'), "{line}");
}

#[tokio::test]
async fn a_refused_caller_has_a_line_whatever_it_called() {
    let shop = audited_shop().await;
    let file = shop.setup.path("audit.jsonl");
    let key = Some(Key::InstagramUserId("1".to_owned()));
    let request = pb::GetLeadRequest { key };

    let mut stranger = caller::client(caller::tcp(&shop.daemon).await, Some("nobodys-token"));
    let status = stranger.get_lead(request.clone()).await.unwrap_err();
    let line = line_of(&file, &request_id(&status)).await;
    assert_eq!(line["outcome"], "UNAUTHENTICATED", "{line}");
    assert_eq!(line["reason"], "CALLER_UNKNOWN", "{line}");
    assert_eq!(line["act"], "leadtap.v1.LoginService/GetLead", "{line}");
    assert_eq!(
        (&line["caller"], &line["proof"]),
        (&Value::Null, &"token".into())
    );

    // Who is known is named, though the permission is missing.
    let mut operator = caller::client(shop.daemon.channel().await, Some(ADMIN));
    let status = operator.get_lead(request).await.unwrap_err();
    let line = line_of(&file, &request_id(&status)).await;
    assert_eq!(line["outcome"], "PERMISSION_DENIED", "{line}");
    assert_eq!(line["caller"], "operator", "{line}");
    let uid = nix::unistd::Uid::current().as_raw();
    assert_eq!(line["peer_uid"], uid, "{line}");
    assert_eq!(line["peer_pid"], std::process::id(), "{line}");

    let visit = shop.visit().await;
    let callback = visit.allow(ACCOUNT).await;
    let foreign = Browser::new().complete_request(&callback);
    let status = shop.client.clone().complete_authorization(foreign).await;
    let line = line_of(&file, &request_id(&status.unwrap_err())).await;
    assert_eq!(line["reason"], "BROWSER_BINDING_MISMATCH", "{line}");
    assert_eq!(
        (&line["caller"], &line["proof"]),
        (&"plugin".into(), &"uid".into())
    );
    let text = std::fs::read_to_string(file).unwrap();
    for secret in [ADMIN, TOKEN, "nobodys-token", visit.state()] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn everyday_calls_have_no_line() {
    let shop = audited_shop().await;
    shop.login(ACCOUNT).await;
    let file = shop.setup.path("audit.jsonl");
    shop.daemon.stops().await;
    assert_eq!(std::fs::read_to_string(file).unwrap(), "");
}

#[tokio::test]
async fn a_flood_of_refused_callers_is_counted_to_the_last_one() {
    const CALLS: u64 = 400;
    let shop = audited_shop().await;
    let file = shop.setup.path("audit.jsonl");
    let stranger = caller::client(shop.daemon.channel().await, Some("nobodys-token"));
    for _ in 0..CALLS {
        let request = pb::GetLeadRequest { key: None };
        stranger.clone().get_lead(request).await.unwrap_err();
    }
    shop.daemon.stops().await;
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let (mut whole, mut counted) = (0, 0);
    for line in lines {
        match line["count"].as_u64() {
            Some(count) => {
                assert_eq!(line["act"], "audit.refused_callers");
                counted += count;
            }
            None => whole += 1,
        }
    }
    assert_eq!(whole + counted, CALLS);
    assert!(whole >= 100 && counted >= 200, "{whole} and {counted}");
}

#[tokio::test]
async fn without_a_file_the_lines_go_to_standard_error_whatever_the_level() {
    let shop = Shop::open_with(|setup| {
        setup.more = caller_section("operator", "shop", ADMIN, "admin");
        setup.level = "info,leadtap::grpc=off".to_owned();
    })
    .await;
    let mut stranger = caller::client(shop.daemon.channel().await, Some("nobodys-token"));
    let request = pb::GetLeadRequest { key: None };
    let id = request_id(&stranger.get_lead(request).await.unwrap_err());
    let line = line_of(&shop.setup.path("log"), &id).await;
    assert_eq!(line["target"], "leadtap::audit");
    assert_eq!(line["outcome"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_file_that_cannot_be_written_stops_the_start_and_says_so() {
    let shop = audited_shop().await;
    let Shop {
        daemon,
        mut setup,
        fake: _fake,
        ..
    } = shop;
    daemon.stops().await;
    let right = setup.path("audit.jsonl").display().to_string();
    setup
        .replaced
        .push((right, "/nowhere/at/all/audit.jsonl".to_owned()));
    let (exit, log) = setup.refused().await;
    assert_eq!(exit, Some(73), "{log}");
    assert!(
        log.contains("audit.file") && log.contains("/nowhere"),
        "{log}"
    );
}

#[test]
fn an_audited_rpc_that_answers_with_a_stream_says_so_in_the_table() {
    let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
    for rpc in TABLE.iter().filter(|rpc| rpc.audited) {
        let (service, name) = rpc.path[1..].split_once('/').unwrap();
        let service = pool.get_service_by_name(service).unwrap();
        let method = service
            .methods()
            .find(|method| method.name() == name)
            .unwrap();
        assert_eq!(rpc.streams, method.is_server_streaming(), "{}", rpc.path);
    }
}

#[test]
fn every_rpc_that_looks_after_the_daemon_is_audited_but_the_look_at_its_status() {
    // It changes nothing, tells numbers alone, and may be asked every second.
    const A_LOOK: &str = "/leadtap.v1.AdminService/GetStatus";
    for rpc in TABLE {
        let looks_after = rpc.path.contains(".AdminService/") && rpc.path != A_LOOK;
        assert!(rpc.audited || !looks_after, "{}", rpc.path);
    }
}

#[tokio::test]
async fn reading_a_token_exporting_and_erasing_have_lines_that_name_the_lead() {
    let shop = Shop::open_with(|setup| {
        setup.more = caller_section("backoffice", "shop", ADMIN, r#"leads", "tokens"#);
        let file = setup.path("audit.jsonl").display().to_string();
        setup.more += &format!("[audit]\nfile = \"{file}\"\n");
    })
    .await;
    let file = shop.setup.path("audit.jsonl");
    let lead_id = shop.login(ACCOUNT).await.lead.unwrap().lead_id;
    let channel = shop.daemon.channel().await;

    let mut tokens = TokenServiceClient::new(channel.clone());
    let read = pb::GetAccessTokenRequest {
        lead_id: lead_id.clone(),
    };
    let read = tokens.get_access_token(with_token(read, ADMIN)).await;
    let read = read.unwrap();
    let read_id = answered_as(&read);
    let token = read.into_inner().access_token;

    let mut leads = LeadServiceClient::new(channel);
    let all = pb::ExportLeadsRequest::default();
    let export = leads.export_leads(with_token(all, ADMIN)).await.unwrap();
    let export_id = answered_as(&export);
    let mut export = export.into_inner();
    while export.message().await.unwrap().is_some() {}

    let key = Some(pb::delete_lead_request::Key::LeadId(lead_id.clone()));
    let erase = pb::DeleteLeadRequest { key };
    let erased = leads.delete_lead(with_token(erase, ADMIN)).await;
    let erased_id = answered_as(&erased.unwrap());

    for id in [read_id, erased_id] {
        let line = line_of(&file, &id).await;
        assert_eq!(line["subject"], format!("lead {lead_id}"), "{line}");
        assert_eq!(
            (&line["phase"], &line["outcome"]),
            (&"done".into(), &"OK".into())
        );
        assert_eq!(line["caller"], "backoffice", "{line}");
    }
    let phases = eventually("both lines of the export", async || {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.lines().filter(|line| line.contains(&export_id));
        let lines: Vec<Value> = lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        (lines.len() == 2).then_some(lines)
    })
    .await;
    assert_eq!(phases[0]["phase"], "begin", "{phases:?}");
    assert_eq!(
        (&phases[1]["phase"], &phases[1]["outcome"]),
        (&"end".into(), &"OK".into())
    );
    assert!(!std::fs::read_to_string(&file).unwrap().contains(&token));
}
