//! All metrics of one daemon, and their text.

use std::fmt;

use prometheus_client::encoding::{EncodeLabelValue, LabelValueEncoder, text};
use prometheus_client::registry::{Metric, Registry as Inner};

use crate::domain::site::SiteId;

/// The metrics of one daemon.
#[derive(Debug, Default)]
pub struct Registry(Inner);

impl Registry {
    /// What [`text`](Self::text) is, in HTTP's words (OpenMetrics 1.0, section
    /// "Overall Structure").
    pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// Adds a metric; a counter's name gets `_total` behind it.
    pub(super) fn add(&mut self, name: &str, help: &str, metric: impl Metric) {
        self.0.register(format!("leadtap_{name}"), help, metric);
    }

    /// Adds a metric of the process, which have names of their own everywhere
    /// (<https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>).
    pub(super) fn add_process(&mut self, name: &str, help: &str, metric: impl Metric) {
        self.0.register(format!("process_{name}"), help, metric);
    }

    /// All of them, as Prometheus reads them.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = text::encode(&mut text, &self.0);
        text
    }
}

/// A site as the value of a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct SiteLabel(pub(super) SiteId);

impl EncodeLabelValue for SiteLabel {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        EncodeLabelValue::encode(&self.0.as_str(), encoder)
    }
}
