//! A disk that fails and loses power on request: `tests/faults`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::Setup;

/// The library for `LD_PRELOAD`, built once for all tests. The C compiler is
/// the one that Rust links with.
fn shim() -> &'static Path {
    static SHIM: OnceLock<PathBuf> = OnceLock::new();
    SHIM.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/powercut.c");
        let name = format!("powercut-{}.so", std::process::id());
        let folder = shim_folder();
        std::fs::create_dir_all(&folder).unwrap();
        let built = folder.join(name);
        let compiled = Command::new("cc")
            .args(["-O2", "-shared", "-fPIC", "-pthread", "-o"])
            .args([&built, &source])
            .status()
            .expect("a C compiler, which Rust needs as well");
        assert!(compiled.success(), "the shim does not compile");
        // The others are of runs that ended.
        let whole = built.with_file_name("powercut.so");
        std::fs::rename(&built, &whole).unwrap();
        whole
    })
}

/// Cargo tells tests, and not examples, where they may leave things.
fn shim_folder() -> PathBuf {
    let told = option_env!("CARGO_TARGET_TMPDIR").map(PathBuf::from);
    told.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tmp"))
}

/// The disk below a daemon's store.
pub struct Disk {
    faults: PathBuf,
}

impl Disk {
    /// Puts the store of every daemon that `setup` starts from now on onto a
    /// disk that fails on request.
    pub fn failing(setup: &mut Setup) -> Self {
        Self::below(setup, Vec::new())
    }

    /// The same, and `shadow` gets what a power cut would leave. With a seed,
    /// a part of what was not synced is kept all the same.
    pub fn losing_power(setup: &mut Setup, shadow: &Path, seed: Option<u64>) -> Self {
        let shadow = shadow.to_str().unwrap().to_owned();
        let mut more = vec![("LEADTAP_POWERCUT_SHADOW".to_owned(), shadow)];
        if let Some(seed) = seed {
            more.push(("LEADTAP_POWERCUT_SEED".to_owned(), seed.to_string()));
        }
        Self::below(setup, more)
    }

    fn below(setup: &mut Setup, more: Vec<(String, String)>) -> Self {
        std::fs::create_dir_all(setup.data()).unwrap();
        let faults = setup.path("faults");
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        setup.environment = vec![
            ("LD_PRELOAD".to_owned(), text(shim())),
            ("LEADTAP_POWERCUT_ROOT".to_owned(), text(&setup.data())),
            ("LEADTAP_FAULT_FILE".to_owned(), text(&faults)),
        ];
        setup.environment.extend(more);
        Self { faults }
    }

    /// From the next call of the daemon on, its disk fails like this.
    pub fn fail(&self, words: &str) {
        let next = self.faults.with_extension("next");
        std::fs::write(&next, words).unwrap();
        std::fs::rename(next, &self.faults).unwrap();
    }

    /// The disk is whole again.
    pub fn heal(&self) {
        self.fail("");
    }
}

/// Puts a copy of `from` in the place of the daemon's store.
pub fn replace_store(setup: &Setup, from: &Path) {
    std::fs::remove_dir_all(setup.data()).unwrap();
    copy(from, &setup.data());
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
