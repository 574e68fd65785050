//! Following what happens to leads.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use leadtap::domain::clock::{Clock, ManualClock, SystemClock};
use leadtap::grpc::pb::lead_service_client::LeadServiceClient;
use leadtap::grpc::pb::{self, ErrorReason as Reason, LeadEventType as Type};
use prost_types::FieldMask;
use tonic::transport::Endpoint;
use tonic::{Code, Status, Streaming};

use crate::support::desk::{self, Desk, set_phone};
use crate::support::in_process::InProcess;
use crate::support::shop::ACCOUNT;
use crate::support::{Book, Fake, PATIENCE, Refusal, Setup, caller};

type Events = Streaming<pb::WatchLeadsResponse>;

async fn watch(desk: &Desk, cursor: &str) -> Result<Events, Status> {
    let request = pb::WatchLeadsRequest {
        cursor: cursor.to_owned(),
    };
    let answer = desk.clone().watch_leads(request).await;
    answer.map(tonic::Response::into_inner)
}

/// The next message, or how the stream ended.
async fn next(events: &mut Events) -> Result<pb::WatchLeadsResponse, Status> {
    let message = tokio::time::timeout(PATIENCE, events.message()).await;
    message
        .expect("a message comes")
        .map(|message| message.expect("it goes on"))
}

async fn event(events: &mut Events) -> (String, pb::LeadEvent) {
    let message = next(events).await.unwrap();
    (message.cursor, message.event.expect("an event"))
}

