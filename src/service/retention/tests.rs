//! Retention over a real store and a clock of the test's own.

use std::collections::BTreeSet;

use tempfile::TempDir;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::*;
use crate::audit::Destination;
use crate::domain::authorization::{Authorization, AuthorizationRequest, Stage};
use crate::domain::caller::{Caller, Permissions};
use crate::domain::clock::ManualClock;
use crate::domain::duties::Duties;
use crate::domain::ids::BrowserBindingHash;
use crate::domain::lead::{InstagramProfile, Lead, Login};
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::domain::testing;
use crate::domain::token::Token;
use crate::service::Leads;
use crate::service::leads::ListError;
use crate::service::leads::idle::{Idle, IdleQuery};
use crate::storage::{Completion, Import, KeyRing, LeadKey, LoginState, Options};

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const INSTANT: Duration = Duration::from_micros(1);

/// A store at one time, and the sites of its configuration.
struct World {
    folder: TempDir,
    keys: Secret,
    store: Store,
    clock: ManualClock,
    sites: Sites,
    retention: Retention,
    logins: u64,
}

/// An audit log that nobody reads.
fn audit(folder: &TempDir) -> AuditLog {
    let file = Destination::File(folder.path().join("audit.jsonl"));
    AuditLog::start(file, Arc::new(ManualClock::at(NOW))).unwrap()
}

impl World {
    /// With these sites, and the days after which they erase.
    fn new(sites: &[(&str, Option<u64>)]) -> Self {
        let folder =
            tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap());
        let keys = KeyRing::generate().unwrap();
        let store = open(&folder, &keys);
        let clock = ManualClock::at(NOW);
        Self {
            retention: Retention::new(store.clone(), audit(&folder), Arc::new(clock.clone())),
            sites: configured(sites),
            folder,
            keys,
            store,
            clock,
            logins: 0,
        }
    }

    /// The daemon stops and starts again.
    fn restart(&mut self) {
        self.store.close();
        self.store = open(&self.folder, &self.keys);
        let clock = Arc::new(self.clock.clone());
        self.retention = Retention::new(self.store.clone(), audit(&self.folder), clock);
    }

    async fn look(&self, site: &str) -> RetentionReport {
        self.retention.look(&self.sites, &id(site)).await
    }

    /// How many leads it erases.
    async fn erased(&self, site: &str) -> usize {
        let report = self.look(site).await;
        assert_eq!((report.spared, report.failed), (0, 0));
        report.erased
    }

    /// A login of this account, now.
    async fn login(&mut self, site: &str, account: u64) -> Arc<Lead> {
        self.logins += 1;
        login(
            &self.store,
            &id(site),
            account,
            self.logins,
            self.clock.now(),
        )
        .await
    }

    /// A token of this account that the operator imports now.
    async fn import(&self, site: &str, account: u64) -> LeadId {
        let import = import(account, self.clock.now());
        let imported = self.store.import_token(&id(site), import).await;
        imported.unwrap().lead_id
    }

    async fn has(&self, site: &str, lead: LeadId) -> bool {
        let found = self.store.lead(&id(site), LeadKey::Id(lead)).await;
        found.unwrap().is_some()
    }

    async fn idle(&self, site: &str, days: u64, token: &str) -> Result<Idle, ListError> {
        let query = IdleQuery {
            period: RetentionPeriod::of_days(days).unwrap(),
            page_size: 2,
            page_token: token.to_owned(),
        };
        let leads = Leads::new(self.store.clone());
        leads.idle(&id(site), query, self.clock.now()).await
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.store.close();
    }
}

fn open(folder: &TempDir, keys: &Secret) -> Store {
    let options = Options {
        path: folder.path().to_owned(),
        cache_bytes: 64 << 20,
        lead_cache: 100,
    };
    Store::open(options, KeyRing::parse(keys).unwrap()).unwrap()
}

fn id(site: &str) -> SiteId {
    site.parse().unwrap()
}

fn configured(sites: &[(&str, Option<u64>)]) -> Sites {
    let sites = sites.iter().map(|(name, days)| Arc::new(site(name, *days)));
    Sites::new(sites.collect())
}

fn site(name: &str, days: Option<u64>) -> Site {
    Site {
        duties: Duties {
            retention: days.map(|days| RetentionPeriod::of_days(days).unwrap()),
            ..Duties::default()
        },
        ..testing::site(name)
    }
}

fn profile(account: u64, time: Timestamp) -> InstagramProfile {
    let id = (25_000_000_000_000_000 + account).to_string();
    InstagramProfile {
        username: format!("somebody.{account}"),
        ..testing::profile(&id, time)
    }
}

fn token(time: Timestamp) -> Token {
    Token::short_lived(Secret::from("token"), BTreeSet::new(), time)
}

fn import(account: u64, time: Timestamp) -> Import {
    Import {
        profile: profile(account, time),
        token: token(time),
        time,
        new_lead_id: LeadId::new(Uuid::from_u128(u128::from(account))),
    }
}

