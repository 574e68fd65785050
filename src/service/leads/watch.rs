//! Following what happens to a site's leads.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use tokio::sync::{mpsc, oneshot, watch};

use super::Leads;
use crate::domain::change::{Change, ChangeKind, ChangeNumber, ChangePosition};
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;
use crate::storage::{Changes, LeadKey, Store, StoreError};

/// Consumers that may follow one site at a time. One more is refused.
pub const WATCHERS_A_SITE: usize = 16;

/// Events that wait for a consumer, beside what the connection holds.
pub const BUFFER: usize = 256;

/// A consumer that takes none of [`BUFFER`] events for this long is dropped. It
/// loses nothing: it comes back with its cursor.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Changes read at once.
const READ_AT_ONCE: usize = 128;

/// What a consumer is told.
#[derive(Clone, Debug)]
pub struct Told {
    /// Where to come back to, so that nothing is missed or seen twice.
    pub cursor: String,
    /// What happened; none in the first message, which tells the position alone.
    pub event: Option<Event>,
}

/// One change of a lead.
#[derive(Clone, Debug)]
pub struct Event {
    /// What happened.
    pub change: Change,
    /// The lead as it is by now; none where it is erased, or may not be handed
    /// out.
    pub lead: Option<Arc<Lead>>,
}

/// Why a stream was not begun, or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchError {
    /// The cursor is none.
    NoCursor,
    /// The site has as many consumers as it may.
    TooMany,
    /// What came after the cursor is not known any more.
    Expired,
    /// The consumer did not take its events.
    TooSlow,
    /// The store could not read.
    Store(StoreError),
}

impl From<StoreError> for WatchError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A stream of events, and then why it ended.
pub struct Watching {
    /// The events.
    pub told: mpsc::Receiver<Told>,
    /// Comes after the last event.
    pub end: oneshot::Receiver<WatchError>,
}

impl Leads {
    /// Follows a site's changes from a cursor on, or from now on where it is
    /// empty.
    ///
    /// # Errors
    /// [`WatchError`], where it cannot begin.
    pub async fn watch(&self, site: &SiteId, cursor: &str) -> Result<Watching, WatchError> {
        let seat = self.watchers.take(site).ok_or(WatchError::TooMany)?;
        let mut newest = self.store.follow_changes(site);
        let upto = *newest.borrow_and_update();
        let position = if cursor.is_empty() {
            self.store.newest_change(site, upto).await?
        } else {
            read_cursor(cursor).ok_or(WatchError::NoCursor)?
        };
        // The first answer tells whether the cursor is any good.
        if self.store.changes(site, position, upto, 0).await? == Changes::Forgotten {
            return Err(WatchError::Expired);
        }
        let (teller, told) = mpsc::channel(BUFFER);
        let (ended, end) = oneshot::channel();
        let watcher = Watcher {
            store: self.store.clone(),
            site: site.clone(),
            position,
            newest,
            teller,
        };
        tokio::spawn(async move {
            let _seat = seat;
            let site = watcher.site.clone();
            if let Err(error) = watcher.run().await {
                if error == WatchError::TooSlow {
                    tracing::warn!(site.id = %site, "a consumer was dropped: it took no events");
                }
                // Whoever asked may be gone.
                let _ = ended.send(error);
            }
        });
        Ok(Watching { told, end })
    }
}

struct Watcher {
    store: Store,
    site: SiteId,
    position: ChangePosition,
    newest: watch::Receiver<ChangeNumber>,
    teller: mpsc::Sender<Told>,
}

impl Watcher {
    /// Tells everything, for ever; well if the consumer goes away.
    async fn run(mut self) -> Result<(), WatchError> {
        let mut goes_on = self.tell(None).await?;
        while goes_on {
            let upto = *self.newest.borrow_and_update();
            let read = self
                .store
                .changes(&self.site, self.position, upto, READ_AT_ONCE)
                .await?;
            let Changes::Next(changes) = read else {
                return Err(WatchError::Expired);
            };
            goes_on = if changes.is_empty() {
                self.more().await
            } else {
                self.tell_all(changes).await?
            };
        }
        Ok(())
    }

    /// Waits for more changes; whether there are any before the consumer goes.
    async fn more(&mut self) -> bool {
        tokio::select! {
            more = self.newest.changed() => more.is_ok(),
            () = self.teller.closed() => false,
        }
    }

    async fn tell_all(&mut self, changes: Vec<Change>) -> Result<bool, WatchError> {
        for change in changes {
            let lead = match change.kind {
                ChangeKind::Erased => None,
                _ => {
                    let key = LeadKey::Id(change.lead);
                    let lead = self.store.lead(&self.site, key).await?;
                    lead.filter(|lead| lead.may_be_handed_out())
                }
            };
            self.position = change.position;
            if !self.tell(Some(Event { change, lead })).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the consumer is still there.
    async fn tell(&self, event: Option<Event>) -> Result<bool, WatchError> {
        let told = Told {
            cursor: write_cursor(self.position),
            event,
        };
        match self.teller.send_timeout(told, PATIENCE).await {
            Ok(()) => Ok(true),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Ok(false),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => Err(WatchError::TooSlow),
        }
    }
}

/// A cursor is not sealed: all that it can reach is the site's own log.
fn write_cursor(position: ChangePosition) -> String {
    let mut bytes = Vec::with_capacity(CURSOR_BYTES);
    bytes.extend_from_slice(&position.number.sequence.to_be_bytes());
    bytes.extend_from_slice(&position.number.index.to_be_bytes());
    bytes.extend_from_slice(&position.check.to_be_bytes());
    BASE64URL.encode(bytes)
}

/// Bytes of a cursor.
const CURSOR_BYTES: usize = 20;

fn read_cursor(cursor: &str) -> Option<ChangePosition> {
    let bytes: [u8; CURSOR_BYTES] = BASE64URL.decode(cursor).ok()?.try_into().ok()?;
    let (sequence, rest) = bytes.split_first_chunk()?;
    let (index, rest) = rest.split_first_chunk()?;
    Some(ChangePosition {
        number: ChangeNumber {
            sequence: u64::from_be_bytes(*sequence),
            index: u32::from_be_bytes(*index),
        },
        check: u64::from_be_bytes(rest.try_into().ok()?),
    })
}
