//! What the daemon tells whoever watches it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use leadtap::grpc::pb::get_lead_request::Key;
use serde_json::json;

use crate::support::daemon::secret;
use crate::support::fake::http;
use crate::support::scrape::{Scrape, address, scrape};
use crate::support::shop::ACCOUNT;
use crate::support::{Setup, Shop, eventually};

/// Metrics on a port of the system's choice, a webhook, and a look at the
/// window that an earlier daemon had.
fn watched(setup: &mut Setup) {
    let notes = json!({"windows": {"shop": {
        "window": {"kind": "Opens", "shape": "200 text/html"},
        "look_time": 1_790_000_000_000_000_u64,
    }}});
    std::fs::create_dir(setup.data()).unwrap();
    std::fs::write(setup.data().join("notes.json"), notes.to_string()).unwrap();
    setup.more = "[metrics]\nlisten = \"127.0.0.1:0\"".to_owned();
    secret(&setup.path("crm"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    setup.site = format!(
        "[[site.webhook]]\nname = \"crm\"\nurl = \"{}/webhooks/crm\"\nsecret_file = \"{}\"\nallow_private_hosts = [\"127.0.0.1\"]",
        setup.instagram,
        setup.path("crm").display()
    );
}

/// A daemon at which one of everything happened.
async fn busy() -> (Shop, Scrape) {
    let shop = Shop::open_with(watched).await;
    let begun = async || {
        shop.daemon
            .log()
            .contains("the webhook begins")
            .then_some(())
    };
    eventually("the webhook", begun).await;
    shop.login(ACCOUNT).await;
    let visit = shop.visit().await;
    let callback = visit.cancel().await;
    visit.complete(&shop.client, &callback).await.unwrap();
    shop.refused_login(json!({"token_failure": "code_used"}))
        .await;
    shop.lead(Key::InstagramUserId("1".to_owned()))
        .await
        .unwrap_err();
    let whole = async || {
        let scrape = scrape(&shop.daemon).await;
        let delivered =
            r#"leadtap_webhook_deliveries_total{site="shop",webhook="crm",outcome="delivered"}"#;
        let counted = scrape.0.contains("leadtap_tokens{");
        (counted && scrape.value(delivered) > Some(0.0)).then_some(scrape)
    };
    let scrape = eventually("a scrape with everything", whole).await;
    (shop, scrape)
}

/// The metrics of `docs/metrics.md`, each with its type and its labels.
fn documented() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [name, kind, labels, _] = cells[..] else {
            return None;
        };
        let name = name.strip_prefix('`')?.strip_suffix('`')?;
        let labels = labels.split(", ").filter(|label| !label.is_empty());
        let labels = labels.map(|label| label.trim_matches('`').to_owned());
        Some((name.to_owned(), (kind.to_owned(), labels.collect())))
    });
    rows.collect()
}

#[tokio::test]
async fn every_metric_is_documented_and_every_documented_one_is_there() {
    let (shop, scrape) = busy().await;
    let labels = scrape.labels();
    let there = scrape.metrics().into_iter().map(|(name, kind)| {
        let labels = labels[&name].clone();
        (name, (kind, labels))
    });
    assert_eq!(there.collect::<BTreeMap<_, _>>(), documented());
    shop.daemon.stops().await;
}

