//! Who may call, and what.

use std::collections::BTreeSet;

use leadtap::grpc::DESCRIPTORS;
use leadtap::grpc::pb::{self, ErrorReason as Reason, get_lead_request::Key};
use leadtap::grpc::permissions::{Need, Rpc, TABLE};
use prost_reflect::DescriptorPool;
use tonic::{Code, Status};

use crate::support::caller::{self, Client, caller_section};
use crate::support::daemon::TOKEN;
use crate::support::{Browser, Refusal, Shop, Visit};

/// Every rpc, called with a good request.
async fn every_rpc(client: &Client) -> Vec<(&'static str, Status)> {
    let (mut client, browser) = (client.clone(), Browser::new());
    let start = client.start_authorization(browser.start_request()).await;
    let request = browser.complete_request("code=abc&state=def");
    let complete = client.complete_authorization(request).await;
    let key = Some(Key::InstagramUserId("1".to_owned()));
    let lead = client.get_lead(pb::GetLeadRequest { key }).await;
    vec![
        ("StartAuthorization", start.map(drop).unwrap_err()),
        ("CompleteAuthorization", complete.map(drop).unwrap_err()),
        ("GetLead", lead.map(drop).unwrap_err()),
    ]
}

#[tokio::test]
async fn a_caller_that_nobody_configured_may_not_call() {
    let shop = Shop::open().await;
    let unix = shop.daemon.channel().await;
    let tcp = caller::tcp(&shop.daemon).await;
    for (channel, token) in [
        (tcp.clone(), None),
        (tcp.clone(), Some("not-the-token")),
        (tcp.clone(), Some("")),
        (tcp, Some(&TOKEN[1..])),
        // Whoever shows a token is who the token says, whatever the uid.
        (unix, Some("not-the-token")),
    ] {
        for (rpc, status) in every_rpc(&caller::client(channel.clone(), token)).await {
            let refusal = Refusal::of(&status);
            let refusal = refusal.is(Code::Unauthenticated, Reason::CallerUnknown, "OPERATOR");
            assert!(refusal.message.contains("[[caller]]"), "{rpc}: {refusal:?}");
        }
    }
}

#[tokio::test]
async fn a_user_that_nobody_configured_may_not_call() {
    let uid = nix::unistd::Uid::current();
    let shop = Shop::open_with(|setup| {
        let other = (
            format!("uid = {uid}\n"),
            format!("uid = {}\n", uid.as_raw() + 1),
        );
        setup.replaced.push(other);
    })
    .await;
    for (_, status) in every_rpc(&shop.client).await {
        Refusal::of(&status).is(Code::Unauthenticated, Reason::CallerUnknown, "OPERATOR");
    }
    // The same user with a token is a caller.
    Visit::begin(&caller::client(shop.daemon.channel().await, Some(TOKEN))).await;
}

#[tokio::test]
async fn a_caller_without_the_permission_may_not_call() {
    let tokens = ["leads", "tokens", "platform", "admin"];
    let shop = Shop::open_with(|setup| {
        let callers = tokens.map(|permission| {
            caller_section(
                permission,
                "shop",
                &format!("{permission}-token"),
                permission,
            )
        });
        setup.more = callers.concat();
    })
    .await;
    let channel = shop.daemon.channel().await;
    for permission in tokens {
        let token = format!("{permission}-token");
        for (_, status) in every_rpc(&caller::client(channel.clone(), Some(&token))).await {
            let refusal = Refusal::of(&status);
            let refusal = refusal.is(
                Code::PermissionDenied,
                Reason::PermissionMissing,
                "OPERATOR",
            );
            assert!(refusal.message.contains("`login`"), "{refusal:?}");
        }
    }
}

#[test]
fn every_rpc_of_the_contract_is_in_the_table_of_permissions() {
    let (mut rpcs, mut streams) = (BTreeSet::new(), BTreeSet::new());
    for descriptors in [
        DESCRIPTORS,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    ] {
        let pool = DescriptorPool::decode(descriptors).unwrap();
        for service in pool.services() {
            let path = |rpc: &str| format!("/{}/{rpc}", service.full_name());
            for rpc in service.methods() {
                if rpc.is_server_streaming() {
                    streams.insert(path(rpc.name()));
                }
                rpcs.insert(path(rpc.name()));
            }
        }
    }
    let table: BTreeSet<String> = TABLE.iter().map(|rpc| rpc.path.to_owned()).collect();
    assert_eq!(table, rpcs);
    assert_eq!(table.len(), TABLE.len(), "each rpc has one row");
    let streaming = TABLE.iter().filter(|rpc| rpc.streams);
    let table: BTreeSet<String> = streaming.map(|rpc| rpc.path.to_owned()).collect();
    assert_eq!(table, streams, "a stream is a call in flight until its end");
    for Rpc { path, need, .. } in TABLE {
        let ours = path.starts_with("/leadtap.");
        assert_eq!(ours, *need != Need::Nothing, "{path}");
    }
}
