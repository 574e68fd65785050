//! `[store]`, `[log]`, `[audit]`, `[metrics]`, `[traces]` and `[limits]`: how the daemon runs.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use url::{Host, Url};

use super::absolute_path;
use super::reader::Section;
use super::schema::{self, daemon};
use crate::audit;
use crate::traces::Destination;

/// Bytes in a mebibyte.
const MIB: u64 = 1024 * 1024;

/// The store's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreSettings {
    /// The folder that it lives in; absolute.
    pub path: PathBuf,
    /// Bytes of its page cache.
    pub cache_bytes: u64,
    /// Decoded leads kept in memory; 0 for none.
    pub lead_cache: usize,
}

/// What the log looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// For people or for machines.
    pub format: LogFormat,
    /// A directive of `tracing_subscriber::EnvFilter`, known to be valid.
    pub level: String,
}

/// The forms of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One line of text.
    Human,
    /// One JSON object a line.
    Json,
}

/// What the daemon allows itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long calls under way may take to finish after a stop was asked
    /// for; after it the daemon exits whatever clients do.
    pub drain: Duration,
    /// Connections that one listener has open. More wait in the system's
    /// queue until one closes.
    pub max_connections: usize,
    /// Threads that serve calls.
    pub worker_threads: usize,
}

pub(super) fn store(section: &Section<'_>) -> Option<StoreSettings> {
    section.missing(
        "path",
        "Name the folder for the data, for example \"/var/lib/leadtap\".",
    );
    let cache_mib = section.number(&daemon::CACHE_MIB);
    let lead_cache = section.number(&daemon::LEAD_CACHE);
    Some(StoreSettings {
        path: absolute_path(section, "path")?,
        cache_bytes: cache_mib * MIB,
        lead_cache: lead_cache as usize,
    })
}

pub(super) fn log(section: &Section<'_>) -> Log {
    let format = match section.text("format") {
        None | Some((_, "human")) => LogFormat::Human,
        Some((_, "json")) => LogFormat::Json,
        Some((place, _)) => {
            place.problem("is no form of log", "Write \"human\" or \"json\".");
            LogFormat::Human
        }
    };
    let level = section.text("level").map_or("info", |(place, level)| {
        if let Err(reason) = check_level(level) {
            place.problem(
                reason,
                "Write off, error, warn, info, debug or trace, or a directive such as \"info,leadtap::service=debug\".",
            );
        }
        level
    });
    Log {
        format,
        level: level.to_owned(),
    }
}

/// A lone word that is no level would be taken for the name of a module, and
/// a slip such as `inof` would silence the log.
fn check_level(directive: &str) -> Result<(), String> {
    let slip = directive
        .split(',')
        .map(str::trim)
        .find(|part| !part.contains(['=', '[', ':']) && part.parse::<LevelFilter>().is_err());
    if let Some(slip) = slip {
        return Err(format!("holds `{slip}`, which is no level"));
    }
    EnvFilter::builder()
        .parse(directive)
        .map(drop)
        .map_err(|_| "is not a directive for the log".to_owned())
}

pub(super) fn audit(section: &Section<'_>) -> audit::Destination {
    absolute_path(section, "file")
        .map_or(audit::Destination::StandardError, audit::Destination::File)
}

/// Where metrics are scraped. They name every site, so only this machine may.
pub(super) fn metrics(section: &Section<'_>) -> Option<SocketAddr> {
    let (place, text) = section.text("listen")?;
    let Ok(address) = text.parse::<SocketAddr>() else {
        place.problem(
            "is not an address and a port",
            "Write it in numbers: \"127.0.0.1:9464\" or \"[::1]:9464\".",
        );
        return None;
    };
    if !address.ip().is_loopback() {
        place.problem(
            format!("would show the metrics to whoever reaches {address}, which is not loopback"),
            "Listen on 127.0.0.1, and let a Prometheus on another machine come through an agent on this one, a tunnel or a proxy that asks who it is.",
        );
        return None;
    }
    Some(address)
}

/// Where calls are followed to. A collector is on this machine, and whatever goes
/// on from there is its business.
pub(super) fn traces(section: &Section<'_>) -> Option<Destination> {
    let percent = section.number(&daemon::SAMPLE_PERCENT);
    let (place, text) = section.text("otlp")?;
    let url = Url::parse(text).ok();
    let fits = url.is_some_and(|url| {
        let local = match url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        url.scheme() == "http" && local && url.port().is_some() && url.path() == "/"
    });
    if !fits {
        place.problem(
            "is not the gRPC endpoint of a collector on this machine",
            "Write it like \"http://127.0.0.1:4317\", and let a collector on this machine send the traces on.",
        );
        return None;
    }
    Some(Destination {
        otlp: text.to_owned(),
        sample_percent: u8::try_from(percent).unwrap_or(100),
    })
}

pub(super) fn limits(section: &Section<'_>) -> Limits {
    Limits {
        drain: Duration::from_secs(section.number(&daemon::DRAIN_SECONDS)),
        max_connections: section.number(&daemon::MAX_CONNECTIONS) as usize,
        worker_threads: section
            .optional_number(&daemon::WORKER_THREADS)
            .map_or_else(cores, |threads| threads as usize),
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The named section of the file's top.
pub(super) fn of<'a>(top: &Section<'a>, schema: &'static schema::Section) -> Section<'a> {
    top.section(schema.path, schema)
}
