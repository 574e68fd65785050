//! The calls that were made.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

use super::histogram::{observe_since, of_calls};
use super::registry::Registry;

/// Statuses of gRPC, from OK (0) to UNAUTHENTICATED (16).
const STATUSES: usize = 17;

/// What a call is counted under whose method the contract does not have: the
/// name that was called is a stranger's.
const UNKNOWN: &str = "unknown";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    method: &'static str,
    status: &'static str,
}

type Durations = Family<Labels, Histogram, fn() -> Histogram>;

/// The calls by method and status, and how long they took. Clones share it.
#[derive(Clone, Debug)]
pub struct RpcMetrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    durations: Durations,
    in_flight: Gauge,
    /// In the order of the methods, the unknown one last: found without hashing
    /// a name, because every call passes here.
    methods: Vec<Method>,
}

#[derive(Debug)]
struct Method {
    name: &'static str,
    by_status: [OnceLock<Histogram>; STATUSES],
}

impl Method {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            by_status: Default::default(),
        }
    }
}

impl RpcMetrics {
    /// For these methods, in this order.
    #[must_use]
    pub fn new(methods: impl IntoIterator<Item = &'static str>) -> Self {
        let methods = methods.into_iter().chain([UNKNOWN]).map(Method::new);
        Self(Arc::new(Inner {
            durations: Family::new_with_constructor(of_calls),
            in_flight: Gauge::default(),
            methods: methods.collect(),
        }))
    }

    /// A call of the method at this place begins; none for one that there is
    /// not.
    #[must_use]
    pub fn begin(&self, method: Option<usize>) -> CallEnd {
        self.0.in_flight.inc();
        CallEnd {
            metrics: Arc::clone(&self.0),
            method: method.unwrap_or(self.0.methods.len().saturating_sub(1)),
            begun: Instant::now(),
            is_counted: false,
        }
    }

    /// Adds them to a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.add(
            "rpc_duration_seconds",
            "Calls by method and status, and the time from their headers to the end of their answer",
            self.0.durations.clone(),
        );
        registry.add(
            "rpc_in_flight",
            "Calls that are being answered, open streams among them",
            self.0.in_flight.clone(),
        );
    }
}

/// Counts a call when it has ended. One that is dropped before was given up by
/// its caller.
#[derive(Debug)]
pub struct CallEnd {
    metrics: Arc<Inner>,
    method: usize,
    begun: Instant,
    is_counted: bool,
}

/// What a call is counted as whose caller left.
const CANCELLED: (usize, &str) = (1, "CANCELLED");

impl CallEnd {
    /// It ended with this status: its number, and its name.
    pub fn with(mut self, number: usize, name: &'static str) {
        self.count(number, name);
    }

    /// The same, for whoever has only borrowed it. Only the first end counts.
    pub fn count(&mut self, number: usize, name: &'static str) {
        if std::mem::replace(&mut self.is_counted, true) {
            return;
        }
        let metrics = &self.metrics;
        metrics.in_flight.dec();
        let Some(method) = metrics.methods.get(self.method) else {
            return;
        };
        let Some(histogram) = method.by_status.get(number) else {
            return;
        };
        let histogram = histogram.get_or_init(|| {
            let labels = Labels {
                method: method.name,
                status: name,
            };
            metrics.durations.get_or_create_owned(&labels)
        });
        observe_since(histogram, self.begun);
    }
}

impl Drop for CallEnd {
    fn drop(&mut self) {
        let (number, name) = CANCELLED;
        self.count(number, name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(metrics: &RpcMetrics) -> String {
        let mut registry = Registry::default();
        metrics.register(&mut registry);
        registry.text()
    }

    #[test]
    fn a_call_is_counted_once_under_its_method_and_status() {
        let metrics = RpcMetrics::new(["A/One", "A/Two"]);
        metrics.begin(Some(1)).with(0, "OK");
        metrics.begin(Some(1)).with(0, "OK");
        drop(metrics.begin(Some(0)));
        let open = metrics.begin(None);
        let text = text(&metrics);
        for line in [
            r#"leadtap_rpc_duration_seconds_count{method="A/Two",status="OK"} 2"#,
            r#"leadtap_rpc_duration_seconds_count{method="A/One",status="CANCELLED"} 1"#,
            "leadtap_rpc_in_flight 1",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
        drop(open);
    }

    #[test]
    fn a_name_that_the_contract_does_not_have_makes_no_label() {
        let metrics = RpcMetrics::new(["A/One"]);
        metrics.begin(None).with(12, "UNIMPLEMENTED");
        assert!(text(&metrics).contains(r#"method="unknown",status="UNIMPLEMENTED"} 1"#));
    }
}
