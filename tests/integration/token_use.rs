//! Tokens for programs that use them.

use leadtap::grpc::pb::lead_service_client::LeadServiceClient;
use leadtap::grpc::pb::{self, ErrorReason as Reason};
use serde_json::Value;
use tonic::Code::{FailedPrecondition, InvalidArgument, NotFound, PermissionDenied};

use crate::support::shop::ACCOUNT;
use crate::support::tokens::{self, TokenClient, with_tokens};
use crate::support::{Refusal, Shop, eventually};

#[tokio::test]
async fn a_token_is_handed_out_and_not_refreshed_before_it_is_a_day_old() {
    let (shop, client) = tokens::shop().await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    let handed = client.get(&lead.lead_id).await.unwrap();
    assert_eq!(handed.status, lead.token);
    assert!(handed.access_token.starts_with("IGAA"));
    let refusal = Refusal::from(client.refresh(&lead.lead_id).await);
    let refusal = refusal.is(FailedPrecondition, Reason::TokenTooYoung, "RETRY");
    let wait = refusal.retry.unwrap().as_secs();
    assert!((86_000..=86_400).contains(&wait), "{wait}");
    assert_eq!(shop.fake.count_of(ACCOUNT, "refresh").await, 0);
    assert!(!shop.daemon.log().contains(&handed.access_token));
}

#[tokio::test]
async fn a_token_of_no_lead_or_of_another_sites_is_not_found() {
    let shop = Shop::open_with(|setup| {
        with_tokens(setup);
        setup.more = setup.site_section("other", "")
            + &crate::support::caller::caller_section("other", "other", "other-token", "tokens");
    })
    .await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap().lead_id;
    let client = TokenClient::of(&shop.daemon.socket).await;
    let nobody = "0192f1c8-7b7e-7d4c-9a51-0b5a3f7f2a10";
    Refusal::from(client.get(nobody).await).is(NotFound, Reason::LeadNotFound, "FIX_REQUEST");
    Refusal::from(client.refresh(nobody).await).is(NotFound, Reason::LeadNotFound, "FIX_REQUEST");
    let refusal = Refusal::from(client.get("17").await);
    let refusal = refusal.is(InvalidArgument, Reason::RequestInvalid, "FIX_REQUEST");
    assert_eq!(refusal.fields[0].0, "lead_id");

    let other = TokenClient::with_token(&shop.daemon.socket, "other-token").await;
    Refusal::from(other.get(&lead).await).is(NotFound, Reason::LeadNotFound, "FIX_REQUEST");
    let listed = other.list(pb::ListTokensRequest::default()).await.unwrap();
    assert_eq!(listed.tokens, []);
}

#[tokio::test]
async fn without_the_permission_nothing_about_tokens_is_told() {
    let shop = Shop::open().await;
    let client = TokenClient::of(&shop.daemon.socket).await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap().lead_id;
    let list = client.list(pb::ListTokensRequest::default()).await;
    for refusal in [
        Refusal::from(client.get(&lead).await),
        Refusal::from(client.refresh(&lead).await),
        Refusal::from(client.import("IGAA").await),
        Refusal::from(list),
    ] {
        let refusal = refusal.is(PermissionDenied, Reason::PermissionMissing, "OPERATOR");
        assert!(refusal.message.contains("`tokens`"), "{refusal:?}");
    }
}

#[tokio::test]
async fn each_token_that_is_handed_out_is_in_the_audit_log() {
    let shop = Shop::open_with(|setup| {
        with_tokens(setup);
        let file = setup.path("audit.jsonl").display().to_string();
        setup.more += &format!("[audit]\nfile = \"{file}\"\n");
    })
    .await;
    let client = TokenClient::of(&shop.daemon.socket).await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap().lead_id;
    let token = client.get(&lead).await.unwrap().access_token;
    let line = eventually("a line in the audit log", async || {
        let text = std::fs::read_to_string(shop.setup.path("audit.jsonl")).ok()?;
        let line = text.lines().find(|line| line.contains("GetAccessToken"))?;
        Some(line.to_owned())
    })
    .await;
    assert!(line.contains(&lead) && !line.contains(&token), "{line}");
    serde_json::from_str::<Value>(&line).unwrap();
}