/// A login of this account from its beginning to its lead. No two have the same
/// number.
async fn login(
    store: &Store,
    site_id: &SiteId,
    account: u64,
    number: u64,
    time: Timestamp,
) -> Arc<Lead> {
    let state = LoginState::of(&Secret::new(number.to_string()));
    let request = AuthorizationRequest {
        redirect_uri: "https://shop.example/back".to_owned(),
        browser_binding: BrowserBindingHash([7; 32]),
        return_to: "/".to_owned(),
        attributes: Default::default(),
        consent: None,
        create_time: time,
    };
    let begun = Authorization::begin(request, time.plus(Duration::from_secs(600)));
    let here = site(site_id.as_str(), None);
    let caller = Arc::new(Caller {
        name: "plugin".to_owned(),
        site: here.id.clone(),
        permissions: Permissions::default(),
        allowance: here.allowance,
        max_pending_authorizations: 10,
    });
    let start = store.start(&here, &caller, state.clone(), &begun);
    start.await.unwrap();
    let sent = begun.at(Stage::CodeSent);
    let exchanged = sent.at(Stage::Exchanged(token(time)));
    for step in [sent, exchanged.clone()] {
        store.advance(site_id, state.clone(), step).await.unwrap();
    }
    let completion = Completion {
        state,
        login: Login {
            profile: profile(account, time),
            attributes: Default::default(),
            consent: None,
            token: token(time).status,
            time,
        },
        authorization: exchanged,
        token: token(time),
        new_lead_id: LeadId::new(Uuid::from_u128(u128::from(1_000_000 + number))),
    };
    store.complete(site_id, completion).await.unwrap().lead
}

#[tokio::test]
async fn a_lead_is_erased_when_it_is_due_and_not_a_moment_earlier() {
    let mut world = World::new(&[("shop", Some(30))]);
    let lead = world.login("shop", 1).await.id;
    world.clock.advance(30 * DAY - INSTANT);
    assert_eq!(world.erased("shop").await, 0);
    assert!(world.has("shop", lead).await);
    world.clock.advance(INSTANT);
    assert_eq!(world.erased("shop").await, 1);
    assert!(!world.has("shop", lead).await);
    assert_eq!(world.store.token(&id("shop"), lead).await, Ok(None));
    assert_eq!(world.erased("shop").await, 0);

    // The tombstone says when and on whose word.
    let other = Erasure {
        time: NOW,
        cause: ErasureCause::Shop,
    };
    let shop = id("shop");
    let again = world.store.erase_leads(&shop, vec![lead], other).await;
    let tombstone = again.unwrap()[0].unwrap();
    assert!(tombstone.earlier);
    assert_eq!(tombstone.erasure.cause, ErasureCause::Retention);
    assert_eq!(tombstone.erasure.time, NOW.plus(30 * DAY));
    // Whoever comes back is a new lead.
    assert_ne!(world.login("shop", 1).await.id, lead);
}

#[tokio::test]
async fn a_login_in_between_begins_the_time_anew() {
    let mut world = World::new(&[("shop", Some(30))]);
    let lead = world.login("shop", 1).await.id;
    world.clock.advance(29 * DAY);
    assert_eq!(world.login("shop", 1).await.id, lead);
    world.clock.advance(30 * DAY - INSTANT);
    assert_eq!(world.erased("shop").await, 0);
    world.clock.advance(INSTANT);
    assert_eq!(world.erased("shop").await, 1);
}

#[tokio::test]
async fn a_lead_that_never_logged_in_counts_from_its_creation() {
    let world = World::new(&[("shop", Some(30))]);
    let lead = world.import("shop", 1).await;
    world.clock.advance(29 * DAY);
    // A newer token is no login.
    assert_eq!(world.import("shop", 1).await, lead);
    assert_eq!(world.erased("shop").await, 0);
    world.clock.advance(DAY);
    assert_eq!(world.erased("shop").await, 1);
    assert!(!world.has("shop", lead).await);
}

#[tokio::test]
async fn nobody_is_erased_without_a_period_and_a_new_configuration_counts_at_once() {
    let mut world = World::new(&[("shop", None)]);
    world.login("shop", 1).await;
    world.clock.advance(3651 * DAY);
    assert_eq!(world.look("shop").await, RetentionReport::default());
    let set = |days| vec![Arc::new(site("shop", days))];
    world.sites.replace(set(Some(3650)));
    world.sites.replace(set(None));
    assert_eq!(world.look("shop").await, RetentionReport::default());
    world.sites.replace(set(Some(3650)));
    assert_eq!(world.erased("shop").await, 1);
    world.sites.replace(Vec::new());
    assert_eq!(world.look("shop").await, RetentionReport::default());
}

#[tokio::test]
async fn each_site_has_its_own_period() {
    let mut world = World::new(&[("short", Some(10)), ("long", Some(20)), ("never", None)]);
    let mut leads = Vec::new();
    for site in ["short", "long", "never"] {
        leads.push((site, world.login(site, 1).await.id));
    }
    for (days, left) in [(9, "short long never"), (10, "long never"), (20, "never")] {
        let passed = world.clock.now().since(NOW);
        world.clock.advance(days * DAY - passed);
        let mut there = Vec::new();
        for (site, lead) in &leads {
            world.erased(site).await;
            if world.has(site, *lead).await {
                there.push(*site);
            }
        }
        assert_eq!(there.join(" "), left, "after {days} days");
    }
}

