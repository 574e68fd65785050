//! What a caller sends stays between it and the daemon: of no rpc, and on no
//! path through it, does the log repeat a field.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use leadtap::grpc::DESCRIPTORS;
use prost::Message;
use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value,
};

use crate::support::Shop;
use crate::support::caller::{caller_section, hex};
use crate::support::web::{Web, frame};

/// How long an answer is waited for: some streams have no end.
const PATIENCE: Duration = Duration::from_secs(2);

/// How deep messages in messages are filled.
const DEPTH: usize = 3;

/// Each rpc, and the fields of its request that the log may repeat, because
/// they open no door and an error has to name them: the word of a filter, or the
/// field of a mask, that there is not. A new rpc belongs here.
const MAY_BE_LOGGED: &[(&str, &[&str])] = &[
    ("leadtap.v1.LoginService/StartAuthorization", &[]),
    ("leadtap.v1.LoginService/CompleteAuthorization", &[]),
    ("leadtap.v1.LoginService/GetLead", &[]),
    ("leadtap.v1.LoginService/GetSite", &[]),
    ("leadtap.v1.TokenService/ImportToken", &[]),
    ("leadtap.v1.TokenService/GetAccessToken", &[]),
    ("leadtap.v1.TokenService/RefreshToken", &[]),
    ("leadtap.v1.TokenService/ListTokens", &[]),
    ("leadtap.v1.AdminService/GetStatus", &[]),
    ("leadtap.v1.AdminService/ListKeys", &[]),
    ("leadtap.v1.AdminService/AddKey", &[]),
    ("leadtap.v1.AdminService/RotateKeys", &[]),
    ("leadtap.v1.AdminService/CreateBackup", &[]),
    ("leadtap.v1.AdminService/CompactStore", &[]),
    ("leadtap.v1.AdminService/RetireKey", &[]),
    ("leadtap.v1.LeadService/DeleteLead", &[]),
    ("leadtap.v1.LeadService/ListLeads", &["filter"]),
    ("leadtap.v1.LeadService/PreviewRetention", &[]),
    ("leadtap.v1.LeadService/GetLeadStatistics", &[]),
    ("leadtap.v1.LeadService/UpdateLead", &["update_mask.paths"]),
    ("leadtap.v1.LeadService/ExportLeads", &["filter"]),
    ("leadtap.v1.LeadService/ExportLead", &[]),
    ("leadtap.v1.LeadService/WatchLeads", &[]),
    ("leadtap.v1.PlatformService/HandleDeauthorization", &[]),
    ("leadtap.v1.PlatformService/HandleDataDeletion", &[]),
    ("leadtap.v1.PlatformService/GetDeletionStatus", &[]),
    ("leadtap.v1.WebhookService/ListWebhooks", &[]),
    ("leadtap.v1.WebhookService/ListDeadLetters", &[]),
    ("leadtap.v1.WebhookService/ReplayDeadLetters", &[]),
];

/// A marker for each text that can be set in a message, by the path of its
/// field, together with the message in which it is set.
fn marked(message: &MessageDescriptor) -> Vec<(String, Vec<u8>, DynamicMessage)> {
    let mut marked = Vec::new();
    for field in texts(message, DEPTH) {
        let path: Vec<&str> = field.iter().map(FieldDescriptor::name).collect();
        let path = path.join(".");
        // Looks like nothing in particular, and is told apart from all others.
        let marker = format!(
            "zq{}qz",
            hex(format!("{}{path}", message.name()).as_bytes())
        );
        let marker = marker[marker.len().saturating_sub(40)..].to_owned();
        let set = with(message, &field, &marker);
        marked.push((path, marker.into_bytes(), set));
    }
    marked
}

/// The ways through a message to its texts.
fn texts(message: &MessageDescriptor, depth: usize) -> Vec<Vec<FieldDescriptor>> {
    let mut ways = Vec::new();
    for field in message.fields().filter(|field| !field.is_map()) {
        match field.kind() {
            Kind::String | Kind::Bytes => ways.push(vec![field]),
            Kind::Message(inner) if depth > 0 => {
                for mut way in texts(&inner, depth - 1) {
                    way.insert(0, field.clone());
                    ways.push(way);
                }
            }
            _ => {}
        }
    }
    ways
}

fn with(message: &MessageDescriptor, way: &[FieldDescriptor], marker: &str) -> DynamicMessage {
    let mut filled = DynamicMessage::new(message.clone());
    let (field, rest) = way.split_first().unwrap();
    let value = match field.kind() {
        Kind::Message(inner) => Value::Message(with(&inner, rest, marker)),
        Kind::Bytes => Value::Bytes(marker.as_bytes().to_vec().into()),
        _ => Value::String(marker.to_owned()),
    };
    let value = match field.cardinality() {
        Cardinality::Repeated => Value::List(vec![value]),
        _ => value,
    };
    filled.set_field(field, value);
    filled
}

#[tokio::test]
async fn no_rpc_repeats_in_the_log_what_it_was_sent() {
    const ALL: &str = "bearer-token-of-one-who-may-everything";
    const WRONG: &str = "bearer-token-of-nobody-8812";
    let permissions = r#"login", "leads", "tokens", "platform", "admin"#;
    let shop = Shop::open_with(|setup| {
        setup.level = "trace".to_owned();
        setup.more = caller_section("everything", "shop", ALL, permissions);
    })
    .await;
    let web = Web::new(&shop.daemon.socket);
    let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
    let mut sent: BTreeMap<String, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    for service in pool.services() {
        if !service.full_name().starts_with("leadtap.") {
            continue;
        }
        for rpc in service.methods() {
            let path = format!("{}/{}", service.full_name(), rpc.name());
            let markers = sent.entry(path.clone()).or_default();
            let mut bodies = vec![frame(b"garbage-that-came-in-a-request-8812")];
            bodies.push(frame(&[]));
            for (field, marker, message) in marked(&rpc.input()) {
                bodies.push(frame(&message.encode_to_vec()));
                markers.push((field, marker));
            }
            for body in bodies {
                for token in [ALL, WRONG] {
                    let bearer = format!("Bearer {token}");
                    let headers = [("authorization", bearer.as_str())];
                    let call = web.post_to(&path, &headers, body.clone());
                    // A stream that has no end is left after a while.
                    let _ = tokio::time::timeout(PATIENCE, call).await;
                }
            }
        }
    }
    let table: BTreeSet<&str> = MAY_BE_LOGGED.iter().map(|(rpc, _)| *rpc).collect();
    let rpcs: BTreeSet<&str> = sent.keys().map(String::as_str).collect();
    assert_eq!(table, rpcs, "each rpc says what of it may be logged");

    let log = shop.daemon.log();
    for secret in [ALL, WRONG, "garbage-that-came"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    let mut repeated = Vec::new();
    for (rpc, markers) in &sent {
        let (_, may) = MAY_BE_LOGGED.iter().find(|(name, _)| name == rpc).unwrap();
        for (field, marker) in markers {
            let text = std::str::from_utf8(marker).unwrap();
            let is_there = log.contains(text) || log.contains(&format!("{marker:?}"));
            if is_there && !may.contains(&field.as_str()) {
                repeated.push(format!("{rpc} {field}"));
            }
        }
    }
    assert!(repeated.is_empty(), "the log repeats {repeated:#?}");
    // The search looked at the finest lines too, which name each call.
    assert!(log.contains("/leadtap.v1.LoginService/GetLead"), "{log}");
}