#[tokio::test]
async fn tokens_are_listed_by_page_and_state_and_never_told() {
    let (shop, client) = tokens::shop().await;
    let mut leads = Vec::new();
    for account in [ACCOUNT, "mira_makes"] {
        leads.push(shop.login(account).await.lead.unwrap().lead_id);
    }
    let page = |page_token: String| pb::ListTokensRequest {
        page_size: 1,
        page_token,
        ..Default::default()
    };
    let first = client.list(page(String::new())).await.unwrap();
    let second = client
        .list(page(first.next_page_token.clone()))
        .await
        .unwrap();
    let found = [&first, &second].map(|page| page.tokens[0].lead_id.clone());
    assert_eq!(found.as_slice(), leads);
    let listed = async |state: pb::TokenState| {
        let request = pb::ListTokensRequest {
            states: vec![state.into()],
            ..Default::default()
        };
        client.list(request).await.unwrap().tokens.len()
    };
    assert_eq!(listed(pb::TokenState::LongLived).await, 2);
    assert_eq!(listed(pb::TokenState::Revoked).await, 0);
    for (request, field) in [
        (
            pb::ListTokensRequest {
                page_size: 1_001,
                ..Default::default()
            },
            "page_size",
        ),
        (
            pb::ListTokensRequest {
                page_size: -1,
                ..Default::default()
            },
            "page_size",
        ),
        (page("made up".to_owned()), "page_token"),
        (
            pb::ListTokensRequest {
                states: vec![0],
                ..Default::default()
            },
            "states",
        ),
        (
            pb::ListTokensRequest {
                states: vec![2; 9],
                ..Default::default()
            },
            "states",
        ),
    ] {
        let refusal = Refusal::from(client.list(request).await);
        let refusal = refusal.is(InvalidArgument, Reason::RequestInvalid, "FIX_REQUEST");
        assert_eq!(refusal.fields[0].0, field);
    }
}

#[tokio::test]
async fn a_token_whose_person_withdrew_their_consent_is_handed_to_nobody() {
    let shop = Shop::open_with(|setup| setup.permit(r#""login", "tokens", "leads""#)).await;
    let client = TokenClient::of(&shop.daemon.socket).await;
    let mut desk = LeadServiceClient::new(shop.daemon.channel().await);
    let mut lead = shop.login(ACCOUNT).await.lead.unwrap();
    let time = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let given = pb::Consent {
        text_version: "2026-11 en".to_owned(),
        agree_time: time(1_790_000_000),
        ..Default::default()
    };
    let withdrawn = pb::Consent {
        withdraw_time: time(1_790_000_001),
        ..Default::default()
    };
    client.get(&lead.lead_id).await.unwrap();
    for (consent, path) in [(given, "consent"), (withdrawn, "consent.withdraw_time")] {
        lead.consent = Some(consent);
        lead.etag = String::new();
        let request = pb::UpdateLeadRequest {
            lead: Some(lead.clone()),
            update_mask: Some(prost_types::FieldMask {
                paths: vec![path.to_owned()],
            }),
        };
        desk.update_lead(request).await.unwrap();
    }
    Refusal::from(client.get(&lead.lead_id).await).is(
        FailedPrecondition,
        Reason::TokenConsentWithdrawn,
        "OPERATOR",
    );
}

#[tokio::test]
async fn soon_after_a_start_the_tokens_are_counted_by_their_states() {
    let (shop, _) = tokens::shop().await;
    for account in [ACCOUNT, "mira_makes"] {
        shop.login(account).await;
    }
    let Shop { daemon, setup, .. } = shop;
    daemon.stops().await;
    let daemon = setup.start().await;
    let client = TokenClient::of(&daemon.socket).await;
    let counts = eventually("a count", async || {
        let listed = client.list(pb::ListTokensRequest::default()).await;
        let listed = listed.unwrap();
        listed.count_time.map(|_| listed.counts)
    })
    .await;
    let long_lived = pb::TokenCount {
        state: pb::TokenState::LongLived.into(),
        count: 2,
    };
    assert_eq!(counts, [long_lived]);
}
