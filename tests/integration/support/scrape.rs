//! A Prometheus that comes by.

use std::collections::{BTreeMap, BTreeSet};

use super::daemon::Daemon;
use super::fake::http;

/// Where a daemon with `[metrics] listen = "127.0.0.1:0"` can be scraped.
pub fn address(daemon: &Daemon) -> String {
    let log = daemon.log();
    let said = log.split("metrics.listen=").nth(1).unwrap();
    said.split_whitespace().next().unwrap().to_owned()
}

/// What a daemon says of itself.
pub async fn scrape(daemon: &Daemon) -> Scrape {
    scrape_at(&address(daemon)).await
}

/// What the daemon says that is scraped there.
pub async fn scrape_at(address: &str) -> Scrape {
    let url = format!("http://{address}/metrics");
    let answer = http().get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    Scrape(answer.text().await.unwrap())
}

/// The text of one scrape.
pub struct Scrape(pub String);

impl Scrape {
    /// The value of the sample that is named and labelled like this.
    pub fn value(&self, sample: &str) -> Option<f64> {
        let line = self.0.lines().find_map(|line| line.strip_prefix(sample))?;
        Some(line.strip_prefix(' ')?.parse().unwrap())
    }

    /// Each metric under the name that a query has for it, with its type.
    pub fn metrics(&self) -> BTreeMap<String, String> {
        let types = self
            .0
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE "));
        let named = types.map(|line| {
            let (name, kind) = line.split_once(' ').unwrap();
            let suffix = match kind {
                "counter" => "_total",
                "info" => "_info",
                _ => "",
            };
            (format!("{name}{suffix}"), kind.to_owned())
        });
        named.collect()
    }

    /// The labels that each metric was seen with.
    pub fn labels(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, kind) in self.metrics() {
            let samples: Vec<String> = match kind.as_str() {
                "histogram" => ["bucket", "count", "sum"]
                    .map(|part| format!("{name}_{part}"))
                    .to_vec(),
                _ => vec![name.clone()],
            };
            let labels = found.entry(name).or_default();
            let lines = self.0.lines().filter(|line| !line.starts_with('#'));
            for line in lines {
                let (sample, _) = line.rsplit_once(' ').unwrap();
                let (of, pairs) = sample.split_once('{').unwrap_or((sample, ""));
                if samples.iter().any(|name| name == of) {
                    let pairs = pairs.trim_end_matches('}').split(',');
                    let names = pairs.filter_map(|pair| pair.split_once('='));
                    labels.extend(names.map(|(name, _)| name.to_owned()));
                }
            }
            labels.remove("le");
        }
        found
    }
}
