//! `kill -9` at every step of a delivery, and of giving one up: nothing is
//! lost, and nothing comes out of order.

use std::sync::Arc;
use std::time::Duration;

use leadtap::domain::clock::{Clock, ManualClock, SystemClock};
use leadtap::grpc::pb;
use leadtap::grpc::pb::lead_service_client::LeadServiceClient;
use leadtap::grpc::pb::replay_dead_letters_request::Which;
use tonic::transport::Channel;

use crate::crash::{HELD_MS, hangs_on_the_disk};
use crate::support::daemon::Daemon;
use crate::support::in_process::InProcess;
use crate::support::program::{Delivery, Program};
use crate::support::receiver::{WebhookClient, begun};
use crate::support::shop::{ACCOUNT, login};
use crate::support::{Disk, Fake, Setup, Visit, caller, eventually};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Where a daemon is killed that has a change to tell.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// The change is on the disk.
    Written,
    /// The request is under way.
    Sent,
    /// It has arrived whole.
    Arrived,
    /// It was accepted, and that is not written yet.
    Accepted,
    /// That is written and not synced.
    AcceptedUnsynced,
    /// That is kept.
    AcceptedKept,
    /// It was refused, and that is not written yet.
    Refused,
    /// That is kept, and it waits to be tried again.
    RefusedKept,
}

const STEPS: [Step; 8] = [
    Step::Written,
    Step::Sent,
    Step::Arrived,
    Step::Accepted,
    Step::AcceptedUnsynced,
    Step::AcceptedKept,
    Step::Refused,
    Step::RefusedKept,
];

/// What came, in the order in which it came.
#[derive(Default)]
struct Log(Vec<(String, serde_json::Value, bool)>);

impl Log {
    async fn answer(&mut self, delivery: Delivery, status: u16) {
        let entry = (delivery.id().to_owned(), delivery.told(), status == 200);
        self.0.push(entry);
        delivery.answer(status).await;
    }

    /// Accepts everything until nothing is left to tell.
    async fn accept_all(&mut self, program: &Program, webhooks: &WebhookClient) {
        loop {
            let idle = eventually("everything to be told", async || {
                let now = webhooks.crm().await;
                (now.state() == pb::WebhookState::UpToDate && now.replaying == 0).then_some(())
            });
            tokio::select! {
                delivery = program.next() => self.answer(delivery, 200).await,
                () = idle => return,
            }
        }
    }
}

/// What can be read by now is on the medium: a read may see a batch before its
/// sync, and the answer to a later write comes after it.
async fn synced(daemon: &Daemon) {
    Visit::begin(&caller::client(daemon.channel().await, None)).await;
}

async fn webhooks(daemon: &Daemon) -> WebhookClient {
    WebhookClient::over(daemon.channel().await, None)
}

/// Everything that happened since the cursor, told to a consumer.
async fn happened(channel: Channel, cursor: &str, how_many: usize) -> Vec<String> {
    let mut desk = LeadServiceClient::new(channel);
    let cursor = cursor.to_owned();
    let answer = desk.watch_leads(pb::WatchLeadsRequest { cursor }).await;
    let mut events = answer.unwrap().into_inner();
    let mut times = Vec::new();
    while times.len() < how_many {
        let message = events.message().await.unwrap().unwrap();
        times.extend(message.event.map(|event| {
            let time = event.time.unwrap();
            let time = jiff::Timestamp::new(time.seconds, time.nanos).unwrap();
            time.to_string()
        }));
    }
    times
}

impl Step {
    /// The daemon comes to this step with its change, and is killed there.
    async fn kill(self, daemon: Daemon, program: &Program, disk: &Disk, log: &mut Log) {
        let state = webhooks(&daemon).await;
        // Open until the daemon is gone: it must not see them close.
        let (connection, arrived);
        match self {
            Self::Written => {}
            Self::Sent => {
                connection = program.connection().await;
                connection.readable().await.unwrap();
            }
            Self::Arrived => {
                arrived = program.next().await;
                log.0.push((arrived.id().to_owned(), arrived.told(), false));
            }
            Self::Accepted | Self::AcceptedUnsynced | Self::Refused => {
                let delivery = program.next().await;
                let how = match self {
                    Self::AcceptedUnsynced => "slow-fsync",
                    _ => "slow-write",
                };
                disk.fail(&format!("{how} {HELD_MS}"));
                let status = if self == Self::Refused { 503 } else { 200 };
                log.answer(delivery, status).await;
                hangs_on_the_disk(&daemon).await;
            }
            Self::AcceptedKept => {
                log.answer(program.next().await, 200).await;
                eventually("the success to be kept", async || {
                    (state.crm().await.state() == pb::WebhookState::UpToDate).then_some(())
                })
                .await;
                synced(&daemon).await;
            }
            Self::RefusedKept => {
                log.answer(program.next().await, 503).await;
                eventually("the failure to be kept", async || state.crm().await.retry).await;
                synced(&daemon).await;
            }
        }
        daemon.kill_9();
        disk.heal();
    }
}

