//! Whatever is secret in any test, and a search for it in what a daemon left
//! behind: its log, at trace level, and every file of its store.
//!
//! Each reason of the contract is provoked by some test (`reasons.rs`), so
//! this goes over every error path.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::caller::hex;

/// Bytes at the beginning of a secret that give it away.
const BEGINNING: usize = 16;

/// How the sandbox's access tokens begin.
const TOKEN: &[u8] = b"IGAA";

/// The soak makes more secrets than there is memory for.
const IS_TEST: bool = option_env!("CARGO_BIN_EXE_leadtap").is_some();

static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

struct Known {
    beginnings: HashSet<[u8; BEGINNING]>,
    /// The first two bytes of each, to pass over most places quickly.
    pairs: Vec<bool>,
}

impl Default for Known {
    fn default() -> Self {
        let mut pairs = vec![false; 1 << 16];
        pairs[pair(TOKEN)] = true;
        Self {
            beginnings: HashSet::new(),
            pairs,
        }
    }
}

fn pair(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

impl Known {
    fn add(&mut self, secret: &[u8]) {
        if let Some(beginning) = secret.first_chunk() {
            self.pairs[pair(beginning)] = true;
            self.beginnings.insert(*beginning);
        }
    }

    fn find(&self, bytes: &[u8]) -> Option<usize> {
        let last = bytes.len().checked_sub(BEGINNING)?;
        let mut at = 0;
        // No iterators: tests are not optimised, and this goes over every byte.
        while at <= last {
            if self.pairs[usize::from(bytes[at]) << 8 | usize::from(bytes[at + 1])]
                && self.is_secret(&bytes[at..at + BEGINNING])
            {
                return Some(at);
            }
            at += 1;
        }
        None
    }

    fn is_secret(&self, window: &[u8]) -> bool {
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
        self.beginnings.contains(window.first_chunk().unwrap())
            || (window.starts_with(TOKEN) && window.iter().all(part))
    }
}

/// Takes note of a text that must not be written down anywhere. One that is
/// too short to be told from chance is none.
pub fn remember(secret: &str) {
    if IS_TEST {
        KNOWN.lock().unwrap().add(secret.as_bytes());
    }
}

/// The same of bytes, in every form in which they could be written down.
pub fn remember_bytes(secret: &[u8]) {
    if IS_TEST {
        let mut known = KNOWN.lock().unwrap();
        known.add(secret);
        known.add(format!("{secret:?}").as_bytes());
        for text in [hex(secret), hex(secret).to_uppercase()] {
            known.add(text.as_bytes());
        }
        for engine in [STANDARD, URL_SAFE_NO_PAD] {
            known.add(engine.encode(secret).as_bytes());
        }
    }
}

/// Where in these bytes a secret begins that some test brought about.
pub fn find(bytes: &[u8]) -> Option<usize> {
    KNOWN.lock().unwrap().find(bytes)
}

/// Fails the test where a secret is in the log or in a file of the store.
pub fn assert_none_below(folder: &Path, log: &Path) {
    if !IS_TEST || std::thread::panicking() {
        return;
    }
    remember_ring(&folder.join("keys"));
    let mut files = vec![log.to_owned()];
    files_below(&folder.join("data"), &mut files);
    for file in files {
        // It may be gone, or be of a folder that nobody may read.
        let Ok(bytes) = std::fs::read(&file) else {
            continue;
        };
        if let Some(at) = find(&bytes) {
            let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            panic!("a secret is in {}, line {line}", file.display());
        }
    }
}

/// The keys of a ring's file: what stands behind their names.
fn remember_ring(file: &Path) {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    for key in lines.filter_map(|line| line.get(9..)) {
        remember(key);
    }
}

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files_below(&path, files),
            Ok(kind) if kind.is_file() => files.push(path),
            _ => {}
        }
    }
}
