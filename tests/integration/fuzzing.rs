//! A short run of each fuzz target: the inputs in `tests/corpus`, those that
//! once crashed among them, and thousands made from them, the same ones each
//! time. `fuzz/` runs the same functions for as long as one likes.

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use leadtap::{grpc, instagram, storage};

/// Made-up inputs of each target: a second or two in a debug build.
const INPUTS: usize = 4_000;

/// Bytes of the largest.
const LARGEST: usize = 16 * 1024;

/// Where each run begins. Another seed is another run.
const SEED: u64 = 0x1ead_7a90;

/// What the parsers look for, so that a change can hit something.
const WORDS: [&[u8]; 24] = [
    b"code=",
    b"state=",
    b"error=",
    b"&",
    b"=",
    b"%",
    b"+",
    b"#_",
    b"#",
    b"?",
    b"https://a/",
    b"\"",
    b"{\"data\":[",
    b"null",
    b"1e9",
    b"\\ud800",
    b"\\u0000",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x00",
    b"\x80\x80\x80\x80\x80\x01",
    b"17841405793187218",
    b"\"error\":{",
    b"carried-secret-0123456789",
    b".",
];

/// Holds one target against its corpus.
fn run(target: &str, harness: fn(&[u8])) {
    let corpus = corpus(target);
    assert!(corpus.len() >= 3, "tests/corpus/{target} is not there");
    for (file, input) in &corpus {
        hold(target, harness, input, &file.display().to_string());
    }
    let mut random = Random(SEED);
    for number in 0..INPUTS {
        let input = random.mutant(&corpus);
        hold(target, harness, &input, &format!("made-up input {number}"));
    }
}

fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let files = std::fs::read_dir(folder.join(target)).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let read = |file: PathBuf| {
        let bytes = std::fs::read(&file).unwrap();
        (file, bytes)
    };
    files.into_iter().map(read).collect()
}

/// A crash says where its input is, to be kept as a case.
fn hold(target: &str, harness: fn(&[u8]), input: &[u8], which: &str) {
    if catch_unwind(|| harness(input)).is_err() {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{target}-crash"));
        std::fs::write(&kept, input).unwrap();
        panic!(
            "{target} does not hold for {which}: mend it and keep {} in tests/corpus/{target}",
            kept.display()
        );
    }
}

/// A generator that is the same everywhere (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    /// One of the corpus, changed in a few places.
    fn mutant(&mut self, corpus: &[(PathBuf, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = corpus[self.below(corpus.len())].1.clone();
        for _ in 0..=self.below(6) {
            let other = &corpus[self.below(corpus.len())].1;
            self.change(&mut bytes, other);
        }
        bytes.truncate(LARGEST);
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let at = self.below(bytes.len() + 1);
        let some = at..(at + self.below(32)).min(bytes.len());
        match self.below(7) {
            0 | 1 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            2 if at < bytes.len() => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][self.below(5)],
            3 => drop(bytes.drain(some)),
            4 => {
                let again = bytes[some].to_vec();
                bytes.splice(at..at, again);
            }
            5 => {
                let from = self.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            _ => {
                bytes.splice(at..at, WORDS[self.below(WORDS.len())].iter().copied());
            }
        }
    }
}

#[test]
fn callbacks_of_all_kinds_are_read_or_refused() {
    run("callback", instagram::fuzzing::callback);
}

#[test]
fn signed_requests_of_all_kinds_are_read_or_refused() {
    run("signed_request", instagram::fuzzing::signed_request);
}

#[test]
fn answers_of_all_kinds_are_read_or_refused() {
    run("answer", instagram::fuzzing::answer);
}

#[test]
fn records_of_all_kinds_are_read_or_refused() {
    run("record", storage::fuzzing::record);
}

#[test]
fn messages_of_all_kinds_are_read_or_refused() {
    run("message", grpc::fuzzing::message);
}

#[test]
fn frames_of_all_kinds_are_read_or_refused() {
    run("frame", grpc::fuzzing::frame);
}

/// A target without its run would be forgotten.
#[test]
fn every_fuzz_target_has_a_run_and_a_corpus() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let code = include_str!("fuzzing.rs");
    for target in std::fs::read_dir(root.join("fuzz/fuzz_targets")).unwrap() {
        let file = target.unwrap().path();
        let target = file.file_stem().unwrap().to_str().unwrap();
        assert!(code.contains(&format!("run(\"{target}\"")), "{target}");
        assert!(root.join("tests/corpus").join(target).is_dir(), "{target}");
    }
}
