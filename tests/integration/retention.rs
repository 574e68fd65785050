//! Leads that nobody logs in to: told of beforehand, then erased by the daemon.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use leadtap::domain::clock::{Clock, ManualClock, SystemClock};
use leadtap::grpc::pb::{self, ErrorReason as Reason};
use serde_json::{Value, json};
use tonic::{Code, Status};

use crate::support::command::{Ended, leadtap, run};
use crate::support::desk::{self, Desk, with_leads};
use crate::support::in_process::InProcess;
use crate::support::receiver::{self, SECRET, begun};
use crate::support::reload::{RELOADED, reload};
use crate::support::shop::{ACCOUNT, authorized};
use crate::support::{Fake, PATIENCE, Refusal, Setup, Visit, eventually};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A shop with one lead, whose newest login was three days ago.
async fn three_days_later() -> (Fake, Setup, pb::Lead) {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    with_leads(&mut setup);
    let clock = ManualClock::at(SystemClock.now());
    clock.go_back(3 * DAY);
    let daemon = InProcess::start(&setup, Arc::new(clock));
    let client = daemon.client().await;
    let visit = Visit::begin(&client).await;
    let callback = visit.allow(ACCOUNT).await;
    let lead = authorized(visit.complete(&client, &callback).await).lead;
    (fake, setup, lead.unwrap())
}

async fn preview(desk: &Desk, days: i32) -> Result<pb::PreviewRetentionResponse, Status> {
    let request = pb::PreviewRetentionRequest {
        delete_after_days: days,
        ..Default::default()
    };
    let answer = desk.clone().preview_retention(request).await;
    answer.map(tonic::Response::into_inner)
}

async fn lead_retention(socket: &Path, arguments: &[&str]) -> Ended {
    let socket = socket.display().to_string();
    let command = ["lead", "retention", "--socket", &socket];
    run(leadtap(&[&command, arguments].concat())).await
}

