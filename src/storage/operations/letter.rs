//! Dead letters: listed, counted, put up for replay, and what became of that.

use sled::IVec;

use crate::domain::change::ChangeNumber;
use crate::domain::ids::LeadId;
use crate::domain::site::SiteId;
use crate::domain::webhook::{DeadLetter, WebhookName, WebhookState};
use crate::storage::engine::Engine;
use crate::storage::error::StoreError;
use crate::storage::keys::{self, Kind};
use crate::storage::read;
use crate::storage::record::{self, RecordError};
use crate::storage::store::Store;

/// Letters changed in one write: some milliseconds of the committer's time.
const STEP: usize = 500;

/// A dead letter, and whether it waits to be replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedLetter {
    /// The letter.
    pub letter: DeadLetter,
    /// Whether it waits.
    pub replaying: bool,
}

/// How many dead letters there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LetterCounts {
    /// All of them.
    pub dead: usize,
    /// Those that wait to be replayed.
    pub replaying: usize,
}

/// Which of those that wait do so no longer, where one of them failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// Those of the same lead.
    OfLead(LeadId),
    /// All.
    All,
}

impl Store {
    /// What a webhook gave up, the oldest change first, behind that of `after`
    /// and at most `limit`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn dead_letters(
        &self,
        site: &SiteId,
        webhook: &WebhookName,
        after: Option<ChangeNumber>,
        limit: usize,
    ) -> Result<Vec<ListedLetter>, StoreError> {
        let (site, webhook) = (site.clone(), webhook.clone());
        let prefix = keys::dead_letters(&site, &webhook);
        let first = after.map_or(prefix.clone(), |after| {
            keys::next(keys::dead_letter(&site, &webhook, after))
        });
        self.read(move |_, engine| {
            let found = engine.scan_within(&prefix, &first, limit)?;
            let listed = |(_, value): &(IVec, IVec)| {
                let letter: DeadLetter = record::decode(value)?;
                let mark = keys::replay(&site, &webhook, letter.position.number);
                let replaying = engine.get(&mark)?.is_some();
                Ok(ListedLetter { letter, replaying })
            };
            found.iter().map(listed).collect()
        })
        .await
    }

    /// The dead letters about one lead, of all webhooks that there were, and
    /// with each whose it is; at most `most`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn letters_of_lead(
        &self,
        site: &SiteId,
        lead: LeadId,
        most: usize,
    ) -> Result<Vec<(WebhookName, DeadLetter)>, StoreError> {
        let site = site.clone();
        self.read(move |_, engine| {
            let mut letters = Vec::new();
            read::each_of(engine, &site, Kind::DeadLetter, |own, value| {
                // What cannot be read is left for the check of the store to report.
                if letters.len() < most
                    && let Ok(letter) = record::decode::<DeadLetter>(value)
                    && letter.lead == lead
                    && let Some((webhook, _)) = keys::parse_letter(own)
                {
                    letters.push((webhook, letter));
                }
            })?;
            Ok(letters)
        })
        .await
    }

    /// How many dead letters a webhook has, each counted up to `most`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn count_letters(
        &self,
        site: &SiteId,
        webhook: &WebhookName,
        most: usize,
    ) -> Result<LetterCounts, StoreError> {
        let dead = keys::dead_letters(site, webhook);
        let replaying = keys::replays(site, webhook);
        self.read(move |_, engine| {
            Ok(LetterCounts {
                dead: engine.scan_within(&dead, &dead, most)?.len(),
                replaying: engine.scan_within(&replaying, &replaying, most)?.len(),
            })
        })
        .await
    }

    /// The dead letters that wait to be replayed, the oldest change first, at
    /// most `limit`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn replays(
        &self,
        site: &SiteId,
        webhook: &WebhookName,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        let (site, webhook) = (site.clone(), webhook.clone());
        self.read(move |_, engine| {
            let prefix = keys::replays(&site, &webhook);
            let marks = engine.scan_within(&prefix, &prefix, limit)?;
            // One that was swept in this moment is missing, and nothing is wrong.
            let letters = marks.iter().filter_map(|(mark, _)| {
                let letter = |number| letter_of(engine, &site, &webhook, number);
                number_of(mark).and_then(letter).transpose()
            });
            letters.collect()
        })
        .await
    }

    /// Puts a dead letter up for replay. Tells whether it did not wait already;
    /// none where there is no such letter.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn replay(
        &self,
        site: &SiteId,
        webhook: &WebhookName,
        number: ChangeNumber,
    ) -> Result<Option<bool>, StoreError> {
        let (site, webhook) = (site.clone(), webhook.clone());
        self.write(move |transaction| transaction.mark_for_replay(&site, &webhook, number))
            .await
    }

    /// Puts all dead letters up for replay, some at a time. Tells how many did
    /// not wait already.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn replay_all(
        &self,
        site: &SiteId,
        webhook: &WebhookName,
    ) -> Result<usize, StoreError> {
        let (mut after, mut waiting) = (None, 0);
        loop {
            let letters = self.dead_letters(site, webhook, after, STEP).await?;
            let Some(last) = letters.last() else {
                return Ok(waiting);
            };
            after = Some(last.letter.position.number);
            let (site, webhook) = (site.clone(), webhook.clone());
            let step = self.write(move |transaction| {
                let mut marked = 0;
                for one in letters.iter().filter(|one| !one.replaying) {
                    let number = one.letter.position.number;
                    let new = transaction.mark_for_replay(&site, &webhook, number)?;
                    marked += usize::from(new == Some(true));
                }
                Ok(marked)
            });
            waiting += step.await?;
        }
    }

    /// Keeps that a letter is dead no longer, and how far its webhook has come.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn settle_letter(
        &self,
        site: &SiteId,
        webhook: &WebhookName,
        number: ChangeNumber,
        state: WebhookState,
    ) -> Result<(), StoreError> {
        let (site, webhook) = (site.clone(), webhook.clone());
        self.write(move |transaction| {
            transaction.forget_dead_letter(&site, &webhook, number)?;
            transaction.keep_webhook_state(&site, &webhook, &state)
        })
        .await
    }

    /// Keeps what was wrong with a letter that was replayed: it waits no longer,
    /// nor do those behind it.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn put_letter_back(
        &self,
        site: &SiteId,
        webhook: &WebhookName,
        letter: DeadLetter,
        behind: Behind,
    ) -> Result<(), StoreError> {
        // The others first: were it the other way round, a daemon that is killed in between
        // would send what is behind before it.
        let mut from = keys::next(keys::replay(site, webhook, letter.position.number));
        loop {
            let (here, name, first) = (site.clone(), webhook.clone(), from.clone());
            let prefix = keys::replays(site, webhook);
            let step = self.read(move |_, engine| {
                let marks = engine.scan_within(&prefix, &first, STEP)?;
                let mut theirs = Vec::new();
                for (mark, _) in &marks {
                    let number = number_of(mark)?;
                    let is_behind = match behind {
                        Behind::All => true,
                        Behind::OfLead(lead) => letter_of(engine, &here, &name, number)?
                            .is_none_or(|letter| letter.lead == lead),
                    };
                    theirs.extend(is_behind.then_some(number));
                }
                let last = marks.last().map(|(mark, _)| mark.to_vec());
                Ok((theirs, last))
            });
            let (theirs, last) = step.await?;
            let Some(last) = last else {
                break;
            };
            from = keys::next(last);
            let (site, webhook) = (site.clone(), webhook.clone());
            self.write(move |transaction| {
                theirs
                    .iter()
                    .try_for_each(|number| transaction.unmark(&site, &webhook, *number))
            })
            .await?;
        }
        let (site, webhook) = (site.clone(), webhook.clone());
        self.write(move |transaction| {
            transaction.unmark(&site, &webhook, letter.position.number)?;
            transaction.keep_dead_letter(&site, &webhook, &letter)
        })
        .await
    }
}

/// The change in the key of a mark.
fn number_of(mark: &[u8]) -> Result<ChangeNumber, StoreError> {
    let letter = keys::parse(mark).and_then(|(_, _, own)| keys::parse_letter(own));
    let (_, number) = letter.ok_or(StoreError::Record(RecordError::Malformed))?;
    Ok(number)
}

fn letter_of(
    engine: &Engine,
    site: &SiteId,
    webhook: &WebhookName,
    number: ChangeNumber,
) -> Result<Option<DeadLetter>, StoreError> {
    let found = engine.get(&keys::dead_letter(site, webhook, number))?;
    Ok(found.map(|value| record::decode(&value)).transpose()?)
}
