//! An Instagram that does not answer for long is left alone, and logins wait.

use std::sync::Arc;
use std::time::{Duration, Instant};

use leadtap::domain::clock::{Clock, ManualClock, SystemClock};
use leadtap::grpc::pb::{self, ErrorReason as Reason};
use leadtap::service::circuit::{CLOSED_TO_CALLS, OPENS_AFTER_FAILURES};
use serde_json::json;
use tonic::{Code, Status};

use crate::support::caller::Client;
use crate::support::in_process::InProcess;
use crate::support::relay::Closed;
use crate::support::shop::{ACCOUNT, authorized};
use crate::support::{Fake, Refusal, Setup, Visit};

/// What is far below any time-out, and far above what no call takes.
const AT_ONCE: Duration = Duration::from_millis(500);

/// A daemon whose clock is moved, and the only client of it.
struct Shop {
    fake: Fake,
    clock: ManualClock,
    client: Client,
    _daemon: InProcess,
    /// The folder that the daemon lives in.
    _setup: Setup,
}

impl Shop {
    async fn open_with(change: impl FnOnce(&mut Setup)) -> Self {
        let fake = Fake::start().await;
        let mut setup = Setup::with(&fake);
        change(&mut setup);
        let clock = ManualClock::at(SystemClock.now());
        let daemon = InProcess::start(&setup, Arc::new(clock.clone()));
        Self {
            fake,
            clock,
            client: daemon.client().await,
            _daemon: daemon,
            _setup: setup,
        }
    }

    /// A shopper who is back from Instagram.
    async fn back(&self) -> (Visit, String) {
        let visit = Visit::begin(&self.client).await;
        let callback = visit.allow(ACCOUNT).await;
        (visit, callback)
    }

    async fn complete(
        &self,
        (visit, callback): &(Visit, String),
    ) -> Result<pb::CompleteAuthorizationResponse, Status> {
        visit.complete(&self.client, callback).await
    }

    /// Asks again and again for one login until Instagram is left alone.
    async fn until_it_is_left_alone(&self, login: &(Visit, String)) {
        for _ in 0..OPENS_AFTER_FAILURES {
            let refusal = Refusal::from(self.complete(login).await);
            if refusal.message.contains("was not asked") {
                return;
            }
            self.clock.advance(Duration::from_secs(4));
        }
        self.refuses_at_once(login, CLOSED_TO_CALLS - Duration::from_secs(4))
            .await;
    }

    async fn refuses_at_once(&self, login: &(Visit, String), wait: Duration) {
        let begun = Instant::now();
        Refusal::from(self.complete(login).await)
            .is(Code::Unavailable, Reason::InstagramUnavailable, "RETRY")
            .after(Some(wait.as_secs()));
        assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn codes_are_kept_while_instagram_is_down_and_sent_when_it_is_back() {
    let wire = Closed::new();
    let shop = Shop::open_with(|setup| setup.instagram.clone_from(&wire.base)).await;
    let window = format!("{}/www", shop.fake.base);
    // The window is open all the same: it is the browser that goes there.
    let back = async || {
        let mut visit = Visit::begin(&shop.client).await;
        let url = &mut visit.started.authorization_url;
        *url = url.replace(&format!("{}/www", wire.base), &window);
        let callback = visit.allow(ACCOUNT).await;
        (visit, callback)
    };
    let first = back().await;
    shop.until_it_is_left_alone(&first).await;

    // Logins still begin; none is harmed, whatever its browser does.
    let second = back().await;
    for _ in 0..3 {
        let begun = Instant::now();
        let refusal = Refusal::from(shop.complete(&second).await);
        assert!(
            refusal.message.contains("the login is as it was"),
            "{refusal:?}"
        );
        assert!(begun.elapsed() < AT_ONCE);
    }
    assert_eq!(shop.fake.calls(second.0.state()).await, [0, 0, 0]);

    let _wire = wire.open(&shop.fake);
    shop.clock.advance(CLOSED_TO_CALLS);
    for login in [&second, &first] {
        let done = authorized(shop.complete(login).await);
        assert!(!done.replayed);
        assert_eq!(shop.fake.calls(login.0.state()).await, [1, 1, 1]);
    }
}

#[tokio::test]
async fn a_login_that_has_its_token_waits_for_profiles_and_goes_on() {
    let shop = Shop::open_with(|_| {}).await;
    shop.fake
        .knobs(json!({ "me_failure": "server_error" }))
        .await;
    let login = shop.back().await;
    shop.until_it_is_left_alone(&login).await;
    let [token, _, asked] = shop.fake.calls(login.0.state()).await;
    assert_eq!(token, 1);
    assert_eq!(asked, u64::from(OPENS_AFTER_FAILURES).next_multiple_of(3));

    // Neither is it asked, nor is the code of another spent for nothing.
    let other = shop.back().await;
    for login in [&login, &other] {
        let refusal = Refusal::from(shop.complete(login).await);
        assert!(refusal.message.contains("was not asked"), "{refusal:?}");
    }
    assert_eq!(shop.fake.calls(login.0.state()).await, [1, 1, asked]);
    assert_eq!(shop.fake.calls(other.0.state()).await, [0, 0, 0]);

    // One may try; it fails, and the others go on waiting.
    shop.clock.advance(CLOSED_TO_CALLS);
    let refusal = Refusal::from(shop.complete(&login).await);
    assert!(!refusal.message.contains("was not asked"), "{refusal:?}");
    shop.refuses_at_once(&other, CLOSED_TO_CALLS).await;

    shop.fake.forget_knobs().await;
    shop.clock.advance(CLOSED_TO_CALLS);
    authorized(shop.complete(&login).await);
    authorized(shop.complete(&other).await);
    assert_eq!(shop.fake.calls(other.0.state()).await, [1, 1, 1]);
}