#[tokio::test]
async fn a_daemon_that_is_killed_at_any_step_of_a_delivery_tells_everything_in_order() {
    let (fake, program) = (Fake::start().await, Program::start().await);
    let mut setup = program.setup(&fake);
    let disk = Disk::failing(&mut setup);
    let mut daemon = setup.start().await;
    begun(&daemon).await;
    let mut desk = LeadServiceClient::new(daemon.channel().await);
    let first = desk.watch_leads(pb::WatchLeadsRequest::default()).await;
    let cursor = first.unwrap().into_inner().message().await.unwrap();
    let cursor = cursor.unwrap().cursor;

    let mut log = Log::default();
    for step in STEPS {
        let before = log.0.len();
        login(&caller::client(daemon.channel().await, None), ACCOUNT).await;
        step.kill(daemon, &program, &disk, &mut log).await;
        daemon = setup.start().await;
        log.accept_all(&program, &webhooks(&daemon).await).await;
        let came = &log.0[before..];
        let ids: Vec<_> = came.iter().map(|(id, ..)| id).collect();
        // One change, however often it came, and in the end it was accepted.
        assert!(ids.iter().all(|id| **id == *ids[0]), "{step:?}: {came:#?}");
        assert!(came.last().unwrap().2, "{step:?}: {came:#?}");
        let expected = match step {
            Step::Written | Step::Sent | Step::AcceptedKept => 1..=1,
            Step::Arrived | Step::Accepted | Step::Refused | Step::RefusedKept => 2..=2,
            Step::AcceptedUnsynced => 1..=2,
        };
        assert!(expected.contains(&came.len()), "{step:?}: {came:#?}");
    }
    let mut told: Vec<_> = log
        .0
        .iter()
        .map(|(_, told, _)| told["timestamp"].as_str().unwrap().to_owned())
        .collect();
    told.dedup();
    let happened = happened(daemon.channel().await, &cursor, STEPS.len()).await;
    assert_eq!(told, happened);
    daemon.stops().await;
}

/// A delivery that failed twice, three days ago: the next failure gives it up.
async fn almost_given_up(fake: &Fake, program: &Program) -> (Setup, Disk) {
    let mut setup = program.setup(fake);
    let clock = ManualClock::at(SystemClock.now());
    clock.go_back(3 * DAY);
    let daemon = InProcess::start(&setup, Arc::new(clock.clone()));
    let client = daemon.client().await;
    let socket = setup.path("leadtap.sock");
    let state = WebhookClient::over(caller::unix(&socket).await, None);
    eventually("the webhook to begin", async || {
        (state.crm().await.state() == pb::WebhookState::UpToDate).then_some(())
    })
    .await;
    login(&client, ACCOUNT).await;
    for attempt in 1..=2 {
        program.next().await.answer(500).await;
        eventually("the failure to be kept", async || {
            let retry = state.crm().await.retry?;
            (retry.attempts == attempt).then_some(())
        })
        .await;
        // Not behind the last one: a third delivery on its way here when this daemon ends would be
        // taken for one of the next daemon's.
        if attempt == 1 {
            clock.advance(Duration::from_secs(60));
        }
    }
    drop((client, state, daemon));
    let disk = Disk::failing(&mut setup);
    (setup, disk)
}

#[tokio::test]
async fn a_daemon_that_is_killed_while_it_gives_up_or_replays_loses_no_letter() {
    let (fake, program) = (Fake::start().await, Program::start().await);
    let (setup, disk) = almost_given_up(&fake, &program).await;
    let slow = || disk.fail(&format!("slow-write {HELD_MS}"));
    let dead = async |daemon: &Daemon| webhooks(daemon).await.dead().await;

    // The last failure, and that is not written yet.
    let daemon = setup.start().await;
    let delivery = program.next().await;
    let id = delivery.id().to_owned();
    slow();
    delivery.answer(500).await;
    hangs_on_the_disk(&daemon).await;
    daemon.kill_9();
    disk.heal();

    // It is tried as before, given up, and that is kept.
    let daemon = setup.start().await;
    assert_eq!(dead(&daemon).await, []);
    let delivery = program.next().await;
    assert_eq!(delivery.id(), id);
    delivery.answer(500).await;
    let letters = eventually("the letter to be kept", async || {
        let letters = dead(&daemon).await;
        (!letters.is_empty()).then_some(letters)
    })
    .await;
    synced(&daemon).await;
    daemon.kill_9();

    // It is not tried again, until somebody wants it.
    let daemon = setup.start().await;
    assert_eq!(dead(&daemon).await, letters);
    let state = webhooks(&daemon).await;
    assert_eq!(
        state.replay("crm", Some(Which::All(true))).await.unwrap(),
        1
    );
    // Put up for replay: that is kept.
    daemon.kill_9();

    let daemon = setup.start().await;
    let delivery = program.next().await;
    assert_eq!(delivery.id(), id);
    // Arrived.
    daemon.kill_9();
    drop(delivery);

    let daemon = setup.start().await;
    let delivery = program.next().await;
    assert_eq!(delivery.id(), id);
    slow();
    delivery.answer(503).await;
    hangs_on_the_disk(&daemon).await;
    // Refused, and that is not written yet.
    daemon.kill_9();
    disk.heal();

    let daemon = setup.start().await;
    let delivery = program.next().await;
    assert_eq!(delivery.id(), id);
    slow();
    delivery.answer(200).await;
    hangs_on_the_disk(&daemon).await;
    // Accepted, and that is not written yet.
    daemon.kill_9();
    disk.heal();

    let daemon = setup.start().await;
    let mut log = Log::default();
    let state = webhooks(&daemon).await;
    log.accept_all(&program, &state).await;
    assert_eq!(log.0.len(), 1);
    assert_eq!(log.0[0].0, id);
    assert_eq!(dead(&daemon).await, []);
    // That is kept.
    synced(&daemon).await;
    daemon.kill_9();

    // Nothing of it comes again, and what is new does.
    let daemon = setup.start().await;
    login(&caller::client(daemon.channel().await, None), ACCOUNT).await;
    log.accept_all(&program, &webhooks(&daemon).await).await;
    assert_eq!(log.0.len(), 2);
    assert_eq!(log.0[1].1["type"], "lead.logged_in");
    daemon.stops().await;
}
