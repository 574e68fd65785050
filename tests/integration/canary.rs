//! Somebody looks at Instagram's window before shoppers complain.

use std::sync::Arc;
use std::time::Duration;

use leadtap::app::App;
use leadtap::config::{Config, keys};
use leadtap::domain::clock::{Clock, ManualClock, SystemClock};
use leadtap::domain::site::Site;
use leadtap::domain::window::WindowKind;
use leadtap::instagram::{Instagram, Limits};
use leadtap::metrics::CanaryOutcome;
use leadtap::outbound::Outbound;
use leadtap::service::Canary;
use leadtap::storage::{Options, Store};
use serde_json::json;

use crate::support::in_process::InProcess;
use crate::support::scrape::{Scrape, scrape_at};
use crate::support::{Fake, Setup, eventually, free_port};

/// A canary over a store of its own, and its site.
struct World {
    fake: Fake,
    setup: Setup,
    clock: ManualClock,
}

impl World {
    async fn new() -> Self {
        let fake = Fake::start().await;
        Self {
            setup: Setup::with(&fake),
            clock: ManualClock::at(SystemClock.now()),
            fake,
        }
    }

    fn config(&self) -> Config {
        Config::parse(&self.setup.configuration()).unwrap()
    }

    fn open(&self) -> (Canary, Store) {
        let config = self.config();
        let options = Options {
            path: config.store.path,
            cache_bytes: config.store.cache_bytes,
            lead_cache: config.store.lead_cache,
        };
        let store = Store::open(options, keys::read(&config.keys).unwrap()).unwrap();
        let outbound = Outbound::new().unwrap();
        let instagram = Instagram::new(&outbound, Limits::default()).unwrap();
        let clock = Arc::new(self.clock.clone());
        (Canary::new(instagram, store.clone(), clock), store)
    }

    fn site(&self) -> Arc<Site> {
        Arc::clone(&self.config().sites[0])
    }

    async fn window(&self, page: &str) {
        self.fake.knobs(json!({"window_page": page})).await;
    }
}

#[tokio::test]
async fn a_window_that_answers_as_ever_is_no_news() {
    let world = World::new().await;
    let (canary, store) = world.open();
    for _ in 0..2 {
        assert_eq!(canary.look(&world.site()).await, CanaryOutcome::Opens);
    }
    let seen = canary.seen(&world.site()).unwrap();
    assert_eq!(seen.window.shape, "200 text/html");
    assert_eq!(seen.look_time, world.clock.now());
    assert_eq!(seen.change_time, None);
    store.close();
}

#[tokio::test]
async fn another_shape_is_told_once_and_also_after_a_restart() {
    let world = World::new().await;
    let (canary, store) = world.open();
    assert_eq!(canary.look(&world.site()).await, CanaryOutcome::Opens);
    store.close();
    drop((canary, store));

    world.window("login_first").await;
    world.clock.advance(Duration::from_secs(6 * 60 * 60));
    let (canary, store) = world.open();
    assert_eq!(canary.look(&world.site()).await, CanaryOutcome::Changed);
    let seen = canary.seen(&world.site()).unwrap();
    // Instagram's own login page is a way in, too.
    assert_eq!(seen.window.kind, WindowKind::Opens);
    assert_eq!(seen.window.shape, "302 127.0.0.1/accounts/login/");
    assert_eq!(seen.change_time, Some(world.clock.now()));
    assert_eq!(canary.look(&world.site()).await, CanaryOutcome::Opens);
    store.close();
}

#[tokio::test]
async fn a_window_that_turns_the_app_away_is_told_for_as_long_as_it_does() {
    let world = World::new().await;
    let (canary, store) = world.open();
    canary.look(&world.site()).await;
    world.window("invalid_platform_app").await;
    assert_eq!(canary.look(&world.site()).await, CanaryOutcome::Changed);
    for _ in 0..2 {
        assert_eq!(canary.look(&world.site()).await, CanaryOutcome::Closed);
    }
    let seen = canary.seen(&world.site()).unwrap();
    assert_eq!(seen.window.kind, WindowKind::AppRejected);
    assert!(seen.window.shape.contains("Invalid platform app"));
    world.window("invalid_redirect_uri").await;
    canary.look(&world.site()).await;
    let seen = canary.seen(&world.site()).unwrap();
    assert_eq!(seen.window.kind, WindowKind::RedirectUriRejected);
    store.close();
}

