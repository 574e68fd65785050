//! The daemon's calls, as the load makes them.

use bytes::Bytes;
use leadtap::grpc::pb;
use ring::digest::{SHA256, digest};

use crate::load::framed;

/// The path of the rpc.
pub(crate) const START: &str = "/leadtap.v1.LoginService/StartAuthorization";
/// The path of the rpc.
pub(crate) const COMPLETE: &str = "/leadtap.v1.LoginService/CompleteAuthorization";
/// The path of the rpc.
pub(crate) const GET_LEAD: &str = "/leadtap.v1.LoginService/GetLead";
/// The path of the standard health rpc; its request is empty.
pub(crate) const HEALTH: &str = "/grpc.health.v1.Health/Check";

/// The site's only redirect URI.
pub(crate) const REDIRECT_URI: &str = "https://shop.example/instagram/callback";

/// What every browser of the run keeps in its cookie.
const BINDING: [u8; 32] = [7; 32];

/// The request that begins a login, about 120 bytes.
pub(crate) fn start() -> Bytes {
    framed(&pb::StartAuthorizationRequest {
        browser_binding_hash: digest(&SHA256, &BINDING).as_ref().to_vec(),
        return_to: "/checkout/?step=payment".to_owned(),
        attributes: [("campaign", "autumn"), ("page", "checkout")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        ..Default::default()
    })
}

/// The request that finishes the login `state` as the account `number`.
pub(crate) fn complete(state: &str, number: u64) -> Bytes {
    framed(&pb::CompleteAuthorizationRequest {
        callback_query: format!("code={number}&state={state}#_"),
        browser_binding: BINDING.to_vec(),
    })
}

/// The request for a lead.
pub(crate) fn get_lead(lead_id: &str) -> Bytes {
    framed(&pb::GetLeadRequest {
        key: Some(pb::get_lead_request::Key::LeadId(lead_id.to_owned())),
    })
}

/// SHA-256 in lower-case hex, as the configuration takes it.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    let hash = digest(&SHA256, bytes);
    hash.as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
