//! Calls to Instagram.

use std::time::Instant;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use tracing::Instrument;

use super::histogram::{observe_since, of_upstream};
use super::registry::Registry;
use crate::domain::failure::{UpstreamFailure, UpstreamMeaning};

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// The authorization window, looked at from afar.
    Window,
    /// A code for a short-lived token.
    Code,
    /// A short-lived token for a long-lived one.
    Exchange,
    /// A long-lived token for a newer one.
    Refresh,
    /// The profile.
    Profile,
}

impl Endpoint {
    /// Its name in metrics and traces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Code => "code",
            Self::Exchange => "exchange",
            Self::Refresh => "refresh",
            Self::Profile => "profile",
        }
    }
}

/// The meaning of a call that was answered as it should.
const ANSWERED: &str = "answered";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    endpoint: &'static str,
    meaning: &'static str,
}

/// The calls by endpoint and by what came of them. Clones share it.
#[derive(Clone, Debug)]
pub struct UpstreamMetrics(Family<Labels, Histogram, fn() -> Histogram>);

impl Default for UpstreamMetrics {
    fn default() -> Self {
        Self(Family::new_with_constructor(of_upstream))
    }
}

impl UpstreamMetrics {
    /// Makes a call, followed if calls are, and counts what came of it. One that is given up half-way
    /// brought no answer.
    pub async fn count<T>(
        &self,
        endpoint: Endpoint,
        call: impl Future<Output = Result<T, UpstreamFailure>>,
    ) -> Result<T, UpstreamFailure> {
        let mut call_end = CallEnd {
            metrics: self,
            endpoint,
            begun: Instant::now(),
            meaning: UpstreamMeaning::NoAnswer.name(),
        };
        let span = tracing::debug_span!(
            "instagram",
            otel.name = endpoint.name(),
            otel.kind = "client",
            upstream.endpoint = endpoint.name(),
            upstream.meaning = tracing::field::Empty
        );
        let outcome = call.instrument(span.clone()).await;
        call_end.meaning = match &outcome {
            Ok(_) => ANSWERED,
            Err(failure) => failure.meaning.name(),
        };
        span.record("upstream.meaning", call_end.meaning);
        outcome
    }

    /// Adds them to a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.add(
            "upstream_duration_seconds",
            "Calls to Instagram by endpoint and by what their answer means, and the time until it was there",
            self.0.clone(),
        );
    }
}

struct CallEnd<'a> {
    metrics: &'a UpstreamMetrics,
    endpoint: Endpoint,
    begun: Instant,
    meaning: &'static str,
}

impl Drop for CallEnd<'_> {
    fn drop(&mut self) {
        let labels = Labels {
            endpoint: self.endpoint.name(),
            meaning: self.meaning,
        };
        observe_since(&self.metrics.0.get_or_create(&labels), self.begun);
    }
}
