//! What is read of a caller's bytes, as a fuzzer calls it: each function takes
//! any bytes and panics where a promise does not hold.

use bytes::Bytes;
use futures_util::FutureExt as _;
use http_body_util::{BodyExt as _, Full};
use prost::Message;
use tonic::{Request, Response, Status};
use tonic_web::GrpcWebLayer;
use tower::{Layer as _, Service as _};

use super::convert;
use super::pb;
use super::pb::login_service_server::{LoginService, LoginServiceServer};
use crate::domain::clock::Timestamp;
use crate::domain::limits;

/// A moment for what is compared with the time.
const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// A message of the contract: a byte says which, the rest is its wire format,
/// as PHP's codec writes it.
pub fn message(input: &[u8]) {
    let Some((which, bytes)) = input.split_first() else {
        return;
    };
    if let Some(read) = MESSAGES.get(usize::from(*which) % MESSAGES.len()) {
        read(bytes);
    }
}

/// What is read must be read back the same from what is written of it: a field
/// that comes twice, out of order or unknown changes nothing any more.
/// Messages are compared, not bytes: a map is written in any order.
fn round_trip<M: Message + Default + PartialEq>(bytes: &[u8]) {
    let Ok(read) = M::decode(bytes) else {
        return;
    };
    let written = read.encode_to_vec();
    assert_eq!(written.len(), read.encoded_len());
    let again = M::decode(written.as_slice());
    assert!(
        again.is_ok_and(|again| again == read),
        "read once, read the same"
    );
}

/// The body of a gRPC-Web call: a byte says of which rpc and whether in base64,
/// the rest are its frames.
pub fn frame(input: &[u8]) {
    const RPCS: [&str; 3] = ["StartAuthorization", "CompleteAuthorization", "GetLead"];
    let Some((how, body)) = input.split_first() else {
        return;
    };
    let rpc = RPCS.get(usize::from(how / 2) % RPCS.len()).copied();
    let kind = if how % 2 == 0 { "" } else { "-text" };
    let request = http::Request::post(format!(
        "/leadtap.v1.LoginService/{}",
        rpc.unwrap_or_default()
    ))
    .header("content-type", format!("application/grpc-web{kind}+proto"))
    .body(Full::new(Bytes::copy_from_slice(body)));
    let Ok(request) = request else {
        return;
    };
    let service = LoginServiceServer::new(Nobody).max_decoding_message_size(limits::REQUEST_BYTES);
    let mut web = GrpcWebLayer::new().layer(service);
    // Everything is at hand, so an answer that has to be waited for never comes.
    let answer = web.call(request).now_or_never();
    let body =
        answer.map(|answer| answer.map(|answer| answer.into_body().collect().now_or_never()));
    assert!(
        matches!(body, Some(Ok(Some(Ok(_))))),
        "a call without an answer"
    );
}

/// Reads what it is asked, and does not do it.
struct Nobody;

#[tonic::async_trait]
impl LoginService for Nobody {
    async fn start_authorization(
        &self,
        request: Request<pb::StartAuthorizationRequest>,
    ) -> Result<Response<pb::StartAuthorizationResponse>, Status> {
        read(convert::start(request.into_inner(), NOW))
    }

    async fn complete_authorization(
        &self,
        request: Request<pb::CompleteAuthorizationRequest>,
    ) -> Result<Response<pb::CompleteAuthorizationResponse>, Status> {
        read(convert::complete(request.into_inner()))
    }

    async fn get_site(&self, _: Request<pb::GetSiteRequest>) -> Result<Response<pb::Site>, Status> {
        Ok(Response::new(pb::Site::default()))
    }

    async fn get_lead(
        &self,
        request: Request<pb::GetLeadRequest>,
    ) -> Result<Response<pb::Lead>, Status> {
        read(convert::lead_key(request.into_inner()))
    }
}

fn read<T, V, A: Default>(converted: Result<T, V>) -> Result<Response<A>, Status> {
    match converted {
        Ok(_) => Ok(Response::new(A::default())),
        Err(_) => Err(Status::invalid_argument("a limit is broken")),
    }
}
