//! Whoever looks after a shop's leads.

use leadtap::grpc::pb;
use leadtap::grpc::pb::lead_service_client::LeadServiceClient;
use prost_types::FieldMask;
use serde_json::json;
use tonic::transport::Channel;

use super::{Setup, Shop};

/// A client of LeadService.
pub type Desk = LeadServiceClient<Channel>;

/// The usual callers may also look after leads.
pub fn with_leads(setup: &mut Setup) {
    setup.permit(r#""login", "leads""#);
}

/// A shop whose leads are looked after.
pub async fn open() -> (Shop, Desk) {
    let shop = Shop::open_with(with_leads).await;
    let desk = LeadServiceClient::new(shop.daemon.channel().await);
    (shop, desk)
}

/// Writes a telephone number to a lead.
pub async fn set_phone(desk: &Desk, lead_id: &str, phone: &str) {
    let lead = pb::Lead {
        lead_id: lead_id.to_owned(),
        contact: Some(pb::Contact {
            phone: phone.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let request = pb::UpdateLeadRequest {
        lead: Some(lead),
        update_mask: Some(FieldMask {
            paths: vec!["contact.phone".to_owned()],
        }),
    };
    desk.clone().update_lead(request).await.unwrap();
}

/// Puts a test account into the sandbox, and its lead into the shop.
pub async fn lead(shop: &Shop, number: u64, followers: u64) -> pb::Lead {
    let username = format!("lead.{number}");
    let account = json!({
        "username": username,
        "account_type": if number.is_multiple_of(2) { "business" } else { "creator" },
        "id": (25_000_000_000_000_000 + number).to_string(),
        "user_id": (17_841_400_000_000_000 + number).to_string(),
        "name": format!("Lead {number}"),
        "followers_count": followers,
    });
    shop.fake
        .control(reqwest::Method::POST, "accounts", Some(account))
        .await;
    shop.login(&username).await.lead.unwrap()
}
