//! Pages and exports of a large store: what they cost must not grow with it.
//!
//! ```sh
//! cargo test --release --lib -- --ignored --nocapture a_million_leads
//! LEADTAP_SCALE_LEADS=100000 cargo test --lib -- --ignored --nocapture a_million_leads
//! ```

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::export::{ExportFormat, ExportQuery};
use super::filter::Filter;
use super::*;
use crate::domain::lead::InstagramProfile;
use crate::domain::secret::Secret;
use crate::domain::token::Token;
use crate::storage::{Import, KeyRing, LeadOrder, Options};

/// The daemon's own, and not the system's: half of an export in tests was the
/// system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

/// Writes under way while the store is filled.
const WRITERS: u64 = 512;

/// Rounds of each measurement; the median counts.
const ROUNDS: usize = 21;

/// MiB by which an export may grow: the allocator's own ways, whatever the store
/// holds.
const MAY_GROW: u64 = 48;

/// Leads on a page, and single reads beside it.
const PAGE: usize = 100;

fn at(number: u64) -> Timestamp {
    NOW.plus(Duration::from_millis(number))
}

fn import(number: u64) -> Import {
    let time = at(number);
    Import {
        profile: InstagramProfile {
            id: (25_000_000_000_000_000 + number)
                .to_string()
                .parse()
                .unwrap(),
            user_id: Some(
                (17_841_400_000_000_000 + number)
                    .to_string()
                    .parse()
                    .unwrap(),
            ),
            username: format!("somebody.{number}"),
            name: format!("Somebody {number}"),
            account_type: None,
            profile_picture_url: "https://scontent.cdninstagram.com/v/t51.2885-19/".repeat(4),
            followers_count: Some(number),
            follows_count: Some(1),
            media_count: Some(2),
            fetched_time: time,
        },
        token: Token::short_lived(Secret::from("token"), BTreeSet::new(), time),
        time,
        new_lead_id: LeadId::first_of(time),
    }
}

async fn fill(store: &Store, site: &SiteId, leads: u64) {
    let mut writers = JoinSet::new();
    for first in 0..WRITERS {
        let (store, site) = (store.clone(), site.clone());
        writers.spawn(async move {
            let mut number = first;
            while number < leads {
                store.import_token(&site, import(number)).await.unwrap();
                number += WRITERS;
            }
        });
    }
    writers.join_all().await;
}

/// Resident memory in MiB (proc(5)).
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4 / 1024
}

/// The median time of some rounds.
async fn median(mut round: impl AsyncFnMut(u64)) -> Duration {
    let mut times = Vec::new();
    for number in 0..ROUNDS {
        let begin = Instant::now();
        round(number as u64).await;
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    times[ROUNDS / 2]
}

#[tokio::test]
#[ignore = "it fills a store with a million leads, which takes minutes"]
async fn a_million_leads_are_listed_at_the_cost_of_a_page_and_exported_in_flat_memory() {
    let count = std::env::var("LEADTAP_SCALE_LEADS");
    let count: u64 = count.map_or(1_000_000, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        path: folder.path().to_owned(),
        cache_bytes: 64 << 20,
        // So that single reads come from where pages come from.
        lead_cache: 1,
    };
    let ring = KeyRing::parse(&KeyRing::generate().unwrap()).unwrap();
    let store = Store::open(options, ring).unwrap();
    let site: SiteId = "shop".parse().unwrap();
    fill(&store, &site, count).await;
    let leads = Leads::new(store.clone());

    // Neighbours, as on a page; somewhere else in each round.
    let singles = median(async |round| {
        let first = (round * 7919) % (count - PAGE as u64);
        for number in first..first + PAGE as u64 {
            let key = LeadKey::Id(LeadId::first_of(at(number)));
            assert!(leads.get(&site, key).await.unwrap().is_some());
        }
    })
    .await;
    println!("{PAGE} single reads: {singles:?}");
    for (order, field) in [
        (LeadOrder::CreateTime, "create_time"),
        (LeadOrder::LastLoginTime, "last_login_time"),
    ] {
        for descending in [false, true] {
            let mut page_token = String::new();
            let page = median(async |_| {
                let query = ListQuery {
                    filter: Filter::default(),
                    filter_text: String::new(),
                    order,
                    descending,
                    page_size: PAGE,
                    page_token: std::mem::take(&mut page_token),
                };
                let page = leads.list(&site, query, at(count)).await.unwrap();
                assert_eq!(page.leads.len(), PAGE);
                page_token = page.next_page_token;
            })
            .await;
            println!("a page by {field}, descending {descending}: {page:?}");
            assert!(
                page < 3 * singles,
                "{page:?} for a page, {singles:?} for {PAGE} reads"
            );
        }
    }
    let csv = ExportFormat::Csv {
        byte_order_mark: false,
    };
    // The first one fills sled's cache; after that nothing may grow.
    export(&leads, &site, count, csv).await;
    for format in [ExportFormat::JsonLines, csv] {
        let (before, most) = export(&leads, &site, count, format).await;
        assert!(
            most < before + MAY_GROW,
            "{before} MiB before, {most} at most"
        );
    }
    store.close();
}

/// Exports everything; gives what was resident before it and at most, in MiB.
async fn export(leads: &Leads, site: &SiteId, count: u64, format: ExportFormat) -> (u64, u64) {
    let query = ExportQuery {
        filter: Filter::default(),
        filter_text: String::new(),
        format,
        cursor: String::new(),
    };
    let begin = Instant::now();
    let before = resident();
    let mut exporting = leads.export(site, query, at(count)).await.unwrap();
    let (mut exported, mut bytes, mut most) = (0, 0, before);
    while let Some(chunk) = exporting.chunks.recv().await {
        exported += chunk.leads as u64;
        bytes += chunk.bytes.len();
        most = most.max(resident());
    }
    let took = begin.elapsed();
    assert_eq!(exported, count);
    println!(
        "{format:?}: {:.0} leads a second, {} MB; {before} MiB resident before, {most} at most",
        count as f64 / took.as_secs_f64(),
        bytes / 1_000_000
    );
    (before, most)
}
