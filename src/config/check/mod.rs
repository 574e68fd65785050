//! `leadtap check`: the configuration, and whether this machine fits it.

mod audit;
mod clock;
mod socket;
mod store;

use std::path::Path;

use nix::unistd::geteuid;

use super::{Draft, Problem, Problems, keys, read_file};
use crate::audit::Destination;
use crate::domain::clock::Clock;

/// Everything that is wrong with the configuration at `path` and with what it
/// names on this machine. Nothing is changed. What a broken configuration
/// still says is checked too, so that one run tells all.
#[must_use]
pub fn check(path: &Path, clock: &dyn Clock) -> Problems {
    let text = match read_file(path) {
        Ok(text) => text,
        Err(problems) => return problems,
    };
    let (draft, mut problems) = Draft::read(&text);
    let found = &mut problems.0;
    if let Some(Err(problem)) = draft.keys.as_ref().map(keys::read) {
        found.push(problem);
    }
    if let Some(store) = &draft.store {
        found.extend(store::check(&store.path));
        found.extend(clock::check(clock.now(), store::newest_change(&store.path)));
    }
    if let Some(socket) = draft
        .listen
        .as_ref()
        .and_then(|listen| listen.unix.as_ref())
    {
        found.extend(socket::check(socket));
    }
    if let Destination::File(file) = &draft.audit {
        found.extend(audit::check(file));
    }
    found.extend(draft.tls.as_ref().and_then(|tls| tls.age(clock.now())));
    if geteuid().is_root() {
        found.push(as_root());
    }
    problems
}

fn as_root() -> Problem {
    Problem::new(
        "This check",
        "ran as root, who may read and write everything",
        "Run it as the daemon's user to see what the daemon sees: `sudo -u leadtap leadtap check`.",
    )
    .as_warning()
}