#[tokio::test]
async fn scopes_that_instagram_does_not_know_send_the_shopper_back() {
    let mut world = World::new().await;
    world.setup.site =
        r#"scopes = ["instagram_business_basic", "instagram_business_typo"]"#.to_owned();
    let (canary, store) = world.open();
    assert_eq!(canary.look(&world.site()).await, CanaryOutcome::Closed);
    let seen = canary.seen(&world.site()).unwrap();
    assert_eq!(seen.window.kind, WindowKind::SendsBack);
    assert_eq!(seen.window.shape, "302 shop.example/instagram/callback");
    store.close();
}

#[tokio::test]
async fn trouble_on_the_way_is_no_change_of_shape() {
    let world = World::new().await;
    let (canary, store) = world.open();
    canary.look(&world.site()).await;
    let before = canary.seen(&world.site());
    world.window("server_error").await;
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(canary.look(&world.site()).await, CanaryOutcome::Unreachable);
    assert_eq!(canary.seen(&world.site()), before);
    store.close();
}

impl World {
    /// A daemon that runs, and where it is scraped.
    fn serve(&mut self) -> (InProcess, String) {
        let metrics = free_port();
        self.setup.more = format!("[metrics]\nlisten = \"{metrics}\"");
        let clock = Arc::new(self.clock.clone());
        let at_once = |app: App| app.looking_after(Duration::ZERO);
        let daemon = InProcess::start_as(&self.setup, clock, at_once);
        (daemon, metrics)
    }
}

/// What became of the looks at a site's window.
fn looks(scrape: &Scrape, site: &str) -> [f64; 4] {
    ["opens", "closed", "changed", "unreachable"].map(|outcome| {
        let labels = format!(r#"{{site="{site}",outcome="{outcome}"}}"#);
        let looks = scrape.value(&format!("leadtap_window_looks_total{labels}"));
        looks.unwrap_or_default()
    })
}

/// The metrics after the first look at this site's window.
async fn after_a_look(metrics: &str, site: &str) -> Scrape {
    let looked = async || {
        let scrape = scrape_at(metrics).await;
        (looks(&scrape, site) != [0.0; 4]).then_some(scrape)
    };
    eventually("a look at the window", looked).await
}

/// Nobody asks it to.
#[tokio::test]
async fn a_daemon_that_runs_looks_by_itself_and_its_metrics_say_what_it_saw() {
    let mut world = World::new().await;
    world.window("invalid_platform_app").await;
    let (_daemon, metrics) = world.serve();
    let scrape = after_a_look(&metrics, "shop").await;
    assert_eq!(looks(&scrape, "shop"), [0.0, 1.0, 0.0, 0.0]);
    for (metric, expected) in [
        ("leadtap_window_opens", 0.0),
        (
            "leadtap_window_look_timestamp_seconds",
            world.clock.now().as_micros() as f64 / 1e6,
        ),
        ("leadtap_window_change_timestamp_seconds", 0.0),
    ] {
        let value = scrape.value(&format!(r#"{metric}{{site="shop"}}"#));
        assert_eq!(value, Some(expected), "{metric}");
    }
    let journal = world.fake.journal("endpoint=authorize").await;
    assert_eq!(journal["entries"].as_array().unwrap().len(), 1, "{journal}");
}

#[tokio::test]
async fn a_site_that_wants_no_look_is_left_out() {
    let mut world = World::new().await;
    world.setup.site = "canary = \"off\"".to_owned() + &world.setup.site_section("second", "");
    let (_daemon, metrics) = world.serve();
    // Its turn would have come before the other's.
    let scrape = after_a_look(&metrics, "second").await;
    assert_eq!(looks(&scrape, "second"), [1.0, 0.0, 0.0, 0.0]);
    assert_eq!(looks(&scrape, "shop"), [0.0; 4]);
}

#[tokio::test]
async fn a_look_is_no_login() {
    let world = World::new().await;
    let (canary, store) = world.open();
    canary.look(&world.site()).await;
    let journal = world.fake.journal("endpoint=authorize").await;
    let entries = journal["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "{journal}");
    let others = world.fake.journal("").await;
    assert_eq!(others["entries"].as_array().unwrap().len(), 1, "{others}");
    store.close();
}
