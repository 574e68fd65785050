//! What the commands share that need the store for themselves.

use super::arguments::ConfigArgs;
use super::exit::CommandError;
use super::output::harmless;
use super::serve;
use crate::app::StartError;
use crate::config::{Config, keys};
use crate::domain::clock::Timestamp;
use crate::storage::{Finding, KeyRing, OpenError, Options};

/// The store that a configuration names, and its key ring.
pub(super) fn store(config: &ConfigArgs) -> Result<(Options, KeyRing), CommandError> {
    let config = Config::load(&config.config).map_err(serve::misconfigured)?;
    let ring = keys::read(&config.keys).map_err(|problem| serve::misconfigured(problem.into()))?;
    let options = Options {
        path: config.store.path.clone(),
        cache_bytes: config.store.cache_bytes,
        lead_cache: 0,
    };
    Ok((options, ring))
}

/// Why the store could not be used.
pub(super) fn failed(error: OpenError) -> CommandError {
    let in_use = matches!(error, OpenError::InUse(_));
    let mut failed = serve::failed(StartError::Store(error));
    if in_use {
        "Stop the daemon first: `systemctl stop leadtap.socket leadtap`. While it runs it holds its records against their account by itself, after every start; its log and its health say what it found.".clone_into(&mut failed.what_to_do);
    }
    failed
}

/// A text that begins like a sentence and ends like one. The name of a file
/// stays as it is.
pub(super) fn sentence(text: &str) -> String {
    if text
        .split(' ')
        .next()
        .is_some_and(|word| word.contains('/'))
    {
        return format!("{text}.");
    }
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

/// A moment as people and programs read it.
pub(super) fn time(time: Timestamp) -> String {
    let time = jiff::Timestamp::from_microsecond(time.as_micros()).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// One line for each finding.
pub(super) fn lines(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| harmless(&finding.to_string()))
        .collect()
}
