//! `kill -9` between every two steps of a login, and in the middle of many.

use std::sync::Arc;
use std::time::Duration;

use leadtap::grpc::pb;
use serde_json::json;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::happy_path::authorized;
use crate::support::book::reason;
use crate::support::daemon::Daemon;
use crate::support::{Book, Browser, Disk, Fake, Setup, eventually};

/// Longer than any test: whatever is held this long is held until the kill.
pub const HELD_MS: u64 = 600_000;

/// A login whose shopper is back from Instagram.
pub struct Login {
    fake: Arc<Fake>,
    state: String,
    request: pb::CompleteAuthorizationRequest,
}

impl Login {
    pub async fn allowed(fake: &Arc<Fake>, daemon: &Daemon) -> Self {
        let browser = Browser::new();
        let mut client = daemon.client().await;
        let started = client.start_authorization(browser.start_request()).await;
        let started = started.unwrap().into_inner();
        let callback = browser
            .allow(&started.authorization_url, "atelier.nord")
            .await;
        Self {
            fake: Arc::clone(fake),
            state: started.state,
            request: browser.complete_request(&callback),
        }
    }

    pub async fn complete(&self, daemon: &Daemon) -> Result<pb::Authorized, Status> {
        let mut client = daemon.client().await;
        let answer = client.complete_authorization(self.request.clone()).await?;
        Ok(authorized(answer.into_inner()))
    }

    /// Asks for the completion and waits for no answer.
    async fn complete_unheard(&self, daemon: &Daemon) {
        let mut client = daemon.client().await;
        let request = self.request.clone();
        tokio::spawn(async move { client.complete_authorization(request).await });
    }

    pub async fn calls(&self, endpoint: &str) -> u64 {
        let filter = format!("state={}&endpoint={endpoint}", self.state);
        let journal = self.fake.journal(&filter).await;
        journal["counts"][endpoint].as_u64().unwrap_or(0)
    }

    /// Waits until this call has come to Instagram.
    async fn called(&self, endpoint: &str) {
        eventually(endpoint, async || {
            (self.calls(endpoint).await > 0).then_some(())
        })
        .await;
    }

    /// Asks for the completion, whose last write then hangs on the disk.
    pub async fn hangs_in_its_last_write(&self, daemon: &Daemon, disk: &Disk, how: &str) {
        // Time to make the disk slow between the call and its answer.
        self.fake.knobs(json!({"me_delay_ms": 300})).await;
        self.complete_unheard(daemon).await;
        self.called("me").await;
        disk.fail(&format!("{how} {HELD_MS}"));
        hangs_on_the_disk(daemon).await;
        self.fake.knobs(json!({})).await;
    }

    /// The login ends in a lead, and its code went out once.
    pub async fn resumes(&self, daemon: &Daemon, replayed: bool) {
        let done = self.complete(daemon).await.unwrap();
        assert!(done.new_lead);
        assert_eq!(done.replayed, replayed);
        assert_eq!(done.return_to, "/checkout?step=2");
        assert_eq!(self.calls("token").await, 1);
        let lead = done.lead.unwrap();
        assert_eq!(lead.login_count, 1);
        let again = self.complete(daemon).await.unwrap();
        assert!(again.replayed && again.new_lead);
        assert_eq!(again.lead, Some(lead));
        assert_eq!(self.calls("token").await, 1);
    }
}

async fn fake() -> Arc<Fake> {
    Arc::new(Fake::start().await)
}

