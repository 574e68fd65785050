//! What a webhook gave up: listed, and delivered after all.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use leadtap::domain::clock::{Clock, ManualClock, SystemClock};
use leadtap::grpc::pb;
use leadtap::grpc::pb::ErrorReason as Reason;
use leadtap::grpc::pb::replay_dead_letters_request::Which;
use serde_json::{Value, json};
use tonic::Code;

use crate::support::caller::{self, Client, caller_section};
use crate::support::command::{Ended, leadtap, run};
use crate::support::in_process::InProcess;
use crate::support::receiver::{self, WebhookClient, accepted, types};
use crate::support::shop::{ACCOUNT, login};
use crate::support::{Fake, Refusal, Setup, eventually};

/// Seconds.
const DAY: u64 = 24 * 60 * 60;

const FOREIGN: &str = "another-sites-bearer-token-7d02";

/// A daemon whose receiver refuses everything with this status, and whose time
/// is the test's. The receiver does not look at signatures: its time is not.
struct Shop {
    fake: Fake,
    setup: Setup,
    clock: ManualClock,
    client: Client,
    webhooks: WebhookClient,
    foreign: WebhookClient,
    _daemon: InProcess,
}

impl Shop {
    async fn open(status: u16) -> Self {
        let fake = Fake::start().await;
        let refuses = json!({ "fail": 1_000_000, "status": status });
        fake.receiver(refuses).await;
        fake.account(json!({ "username": "fjord.keramikk", "account_type": "business", "id": 31, "user_id": 32 })).await;
        let mut setup = receiver::setup(&fake);
        setup.site += "events = [\"lead.created\", \"lead.erased\"]\n";
        let same = receiver::section(&setup, &fake);
        setup.more = setup.site_section("other", &same)
            + &caller_section("foreign", "other", FOREIGN, "leads");
        let clock = ManualClock::at(SystemClock.now());
        let daemon = InProcess::start(&setup, Arc::new(clock.clone()));
        let channel = caller::unix(&setup.path("leadtap.sock")).await;
        let webhooks = WebhookClient::over(channel.clone(), None);
        eventually("the webhook to begin", async || {
            (webhooks.crm().await.state() != pb::WebhookState::Beginning).then_some(())
        })
        .await;
        Self {
            client: daemon.client().await,
            foreign: WebhookClient::over(channel, Some(FOREIGN)),
            fake,
            setup,
            clock,
            webhooks,
            _daemon: daemon,
        }
    }

    async fn login(&self, account: &str) -> pb::Lead {
        login(&self.client, account).await.lead.unwrap()
    }

    /// Time passes until so many letters are dead.
    async fn gives_up(&self, letters: usize) -> Vec<pb::DeadLetter> {
        self.clock.advance(Duration::from_secs(25 * 60 * 60));
        eventually("what failed to be given up", async || {
            self.clock.advance(Duration::from_secs(60));
            let dead = self.webhooks.dead().await;
            (dead.len() == letters).then_some(dead)
        })
        .await
    }

    /// Waits until nothing is to be replayed any more.
    async fn replayed(&self) -> pb::WebhookInfo {
        eventually("the replay to end", async || {
            let now = self.webhooks.crm().await;
            (now.replaying == 0).then_some(now)
        })
        .await
    }

    async fn command(&self, arguments: &[&str]) -> Ended {
        let socket = self.setup.path("leadtap.sock").display().to_string();
        let command = [&["webhook"], arguments, &["--socket", &socket]].concat();
        run(leadtap(&command)).await
    }
}

fn one(letter: &pb::DeadLetter) -> Option<Which> {
    Some(Which::DeadLetterId(letter.dead_letter_id.clone()))
}

fn ids(all: &[Value]) -> Vec<String> {
    let id = |one: &Value| one["id"].as_str().unwrap().to_owned();
    all.iter().map(id).collect()
}