#[tokio::test]
async fn a_thousand_are_erased_at_a_time_and_a_restart_goes_on() {
    const LEADS: u64 = 1250;
    let mut world = World::new(&[("shop", Some(1))]);
    let mut writers = JoinSet::new();
    for number in 1..=LEADS {
        let (store, site) = (world.store.clone(), id("shop"));
        // The later their number the longer they are idle.
        let time = NOW.minus(Duration::from_secs(number));
        writers.spawn(async move { store.import_token(&site, import(number, time)).await });
    }
    for imported in writers.join_all().await {
        imported.unwrap();
    }
    world.clock.advance(DAY);
    assert_eq!(world.erased("shop").await, AT_ONCE);
    let lead = |number: u64| LeadId::new(Uuid::from_u128(u128::from(number)));
    assert!(world.has("shop", lead(250)).await);
    assert!(
        !world.has("shop", lead(251)).await,
        "the longest idle first"
    );
    world.restart();
    assert_eq!(world.erased("shop").await, 250);
    assert_eq!(world.erased("shop").await, 0);
}

#[tokio::test]
async fn a_lead_that_cannot_be_read_holds_up_nobody_else() {
    let world = World::new(&[("shop", Some(1))]);
    for account in 1..=3 {
        world.import("shop", account).await;
    }
    let spoiled = LeadId::new(Uuid::from_u128(1));
    world.store.spoil_lead(&id("shop"), spoiled).await;
    world.clock.advance(DAY);
    let report = world.look("shop").await;
    assert_eq!((report.erased, report.failed), (2, 1));
    let report = world.look("shop").await;
    assert_eq!((report.erased, report.failed), (0, 1));
}

#[tokio::test]
async fn whoever_logs_in_at_that_very_moment_is_there_afterwards() {
    for round in 0..25 {
        let mut world = World::new(&[("shop", Some(1))]);
        let before = world.login("shop", 1).await.id;
        world.clock.advance(DAY);
        let (shop, now) = (id("shop"), world.clock.now());
        let (report, after) = tokio::join!(
            world.retention.look(&world.sites, &shop),
            login(&world.store, &shop, 1, 1000, now),
        );
        let kept = world.store.lead(&shop, LeadKey::Id(after.id)).await;
        let kept = kept.unwrap().expect("the lead of the login");
        match report.erased {
            0 => assert_eq!((kept.id, kept.login_count), (before, 2), "round {round}"),
            _ => {
                assert_eq!(kept.login_count, 1, "round {round}");
                assert!(kept.id != before && !world.has("shop", before).await);
            }
        }
    }
}

#[tokio::test]
async fn a_preview_names_whom_it_would_meet_and_erases_nobody() {
    let mut world = World::new(&[("shop", None), ("other", None)]);
    let mut leads = Vec::new();
    for account in 1..=5 {
        leads.push(world.login("shop", account).await.id);
        world.clock.advance(DAY);
    }
    // A day after the fifth, four are idle for two days or more.
    let first = world.idle("shop", 2, "").await.unwrap();
    assert_eq!(first.count, Some(4));
    assert_eq!(first.cutoff, NOW.plus(3 * DAY));
    let of = |idle: &Idle| -> Vec<LeadId> { idle.page.leads.iter().map(|lead| lead.id).collect() };
    assert_eq!(of(&first), leads[..2]);
    // A token is for its own site and number of days.
    let token = &first.page.next_page_token;
    for (site, days) in [("other", 2), ("shop", 3)] {
        let refused = world.idle(site, days, token).await;
        assert_eq!(refused, Err(ListError::Token), "{site} {days}");
    }
    // Who logs in meanwhile is not due any more; nor is anybody due since.
    world.login("shop", 3).await;
    world.clock.advance(DAY);
    let second = world.idle("shop", 2, token).await.unwrap();
    assert_eq!((second.count, second.cutoff), (None, first.cutoff));
    assert_eq!(of(&second), leads[3..4]);
    assert_eq!(second.page.next_page_token, "");
    for lead in leads {
        assert!(world.has("shop", lead).await);
    }
}

#[tokio::test]
async fn idle_leads_are_counted_up_to_a_number() {
    let world = World::new(&[("shop", None)]);
    for account in 1..=5 {
        world.import("shop", account).await;
        world.clock.advance(DAY);
    }
    let shop = id("shop");
    let count = |cutoff, most| world.store.count_idle_leads(&shop, cutoff, most);
    assert_eq!(count(NOW.plus(3 * DAY), 10).await, Ok(4));
    assert_eq!(count(NOW.plus(3 * DAY), 3).await, Ok(3));
    assert_eq!(count(NOW.minus(INSTANT), 10).await, Ok(0));
}