#[tokio::test]
async fn a_consumer_is_told_of_every_change_and_comes_back_to_where_it_was() {
    let (shop, desk) = desk::open().await;
    let mut events = watch(&desk, "").await.unwrap();
    let first = next(&mut events).await.unwrap();
    assert_eq!(first.event, None);

    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    shop.login(ACCOUNT).await;
    set_phone(&desk, &lead.lead_id, "1").await;
    let key = Some(pb::delete_lead_request::Key::LeadId(lead.lead_id.clone()));
    desk.clone()
        .delete_lead(pb::DeleteLeadRequest { key })
        .await
        .unwrap();

    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(event(&mut events).await);
    }
    let types = [Type::Created, Type::LoggedIn, Type::Updated, Type::Erased];
    for ((revision, kind), (_, event)) in (1..).zip(types).zip(&told) {
        assert_eq!((event.r#type(), event.revision), (kind, revision));
        assert_eq!(event.lead_id, lead.lead_id);
        assert!(event.time.is_some());
        // By now it is erased, or it was still there when the event was sent.
        let of_lead = event.lead.as_ref().map(|lead| &lead.lead_id);
        assert!(of_lead.is_none_or(|id| *id == lead.lead_id));
    }
    assert_eq!(told[3].1.lead, None);

    // From every cursor on the rest comes, and nothing else.
    drop(events);
    let mut cursors = vec![first.cursor];
    cursors.extend(told.iter().map(|(cursor, _)| cursor.clone()));
    for (seen, cursor) in cursors.iter().enumerate() {
        let mut events = watch(&desk, cursor).await.unwrap();
        assert_eq!(next(&mut events).await.unwrap().cursor, *cursor);
        for (cursor, expected) in &told[seen..] {
            let (at, again) = event(&mut events).await;
            assert_eq!(
                (&at, again.revision, again.r#type),
                (cursor, expected.revision, expected.r#type)
            );
        }
    }
}

#[tokio::test]
async fn a_lead_whose_consent_was_withdrawn_is_not_in_the_event() {
    let (shop, desk) = desk::open().await;
    let mut lead = shop.login(ACCOUNT).await.lead.unwrap();
    let mut events = watch(&desk, "").await.unwrap();
    next(&mut events).await.unwrap();
    let agree_time = Some(prost_types::Timestamp {
        seconds: 1_790_000_000,
        nanos: 0,
    });
    lead.consent = Some(pb::Consent {
        text_version: "1".to_owned(),
        agree_time,
        source: String::new(),
        withdraw_time: agree_time,
    });
    let request = pb::UpdateLeadRequest {
        lead: Some(lead),
        update_mask: Some(FieldMask {
            paths: vec!["consent".to_owned()],
        }),
    };
    desk.clone().update_lead(request).await.unwrap();
    let (_, updated) = event(&mut events).await;
    assert_eq!((updated.r#type(), updated.lead), (Type::Updated, None));
}

#[tokio::test]
async fn a_stop_ends_the_streams_at_once_and_says_so() {
    let (shop, desk) = desk::open().await;
    let mut events = watch(&desk, "").await.unwrap();
    next(&mut events).await.unwrap();
    let (ended, ()) = tokio::join!(events.message(), shop.daemon.stops());
    let status = ended.unwrap_err();
    let details = tonic_types::StatusExt::get_details_error_info(&status).unwrap();
    assert_eq!(
        (status.code(), details.reason.as_str()),
        (Code::Unavailable, "SHUTTING_DOWN")
    );
}

#[tokio::test]
async fn a_cursor_that_is_none_and_one_of_another_history_are_told_apart() {
    let (shop, desk) = desk::open().await;
    shop.login(ACCOUNT).await;
    for cursor in ["x", "AAAA", "not base64!"] {
        let refusal = Refusal::from(watch(&desk, cursor).await).is(
            Code::InvalidArgument,
            Reason::RequestInvalid,
            "FIX_REQUEST",
        );
        assert_eq!(refusal.fields[0].0, "cursor");
    }
    let unknown = "A".repeat(26) + "E";
    Refusal::from(watch(&desk, &unknown).await)
        .is(Code::OutOfRange, Reason::CursorExpired, "FIX_REQUEST")
        .after(None);
}

#[tokio::test]
async fn after_thirty_days_a_consumer_has_to_list_anew() {
    let fake = Fake::start().await;
    let mut setup = Setup::with(&fake);
    desk::with_leads(&mut setup);
    let clock = ManualClock::at(SystemClock.now());
    let daemon = InProcess::start(&setup, Arc::new(clock.clone()));
    let client = daemon.client().await;
    let desk = LeadServiceClient::new(caller::unix(&setup.path("leadtap.sock")).await);
    let visit = crate::support::Visit::begin(&client).await;
    let before = next(&mut watch(&desk, "").await.unwrap())
        .await
        .unwrap()
        .cursor;
    let callback = visit.allow(ACCOUNT).await;
    crate::support::shop::authorized(visit.complete(&client, &callback).await);
    let mut events = watch(&desk, &before).await.unwrap();
    next(&mut events).await.unwrap();
    let (after, _) = event(&mut events).await;
    drop(events);
    clock.advance(Duration::from_secs(30 * 24 * 60 * 60 + 60));
    let expired = crate::support::eventually("the change to be swept", async || {
        watch(&desk, &before).await.err()
    })
    .await;
    Refusal::of(&expired).is(Code::OutOfRange, Reason::CursorExpired, "FIX_REQUEST");
    // Whoever had read it has missed nothing.
    let mut events = watch(&desk, &after).await.unwrap();
    assert_eq!(next(&mut events).await.unwrap().cursor, after);
}

#[tokio::test]
async fn a_site_has_at_most_sixteen_consumers() {
    let (_shop, desk) = desk::open().await;
    let mut all = Vec::new();
    for _ in 0..16 {
        all.push(watch(&desk, "").await.unwrap());
    }
    Refusal::from(watch(&desk, "").await)
        .is(Code::ResourceExhausted, Reason::TooManyStreams, "RETRY")
        .after(Some(30));
    all.pop();
    crate::support::eventually("the seat to be free", async || watch(&desk, "").await.ok()).await;
}

#[tokio::test]
async fn a_consumer_that_takes_nothing_is_dropped_and_loses_nothing() {
    let (shop, desk) = desk::open().await;
    let lead = shop.login(ACCOUNT).await.lead.unwrap();
    let address = format!("unix://{}", shop.daemon.socket.display());
    // As little as HTTP/2 lets wait on the consumer's side.
    let slow = Endpoint::try_from(address)
        .unwrap()
        .initial_stream_window_size(1024);
    let slow = LeadServiceClient::new(slow.connect().await.unwrap());
    let mut events = watch(&slow, "").await.unwrap();
    let mut cursor = next(&mut events).await.unwrap().cursor;
    for number in 0..400 {
        set_phone(&desk, &lead.lead_id, &number.to_string()).await;
    }
    // Until the daemon has given up; it says so in its log.
    crate::support::eventually("the consumer to be dropped", async || {
        shop.daemon
            .log()
            .contains("a consumer was dropped")
            .then_some(())
    })
    .await;
    let mut revision = 1;
    let status = loop {
        match events.message().await {
            Ok(message) => {
                let message = message.unwrap();
                revision += 1;
                assert_eq!(message.event.unwrap().revision, revision);
                cursor = message.cursor;
            }
            Err(status) => break status,
        }
    };
    Refusal::of(&status).is(Code::ResourceExhausted, Reason::ConsumerTooSlow, "RETRY");
    assert!(revision > 1 && revision < 401, "{revision}");
    let mut events = watch(&desk, &cursor).await.unwrap();
    next(&mut events).await.unwrap();
    for expected in revision + 1..=401 {
        assert_eq!(event(&mut events).await.1.revision, expected);
    }
}

/// What a consumer was told, over all daemons.
#[derive(Default)]
struct Consumer {
    cursor: String,
    /// The newest revision of each lead.
    revisions: BTreeMap<String, i64>,
    events: usize,
}

impl Consumer {
    /// Takes events until the stream breaks, or until it has as many as it
    /// should and no more come.
    async fn follow(&mut self, desk: &Desk, until: impl Fn(&Self) -> bool) {
        let Ok(mut events) = watch(desk, &self.cursor).await else {
            return;
        };
        while !until(self) {
            let Ok(Ok(Some(message))) = tokio::time::timeout(PATIENCE, events.message()).await
            else {
                return;
            };
            if let Some(event) = message.event {
                let newest = self.revisions.entry(event.lead_id).or_default();
                assert_eq!(
                    event.revision,
                    *newest + 1,
                    "nothing lost, nothing twice, in order"
                );
                *newest = event.revision;
                self.events += 1;
            }
            self.cursor = message.cursor;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_misses_nothing_when_the_daemon_is_killed_again_and_again() {
    let fake = Arc::new(Fake::start().await);
    let mut setup = Setup::with(&fake);
    desk::with_leads(&mut setup);
    let book = Book::new(Arc::clone(&fake)).await;
    let mut consumer = Consumer::default();
    for _ in 0..6 {
        let daemon = setup.start().await;
        let desk = LeadServiceClient::new(daemon.channel().await);
        if consumer.cursor.is_empty() {
            consumer.cursor = next(&mut watch(&desk, "").await.unwrap())
                .await
                .unwrap()
                .cursor;
        }
        let load = book.load(&daemon, 8).await;
        let kill = async {
            book.answers(120).await;
            daemon.kill_9();
        };
        tokio::join!(consumer.follow(&desk, |_| false), kill);
        load.join_all().await;
    }
    let daemon = setup.start().await;
    let desk = LeadServiceClient::new(daemon.channel().await);
    let mut client = desk.clone();
    let all = client.list_leads(pb::ListLeadsRequest {
        page_size: 1000,
        ..Default::default()
    });
    let leads = all.await.unwrap().into_inner().leads;
    let expected: BTreeMap<String, i64> = leads
        .into_iter()
        .map(|lead| (lead.lead_id, lead.login_count))
        .collect();
    // Each login is one change, and there were no others.
    consumer
        .follow(&desk, |consumer| consumer.revisions == expected)
        .await;
    assert_eq!(consumer.revisions, expected);
    assert!(consumer.events > 100, "{}", consumer.events);
    assert_eq!(book.check(&daemon).await, Vec::<String>::new());
}
