//! Leads erased on the shop's word.

use std::path::Path;

use leadtap::grpc::pb::delete_lead_request::Key;
use leadtap::grpc::pb::lead_service_client::LeadServiceClient;
use leadtap::grpc::pb::{self, ErrorReason as Reason};
use serde_json::Value;
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::support::caller::{self, caller_section};
use crate::support::command::{Ended, leadtap, run};
use crate::support::shop::{ACCOUNT, authorized, keys};
use crate::support::{Browser, Refusal, Setup, Shop, Visit};

/// Lets the plugin's caller work with leads, too.
fn with_leads(setup: &mut Setup) {
    let login = "permissions = [\"login\"]".to_owned();
    let both = "permissions = [\"login\", \"leads\"]".to_owned();
    setup.replaced.push((login, both));
}

async fn service(shop: &Shop) -> LeadServiceClient<Channel> {
    LeadServiceClient::new(shop.daemon.channel().await)
}

async fn delete(
    service: &LeadServiceClient<Channel>,
    key: Option<Key>,
) -> Result<pb::DeleteLeadResponse, Status> {
    let request = pb::DeleteLeadRequest { key };
    let answer = service.clone().delete_lead(request).await;
    answer.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn an_erased_lead_is_gone_by_every_id_and_its_login_says_so() {
    let shop = Shop::open_with(with_leads).await;
    let service = service(&shop).await;
    let visit = shop.visit().await;
    let callback = visit.allow(ACCOUNT).await;
    let lead = authorized(visit.complete(&shop.client, &callback).await).lead;
    let lead = lead.unwrap();

    let by_id = Some(Key::LeadId(lead.lead_id.clone()));
    let erased = delete(&service, by_id.clone()).await.unwrap();
    assert_eq!(erased.lead_id, lead.lead_id);
    assert!(!erased.erased_earlier);
    for key in keys(&lead) {
        Refusal::from(shop.lead(key).await)
            .is(Code::NotFound, Reason::LeadNotFound, "FIX_REQUEST")
            .after(None);
    }
    let replayed = Refusal::from(visit.complete(&shop.client, &callback).await).is(
        Code::NotFound,
        Reason::AuthorizationNotFound,
        "START_AGAIN",
    );
    assert!(replayed.message.contains("was erased"), "{replayed:?}");
    let again = delete(&service, by_id).await.unwrap();
    assert!(again.erased_earlier);
    assert_eq!(again.erase_time, erased.erase_time);

    let newcomer = shop.login(ACCOUNT).await;
    assert!(newcomer.new_lead);
    assert_ne!(newcomer.lead.unwrap().lead_id, lead.lead_id);
}

#[tokio::test]
async fn a_lead_is_erased_by_whichever_of_instagrams_ids_is_known() {
    let shop = Shop::open_with(with_leads).await;
    let service = service(&shop).await;
    let ids = async || {
        let profile = shop.login(ACCOUNT).await.lead.unwrap().instagram.unwrap();
        (profile.id, profile.user_id)
    };
    let (scoped, user) = ids().await;
    let keys = [
        Key::InstagramScopedId(scoped.clone()),
        Key::InstagramUserId(user.clone()),
        Key::InstagramId(scoped.clone()),
        Key::InstagramId(user.clone()),
    ];
    for key in keys {
        delete(&service, Some(key.clone())).await.unwrap();
        Refusal::from(delete(&service, Some(key)).await).is(
            Code::NotFound,
            Reason::LeadNotFound,
            "FIX_REQUEST",
        );
        ids().await;
    }
    // The two are never mixed up where somebody said which it is.
    for key in [Key::InstagramScopedId(user), Key::InstagramUserId(scoped)] {
        Refusal::from(delete(&service, Some(key)).await).is(
            Code::NotFound,
            Reason::LeadNotFound,
            "FIX_REQUEST",
        );
    }
}

#[tokio::test]
async fn a_lead_to_erase_must_be_named_by_a_right_id() {
    let shop = Shop::open_with(with_leads).await;
    let service = service(&shop).await;
    for (key, field) in [
        (None, "key"),
        (Some(Key::LeadId("7".to_owned())), "lead_id"),
        (
            Some(Key::InstagramUserId("x".to_owned())),
            "instagram_user_id",
        ),
        (
            Some(Key::InstagramScopedId(String::new())),
            "instagram_scoped_id",
        ),
        (Some(Key::InstagramId("1".repeat(33))), "instagram_id"),
    ] {
        let refusal = Refusal::from(delete(&service, key).await).is(
            Code::InvalidArgument,
            Reason::RequestInvalid,
            "FIX_REQUEST",
        );
        assert_eq!(refusal.fields[0].0, field);
    }
}

#[tokio::test]
async fn another_sites_lead_cannot_be_erased_nor_erased_without_the_permission() {
    const OTHER: &str = "another-site-bearer-token-2a77";
    let shop = Shop::open_with(|setup| {
        let site = setup.site_section("other", "");
        setup.more = site + &caller_section("other", "other", OTHER, "leads");
    })
    .await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    let [by_id, ..] = keys(&lead);
    let key = Some(Key::LeadId(lead.lead_id.clone()));
    Refusal::from(delete(&service(&shop).await, key.clone()).await).is(
        Code::PermissionDenied,
        Reason::PermissionMissing,
        "OPERATOR",
    );
    let channel = caller::tcp(&shop.daemon).await;
    let bearer = format!("Bearer {OTHER}");
    let mut request = tonic::Request::new(pb::DeleteLeadRequest { key });
    request
        .metadata_mut()
        .insert("authorization", bearer.parse().unwrap());
    let foreign = LeadServiceClient::new(channel).delete_lead(request).await;
    Refusal::from(foreign).is(Code::NotFound, Reason::LeadNotFound, "FIX_REQUEST");
    assert_eq!(shop.lead(by_id).await.unwrap(), lead);
}

async fn lead_delete(shop: &Shop, arguments: &[&str]) -> Ended {
    let socket = shop.daemon.socket.display().to_string();
    let command = ["lead", "delete", "--socket", &socket];
    run(leadtap(&[&command, arguments].concat())).await
}

#[tokio::test]
async fn an_id_out_of_a_mail_of_metas_is_erased_on_the_command_line() {
    let shop = Shop::open_with(with_leads).await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    let id = lead.instagram.clone().unwrap().id;
    let asked = lead_delete(&shop, &["--instagram-id", &id]).await;
    assert_eq!(asked.exit, Some(64), "{asked:?}");
    assert!(asked.err.contains("--yes"), "{asked:?}");

    let done = lead_delete(&shop, &["--instagram-id", &id, "--yes", "--output", "json"]).await;
    assert_eq!(done.exit, Some(0), "{done:?}");
    let printed: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(printed["lead_id"], lead.lead_id);
    assert_eq!(printed["erased_earlier"], false);
    let again = lead_delete(&shop, &["--instagram-id", &id, "--yes"]).await;
    assert_eq!(again.exit, Some(66), "{again:?}");
    let by_id = lead_delete(&shop, &[&lead.lead_id, "--yes"]).await;
    assert!(by_id.out.contains("had been erased already"), "{by_id:?}");
}

/// Whether any file of the folder holds this text.
fn is_in(folder: &Path, text: &str) -> bool {
    let mut files = std::fs::read_dir(folder).unwrap().flatten();
    files.any(|file| {
        let bytes = std::fs::read(file.path()).unwrap();
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    })
}

#[tokio::test]
async fn what_a_login_was_begun_with_is_not_to_be_read_in_the_log_of_begun_logins() {
    const MARKS: [&str; 4] = [
        "/marked-page",
        "marked-campaign",
        "marked-text",
        "marked-place",
    ];
    let Shop {
        client,
        daemon,
        setup,
        fake: _fake,
    } = Shop::open_with(with_leads).await;
    let browser = Browser::new();
    let mut request = browser.start_request();
    request.return_to = MARKS[0].to_owned();
    request
        .attributes
        .insert("campaign".to_owned(), MARKS[1].to_owned());
    request.consent = Some(pb::Consent {
        text_version: MARKS[2].to_owned(),
        agree_time: Some(prost_types::Timestamp {
            seconds: 1_790_000_000,
            nanos: 0,
        }),
        source: MARKS[3].to_owned(),
        withdraw_time: None,
    });
    let started = client.clone().start_authorization(request).await;
    let visit = Visit {
        browser,
        started: started.unwrap().into_inner(),
    };
    let callback = visit.allow(ACCOUNT).await;
    daemon.kill_9();
    let pending = setup.data().join("pending");
    assert!(is_in(&pending, "shop"), "the login is there");
    for mark in MARKS {
        assert!(!is_in(&pending, mark), "{mark} is in the log");
    }
    // The browser that comes back opens it, also after a crash.
    let daemon = setup.start().await;
    let client = caller::client(daemon.channel().await, None);
    let done = authorized(visit.complete(&client, &callback).await);
    assert_eq!(done.return_to, MARKS[0]);
    let lead = done.lead.unwrap();
    assert_eq!(lead.attributes["campaign"], MARKS[1]);
    assert_eq!(lead.consent.unwrap().source, MARKS[3]);
    let mut service = LeadServiceClient::new(daemon.channel().await);
    let key = Some(Key::LeadId(lead.lead_id));
    let request = pb::DeleteLeadRequest { key };
    service.delete_lead(request).await.unwrap();
    daemon.stops().await;
    for mark in MARKS {
        assert!(!is_in(&pending, mark), "{mark} is in the log");
    }
}