#[tokio::test]
async fn an_idle_lead_is_told_of_and_stays_until_a_reload_wants_it_erased() {
    let (fake, mut setup, lead) = three_days_later().await;
    let daemon = setup.start().await;
    let desk = Desk::new(daemon.channel().await);
    let found = preview(&desk, 3).await.unwrap();
    assert_eq!((found.total_leads, found.leads.len()), (Some(1), 1));
    assert_eq!(found.leads[0].lead_id, lead.lead_id);
    assert_eq!(found.leads[0].last_login_time, lead.last_login_time);
    assert_eq!(
        (found.delete_after_days, found.site_delete_after_days),
        (3, 0)
    );
    let not_yet = preview(&desk, 4).await.unwrap();
    assert_eq!((not_yet.total_leads, not_yet.leads), (Some(0), Vec::new()));
    drop(desk);
    daemon.stops().await;

    // One process from here on: the period comes with a reload.
    fake.receiver(json!({ "secret": SECRET })).await;
    setup.site = receiver::section(&setup, &fake);
    let daemon = setup.start().await;
    begun(&daemon).await;
    let mut desk = Desk::new(daemon.channel().await);
    let watched = desk.watch_leads(pb::WatchLeadsRequest::default()).await;
    let mut events = watched.unwrap().into_inner();
    events.message().await.unwrap();
    let with_period = setup
        .configuration()
        .replace("name = \"shop\"", "name = \"shop\"\ndelete_after_days = 2");
    reload(&setup, &daemon, |_| with_period, RELOADED).await;

    // Whoever follows hears of it, and so does the shop's program.
    let told = tokio::time::timeout(PATIENCE, events.message()).await;
    let event = told.unwrap().unwrap().unwrap().event.unwrap();
    assert_eq!(event.r#type(), pb::LeadEventType::Erased);
    assert_eq!((&event.lead_id, &event.lead), (&lead.lead_id, &None));
    let came = fake.came(|all| !all.is_empty()).await;
    assert_eq!(came[0]["body"]["type"], "lead.erased");
    assert_eq!(came[0]["body"]["data"], json!({ "lead_id": lead.lead_id }));
    let page = desk.list_leads(pb::ListLeadsRequest::default()).await;
    assert_eq!(page.unwrap().into_inner().leads, []);
    let nobody = preview(&desk, 0).await.unwrap();
    assert_eq!(
        (nobody.total_leads, nobody.site_delete_after_days),
        (Some(0), 2)
    );
    let said = "leads were erased that nobody logged in to";
    eventually(said, async || daemon.log().contains(said).then_some(())).await;
    assert!(daemon.log().contains("retention.erased=1"));
    let lines = eventually("a line about the erasure", async || {
        let lines = daemon.audited("erasure.retention");
        (!lines.is_empty()).then_some(lines)
    })
    .await;
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(lines[0]["subject"], format!("lead {}", lead.lead_id));
    assert_eq!(
        (&lines[0]["site"], &lines[0]["outcome"]),
        (&json!("shop"), &json!("OK"))
    );
    drop((desk, events));
    daemon.stops().await;
}

#[tokio::test]
async fn a_dry_run_is_for_people_and_for_programs_and_never_more_than_that() {
    let (_fake, setup, lead) = three_days_later().await;
    let daemon = setup.start().await;
    let wet = lead_retention(&daemon.socket, &["--days", "3"]).await;
    assert_eq!(wet.exit, Some(64), "{wet:?}");
    assert!(wet.err.contains("--dry-run"), "{wet:?}");
    let unset = lead_retention(&daemon.socket, &["--dry-run"]).await;
    assert_eq!(unset.exit, Some(65), "{unset:?}");
    assert!(unset.err.contains("no delete_after_days"), "{unset:?}");

    let text = lead_retention(&daemon.socket, &["--dry-run", "--days", "3"]).await;
    assert_eq!(text.exit, Some(0), "{text:?}");
    for said in [": 1.", "Nobody is erased", &lead.lead_id] {
        assert!(text.out.contains(said), "{said}: {text:?}");
    }
    let arguments = ["--dry-run", "--days", "3", "--output", "json"];
    let printed = lead_retention(&daemon.socket, &arguments).await;
    let printed: Value = serde_json::from_str(&printed.out).unwrap();
    assert_eq!(printed["total_leads"], 1);
    assert_eq!(printed["leads"][0]["lead_id"], json!(lead.lead_id));
    assert_eq!(printed["next_page_token"], "");
    // The lead is still there, and so is the next dry run's answer.
    let again = lead_retention(&daemon.socket, &["--dry-run", "--days", "3"]).await;
    assert!(again.out.contains(&lead.lead_id), "{again:?}");
    daemon.stops().await;
}

#[tokio::test]
async fn what_cannot_be_previewed_is_refused_by_the_field() {
    let (shop, desk) = desk::open().await;
    for days in [0, -1, 3651, i32::MAX] {
        let refusal = Refusal::from(preview(&desk, days).await).is(
            Code::InvalidArgument,
            Reason::RequestInvalid,
            "FIX_REQUEST",
        );
        assert_eq!(refusal.fields[0].0, "delete_after_days");
    }
    let request = pb::PreviewRetentionRequest {
        delete_after_days: 1,
        page_token: "bm8gc3VjaCBwYWdl".to_owned(),
        ..Default::default()
    };
    Refusal::from(desk.clone().preview_retention(request).await).is(
        Code::InvalidArgument,
        Reason::PageTokenInvalid,
        "FIX_REQUEST",
    );
    drop(desk);
    shop.daemon.stops().await;
}

#[tokio::test]
async fn a_preview_takes_the_permission_for_leads() {
    let shop = crate::support::Shop::open().await;
    let desk = Desk::new(shop.daemon.channel().await);
    Refusal::from(preview(&desk, 1).await).is(
        Code::PermissionDenied,
        Reason::PermissionMissing,
        "OPERATOR",
    );
    drop(desk);
    shop.daemon.stops().await;
}
