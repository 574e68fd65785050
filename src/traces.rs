//! Follows single calls through the daemon, for an OpenTelemetry collector on
//! this machine. Off unless it is configured.
//!
//! The only place that names opentelemetry. What is followed are the spans that
//! the code makes with `tracing` at debug level: a call of the contract, its
//! calls to Instagram, its writes to the store, a delivery. A span carries
//! names, numbers and codes of ours and nothing that came from outside, so no
//! secret can be in one. Events, which are the log's lines, are left out.

use std::fmt;
use std::thread::JoinHandle;
use std::time::Duration;

use http::HeaderMap;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tokio::sync::oneshot;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::registry::LookupSpan;

/// How long a collector may take to be told of some spans; then they are lost.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the end of the daemon waits for the last of them.
const CLOSING: Duration = Duration::from_secs(2);

/// Where spans go, and how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The collector's gRPC endpoint, such as `http://127.0.0.1:4317`.
    pub otlp: String,
    /// Of a hundred calls whose caller does not say, how many are followed.
    pub sample_percent: u8,
}

/// What sends spans to the collector.
pub struct Traces {
    provider: SdkTracerProvider,
    /// Ends the thread that the collector is spoken to from.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Traces {
    /// Begins. A collector that does not answer costs its spans and nothing
    /// else.
    ///
    /// # Errors
    /// [`TracesError`] where the system gives no thread, or the address is none.
    pub fn start(destination: &Destination) -> Result<Self, TracesError> {
        let (stop, stopped) = oneshot::channel::<()>();
        let (made, exporter) = std::sync::mpsc::sync_channel(1);
        let otlp = destination.otlp.clone();
        // The exporter's connection lives on the runtime that it was made on.
        let thread = std::thread::Builder::new().name("traces".to_owned());
        let thread = thread.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let runtime = match runtime {
                Ok(runtime) => runtime,
                Err(error) => return drop(made.send(Err(TracesError::Io(error)))),
            };
            runtime.block_on(async {
                let exporter = SpanExporter::builder()
                    .with_tonic()
                    .with_endpoint(otlp)
                    .with_timeout(EXPORT_TIMEOUT)
                    .build();
                let _ = made.send(exporter.map_err(TracesError::Exporter));
                let _ = stopped.await;
            });
        })?;
        let exporter = exporter.recv().map_err(|_| TracesError::Ended)??;
        let share = f64::from(destination.sample_percent.min(100)) / 100.0;
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share)));
        let resource = Resource::builder_empty()
            .with_service_name("leadtap")
            .with_attribute(opentelemetry::KeyValue::new(
                "service.version",
                env!("CARGO_PKG_VERSION"),
            ))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(sampler)
            .with_resource(resource)
            .build();
        Ok(Self {
            provider,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// What hands the spans over, beside the log.
    #[must_use]
    pub fn layer<S>(&self) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let ours = filter_fn(|one| one.is_span() && one.target().starts_with("leadtap"));
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("leadtap"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(ours)
            .with_filter(LevelFilter::DEBUG)
            .boxed()
    }
}

impl Drop for Traces {
    /// Sends what is left.
    fn drop(&mut self) {
        if let Err(error) = self.provider.shutdown_with_timeout(CLOSING) {
            tracing::debug!(%error, "the last traces were lost");
        }
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Makes a call's span a part of what its caller follows, where the headers say
/// that it does (<https://www.w3.org/TR/trace-context/>). What cannot be read
/// is as if it were not there.
pub fn adopt(span: &Span, headers: &HeaderMap) {
    if span.is_disabled() || !headers.contains_key("traceparent") {
        return;
    }
    let caller = TraceContextPropagator::new().extract(&Headers(headers));
    // Fails where nothing follows spans.
    let _ = span.set_parent(caller);
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

/// Why nothing can be followed.
#[derive(Debug)]
pub enum TracesError {
    /// The system gave no thread or runtime.
    Io(std::io::Error),
    /// The exporter cannot be made.
    Exporter(ExporterBuildError),
    /// The thread ended by itself.
    Ended,
}

impl From<std::io::Error> for TracesError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for TracesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "no thread for traces: {error}"),
            Self::Exporter(error) => write!(f, "traces.otlp cannot be used: {error}"),
            Self::Ended => f.write_str("the thread for traces ended"),
        }
    }
}

impl std::error::Error for TracesError {}
