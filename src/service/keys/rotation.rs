//! Sealing everything with the newest key, in the background.
//!
//! A rotation belongs to the daemon and not to whoever asked for it: it goes on
//! when they leave, and whoever asks while one is under way watches that one.
//! The store remembers that it began; a daemon that was killed over it goes on
//! when it starts. It begins again from the first record then, which costs a
//! look at each: what was sealed anew is not sealed again.

use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::watch;

use super::Keys;
use crate::storage::{Store, StoreError};

/// How often the log tells how far it is.
const LOG_INTERVAL: Duration = Duration::from_secs(10);

/// How far a rotation is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Records that were looked at.
    pub seen: u64,
    /// Records that there are to look at; some may come or go meanwhile.
    pub total: u64,
    /// Records that were sealed anew.
    pub changed: u64,
    /// Records that do not open, and stay as they are.
    pub failed: u64,
    /// How it ended, if it has.
    pub ended: Option<Result<(), StoreError>>,
}

impl Keys {
    /// Begins a rotation, or joins the one that is under way.
    #[must_use]
    pub fn rotate(&self) -> watch::Receiver<Progress> {
        let mut rotation = self.rotation.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(under_way) = rotation.as_ref()
            // One whose task is gone, with its runtime or in a panic, never ends.
            && under_way.has_changed().is_ok()
            && under_way.borrow().ended.is_none()
        {
            return under_way.clone();
        }
        let (progress, watched) = watch::channel(Progress::default());
        *rotation = Some(watched.clone());
        tokio::spawn(run(self.store.clone(), progress));
        watched
    }

    /// Goes on with a rotation that an earlier run of the daemon began.
    pub async fn resume(self) {
        match self.store.resealing_is_unfinished().await {
            Ok(false) => {}
            Ok(true) => {
                tracing::info!("going on with a rotation of the keys that was cut off");
                drop(self.rotate());
            }
            Err(error) => {
                tracing::warn!(%error, "nobody knows whether a rotation of the keys was cut off: `leadtap keys rotate` begins it again");
            }
        }
    }
}

async fn run(store: Store, progress: watch::Sender<Progress>) {
    let ended = loop {
        let newest = store.keys().last().copied();
        match walk(&store, &progress).await {
            // A key was added meanwhile: what came before it is due again.
            Ok(()) if store.keys().last().copied() != newest => {}
            ended => break ended,
        }
    };
    if let Err(error) = &ended {
        tracing::error!(%error, "the rotation of the keys stopped: it goes on at the next start, or with `leadtap keys rotate`");
    }
    progress.send_modify(|progress| progress.ended = Some(ended));
    let Progress {
        changed, failed, ..
    } = *progress.borrow();
    tracing::info!(
        keys.resealed = changed,
        keys.failed = failed,
        "the rotation of the keys ended"
    );
}

async fn walk(store: &Store, progress: &watch::Sender<Progress>) -> Result<(), StoreError> {
    let mut walk = store.begin_resealing().await?;
    progress.send_modify(|progress| progress.total = walk.total);
    let mut told = tokio::time::Instant::now();
    while let Some(step) = store.reseal_some(&mut walk).await? {
        progress.send_modify(|progress| {
            progress.seen += step.seen;
            progress.changed += step.changed;
            progress.failed += step.failed;
            progress.total = progress.total.max(progress.seen);
        });
        if told.elapsed() >= LOG_INTERVAL {
            told = tokio::time::Instant::now();
            let Progress { seen, total, .. } = *progress.borrow();
            tracing::info!(
                keys.seen = seen,
                keys.total = total,
                "sealing with the newest key"
            );
        }
    }
    Ok(())
}