#[tokio::test]
async fn what_was_given_up_is_listed_and_delivered_after_all_under_its_first_id() {
    let shop = Shop::open(500).await;
    let (first, second) = (shop.login(ACCOUNT).await, shop.login("mira_makes").await);
    let blocked = eventually("the first one to fail", async || {
        shop.webhooks.crm().await.retry
    })
    .await;
    assert_eq!((&blocked.lead_id, blocked.attempts), (&first.lead_id, 1));
    let now = shop.webhooks.crm().await;
    assert_eq!(now.state(), pb::WebhookState::Retrying);
    assert_eq!((now.pending_changes, now.dead_letters), (2, 0));
    assert_eq!((now.host.as_str(), now.event_types.len()), ("127.0.0.1", 2));

    let dead = shop.gives_up(2).await;
    assert_eq!(
        dead.iter().map(|one| &one.lead_id).collect::<Vec<_>>(),
        [&first.lead_id, &second.lead_id]
    );
    let failure = dead[0].failure.clone().unwrap();
    assert_eq!(
        (failure.kind(), failure.http_status),
        (pb::DeliveryFailureKind::HttpStatus, 500)
    );
    // A page at a time.
    let page = shop.webhooks.letters("crm", 1, "").await.unwrap();
    assert_eq!(page.dead_letters, dead[..1]);
    let page = shop.webhooks.letters("crm", 1, &page.next_page_token).await;
    let page = page.unwrap();
    assert_eq!(
        (&page.dead_letters[..], &*page.next_page_token),
        (&dead[1..], "")
    );
    // Another site's caller has the same name and sees nothing.
    assert_eq!(shop.foreign.dead().await, []);
    Refusal::from(shop.foreign.replay("crm", one(&dead[0])).await).is(
        Code::NotFound,
        Reason::DeadLetterNotFound,
        "FIX_REQUEST",
    );
    assert_eq!(
        shop.foreign
            .replay("crm", Some(Which::All(true)))
            .await
            .unwrap(),
        0
    );

    // Both stay what they are where it still fails: the receiver takes nothing.
    let before = shop.fake.deliveries().await;
    shop.fake
        .receiver(json!({ "fail": 1_000_000, "status": 503 }))
        .await;
    assert_eq!(
        shop.webhooks
            .replay("crm", Some(Which::All(true)))
            .await
            .unwrap(),
        2
    );
    let now = shop.replayed().await;
    assert_eq!(
        (now.dead_letters, now.state()),
        (2, pb::WebhookState::UpToDate)
    );
    let tried = shop.fake.deliveries().await.len() - before.len();
    assert_eq!(tried, 1, "what is behind one that failed is not tried");
    let statuses = shop.webhooks.dead().await;
    let status = |letter: &pb::DeadLetter| letter.failure.as_ref().unwrap().http_status;
    assert_eq!(statuses.iter().map(status).collect::<Vec<_>>(), [503, 500]);

    shop.fake.receiver(json!({})).await;
    assert_eq!(shop.webhooks.replay("crm", one(&dead[1])).await.unwrap(), 1);
    shop.replayed().await;
    assert_eq!(shop.webhooks.dead().await.len(), 1);
    assert_eq!(
        shop.webhooks
            .replay("crm", Some(Which::All(true)))
            .await
            .unwrap(),
        1
    );
    let now = shop.replayed().await;
    assert_eq!(now.dead_letters, 0);
    assert!(now.last_success_time.is_some());
    let all = shop.fake.deliveries().await;
    let told: Vec<_> = accepted(&all).into_iter().cloned().collect();
    let lead = |one: &Value| one["body"]["data"]["lead_id"].as_str().unwrap().to_owned();
    assert_eq!(
        told.iter().map(lead).collect::<Vec<_>>(),
        [second.lead_id, first.lead_id]
    );
    // A receiver that has seen them drops them.
    let seen: BTreeSet<_> = ids(&before).into_iter().collect();
    assert!(ids(&told).iter().all(|id| seen.contains(id)), "{all:#?}");
    Refusal::from(shop.webhooks.replay("crm", one(&dead[0])).await).is(
        Code::NotFound,
        Reason::DeadLetterNotFound,
        "FIX_REQUEST",
    );
}

#[tokio::test]
async fn a_message_that_is_refused_holds_up_no_other_leads_and_an_erased_one_is_not_sent() {
    let shop = Shop::open(422).await;
    let mut leads = Vec::new();
    for account in [ACCOUNT, "mira_makes", "fjord.keramikk"] {
        leads.push(shop.login(account).await);
    }
    let dead = shop.gives_up(3).await;
    let key = Some(pb::delete_lead_request::Key::LeadId(
        dead[1].lead_id.clone(),
    ));
    let channel = caller::unix(&shop.setup.path("leadtap.sock")).await;
    let mut desk = crate::support::desk::Desk::new(channel);
    desk.delete_lead(pb::DeleteLeadRequest { key })
        .await
        .unwrap();
    // Refuses one more: the first letter, or the word of the erasure.
    shop.fake
        .receiver(json!({ "fail": 1, "status": 422 }))
        .await;
    shop.webhooks
        .replay("crm", Some(Which::All(true)))
        .await
        .unwrap();
    shop.replayed().await;
    let left = shop.webhooks.dead().await;
    assert!(left.len() <= 1, "{left:#?}");
    shop.webhooks
        .replay("crm", Some(Which::All(true)))
        .await
        .unwrap();
    shop.replayed().await;
    assert_eq!(shop.webhooks.dead().await, []);
    let all = shop
        .fake
        .came(|all| {
            shop.clock.advance(Duration::from_secs(60));
            accepted(all).len() == 3
        })
        .await;
    let mut told = types(&accepted(&all));
    told.sort_unstable();
    assert_eq!(told, ["lead.created", "lead.created", "lead.erased"]);
    for one in accepted(&all) {
        let erased = one["body"]["data"]["lead_id"] == dead[1].lead_id.as_str();
        assert_eq!(erased, one["body"]["type"] == "lead.erased", "{one:#}");
    }
}

