//! Exports: all leads of a site as one file, or all about one person.

mod csv;
pub(in crate::service) mod json;
mod person;

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::Leads;
use super::cursor::{self, Query};
use super::filter::Filter;
use super::list::ListError;
use crate::domain::clock::Timestamp;
use crate::domain::lead::Lead;
use crate::domain::site::SiteId;
use crate::storage::{LeadOrder, Listing, Step, Store, StoreError};

pub use person::Person;

/// Exports that one site may have under way. One more is refused.
pub const EXPORTS_A_SITE: usize = 4;

/// Leads in one chunk: some hundred KB. All that an export holds in memory is
/// a few of them, whatever the store holds.
const CHUNK_LEADS: usize = 512;

/// Chunks that wait for the caller.
const CHUNKS_AHEAD: usize = 2;

/// How long an export waits for a caller that takes nothing. It can be gone on
/// with from the cursor of the last chunk.
const PATIENCE: Duration = Duration::from_secs(300);

/// The forms of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// RFC 4180, without what a spreadsheet would take for a formula.
    Csv {
        /// Whether it begins with the mark by which Excel knows UTF-8.
        byte_order_mark: bool,
    },
    /// One JSON document a line.
    JsonLines,
}

impl ExportFormat {
    const fn name(self) -> &'static str {
        match self {
            Self::Csv { .. } => "csv",
            Self::JsonLines => "json",
        }
    }
}

/// Which leads, and as what.
#[derive(Clone, Debug)]
pub struct ExportQuery {
    /// Which leads.
    pub filter: Filter,
    /// The filter as it was written: a cursor is for this text.
    pub filter_text: String,
    /// As what.
    pub format: ExportFormat,
    /// Where to go on; empty for the beginning.
    pub cursor: String,
}

/// A piece of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Whole lines.
    pub bytes: Vec<u8>,
    /// Where the file goes on after it.
    pub cursor: String,
    /// How many leads are in it.
    pub leads: usize,
    /// How many are missing in it, because they cannot be read.
    pub unreadable: usize,
}

/// A file that is being made, and why it ended before its end.
pub struct Exporting {
    /// Its pieces.
    pub chunks: mpsc::Receiver<Chunk>,
    /// Comes after the last piece if there was an error.
    pub failed: oneshot::Receiver<StoreError>,
}

/// Why there is no export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportError {
    /// The site has as many under way as it may.
    TooMany,
    /// The cursor is not of this export, or the store could not read.
    List(ListError),
}

impl Leads {
    /// Exports a site's leads, the oldest first.
    ///
    /// # Errors
    /// [`ExportError`], where it cannot begin.
    pub async fn export(
        &self,
        site: &SiteId,
        query: ExportQuery,
        now: Timestamp,
    ) -> Result<Exporting, ExportError> {
        let seat = self.exports.take(site).ok_or(ExportError::TooMany)?;
        let (store, order) = (self.store.clone(), LeadOrder::CreateTime);
        let listing = if query.cursor.is_empty() {
            store
                .start_listing(order, false, now)
                .await
                .map_err(|error| ExportError::List(error.into()))?
        } else {
            cursor::read(&store, site, &asked(&query), &query.cursor, now)
                .ok_or(ExportError::List(ListError::Token))?
        };
        let (sender, chunks) = mpsc::channel(CHUNKS_AHEAD);
        let (ended, failed) = oneshot::channel();
        let export = Export {
            store,
            site: site.clone(),
            begun: !query.cursor.is_empty(),
            query,
            now,
            sender,
        };
        tokio::spawn(async move {
            let _seat = seat;
            if let Err(error) = export.run(listing).await {
                // Whoever asked may be gone.
                let _ = ended.send(error);
            }
        });
        Ok(Exporting { chunks, failed })
    }
}

fn asked(query: &ExportQuery) -> Query<'_> {
    Query {
        kind: "export",
        filter: &query.filter_text,
        form: query.format.name(),
    }
}

struct Export {
    store: Store,
    site: SiteId,
    query: ExportQuery,
    /// Whether the head of the file was written before.
    begun: bool,
    now: Timestamp,
    sender: mpsc::Sender<Chunk>,
}

impl Export {
    async fn run(self, mut listing: Listing) -> Result<(), StoreError> {
        let mut head = !self.begun;
        let mut step = self.read(listing.clone()).await?;
        loop {
            let Step {
                leads,
                next,
                unreadable,
            } = step;
            let at_the_end = next.is_none();
            listing = next.unwrap_or_else(|| after(listing, leads.last()));
            let count = leads.len();
            // The next leads are read while these are written: each takes a core.
            let ahead = async {
                match at_the_end {
                    true => Ok(None),
                    false => self.read(listing.clone()).await.map(Some),
                }
            };
            let (bytes, ahead) = tokio::join!(self.write(leads, head), ahead);
            head = false;
            let chunk = Chunk {
                bytes: bytes?,
                cursor: cursor::write(&self.store, &self.site, &asked(&self.query), &listing)?,
                leads: count,
                unreadable,
            };
            let sent = self.sender.send_timeout(chunk, PATIENCE).await;
            match ahead? {
                Some(next) if sent.is_ok() => step = next,
                _ => return Ok(()),
            }
        }
    }

    async fn read(&self, listing: Listing) -> Result<Step, StoreError> {
        let (filter, now) = (self.query.filter.clone(), self.now);
        let within = filter.within(listing.order);
        let keep = move |lead: &Lead| filter.matches(lead, now);
        self.store
            .list_leads(&self.site, listing, within, CHUNK_LEADS, keep)
            .await
    }

    /// Off the runtime: a chunk takes milliseconds.
    async fn write(&self, leads: Vec<Lead>, head: bool) -> Result<Vec<u8>, StoreError> {
        let (format, now) = (self.query.format, self.now);
        let written = tokio::task::spawn_blocking(move || match format {
            ExportFormat::Csv { byte_order_mark } => csv::write(&leads, now, head, byte_order_mark),
            ExportFormat::JsonLines => json::lines(&leads, now),
        });
        written.await.map_err(|_| StoreError::Unavailable)
    }
}

/// The place after the last lead of all.
fn after(listing: Listing, last: Option<&Lead>) -> Listing {
    let after = last.map(|lead| lead.id.as_bytes().to_vec());
    Listing {
        after: after.or(listing.after),
        ..listing
    }
}
