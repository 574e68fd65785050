//! What is so at the moment of a scrape, as opposed to what is counted on the
//! way.

use crate::domain::clock::Timestamp;
use crate::domain::site::SiteId;

/// The daemon at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Each site that is configured.
    pub sites: Vec<SiteSnapshot>,
    /// Each listener.
    pub listeners: Vec<ListenerSnapshot>,
    /// Whether the store can keep what it is given.
    pub serves: bool,
    /// How large it is; none while it cannot say.
    pub store: Option<StoreSnapshot>,
    /// When a backup was last taken to its end, if that ever happened.
    pub last_backup: Option<Timestamp>,
    /// When the daemon began.
    pub begun: Option<Timestamp>,
}

/// A listener at one moment.
#[derive(Clone, Copy, Debug)]
pub struct ListenerSnapshot {
    /// Its key in the configuration.
    pub listener: &'static str,
    /// Connections that are open.
    pub open: usize,
    /// And how many may be.
    pub most: usize,
}

/// The store at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreSnapshot {
    /// What it takes on the disk.
    pub bytes: u64,
    /// Its records of all kinds.
    pub records: u64,
    /// Those that are leads.
    pub leads: u64,
}

/// A site at one moment.
#[derive(Clone, Debug)]
pub struct SiteSnapshot {
    /// Its name.
    pub id: SiteId,
    /// Its tokens by their states.
    pub tokens: Vec<(&'static str, u64)>,
    /// Its living tokens by the time since each was made or refreshed.
    pub token_ages: Vec<(&'static str, u64)>,
    /// When the keeper looks at the next token.
    pub next_renewal: Option<Timestamp>,
    /// Whether Instagram is left alone, because it does not answer.
    pub is_instagram_silent: bool,
    /// Its webhooks.
    pub webhooks: Vec<WebhookSnapshot>,
    /// Instagram's window, once it was looked at.
    pub window: Option<WindowSnapshot>,
}

/// A webhook at one moment.
#[derive(Clone, Debug)]
pub struct WebhookSnapshot {
    /// Its name.
    pub name: String,
    /// Changes that wait for it.
    pub pending: u64,
    /// How often the delivery has failed that is in the way of the others.
    pub failures: u64,
    /// What it gave up and nobody replayed.
    pub letters: u64,
}

/// Instagram's authorization window, when it was last looked at.
#[derive(Clone, Copy, Debug)]
pub struct WindowSnapshot {
    /// Whether it opened.
    pub opens: bool,
    /// When that was.
    pub look_time: Timestamp,
    /// When it was last found changed.
    pub change_time: Option<Timestamp>,
}
