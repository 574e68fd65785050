//! A machine's clock that jumps, as docs/limits.md says.

use std::sync::Arc;
use std::time::Duration;

use leadtap::domain::clock::{ManualClock, Timestamp};
use leadtap::grpc::pb::ErrorReason as Reason;
use tonic::Code;

use crate::support::in_process::InProcess;
use crate::support::shop::{ACCOUNT, authorized};
use crate::support::{Fake, Refusal, Setup, Visit};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// 2026-11-25 12:00 UTC.
const NOON: Timestamp = Timestamp::from_micros(1_795_608_000_000_000);

#[tokio::test]
async fn an_hour_forward_ends_the_logins_under_way_and_no_others() {
    let fake = Fake::start().await;
    let clock = ManualClock::at(NOON);
    let setup = Setup::with(&fake);
    let daemon = InProcess::start(&setup, Arc::new(clock.clone()));
    let client = daemon.client().await;
    let visit = Visit::begin(&client).await;
    let callback = visit.allow(ACCOUNT).await;
    clock.advance(HOUR);
    Refusal::from(visit.complete(&client, &callback).await).is(
        Code::FailedPrecondition,
        Reason::AuthorizationExpired,
        "START_AGAIN",
    );
    let visit = Visit::begin(&client).await;
    let callback = visit.allow(ACCOUNT).await;
    assert!(authorized(visit.complete(&client, &callback).await).new_lead);
}

#[tokio::test]
async fn an_hour_back_ends_nothing_and_locks_nobody_out() {
    let fake = Fake::start().await;
    let clock = ManualClock::at(NOON);
    let mut setup = Setup::with(&fake);
    // All of the minute's starts are used up when the clock goes back.
    setup.site = "max_starts_per_minute = 2".to_owned();
    let daemon = InProcess::start(&setup, Arc::new(clock.clone()));
    let client = daemon.client().await;
    let done = Visit::begin(&client).await;
    let done_callback = done.allow(ACCOUNT).await;
    let lead = authorized(done.complete(&client, &done_callback).await).lead;
    let under_way = Visit::begin(&client).await;
    let callback = under_way.allow(ACCOUNT).await;

    clock.go_back(HOUR);
    let replayed = authorized(done.complete(&client, &done_callback).await);
    assert!(replayed.replayed);
    assert_eq!(replayed.lead.unwrap().lead_id, lead.unwrap().lead_id);
    let second = authorized(under_way.complete(&client, &callback).await);
    assert_eq!(second.lead.unwrap().login_count, 2);
    let fresh = Visit::begin(&client).await;
    let callback = fresh.allow(ACCOUNT).await;
    let third = authorized(fresh.complete(&client, &callback).await);
    assert_eq!(third.lead.unwrap().login_count, 3);

    // And forth again, as a clock that is set right.
    clock.advance(HOUR);
    let fresh = Visit::begin(&client).await;
    let callback = fresh.allow(ACCOUNT).await;
    let fourth = authorized(fresh.complete(&client, &callback).await);
    assert_eq!(fourth.lead.unwrap().login_count, 4);
}
