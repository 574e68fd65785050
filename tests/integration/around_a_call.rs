//! What every call has: a request id, a deadline; and what needs no caller.

use std::collections::HashSet;
use std::time::Instant;

use leadtap::grpc::pb::{self, ErrorReason as Reason, get_lead_request::Key};
use prost::Message;
use serde_json::json;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use crate::support::refusal::{answered_as, request_id};
use crate::support::shop::{ACCOUNT, authorized};
use crate::support::web::{Web, frame};
use crate::support::{Browser, Refusal, Shop, caller, eventually};

const ID: &str = "leadtap-request-id";

#[tokio::test]
async fn every_answer_carries_a_request_id_and_every_error_logs_it() {
    let shop = Shop::open_with(|setup| setup.level = "info".to_owned()).await;
    let mut client = shop.client.clone();
    let good = client
        .start_authorization(Browser::new().start_request())
        .await;
    let mut ids = HashSet::from([answered_as(&good.unwrap())]);

    let mut failed = Vec::new();
    failed.push(
        client
            .get_lead(pb::GetLeadRequest { key: None })
            .await
            .unwrap_err(),
    );
    let request = Browser::new().complete_request("code=a&state=b");
    failed.push(client.complete_authorization(request).await.unwrap_err());
    let mut stranger = caller::client(shop.daemon.channel().await, Some("nobody"));
    failed.push(
        stranger
            .get_lead(pb::GetLeadRequest { key: None })
            .await
            .unwrap_err(),
    );
    let broken = Web::new(&shop.daemon.socket)
        .post("GetLead", &[], frame(&[0xff]))
        .await;
    failed.push(broken.status);
    for status in failed {
        let id = request_id(&status);
        assert_eq!(id.len(), 16, "{id}");
        let line = format!("request.id={id}");
        let logged = async || {
            let log = shop.daemon.log();
            let refused = |text: &str| text.contains(&line) && text.contains("refused");
            log.lines().find(|text| refused(text)).map(str::to_owned)
        };
        let logged = eventually("a log line", logged).await;
        assert!(logged.contains("rpc.reason="), "{logged}");
        assert!(ids.insert(id), "an id twice");
    }
}

#[tokio::test]
async fn a_completed_login_is_logged_under_its_request_id() {
    let shop = Shop::open_with(|setup| setup.level = "info".to_owned()).await;
    let visit = shop.visit().await;
    let callback = visit.allow(ACCOUNT).await;
    let request = visit.browser.complete_request(&callback);
    let answer = shop
        .client
        .clone()
        .complete_authorization(request)
        .await
        .unwrap();
    let id = answered_as(&answer);
    let lead = authorized(Ok(answer.into_inner())).lead.unwrap();
    let log = shop.daemon.log();
    let line = log
        .lines()
        .find(|line| line.contains("the login was completed"))
        .unwrap();
    assert!(line.contains(&id) && line.contains(&lead.lead_id), "{line}");
}

#[tokio::test]
async fn a_deadline_is_kept_and_the_login_goes_on() {
    let shop = Shop::open().await;
    let visit = shop.visit_under(json!({ "token_delay_ms": 1_500 })).await;
    let callback = visit.allow(ACCOUNT).await;
    let request = visit.browser.complete_request(&callback);
    let web = Web::new(&shop.daemon.socket);
    let begun = Instant::now();
    let body = frame(&request.encode_to_vec());
    let answer = web
        .post("CompleteAuthorization", &[("grpc-timeout", "200m")], body)
        .await;
    assert!(begun.elapsed().as_millis() < 1_500, "{:?}", begun.elapsed());
    Refusal::of(&answer.status).is(Code::DeadlineExceeded, Reason::DeadlineExceeded, "RETRY");

    let done = authorized(visit.complete(&shop.client, &callback).await);
    assert!(done.replayed);
    assert_eq!(shop.fake.calls(visit.state()).await, [1, 1, 1]);
}

