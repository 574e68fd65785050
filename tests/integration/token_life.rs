//! The keeper in a whole daemon, whose time runs as the test says, against the
//! sandbox, whose time runs beside it.

use std::sync::Arc;
use std::time::Duration;

use leadtap::domain::clock::{Clock, ManualClock, SystemClock};
use leadtap::grpc::pb::{self, ErrorReason as Reason, TokenState, get_lead_request::Key};
use serde_json::json;
use tonic::Code::FailedPrecondition;

use crate::support::caller::{self, Client};
use crate::support::desk::Desk;
use crate::support::in_process::InProcess;
use crate::support::receiver::{self, WebhookClient};
use crate::support::shop::{ACCOUNT, get_lead, login};
use crate::support::tokens::{TokenClient, with_tokens};
use crate::support::{Fake, PATIENCE, Refusal, Setup, eventually};

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

struct Lived {
    fake: Fake,
    clock: ManualClock,
    setup: Setup,
    daemon: InProcess,
    client: Client,
    tokens: TokenClient,
}

impl Lived {
    async fn begin() -> Self {
        Self::begin_with(|_, setup| with_tokens(setup)).await
    }

    async fn begin_with(change: impl FnOnce(&Fake, &mut Setup)) -> Self {
        let fake = Fake::start().await;
        let mut setup = Setup::with(&fake);
        change(&fake, &mut setup);
        let clock = ManualClock::at(SystemClock.now());
        let daemon = InProcess::start(&setup, Arc::new(clock.clone()));
        let client = daemon.client().await;
        let tokens = TokenClient::of(&setup.path("leadtap.sock")).await;
        Self {
            fake,
            clock,
            setup,
            daemon,
            client,
            tokens,
        }
    }

    /// The daemon stops and starts again.
    async fn restart(self) -> Self {
        drop(self.daemon);
        let daemon = InProcess::start(&self.setup, Arc::new(self.clock.clone()));
        let client = daemon.client().await;
        let tokens = TokenClient::of(&self.setup.path("leadtap.sock")).await;
        Self {
            daemon,
            client,
            tokens,
            ..self
        }
    }

    /// Time passes for the daemon and for Instagram.
    async fn pass(&self, time: Duration) {
        self.fake.advance(time).await;
        self.clock.advance(time);
    }

    async fn login(&self) -> pb::Lead {
        login(&self.client, ACCOUNT).await.lead.unwrap()
    }

    async fn lead(&self, id: &str) -> pb::Lead {
        let key = Key::LeadId(id.to_owned());
        get_lead(&self.client, key).await.unwrap()
    }

    /// Waits until the lead says this of its token.
    async fn until(&self, id: &str, state: TokenState) -> pb::TokenStatus {
        eventually(state.as_str_name(), async || {
            let token = self.lead(id).await.token?;
            (token.state() == state).then_some(token)
        })
        .await
    }
}

#[tokio::test]
async fn a_short_lived_token_is_finished_without_anybody_asking() {
    let lived = Lived::begin().await;
    let failure = json!({ "failure": "unavailable", "times": 3 });
    lived
        .fake
        .knobs_of(ACCOUNT, json!({ "exchange_failure": failure }))
        .await;
    let lead = lived.login().await;
    assert_eq!(lead.token.unwrap().state(), TokenState::ShortLived);
    lived.pass(Duration::from_secs(60)).await;
    lived.until(&lead.lead_id, TokenState::LongLived).await;
    assert_eq!(lived.fake.count_of(ACCOUNT, "exchange").await, 4);
}

#[tokio::test]
async fn a_token_lives_on_over_a_restart_and_past_its_sixty_days() {
    let mut lived = Lived::begin().await;
    let token = lived.fake.dashboard_token(ACCOUNT).await;
    let imported = lived.tokens.import(&token).await.unwrap();
    let lead = imported.token.unwrap().lead_id;
    for refreshes in 1..=3 {
        lived = lived.restart().await;
        lived
            .pass(if refreshes == 1 { 5 * DAY } else { 46 * DAY })
            .await;
        eventually("a refresh that is kept", async || {
            let profile = lived.lead(&lead).await.instagram?;
            let now = lived.clock.now().as_micros() / 1_000_000;
            (now - profile.fetched_time?.seconds < 60).then_some(())
        })
        .await;
        assert_eq!(lived.fake.count_of(ACCOUNT, "refresh").await, refreshes);
    }
    let status = lived.lead(&lead).await.token.unwrap();
    assert_eq!(status.state(), TokenState::LongLived);
    assert_ne!(lived.tokens.get(&lead).await.unwrap().access_token, token);
}

#[tokio::test]
async fn a_token_is_refreshed_by_hand_once_it_is_a_day_old() {
    let lived = Lived::begin().await;
    let lead = lived.login().await.lead_id;
    let before = lived.tokens.get(&lead).await.unwrap().access_token;
    lived.pass(DAY - HOUR).await;
    Refusal::from(lived.tokens.refresh(&lead).await)
        .is(FailedPrecondition, Reason::TokenTooYoung, "RETRY")
        .after(Some(3_600));
    lived.pass(HOUR).await;
    let info = lived.tokens.refresh(&lead).await.unwrap();
    let now = lived.clock.now().as_micros() / 1_000_000;
    assert_eq!(info.status.unwrap().refreshed_time.unwrap().seconds, now);
    assert_ne!(lived.tokens.get(&lead).await.unwrap().access_token, before);
}