/// Waits until a call of the daemon hangs on its slow disk: the shim alone
/// waits in nanosleep(2) there.
pub async fn hangs_on_the_disk(daemon: &Daemon) {
    const NANOSLEEP: &str = "35 ";
    let tasks = format!("/proc/{}/task", daemon.child.id());
    eventually("a call that hangs on the disk", async || {
        let mut tasks = std::fs::read_dir(&tasks).unwrap().flatten();
        tasks
            .any(|task| {
                std::fs::read_to_string(task.path().join("syscall"))
                    .is_ok_and(|call| call.starts_with(NANOSLEEP))
            })
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_login_that_began_before_a_crash_is_completed_after_it() {
    let fake = fake().await;
    let setup = Setup::with(&fake);
    let daemon = setup.start().await;
    let login = Login::allowed(&fake, &daemon).await;
    daemon.kill_9();
    let daemon = setup.start().await;
    login.resumes(&daemon, false).await;
    daemon.stops().await;
}

#[tokio::test]
async fn a_crash_while_the_code_is_under_way_ends_the_login() {
    let fake = fake().await;
    let setup = Setup::with(&fake);
    let daemon = setup.start().await;
    let login = Login::allowed(&fake, &daemon).await;
    fake.knobs(json!({"token_delay_ms": HELD_MS})).await;
    login.complete_unheard(&daemon).await;
    login.called("token").await;
    daemon.kill_9();
    fake.knobs(json!({})).await;

    let daemon = setup.start().await;
    for _ in 0..2 {
        let refused = login.complete(&daemon).await.unwrap_err();
        assert_eq!(refused.code(), Code::Aborted);
        assert_eq!(reason(&refused), "EXCHANGE_INTERRUPTED");
        let details = refused.get_error_details();
        assert_eq!(
            details.error_info().unwrap().metadata["next_step"],
            "START_AGAIN"
        );
    }
    assert_eq!(login.calls("token").await, 1);
    // The next login of the same person works.
    Login::allowed(&fake, &daemon)
        .await
        .resumes(&daemon, false)
        .await;
    daemon.stops().await;
}

/// The mark that the code is under way was on its way to the disk: what was
/// kept decides, and the code goes out once at most.
#[tokio::test]
async fn a_crash_before_the_code_left_never_sends_it_twice() {
    for held in ["slow-write", "slow-fsync"] {
        let fake = fake().await;
        let mut setup = Setup::with(&fake);
        let disk = Disk::failing(&mut setup);
        let daemon = setup.start().await;
        let login = Login::allowed(&fake, &daemon).await;
        disk.fail(&format!("{held} {HELD_MS}"));
        login.complete_unheard(&daemon).await;
        hangs_on_the_disk(&daemon).await;
        assert_eq!(login.calls("token").await, 0, "the mark comes first");
        daemon.kill_9();
        disk.heal();

        let daemon = setup.start().await;
        match login.complete(&daemon).await {
            Ok(done) => assert!(!done.replayed),
            Err(refused) => assert_eq!(reason(&refused), "EXCHANGE_INTERRUPTED"),
        }
        assert!(login.calls("token").await <= 1);
        daemon.stops().await;
    }
}

#[tokio::test]
async fn a_login_with_a_short_lived_token_goes_on_after_a_crash() {
    let fake = fake().await;
    let setup = Setup::with(&fake);
    let daemon = setup.start().await;
    let login = Login::allowed(&fake, &daemon).await;
    fake.knobs(json!({"exchange_delay_ms": HELD_MS})).await;
    login.complete_unheard(&daemon).await;
    login.called("exchange").await;
    daemon.kill_9();
    fake.knobs(json!({})).await;

    let daemon = setup.start().await;
    login.resumes(&daemon, false).await;
    assert_eq!(login.calls("exchange").await, 2);
    daemon.stops().await;
}

#[tokio::test]
async fn a_login_with_a_long_lived_token_goes_on_after_a_crash_without_asking_for_another() {
    let fake = fake().await;
    let setup = Setup::with(&fake);
    let daemon = setup.start().await;
    let login = Login::allowed(&fake, &daemon).await;
    fake.knobs(json!({"me_delay_ms": HELD_MS})).await;
    login.complete_unheard(&daemon).await;
    login.called("me").await;
    daemon.kill_9();
    fake.knobs(json!({})).await;

    let daemon = setup.start().await;
    login.resumes(&daemon, false).await;
    assert_eq!(login.calls("exchange").await, 1);
    assert_eq!(login.calls("me").await, 2);
    daemon.stops().await;
}

#[tokio::test]
async fn a_login_whose_profile_is_not_yet_written_goes_on_after_a_crash() {
    let fake = fake().await;
    let mut setup = Setup::with(&fake);
    let disk = Disk::failing(&mut setup);
    let daemon = setup.start().await;
    let login = Login::allowed(&fake, &daemon).await;
    login
        .hangs_in_its_last_write(&daemon, &disk, "slow-write")
        .await;
    daemon.kill_9();
    disk.heal();

    let daemon = setup.start().await;
    login.resumes(&daemon, false).await;
    assert_eq!(login.calls("me").await, 2);
    assert_eq!(login.calls("exchange").await, 1);
    daemon.stops().await;
}

#[tokio::test]
async fn a_login_that_was_completed_and_never_answered_is_replayed_after_a_crash() {
    let fake = fake().await;
    let setup = Setup::with(&fake);
    let daemon = setup.start().await;
    let login = Login::allowed(&fake, &daemon).await;
    let mut client = daemon.client().await;
    let request = login.request.clone();
    fake.knobs(json!({"me_delay_ms": 200})).await;
    let caller = tokio::spawn(async move { client.complete_authorization(request).await });
    login.called("me").await;
    caller.abort();
    eventually("the completion", async || {
        daemon
            .log()
            .contains("the login was completed")
            .then_some(())
    })
    .await;
    daemon.kill_9();

    let daemon = setup.start().await;
    login.resumes(&daemon, true).await;
    assert_eq!(login.calls("me").await, 1);
    daemon.stops().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_crashes_under_load_lose_nothing_and_repeat_nothing() {
    const KILLS: u64 = 50;
    const CLIENTS: usize = 6;
    let fake = fake().await;
    let mut setup = Setup::with(&fake);
    setup.level = "warn,leadtap::cli=info".to_owned();
    let book = Book::new(Arc::clone(&fake)).await;
    for kill in 0..KILLS {
        let daemon = setup.start().await;
        let clients = book.load(&daemon, CLIENTS).await;
        book.answers(5 + kill * 7 % 30).await;
        // Not always right after an answer.
        tokio::time::sleep(Duration::from_micros(kill * 377 % 3_000)).await;
        daemon.kill_9();
        for refusal in clients.join_all().await {
            assert_eq!(reason(&refusal), "", "a crash has no reason: {refusal:?}");
        }
    }
    let daemon = setup.start().await;
    assert_eq!(book.check(&daemon).await, [""; 0]);
    assert_eq!(book.check_and_decline(&daemon).await, [""; 0]);
    daemon.kill_9();
    let daemon = setup.start().await;
    assert_eq!(book.check(&daemon).await, [""; 0]);
    assert!(book.len() > 300, "there was load: {}", book.len());
    daemon.stops().await;
}