#[tokio::test]
async fn a_scrape_tells_what_happened() {
    let (shop, scrape) = busy().await;
    let steps = |step: &str, reason: &str| {
        let labels = format!(r#"{{site="shop",step="{step}",reason="{reason}"}}"#);
        scrape.value(&format!("leadtap_login_steps_total{labels}"))
    };
    assert_eq!(steps("started", ""), Some(3.0));
    assert_eq!(steps("came_back", ""), Some(2.0));
    assert_eq!(steps("exchanged", ""), Some(1.0));
    assert_eq!(steps("completed", ""), Some(1.0));
    assert_eq!(steps("declined", "USER_DENIED"), Some(1.0));
    assert_eq!(steps("failed", "CODE_REFUSED"), Some(1.0));
    let calls = |rpc: &str, status: &str| {
        let labels = format!(r#"{{method="leadtap.v1.LoginService/{rpc}",status="{status}"}}"#);
        scrape.value(&format!("leadtap_rpc_duration_seconds_count{labels}"))
    };
    assert_eq!(calls("StartAuthorization", "OK"), Some(3.0));
    assert_eq!(calls("CompleteAuthorization", "OK"), Some(2.0));
    assert_eq!(
        calls("CompleteAuthorization", "FAILED_PRECONDITION"),
        Some(1.0)
    );
    assert_eq!(calls("GetLead", "NOT_FOUND"), Some(1.0));
    let upstream = |endpoint: &str, meaning: &str| {
        let labels = format!(r#"{{endpoint="{endpoint}",meaning="{meaning}"}}"#);
        scrape.value(&format!("leadtap_upstream_duration_seconds_count{labels}"))
    };
    assert_eq!(upstream("code", "answered"), Some(1.0));
    assert_eq!(upstream("code", "code_refused"), Some(1.0));
    assert_eq!(upstream("profile", "answered"), Some(1.0));
    for (sample, expected) in [
        ("leadtap_store_leads", 1.0),
        ("leadtap_store_serving", 1.0),
        ("leadtap_store_queue", 0.0),
        ("leadtap_rpc_in_flight", 0.0),
        ("leadtap_sites", 1.0),
        ("leadtap_backup_last_timestamp_seconds", 0.0),
        (r#"leadtap_window_opens{site="shop"}"#, 1.0),
        (r#"leadtap_connections{listener="listen.unix"}"#, 1.0),
        (r#"leadtap_upstream_left_alone{site="shop"}"#, 0.0),
    ] {
        assert_eq!(scrape.value(sample), Some(expected), "{sample}");
    }
    let bytes = scrape.value("leadtap_store_bytes").unwrap();
    assert!(bytes > 10_000.0, "{bytes}");
    assert!(scrape.0.ends_with("# EOF\n"));
    shop.daemon.stops().await;
}

#[tokio::test]
async fn nothing_of_a_person_or_a_login_becomes_a_label() {
    let (shop, _) = busy().await;
    let visit = shop.visit().await;
    let callback = visit.allow("mira_makes").await;
    visit.complete(&shop.client, &callback).await.unwrap();
    // What a stranger can choose: the method, the callback and the decline.
    let web = crate::support::web::Web::new(&shop.daemon.socket);
    web.post_to("leadtap.v1.Stranger/Marker77", &[], Vec::new())
        .await;
    let visit = shop.visit().await;
    let declined = format!(
        "error=marker77&error_reason=marker77&state={}",
        visit.state()
    );
    visit.complete(&shop.client, &declined).await.unwrap();
    let scrape = scrape(&shop.daemon).await.0;
    let code = callback.split("code=").nth(1).unwrap();
    for secret in [visit.state(), "arker77", ACCOUNT, "mira_makes", &code[..8]] {
        assert!(!scrape.contains(secret), "{secret} in {scrape}");
    }
    assert!(scrape.contains(r#"method="unknown",status="UNIMPLEMENTED"} 1"#));
    assert!(scrape.contains(r#"step="declined",reason="OTHER"} 1"#));
    shop.daemon.stops().await;
}

#[tokio::test]
async fn the_listener_for_metrics_has_nothing_else() {
    let shop = Shop::open_with(watched).await;
    let base = format!("http://{}", address(&shop.daemon));
    let other = http().get(&base).send().await.unwrap();
    assert_eq!(other.status(), 404);
    let written = http().post(format!("{base}/metrics")).send().await.unwrap();
    assert_eq!(written.status(), 405);
    shop.daemon.stops().await;
}

#[tokio::test]
async fn metrics_are_told_to_this_machine_alone() {
    let fake = crate::support::Fake::start().await;
    for address in ["0.0.0.0:9464", "192.0.2.1:9464", "[::]:9464", "9464"] {
        let mut setup = Setup::with(&fake);
        setup.more = format!("[metrics]\nlisten = \"{address}\"");
        let (exit, said) = setup.refused().await;
        assert_eq!(exit, Some(78), "{address}: {said}");
        assert!(said.contains("metrics.listen"), "{said}");
    }
}

/// A text of the repository.
fn text_of(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    std::fs::read_to_string(path).unwrap()
}

/// The metrics that a text names, without what a histogram has behind its name.
fn named_in(text: &str) -> BTreeSet<String> {
    let is_of_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let words = text.split(|c| !is_of_name(c));
    let ours = words.filter(|word| word.starts_with("leadtap_") || word.starts_with("process_"));
    let known = documented();
    let bare = |word: &str| {
        let parts = ["_bucket", "_sum", "_count"];
        let stem = parts.iter().find_map(|part| word.strip_suffix(part));
        let histogram = stem.filter(|stem| {
            known
                .get(*stem)
                .is_some_and(|(kind, _)| kind == "histogram")
        });
        histogram.unwrap_or(word).to_owned()
    };
    ours.map(bare).collect()
}

#[test]
fn alerts_and_dashboard_name_metrics_that_there_are() {
    let known: BTreeSet<String> = documented().into_keys().collect();
    for file in [
        "deploy/prometheus/alerts.yml",
        "deploy/grafana/leadtap.json",
    ] {
        let named = named_in(&text_of(file));
        assert!(named.len() > 15, "{file}: {named:?}");
        let strange: Vec<_> = named.difference(&known).collect();
        assert!(strange.is_empty(), "{file}: {strange:?}");
    }
}

#[test]
fn the_dashboard_is_json_and_each_of_its_panels_asks_something() {
    let dashboard: serde_json::Value =
        serde_json::from_str(&text_of("deploy/grafana/leadtap.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let asking = panels.filter(|panel| panel["type"] != "row");
    for panel in asking {
        for target in panel["targets"].as_array().unwrap() {
            assert!(
                !named_in(target["expr"].as_str().unwrap()).is_empty(),
                "{panel}"
            );
        }
    }
}

#[test]
fn each_alert_says_what_to_do() {
    let rules = text_of("deploy/prometheus/alerts.yml");
    let alerts = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    let alerts: BTreeSet<&str> = alerts.collect();
    let manual = text_of("docs/operations.md");
    let entries = manual.lines().filter_map(|line| line.strip_prefix("### "));
    let entries: BTreeSet<&str> = entries.filter(|name| name.starts_with("Leadtap")).collect();
    assert!(alerts.len() > 15);
    assert_eq!(alerts, entries);
    let words = ["summary", "severity"].map(|word| rules.matches(word).count());
    assert_eq!(words, [alerts.len(); 2]);
}
