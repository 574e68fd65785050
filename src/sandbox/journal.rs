//! What was asked of the sandbox, for tests to count.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

/// Entries kept; the oldest go first. The totals go on counting.
const MAX_ENTRIES: usize = 10_000;

/// Most bytes of a text kept from a call.
const MAX_TEXT_BYTES: usize = 512;

/// What a call was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Endpoint {
    /// The window was opened.
    Authorize,
    /// Allow, Cancel or the way back from the refusal.
    Decision,
    /// A code for a short-lived token.
    Token,
    /// A short-lived token for a long-lived one.
    Exchange,
    /// A long-lived token anew.
    Refresh,
    /// The profile.
    Me,
    /// A signed request was sent out.
    SignedRequest,
}

/// One call. It carries no token and no secret of the app's.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Entry {
    /// When, in seconds since 1970 by the sandbox's own clock.
    pub(super) time: i64,
    /// What.
    pub(super) endpoint: Endpoint,
    /// The login's `state`, where the login is known.
    pub(super) state: Option<String>,
    /// Its account.
    pub(super) account: Option<String>,
    /// The code that was sent or given.
    pub(super) code: Option<String>,
    /// The HTTP status of the answer, even if a knob then loses it.
    pub(super) status: u16,
    /// Which failure a knob called for.
    pub(super) failure: Option<String>,
}

/// Which entries to show.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    state: Option<String>,
    account: Option<String>,
    code: Option<String>,
    endpoint: Option<Endpoint>,
}

/// The calls since the last reset.
#[derive(Default)]
pub(super) struct Journal {
    entries: VecDeque<Entry>,
    forgotten: u64,
}

/// The journal as `GET /sandbox/journal` shows it.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    counts: BTreeMap<Endpoint, u64>,
    /// How many entries were too old to keep, and are in no count.
    forgotten: u64,
    entries: Vec<&'a Entry>,
}

impl Journal {
    /// Writes a call down.
    pub(super) fn note(&mut self, mut entry: Entry) {
        for text in [&mut entry.state, &mut entry.account, &mut entry.code] {
            *text = text.take().filter(|text| text.len() <= MAX_TEXT_BYTES);
        }
        if self.entries.len() >= MAX_ENTRIES {
            self.entries.pop_front();
            self.forgotten = self.forgotten.saturating_add(1);
        }
        self.entries.push_back(entry);
    }

    /// The entries that `filter` lets through, oldest first, and their count.
    pub(super) fn shown(&self, filter: &Filter) -> Shown<'_> {
        let same = |wanted: &Option<String>, had: &Option<String>| {
            wanted.is_none() || wanted.as_deref() == had.as_deref()
        };
        let entries: Vec<&Entry> = self
            .entries
            .iter()
            .filter(|entry| {
                same(&filter.state, &entry.state)
                    && same(&filter.account, &entry.account)
                    && same(&filter.code, &entry.code)
                    && filter
                        .endpoint
                        .is_none_or(|wanted| wanted == entry.endpoint)
            })
            .collect();
        let mut counts = BTreeMap::new();
        for entry in &entries {
            *counts.entry(entry.endpoint).or_default() += 1;
        }
        Shown {
            counts,
            forgotten: self.forgotten,
            entries,
        }
    }
}
