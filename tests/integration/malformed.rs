//! Bytes that no client of ours sends.

use leadtap::grpc::pb::{self, ErrorReason as Reason};
use prost::Message;
use tonic::Code;

use crate::support::shop::ACCOUNT;
use crate::support::web::{Web, frame};
use crate::support::{Browser, Refusal, Shop};

#[tokio::test]
async fn what_is_no_message_is_refused_as_such() {
    let shop = Shop::open().await;
    let web = Web::new(&shop.daemon.socket);
    for (what, body) in [
        ("an unfinished field number", frame(&[0xff; 3])),
        ("a field cut off", frame(&[0x0a, 0x20, b'x'])),
        ("a text that is not UTF-8", frame(&[0x0a, 0x02, 0xc3, 0x28])),
        ("a wrong wire type", frame(&[0x08, 0x01])),
        ("no message", Vec::new()),
    ] {
        for rpc in ["StartAuthorization", "CompleteAuthorization", "GetLead"] {
            let answer = web.post(rpc, &[], body.clone()).await;
            let refusal = Refusal::of(&answer.status);
            assert_eq!(refusal.reason, "REQUEST_INVALID", "{what} to {rpc}");
            refusal.is(Code::InvalidArgument, Reason::RequestInvalid, "FIX_REQUEST");
        }
    }
    shop.login(ACCOUNT).await;
}

#[tokio::test]
async fn a_request_beyond_64_kib_is_refused_before_it_is_read() {
    let shop = Shop::open().await;
    let web = Web::new(&shop.daemon.socket);
    let request = |bytes: usize| {
        let mut request = Browser::new().complete_request("");
        let empty = request.encoded_len();
        // A length below 2^21 takes three bytes, the field's tag one.
        request.callback_query = "x".repeat(bytes - empty - 4);
        assert_eq!(request.encoded_len(), bytes);
        request
    };
    let answer = web.call("CompleteAuthorization", &request(64 * 1024)).await;
    let refusal = Refusal::of(&answer.status);
    assert_eq!(refusal.fields[0].0, "callback_query", "it was read");

    let answer = web
        .call("CompleteAuthorization", &request(64 * 1024 + 1))
        .await;
    Refusal::of(&answer.status).is(Code::OutOfRange, Reason::RequestInvalid, "FIX_REQUEST");
    for bytes in [64 * 1024 + 1, 1024 * 1024] {
        let mut client = shop.client.clone();
        let answer = client.complete_authorization(request(bytes)).await;
        let refusal = Refusal::from(answer);
        refusal.is(Code::OutOfRange, Reason::RequestInvalid, "FIX_REQUEST");
    }
    shop.login(ACCOUNT).await;
}

#[tokio::test]
async fn a_message_with_fields_of_a_later_version_is_read() {
    let shop = Shop::open().await;
    let web = Web::new(&shop.daemon.socket);
    let mut message = Browser::new().start_request().encode_to_vec();
    // Field 99, a text.
    message.extend([0x9a, 0x06, 0x02, b'h', b'i']);
    let answer = web.post("StartAuthorization", &[], frame(&message)).await;
    assert_eq!(answer.status.code(), Code::Ok);
    pb::StartAuthorizationResponse::decode(&*answer.message.unwrap()).unwrap();
}
