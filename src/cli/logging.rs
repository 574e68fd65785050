//! The daemon's log, on standard error.

use std::io;
use std::sync::Arc;

use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::FilterExt;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Layer, Registry, reload};

use crate::config::{Log, LogFormat};
use crate::traces::Traces;

/// The most that libraries may log. Their debug and trace lines can show
/// headers and URLs, which carry tokens, so no level brings them out.
const LIBRARIES: tracing::Level = tracing::Level::INFO;

/// Changes how much is logged, while it is.
#[derive(Clone)]
pub struct Level(Arc<dyn Fn(EnvFilter) + Send + Sync>);

impl Level {
    /// Through this handle of whatever the log is made of.
    fn through<S: 'static>(handle: reload::Handle<EnvFilter, S>) -> Self {
        Self(Arc::new(move |filter| {
            // Fails only where the log is gone, and then there is nowhere to say it.
            let _ = handle.reload(filter);
        }))
    }

    /// Logs this much from now on.
    pub fn set(&self, log: &Log) {
        (self.0)(level(log));
    }
}

/// Starts the log of this process.
///
/// # Errors
/// When it was started before.
pub fn init(log: &Log, traces: Option<&Traces>) -> Result<Level, TryInitError> {
    let Some(traces) = traces else {
        let (subscriber, level) = subscriber(log, io::stderr);
        subscriber.try_init()?;
        return Ok(level);
    };
    let (subscriber, level) = followed(log, traces.layer(), io::stderr);
    subscriber.try_init()?;
    Ok(level)
}

/// The log, and beside it what follows calls. Each has a filter of its own,
/// which costs a little, so the log alone is not made like this.
fn followed<W>(
    log: &Log,
    traces: Box<dyn Layer<Registry> + Send + Sync>,
    writer: W,
) -> (impl Subscriber + Send + Sync + use<W>, Level)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let (level, handle) = reload::Layer::new(level(log));
    let form = form(log, writer).with_filter(level.and(filter_fn(may_log)));
    let subscriber = Registry::default().with(traces).with(form);
    (subscriber, Level::through(handle))
}

fn level(log: &Log) -> EnvFilter {
    // The configuration was checked when it was read.
    EnvFilter::builder().parse_lossy(&log.level)
}

fn subscriber<W>(log: &Log, writer: W) -> (impl Subscriber + Send + Sync + use<W>, Level)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let (level, handle) = reload::Layer::new(level(log));
    let subscriber = Registry::default()
        .with(form(log, writer))
        .with(level)
        .with(filter_fn(may_log));
    (subscriber, Level::through(handle))
}

fn form<S, W>(log: &Log, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let form = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .with_ansi(false);
    match log.format {
        LogFormat::Human => form.boxed(),
        LogFormat::Json => form
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .boxed(),
    }
}

/// Whether a line of this kind can be trusted to hold no secret.
fn may_log(line: &Metadata<'_>) -> bool {
    let target = line.target();
    let ours = target == "leadtap" || target.starts_with("leadtap::");
    ours || *line.level() <= LIBRARIES
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: LogFormat, level: &str, work: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let log = Log {
            format,
            level: level.to_owned(),
        };
        let (subscriber, _) = subscriber(&log, move || writer.clone());
        tracing::subscriber::with_default(subscriber, work);
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_level_decides_what_is_logged() {
        let text = logged(LogFormat::Human, "info", || {
            tracing::info!(lead.id = "abc", "kept");
            tracing::debug!("not kept");
        });
        assert!(
            text.contains("kept") && text.contains("lead.id=\"abc\""),
            "{text}"
        );
        assert!(!text.contains("not kept"), "{text}");
    }

    #[test]
    fn at_trace_libraries_still_keep_their_headers_to_themselves() {
        let text = logged(LogFormat::Human, "trace", || {
            tracing::trace!("ours");
            tracing::trace!(target: "h2::codec", "authorization: Bearer");
            tracing::debug!(target: "leadtapper", "someone else's");
            tracing::warn!(target: "h2::codec", "a warning");
        });
        assert!(
            text.contains("ours") && text.contains("a warning"),
            "{text}"
        );
        assert!(
            !text.contains("Bearer") && !text.contains("someone"),
            "{text}"
        );
    }

    #[test]
    fn a_json_line_is_one_object_with_the_fields_and_the_span() {
        let text = logged(LogFormat::Json, "info", || {
            let _span = tracing::info_span!("call", request.id = "r1").entered();
            tracing::info!(site.id = "shop", "login completed");
        });
        let line: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
        assert_eq!(line["message"], "login completed");
        assert_eq!(line["site.id"], "shop");
        assert_eq!(line["span"]["request.id"], "r1");
        assert_eq!(line["level"], "INFO");
    }
}
