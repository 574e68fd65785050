//! The same login over every way to the daemon.

use leadtap::grpc::pb;
use leadtap::grpc::pb::complete_authorization_response::Outcome;
use prost::Message;
use tonic::Code;

use crate::support::caller;
use crate::support::daemon::TOKEN;
use crate::support::shop::{ACCOUNT, authorized, get_lead, keys};
use crate::support::web::Web;
use crate::support::{Browser, Shop, Visit};

#[tokio::test]
async fn a_caller_with_a_token_logs_in_over_tcp() {
    let shop = Shop::open().await;
    let client = caller::client(caller::tcp(&shop.daemon).await, Some(TOKEN));
    let visit = Visit::begin(&client).await;
    let callback = visit.allow(ACCOUNT).await;
    let lead = authorized(visit.complete(&client, &callback).await).lead;
    let lead = lead.unwrap();
    for key in keys(&lead) {
        assert_eq!(get_lead(&client, key.clone()).await.unwrap(), lead);
        // Both callers work for the same site.
        assert_eq!(shop.lead(key).await.unwrap(), lead);
    }
}

#[tokio::test]
async fn a_login_over_grpc_web_and_http_1_is_the_same_login() {
    let shop = Shop::open().await;
    let web = Web::new(&shop.daemon.socket);
    let browser = Browser::new();
    let answer = web
        .call("StartAuthorization", &browser.start_request())
        .await;
    assert_eq!((answer.http_status, answer.status.code()), (200, Code::Ok));
    let started = pb::StartAuthorizationResponse::decode(&*answer.message.unwrap()).unwrap();
    let callback = browser.allow(&started.authorization_url, ACCOUNT).await;
    let request = browser.complete_request(&callback);
    let answer = web.call("CompleteAuthorization", &request).await;
    assert_eq!(answer.status.code(), Code::Ok);
    let done = pb::CompleteAuthorizationResponse::decode(&*answer.message.unwrap()).unwrap();
    let Some(Outcome::Authorized(done)) = done.outcome else {
        panic!("not authorized");
    };
    let lead = done.lead.unwrap();
    for key in keys(&lead) {
        let answer = web
            .call("GetLead", &pb::GetLeadRequest { key: Some(key) })
            .await;
        assert!(answer.headers.contains_key("leadtap-request-id"));
        assert_eq!(pb::Lead::decode(&*answer.message.unwrap()).unwrap(), lead);
    }
}
