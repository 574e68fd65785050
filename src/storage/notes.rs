//! What the daemon remembers beside its store, for whoever watches it. Losing
//! it costs nobody anything, so it stands in a small file of its own, is not
//! synced, and one that cannot be read is begun anew.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::domain::clock::Timestamp;
use crate::domain::site::SiteId;
use crate::domain::window::SeenWindow;

/// The file's name, in the store's folder.
const FILE: &str = "notes.json";

/// Bytes that are read of it: some thousand sites.
const MAX_BYTES: u64 = 1024 * 1024;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    /// When a backup was last taken to its end.
    last_backup: Option<Timestamp>,
    /// The authorization windows, by the names of their sites.
    windows: BTreeMap<String, SeenWindow>,
}

/// The notes of one store. Clones share them.
#[derive(Clone, Debug)]
pub struct Notes {
    path: PathBuf,
    /// Held for a moment only: it is read on the runtime.
    kept: Arc<Mutex<Kept>>,
    /// Held while the file is written, so that an older one does not replace a
    /// newer one.
    writing: Arc<Mutex<()>>,
}

impl Notes {
    /// Those beside the store in this folder.
    pub fn beside(folder: &Path) -> Self {
        let path = folder.join(FILE);
        let kept = read(&path).unwrap_or_default();
        Self {
            path,
            kept: Arc::new(Mutex::new(kept)),
            writing: Arc::default(),
        }
    }

    /// When a backup was last taken to its end.
    #[must_use]
    pub fn last_backup(&self) -> Option<Timestamp> {
        self.lock().last_backup
    }

    /// A backup was taken to its end.
    pub async fn backed_up(&self, time: Timestamp) {
        self.change(move |kept| kept.last_backup = Some(time)).await;
    }

    /// What was seen of a site's window.
    #[must_use]
    pub fn window(&self, site: &SiteId) -> Option<SeenWindow> {
        self.lock().windows.get(site.as_str()).cloned()
    }

    /// A site's window was seen.
    pub async fn saw_window(&self, site: &SiteId, seen: SeenWindow) {
        let site = site.to_string();
        self.change(move |kept| {
            kept.windows.insert(site, seen);
        })
        .await;
    }

    async fn change(&self, change: impl FnOnce(&mut Kept) + Send + 'static) {
        let notes = self.clone();
        let written = tokio::task::spawn_blocking(move || {
            let writing = notes.writing.lock();
            let _one_at_a_time = writing.unwrap_or_else(PoisonError::into_inner);
            let mut kept = notes.lock();
            change(&mut kept);
            let now = kept.clone();
            drop(kept);
            write(&notes.path, &now)
        });
        if let Ok(Err(error)) = written.await {
            tracing::warn!(%error, path = %self.path.display(), "what the daemon remembers could not be written");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(path: &Path) -> Option<Kept> {
    if std::fs::metadata(path).ok()?.len() > MAX_BYTES {
        return None;
    }
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn write(path: &Path, kept: &Kept) -> io::Result<()> {
    let next = path.with_extension("next");
    std::fs::write(&next, serde_json::to_vec(kept)?)?;
    std::fs::rename(&next, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::window::{Window, WindowKind};

    #[tokio::test]
    async fn notes_outlive_the_daemon() {
        let folder = tempfile::tempdir().unwrap();
        let (notes, site) = (Notes::beside(folder.path()), "shop".parse().unwrap());
        assert_eq!((notes.last_backup(), notes.window(&site)), (None, None));
        let now = Timestamp::from_micros(1_790_000_000_000_000);
        let seen = SeenWindow {
            window: Window {
                kind: WindowKind::Opens,
                shape: "200 text/html".to_owned(),
            },
            look_time: now,
            change_time: None,
        };
        notes.backed_up(now).await;
        notes.saw_window(&site, seen.clone()).await;
        let again = Notes::beside(folder.path());
        assert_eq!(again.last_backup(), Some(now));
        assert_eq!(again.window(&site), Some(seen));
    }

    /// The file is a pipe whose reader does not come: writing it waits.
    #[tokio::test]
    async fn whoever_reads_does_not_wait_for_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let notes = Notes::beside(folder.path());
        let next = folder.path().join(FILE).with_extension("next");
        nix::unistd::mkfifo(&next, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let now = Timestamp::from_micros(1_790_000_000_000_000);
        let writing = tokio::spawn({
            let notes = notes.clone();
            async move { notes.backed_up(now).await }
        });
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while notes.last_backup() != Some(now) {
            assert!(std::time::Instant::now() < deadline, "it waits");
            tokio::task::yield_now().await;
        }
        assert!(!writing.is_finished());
        drop(std::fs::File::open(&next).unwrap());
        writing.await.unwrap();
    }

    #[test]
    fn a_file_that_says_nothing_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "{", "[]", r#"{"last_backup":"never"}"#] {
            std::fs::write(folder.path().join(FILE), text).unwrap();
            assert_eq!(Notes::beside(folder.path()).last_backup(), None, "{text}");
        }
    }
}
