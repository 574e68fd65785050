//! Stores and backups of every released version, in `tests/releases`: today's
//! program opens them and reads every record.
//!
//! A release adds its own before it is tagged, and never changes an older one:
//! `LEADTAP_FIXTURE=1 cargo test --test integration -- releases::` writes
//! `tests/releases/VERSION.tar.gz`, with everything that a store can hold.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use leadtap::domain::clock::{Clock, ManualClock, SystemClock, Timestamp};
use leadtap::grpc::pb;
use leadtap::grpc::pb::admin_service_client::AdminServiceClient;
use leadtap::grpc::pb::get_lead_request::Key;
use leadtap::grpc::pb::lead_service_client::LeadServiceClient;
use leadtap::grpc::pb::platform_service_client::PlatformServiceClient;
use leadtap::grpc::pb::replay_dead_letters_request::Which;
use reqwest::Method;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use tonic::transport::Channel;

use crate::support::caller::{self, Client, hex};
use crate::support::command::{Ended, leadtap, run};
use crate::support::in_process::InProcess;
use crate::support::receiver::{self, WebhookClient};
use crate::support::shop::{ACCOUNT, authorized, declined, get_lead, login};
use crate::support::tokens::TokenClient;
use crate::support::{Browser, Fake, Setup, Visit, eventually};

/// Set to write the fixture of this release.
const WRITE: &str = "LEADTAP_FIXTURE";

/// Bytes of a fixture: every one stays in the repository for ever.
const MOST_BYTES: u64 = 256 * 1024;

/// What of a setup's folder is the fixture.
const PARTS: [&str; 4] = ["data", "keys", "shop.backup", "told.json"];

fn releases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/releases")
}