#[tokio::test]
async fn a_dead_letter_stays_for_thirty_days_after_it_was_given_up() {
    const KEPT: Duration = Duration::from_secs(30 * DAY);
    let shop = Shop::open(500).await;
    let channel = caller::unix(&shop.setup.path("leadtap.sock")).await;
    let watch = async |cursor: &str| {
        let request = pb::WatchLeadsRequest {
            cursor: cursor.to_owned(),
        };
        let events = crate::support::desk::Desk::new(channel.clone())
            .watch_leads(request)
            .await;
        events?.into_inner().message().await
    };
    let before = watch("").await.unwrap().unwrap().cursor;
    shop.login(ACCOUNT).await;
    let begun = shop.clock.now();
    let dead = shop.gives_up(1).await;

    // The change is as old as that already, and gone; the letter is a day younger.
    let passed = shop.clock.now().since(begun);
    shop.clock.advance(KEPT - passed + Duration::from_secs(60));
    eventually("the change to be swept", async || {
        watch(&before).await.err()
    })
    .await;
    assert_eq!(shop.webhooks.dead().await, dead);
    assert_eq!(shop.webhooks.replay("crm", one(&dead[0])).await.unwrap(), 1);
    shop.replayed().await;

    shop.clock.advance(passed);
    eventually("the letter to be swept", async || {
        shop.webhooks.dead().await.is_empty().then_some(())
    })
    .await;
    Refusal::from(shop.webhooks.replay("crm", one(&dead[0])).await).is(
        Code::NotFound,
        Reason::DeadLetterNotFound,
        "FIX_REQUEST",
    );
}

#[tokio::test]
async fn an_operator_sees_and_replays_them_on_the_command_line() {
    let shop = Shop::open(500).await;
    let lead = shop.login(ACCOUNT).await;
    let dead = shop.gives_up(1).await;
    let list = shop.command(&["list"]).await;
    assert_eq!(list.exit, Some(0), "{list:?}");
    assert!(
        list.out.contains("Dead letters") && list.out.contains("127.0.0.1"),
        "{list:?}"
    );
    let letters = shop
        .command(&["dead-letters", "crm", "--output", "json"])
        .await;
    let letters: Value = serde_json::from_str(&letters.out).unwrap();
    let letter = &letters["dead_letters"][0];
    assert_eq!(letter["lead_id"], lead.lead_id.as_str());
    assert_eq!(letter["failure"]["http_status"], 500);
    let text = shop.command(&["dead-letters", "crm"]).await;
    assert!(text.out.contains(&dead[0].dead_letter_id), "{text:?}");

    let unknown = shop.command(&["replay", "erp", "--all"]).await;
    assert_eq!(unknown.exit, Some(66), "{unknown:?}");
    let nothing = shop.command(&["replay", "crm"]).await;
    assert_eq!(nothing.exit, Some(64), "{nothing:?}");
    shop.fake.receiver(json!({})).await;
    let id = letter["dead_letter_id"].as_str().unwrap();
    let replay = shop.command(&["replay", "crm", id]).await;
    assert_eq!(replay.exit, Some(0), "{replay:?}");
    shop.replayed().await;
    let none = shop.command(&["dead-letters", "crm"]).await;
    assert_eq!(none.out, "No dead letters.\n");
}

#[tokio::test]
async fn what_cannot_be_asked_of_webhooks_is_refused_by_the_field() {
    let shop = Shop::open(500).await;
    let field = |refusal: Refusal| {
        let refusal = refusal.is(Code::InvalidArgument, Reason::RequestInvalid, "FIX_REQUEST");
        refusal.fields[0].0.clone()
    };
    let webhooks = &shop.webhooks;
    assert_eq!(
        field(Refusal::from(webhooks.letters("", 0, "").await)),
        "webhook"
    );
    assert_eq!(
        field(Refusal::from(webhooks.letters("crm", -1, "").await)),
        "page_size"
    );
    assert_eq!(
        field(Refusal::from(webhooks.letters("crm", 0, "x").await)),
        "page_token"
    );
    for (which, name) in [
        (None, "which"),
        (Some(Which::All(false)), "all"),
        (Some(Which::DeadLetterId("x".to_owned())), "dead_letter_id"),
    ] {
        assert_eq!(
            field(Refusal::from(webhooks.replay("crm", which).await)),
            name
        );
    }
    for refusal in [
        Refusal::from(webhooks.letters("erp", 0, "").await),
        Refusal::from(webhooks.replay("erp", Some(Which::All(true))).await),
    ] {
        refusal.is(Code::NotFound, Reason::WebhookNotFound, "FIX_REQUEST");
    }
}