#[tokio::test]
async fn a_tonic_client_keeps_its_deadline_too() {
    let shop = Shop::open().await;
    let visit = shop.visit_under(json!({ "me_delay_ms": 1_500 })).await;
    let callback = visit.allow(ACCOUNT).await;
    let mut request = Request::new(visit.browser.complete_request(&callback));
    request.set_timeout(std::time::Duration::from_millis(200));
    let status = shop
        .client
        .clone()
        .complete_authorization(request)
        .await
        .unwrap_err();
    assert!(
        matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled),
        "{status:?}"
    );
    assert!(authorized(visit.complete(&shop.client, &callback).await).replayed);
}

#[tokio::test]
async fn health_is_told_to_anybody() {
    let shop = Shop::open().await;
    let mut client = HealthClient::new(caller::tcp(&shop.daemon).await);
    for service in ["", "leadtap.v1.LoginService"] {
        let request = HealthCheckRequest {
            service: service.to_owned(),
        };
        let answer = client.check(request).await.unwrap();
        assert!(answer.metadata().contains_key(ID));
        assert_eq!(answer.into_inner().status(), ServingStatus::Serving);
    }
    let request = HealthCheckRequest {
        service: "leadtap.v1.Nothing".to_owned(),
    };
    let status = client.check(request).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
}

#[tokio::test]
async fn the_contract_is_told_to_anybody() {
    let shop = Shop::open().await;
    let mut client = ServerReflectionClient::new(caller::tcp(&shop.daemon).await);
    let ask = |question| {
        tokio_stream::once(ServerReflectionRequest {
            host: String::new(),
            message_request: Some(question),
        })
    };
    let list = ask(MessageRequest::ListServices(String::new()));
    let mut answers = client
        .server_reflection_info(list)
        .await
        .unwrap()
        .into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response;
    let Some(MessageResponse::ListServicesResponse(list)) = answer else {
        panic!("not a list: {answer:?}");
    };
    let names: HashSet<&str> = list.service.iter().map(|one| &*one.name).collect();
    for service in ["leadtap.v1.LoginService", "grpc.health.v1.Health"] {
        assert!(names.contains(service), "{names:?}");
    }
    let symbol = ask(MessageRequest::FileContainingSymbol(
        "leadtap.v1.Lead".to_owned(),
    ));
    let mut answers = client
        .server_reflection_info(symbol)
        .await
        .unwrap()
        .into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response;
    let Some(MessageResponse::FileDescriptorResponse(files)) = answer else {
        panic!("no file: {answer:?}");
    };
    let file = prost_types::FileDescriptorProto::decode(&*files.file_descriptor_proto[0]);
    assert_eq!(file.unwrap().name(), "leadtap/v1/lead.proto");
}

#[tokio::test]
async fn an_rpc_that_is_none_is_unimplemented() {
    let shop = Shop::open().await;
    let web = Web::new(&shop.daemon.socket);
    let key = Some(Key::InstagramUserId("1".to_owned()));
    let answer = web.call("DropAllLeads", &pb::GetLeadRequest { key }).await;
    Refusal::of(&answer.status).is(Code::Unimplemented, Reason::MethodUnknown, "FIX_REQUEST");
}

#[tokio::test]
async fn what_a_library_refuses_by_itself_says_what_to_do_too() {
    let shop = Shop::open().await;
    let mut health = HealthClient::new(shop.daemon.channel().await);
    let request = HealthCheckRequest {
        service: "leadtap.v1.Nothing".to_owned(),
    };
    let status = health.check(request).await.unwrap_err();
    Refusal::of(&status).is(Code::NotFound, Reason::RequestInvalid, "FIX_REQUEST");

    let web = Web::new(&shop.daemon.socket);
    let squeezed = [&[1_u8][..], &frame(&[])[1..]].concat();
    let headers = [("grpc-encoding", "gzip")];
    let answer = web.post("GetLead", &headers, squeezed).await;
    let refusal = Refusal::of(&answer.status);
    let refusal = refusal.is(Code::Unimplemented, Reason::RequestInvalid, "FIX_REQUEST");
    assert!(refusal.message.contains("gzip"), "{refusal:?}");
}