#[tokio::test]
async fn an_ended_token_says_how_it_ended_and_a_login_heals_it() {
    let lived = Lived::begin().await;
    for (failure, state, reason, words) in [
        (
            "expired",
            TokenState::Expired,
            pb::TokenEndReason::Expired,
            "ran out",
        ),
        (
            "app_removed",
            TokenState::Revoked,
            pb::TokenEndReason::AppRemoved,
            "removed the app",
        ),
        (
            "password_changed",
            TokenState::Revoked,
            pb::TokenEndReason::PasswordChanged,
            "password",
        ),
        (
            "checkpoint",
            TokenState::Revoked,
            pb::TokenEndReason::Checkpoint,
            "confirm",
        ),
        (
            "session_invalid",
            TokenState::Revoked,
            pb::TokenEndReason::Invalid,
            "ended",
        ),
    ] {
        lived.fake.forget_knobs().await;
        let lead = lived.login().await;
        assert_eq!(lead.token.clone().unwrap().state(), TokenState::LongLived);
        lived
            .fake
            .knobs_of(ACCOUNT, json!({ "refresh_failure": failure }))
            .await;
        lived.pass(DAY).await;
        for _ in 0..2 {
            let refusal = Refusal::from(lived.tokens.refresh(&lead.lead_id).await);
            let refusal = refusal.is(FailedPrecondition, Reason::TokenEnded, "START_AGAIN");
            assert!(refusal.message.contains(words), "{refusal:?}");
        }
        Refusal::from(lived.tokens.get(&lead.lead_id).await).is(
            FailedPrecondition,
            Reason::TokenEnded,
            "START_AGAIN",
        );
        let status = lived.lead(&lead.lead_id).await.token.unwrap();
        assert_eq!((status.state(), status.end_reason()), (state, reason));
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_refreshed_is_told_a_week_before_its_end() {
    let lived = Lived::begin().await;
    let lead = lived.login().await.lead_id;
    lived
        .fake
        .knobs_of(ACCOUNT, json!({ "refresh_failure": "permission_missing" }))
        .await;
    lived.pass(54 * DAY).await;
    lived.until(&lead, TokenState::Expiring).await;
    let expiring = pb::ListTokensRequest {
        states: vec![TokenState::Expiring.into()],
        ..Default::default()
    };
    let info = eventually("a try that failed", async || {
        let mut listed = lived.tokens.list(expiring.clone()).await.unwrap().tokens;
        listed.pop().filter(|info| info.failed_renewals > 0)
    })
    .await;
    assert_eq!((info.lead_id, info.failed_renewals), (lead.clone(), 1));
    assert_eq!(info.last_failure_reason, "INSTAGRAM_PERMISSION_MISSING");
    // It still works until then.
    lived.tokens.get(&lead).await.unwrap();
    lived.pass(6 * DAY).await;
    let status = lived.until(&lead, TokenState::Expired).await;
    assert_eq!(status.end_reason(), pb::TokenEndReason::Expired);
}

#[tokio::test]
async fn a_consumer_and_a_webhook_hear_of_a_token_a_week_before_its_end() {
    let lived = Lived::begin_with(|fake, setup| {
        setup.site = receiver::section(setup, fake) + "events = [\"lead.token_changed\"]\n";
        setup.permit(r#""login", "leads", "tokens""#);
    })
    .await;
    let channel = caller::unix(&lived.setup.path("leadtap.sock")).await;
    let webhooks = WebhookClient::over(channel.clone(), None);
    eventually("the webhook to begin", async || {
        (webhooks.crm().await.state() == pb::WebhookState::UpToDate).then_some(())
    })
    .await;
    let lead = lived.login().await.lead_id;
    let mut desk = Desk::new(channel);
    let watched = desk.watch_leads(pb::WatchLeadsRequest::default()).await;
    let mut events = watched.unwrap().into_inner();
    events.message().await.unwrap();
    // Instagram refreshes nothing, for a reason that somebody has to do something about.
    lived
        .fake
        .knobs_of(ACCOUNT, json!({ "refresh_failure": "permission_missing" }))
        .await;
    // Not a day earlier.
    lived.pass(52 * DAY).await;
    eventually("a try that failed", async || {
        let listed = lived.tokens.list(pb::ListTokensRequest::default()).await;
        let info = listed.unwrap().tokens.pop()?;
        (info.failed_renewals > 0).then_some(())
    })
    .await;
    let state = lived.lead(&lead).await.token.unwrap().state();
    assert_eq!(state, TokenState::LongLived);
    lived.pass(2 * DAY).await;
    let message = tokio::time::timeout(PATIENCE, events.message()).await;
    let event = message.unwrap().unwrap().unwrap().event.unwrap();
    assert_eq!(event.r#type(), pb::LeadEventType::TokenChanged);
    let token = event.lead.unwrap().token.unwrap();
    assert_eq!((event.lead_id, token.state()), (lead, TokenState::Expiring));
    let came = lived.fake.came(|all| !all.is_empty()).await;
    assert_eq!(came[0]["body"]["type"], "lead.token_changed");
    assert_eq!(
        came[0]["body"]["data"]["token"]["state"],
        "TOKEN_STATE_EXPIRING"
    );
}
