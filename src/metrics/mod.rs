//! What the daemon counts, for whoever watches it.
//!
//! The only place that names prometheus_client: the library of the Prometheus
//! project itself, whose instruments are plain values that a call counts on
//! without looking anything up. Each part of the daemon owns the instruments of
//! its topic and counts on them; `app` puts all of them into one [`Registry`]
//! and answers a scrape with its text. `docs/metrics.md` lists every metric,
//! and a test compares it with a scrape.
//!
//! A label is a method of the contract, a word of ours, or the name of a site
//! or a webhook, which stand in the configuration. Nothing that a caller or
//! Instagram sends becomes one.

mod canary;
mod gauges;
mod histogram;
mod login;
mod process;
mod recent;
mod registry;
mod rpc;
mod snapshot;
mod store;
mod tokens;
mod upstream;
mod webhooks;

pub use canary::{CanaryMetrics, CanaryOutcome};
pub use gauges::Gauges;
pub use login::{LastHour, LoginMetrics, LoginStep};
pub use registry::Registry;
pub use rpc::{CallEnd, RpcMetrics};
pub use snapshot::{
    ListenerSnapshot, SiteSnapshot, Snapshot, StoreSnapshot, WebhookSnapshot, WindowSnapshot,
};
pub use store::StoreMetrics;
pub use tokens::{Counter, TokenCounters};
pub use upstream::{Endpoint, UpstreamMetrics};
pub use webhooks::{WebhookMetrics, WebhookOutcome};
