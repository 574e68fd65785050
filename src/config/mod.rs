//! The daemon's settings, from a TOML file.
//!
//! Everything wrong in a file is told at once, each thing with its line and
//! with what to do. Unknown keys stop the start: a slip must not become a
//! default in silence. `docs/configuration.md` lists all keys.

mod allowance;
mod caller;
pub mod check;
pub mod keys;
mod listen;
mod problem;
mod reader;
pub mod schema;
mod secret_file;
mod sections;
mod site;
mod tls;
mod urls;
mod webhook;
mod whole;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::DeTable;

pub use caller::{ConfiguredCaller, Proof};
pub use keys::KeySource;
pub use listen::{Listen, UnixListen};
pub use problem::{Problem, Problems, Severity};
pub use secret_file::SecretSource;
pub use sections::{Limits, Log, LogFormat, StoreSettings};
pub use tls::Tls;

use crate::audit::Destination;
use crate::domain::site::Site;
use crate::traces;
use reader::{Report, Section};

/// Everything that the daemon is told, checked. Secrets are read already;
/// the key ring is read by [`keys::read`].
#[derive(Clone, Debug)]
pub struct Config {
    /// Where callers reach it.
    pub listen: Listen,
    /// How TCP is sealed, if it is.
    pub tls: Option<Tls>,
    /// Where it keeps data.
    pub store: StoreSettings,
    /// Where the key ring is.
    pub keys: KeySource,
    /// What the log looks like.
    pub log: Log,
    /// Where the audit log goes.
    pub audit: Destination,
    /// Where it tells its metrics, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// Where calls are followed to, if anywhere.
    pub traces: Option<traces::Destination>,
    /// What it allows itself.
    pub limits: Limits,
    /// The shops; at least one, no two of the same name.
    pub sites: Vec<Arc<Site>>,
    /// Who may call; at least one, no two with the same proof.
    pub callers: Vec<ConfiguredCaller>,
    /// What somebody should know, though it does not stop the start.
    pub warnings: Problems,
}

impl Config {
    /// Reads the file and the secrets that it names. It blocks, so call it
    /// before the runtime starts.
    ///
    /// # Errors
    /// Everything that is wrong, warnings among it.
    pub fn load(path: &Path) -> Result<Self, Problems> {
        Self::parse(&read_file(path)?)
    }

    /// The same, from the text of a file.
    ///
    /// # Errors
    /// Everything that is wrong, warnings among it.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        let (draft, problems) = Draft::read(text);
        if problems.stop_the_start() {
            return Err(problems);
        }
        draft.finish(problems)
    }
}

/// As much of a configuration as could be understood.
#[derive(Default)]
struct Draft {
    listen: Option<Listen>,
    tls: Option<Tls>,
    store: Option<StoreSettings>,
    keys: Option<KeySource>,
    log: Option<Log>,
    audit: Destination,
    metrics: Option<SocketAddr>,
    traces: Option<traces::Destination>,
    limits: Option<Limits>,
    sites: Vec<Arc<Site>>,
    callers: Vec<ConfiguredCaller>,
}

impl Draft {
    fn read(text: &str) -> (Self, Problems) {
        let report = Report::on(text);
        let (document, mistakes) = DeTable::parse_recoverable(text);
        if !mistakes.is_empty() {
            for mistake in mistakes {
                let line = mistake.span().map(|span| report.line(span.start));
                report.add(syntax(mistake.message()).at_line(line));
            }
            return (Self::default(), report.into_problems());
        }
        let draft = Self::read_sections(&Section::top(&report, document.get_ref()));
        (draft, report.into_problems())
    }

    fn read_sections(top: &Section<'_>) -> Self {
        let site_sections = top.sections("site", &schema::SITE);
        let caller_sections = top.sections("caller", &schema::CALLER);
        whole::check_sites(top, &site_sections);
        // A site that is wrong elsewhere still has a name that callers may use.
        let names = whole::site_names(&site_sections);
        let listen = sections::of(top, &schema::LISTEN);
        let draft = Self {
            listen: Some(listen::read(&listen)),
            tls: listen
                .has("tls")
                .then(|| tls::read(&listen.section("tls", &schema::LISTEN_TLS)))
                .flatten(),
            store: sections::store(&sections::of(top, &schema::STORE)),
            keys: keys::source(&sections::of(top, &schema::KEYS)),
            log: Some(sections::log(&sections::of(top, &schema::LOG))),
            audit: sections::audit(&sections::of(top, &schema::AUDIT)),
            metrics: sections::metrics(&sections::of(top, &schema::METRICS)),
            traces: sections::traces(&sections::of(top, &schema::TRACES)),
            limits: Some(sections::limits(&sections::of(top, &schema::LIMITS))),
            sites: site_sections.iter().filter_map(site::read).collect(),
            callers: whole::callers(top, &caller_sections, &names),
        };
        whole::check_apart(top, draft.store.as_ref(), draft.keys.as_ref());
        whole::check_reach(top, &draft);
        whole::check_duties(&site_sections, &draft.callers);
        draft
    }

    /// The whole, once nothing stops the start.
    fn finish(self, warnings: Problems) -> Result<Config, Problems> {
        let whole = (|| {
            Some(Config {
                listen: self.listen?,
                tls: self.tls,
                store: self.store?,
                keys: self.keys?,
                log: self.log?,
                audit: self.audit,
                metrics: self.metrics,
                traces: self.traces,
                limits: self.limits?,
                sites: self.sites,
                callers: self.callers,
                warnings,
            })
        })();
        whole.ok_or_else(|| {
            Problem::new("", "The configuration is incomplete", "Report this fault.").into()
        })
    }
}

fn read_file(path: &Path) -> Result<String, Problems> {
    std::fs::read_to_string(path).map_err(|error| {
        let advice = match error.kind() {
            std::io::ErrorKind::NotFound => {
                "Name the file with --config; deploy/leadtap.example.toml is one to begin with."
            }
            std::io::ErrorKind::PermissionDenied => "Let the daemon's user read the file.",
            _ => "Name a TOML file.",
        };
        let what = format!("cannot be read: {error}");
        Problem::new(path.display().to_string(), what, advice).into()
    })
}

fn syntax(message: &str) -> Problem {
    Problem::new(
        "The file",
        format!("is not TOML: {message}"),
        "Correct the line; https://toml.io explains the format.",
    )
}

/// The absolute path under `key`. The daemon's working directory is nobody's
/// business, so a relative path is refused.
fn absolute_path(section: &Section<'_>, key: &str) -> Option<PathBuf> {
    let (place, text) = section.text(key)?;
    let path = PathBuf::from(text);
    if !path.is_absolute() {
        place.problem(
            "is not an absolute path",
            "Begin it with a slash: \"/var/lib/leadtap\".",
        );
        return None;
    }
    Some(path)
}