/// A caller who may do everything, and a webhook.
fn setup(fake: &Fake) -> Setup {
    let mut setup = Setup::with(fake);
    let page = "deletion_status_url = \"https://shop.example/deleted?code={code}\"\n";
    setup.site = page.to_owned() + &receiver::section(&setup, fake);
    setup.permit(r#""login", "leads", "tokens", "platform", "admin""#);
    setup
}

async fn verified(setup: &Setup) -> Value {
    let config = setup.path("leadtap.toml");
    std::fs::write(&config, setup.configuration()).unwrap();
    let config = config.to_str().unwrap();
    let ended = run(leadtap(&["verify", "--config", config, "--output", "json"])).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    serde_json::from_str(&ended.out).unwrap()
}

fn tar(arguments: &[&str]) {
    let done = Command::new("tar").args(arguments).status().unwrap();
    assert!(done.success(), "tar {arguments:?}");
}

/// A daemon on a setup's store, and its clients.
struct Release {
    fake: Fake,
    clock: ManualClock,
    client: Client,
    channel: Channel,
    webhooks: WebhookClient,
    daemon: InProcess,
}

impl Release {
    async fn open(setup: &Setup, fake: Fake, now: Timestamp) -> Self {
        let clock = ManualClock::at(now);
        let daemon = InProcess::start(setup, Arc::new(clock.clone()));
        let channel = caller::unix(&setup.path("leadtap.sock")).await;
        Self {
            client: daemon.client().await,
            webhooks: WebhookClient::over(channel.clone(), None),
            channel,
            fake,
            clock,
            daemon,
        }
    }

    async fn login(&self, account: &str) -> pb::Lead {
        login(&self.client, account).await.lead.unwrap()
    }

    async fn token_sha256(&self, setup: &Setup, lead: &str) -> String {
        let tokens = TokenClient::of(&setup.path("leadtap.sock")).await;
        let token = tokens.get(lead).await.unwrap().access_token;
        hex(digest(&SHA256, token.as_bytes()).as_ref())
    }

    async fn lead(&self, id: &str) -> Value {
        let lead = get_lead(&self.client, Key::LeadId(id.to_owned())).await;
        leadtap::cli::lead_json(&lead.unwrap())
    }
}

/// Everything that a store can hold, and what was said of it.
async fn write(path: &Path) {
    let fake = Fake::start().await;
    let setup = setup(&fake);
    fake.receiver(json!({ "fail": 1_000_000, "status": 500 }))
        .await;
    let shop = Release::open(&setup, fake, SystemClock.now()).await;
    eventually("the webhook to begin", async || {
        (shop.webhooks.crm().await.state() != pb::WebhookState::Beginning).then_some(())
    })
    .await;

    // A lead with all that a lead can have, one who is erased, and one whom Meta
    // wants to be erased.
    let mut browser = Browser::new().start_request();
    browser
        .attributes
        .insert("campaign".into(), "spring".into());
    browser.consent = Some(pb::Consent {
        text_version: "2026-01".to_owned(),
        agree_time: Some(prost_types::Timestamp {
            seconds: shop.clock.now().as_micros() / 1_000_000,
            nanos: 0,
        }),
        ..Default::default()
    });
    let visit = {
        let browser_of_it = Browser::new();
        browser.browser_binding_hash = browser_of_it.start_request().browser_binding_hash;
        let started = shop.client.clone().start_authorization(browser).await;
        Visit {
            browser: browser_of_it,
            started: started.unwrap().into_inner(),
        }
    };
    let callback = visit.allow(ACCOUNT).await;
    let lead = authorized(visit.complete(&shop.client, &callback).await);
    let mut lead = lead.lead.unwrap();
    lead.contact = Some(pb::Contact {
        email: "somebody@shop.example".to_owned(),
        full_name: "Some Body".to_owned(),
        phone: "+49 30 1234567".to_owned(),
        ..Default::default()
    });
    let mut desk = LeadServiceClient::new(shop.channel.clone());
    let request = pb::UpdateLeadRequest {
        lead: Some(lead.clone()),
        update_mask: Some(prost_types::FieldMask {
            paths: vec!["contact".to_owned()],
        }),
    };
    desk.update_lead(request).await.unwrap();
    let erased = shop.login("mira_makes").await;
    let key = Some(pb::delete_lead_request::Key::LeadId(erased.lead_id));
    desk.delete_lead(pb::DeleteLeadRequest { key })
        .await
        .unwrap();
    let third = json!({ "username": "fjord.keramikk", "account_type": "business", "id": "31", "user_id": "32" });
    shop.fake.account(third).await;
    shop.login("fjord.keramikk").await;
    let order = Some(json!({ "account": "fjord.keramikk" }));
    let signed = shop
        .fake
        .control(Method::POST, "signed-request", order)
        .await;
    let mut platform = PlatformServiceClient::new(shop.channel.clone());
    let deletion = platform
        .handle_data_deletion(pb::HandleDataDeletionRequest {
            signed_request: signed["signed_request"].as_str().unwrap().to_owned(),
        })
        .await
        .unwrap()
        .into_inner();

    // What the webhook gave up, and what of it waits to be sent after all.
    shop.clock.advance(Duration::from_secs(25 * 60 * 60));
    eventually("what failed to be given up", async || {
        shop.clock.advance(Duration::from_secs(60));
        (shop.webhooks.crm().await.pending_changes == 0).then_some(())
    })
    .await;
    let dead = shop.webhooks.dead().await.len();
    shop.fake.receiver(json!({ "delay_ms": 60_000 })).await;
    shop.webhooks
        .replay("crm", Some(Which::All(true)))
        .await
        .unwrap();

    // Logins at each step: said no, told that Instagram is in trouble with the
    // token in hand, and just begun. A second key seals what comes after it.
    let mut admin = AdminServiceClient::new(shop.channel.clone());
    admin.add_key(pb::AddKeyRequest {}).await.unwrap();
    let visit = Visit::begin(&shop.client).await;
    let callback = visit.cancel().await;
    declined(visit.complete(&shop.client, &callback).await);
    let visit = Visit::begin(&shop.client).await;
    let trouble = json!({ "me_failure": "unavailable" });
    shop.fake.knobs_for(visit.state(), trouble).await;
    let callback = visit.allow("mira_makes").await;
    visit.complete(&shop.client, &callback).await.unwrap_err();
    let begun = Visit::begin(&shop.client).await;

    let mut told = json!({
        "release": env!("CARGO_PKG_VERSION"),
        "time_micros": shop.clock.now().as_micros(),
        "instagram": shop.fake.base,
        "lead": shop.lead(&lead.lead_id).await,
        "token_sha256": shop.token_sha256(&setup, &lead.lead_id).await,
        "dead_letters": dead,
        "deletion_code": deletion.confirmation_code,
        "begun": {
            "authorization_url": begun.started.authorization_url,
            "browser_binding": begun.browser.binding,
        },
    });
    let backup = setup.path("shop.backup").display().to_string();
    let socket = setup.path("leadtap.sock").display().to_string();
    let ended = run(leadtap(&["backup", &backup, "--socket", &socket])).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    drop(shop.daemon);
    told["records"] = verified(&setup).await["records"].clone();
    std::fs::write(setup.path("told.json"), format!("{told:#}\n")).unwrap();

    let folder = setup.folder.path().to_str().unwrap();
    let fixed = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner"];
    let into = ["-czf", path.to_str().unwrap(), "-C", folder];
    tar(&[&fixed[..], &into, &PARTS].concat());
    let bytes = std::fs::metadata(path).unwrap().len();
    assert!(bytes <= MOST_BYTES, "{bytes} bytes");
}

/// Everything that the fixture's release said holds today.
async fn read(fixture: &Path) {
    let fake = Fake::start().await;
    let setup = setup(&fake);
    let folder = setup.folder.path().to_str().unwrap();
    tar(&["-xzf", fixture.to_str().unwrap(), "-C", folder]);
    let told = std::fs::read_to_string(setup.path("told.json")).unwrap();
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(verified(&setup).await["records"], told["records"]);

    let now = Timestamp::from_micros(told["time_micros"].as_i64().unwrap());
    let shop = Release::open(&setup, fake, now).await;
    let id = told["lead"]["lead_id"].as_str().unwrap();
    assert_eq!(shop.lead(id).await, told["lead"]);
    assert_eq!(shop.token_sha256(&setup, id).await, told["token_sha256"]);
    // Those that wait are sent meanwhile; nothing else may be gone.
    let dead = shop.webhooks.dead().await.len();
    assert!(dead <= told["dead_letters"].as_u64().unwrap() as usize);
    let code = told["deletion_code"].as_str().unwrap().to_owned();
    let mut platform = PlatformServiceClient::new(shop.channel.clone());
    let request = pb::GetDeletionStatusRequest {
        confirmation_code: code.clone(),
    };
    let status = platform.get_deletion_status(request).await.unwrap();
    assert_eq!(status.into_inner().confirmation_code, code);
    goes_on(&shop, &told).await;
    drop(shop.daemon);
    verified(&setup).await;

    restores(&setup).await;
}

/// A login that began under the older release ends under this one, in the lead
/// that it made.
async fn goes_on(shop: &Release, told: &Value) {
    let begun = &told["begun"];
    let bytes = begun["browser_binding"].as_array().unwrap().iter();
    let mut browser = Browser::new();
    browser.binding = bytes.map(|byte| byte.as_u64().unwrap() as u8).collect();
    let then = told["instagram"].as_str().unwrap();
    let url = begun["authorization_url"].as_str().unwrap();
    let callback = browser
        .allow(&url.replace(then, &shop.fake.base), ACCOUNT)
        .await;
    let request = browser.complete_request(&callback);
    let done = shop.client.clone().complete_authorization(request).await;
    let done = authorized(done.map(tonic::Response::into_inner));
    assert!(!done.new_lead);
    let lead = leadtap::cli::lead_json(&done.lead.unwrap());
    assert_eq!(lead["lead_id"], told["lead"]["lead_id"]);
    assert_eq!(lead["contact"], told["lead"]["contact"]);
}

/// The release's backup becomes a store of today's.
async fn restores(setup: &Setup) {
    for part in ["store", "store-2", "current", "pending", "witness"] {
        let path = setup.data().join(part);
        let removed = if path.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
        if let Err(error) = removed {
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{part}");
        }
    }
    let config = setup.path("leadtap.toml").display().to_string();
    let backup = setup.path("shop.backup").display().to_string();
    let ended: Ended = run(leadtap(&["restore", &backup, "--config", &config])).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    verified(setup).await;
}

#[tokio::test]
async fn a_store_and_a_backup_of_every_release_open_today() {
    if std::env::var_os(WRITE).is_some() {
        let name = format!("{}.tar.gz", env!("CARGO_PKG_VERSION"));
        write(&releases().join(name)).await;
    }
    let mut fixtures: Vec<_> = std::fs::read_dir(releases())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "gz"))
        .collect();
    fixtures.sort();
    assert!(
        fixtures
            .first()
            .is_some_and(|first| first.ends_with("0.1.0.tar.gz"))
    );
    for fixture in fixtures {
        read(&fixture).await;
    }
}
