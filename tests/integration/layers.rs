//! The layers of the crate, read off its `use` lines.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What each layer may import of the others. `sandbox` is a caller of the
/// contract like any other, beside the layers.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("audit", &["domain"]),
    ("metrics", &["domain"]),
    ("traces", &[]),
    ("storage", &["domain", "metrics"]),
    ("outbound", &[]),
    ("instagram", &["domain", "metrics", "outbound"]),
    ("webhook", &["domain", "outbound"]),
    (
        "service",
        &[
            "domain",
            "audit",
            "metrics",
            "storage",
            "instagram",
            "webhook",
        ],
    ),
    (
        "grpc",
        &[
            "domain",
            "audit",
            "metrics",
            "traces",
            "storage",
            "instagram",
            "service",
        ],
    ),
    ("config", &["domain", "audit", "traces", "storage"]),
    (
        "app",
        &[
            "domain",
            "audit",
            "metrics",
            "storage",
            "instagram",
            "webhook",
            "outbound",
            "service",
            "grpc",
            "config",
        ],
    ),
    ("sandbox", &["domain", "grpc"]),
    (
        "cli",
        &[
            "domain", "traces", "storage", "grpc", "config", "app", "sandbox",
        ],
    ),
];

/// Crates that one place alone may name, tests apart.
const ONLY: &[(&str, &[&str])] = &[
    ("sled", &["storage"]),
    ("reqwest", &["outbound", "instagram", "webhook"]),
    // The sandbox and the commands are clients of the contract.
    ("tonic", &["grpc", "app", "cli", "sandbox"]),
    ("axum", &["sandbox"]),
    ("prometheus_client", &["metrics"]),
    ("opentelemetry", &["traces"]),
    ("opentelemetry_sdk", &["traces"]),
    ("clap", &["cli"]),
];

/// What the domain may name beside std: serde, an id type, overwritten memory.
const DOMAIN_CRATES: &[&str] = &["serde", "uuid", "zeroize"];

fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&root).unwrap();
                let layer = inside
                    .components()
                    .next()
                    .unwrap()
                    .as_os_str()
                    .to_str()
                    .unwrap();
                let layer = layer.trim_end_matches(".rs").to_owned();
                let is_test = inside.iter().any(|part| {
                    let part = part.to_str().unwrap();
                    part == "tests"
                        || part == "tests.rs"
                        || part == "testing.rs"
                        || part.ends_with("_tests.rs")
                });
                if !is_test {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let code = text
                        .split("#[cfg(test)]\nmod tests {")
                        .next()
                        .unwrap()
                        .to_owned();
                    found.push((layer, inside.to_owned(), code));
                }
            }
        }
    }
    assert!(
        found.len() > 50,
        "the sources are not where this test looks"
    );
    found
}

/// The words in front of every `::` outside comments.
fn named(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for line in code
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"))
    {
        for (at, _) in line.match_indices("::") {
            let head = &line[..at];
            let start = head
                .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
                .map_or(0, |before| before + 1);
            if !head[..start].ends_with("::") {
                names.insert(head[start..].to_owned());
            }
        }
    }
    names
}

/// The layers of `crate::LAYER` in this code.
fn imported(code: &str) -> BTreeSet<String> {
    let lines = code
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"));
    let mut layers = BTreeSet::new();
    for line in lines {
        for (at, found) in line.match_indices("crate::") {
            let tail = &line[at + found.len()..];
            let end = tail
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(tail.len());
            layers.insert(tail[..end].to_owned());
        }
    }
    layers
}

#[test]
fn a_layer_imports_only_from_those_before_it() {
    for (layer, file, code) in sources() {
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
            assert!(
                ["lib", "main"].contains(&layer.as_str()),
                "{layer} is no layer: say where it belongs"
            );
            continue;
        };
        for other in imported(&code) {
            assert!(
                other == layer || allowed.contains(&other.as_str()),
                "{} imports crate::{other}, which {layer} may not",
                file.display()
            );
        }
    }
}

#[test]
fn each_big_library_is_named_in_its_own_place_only() {
    for (layer, file, code) in sources() {
        for name in named(&code) {
            if let Some((_, places)) = ONLY.iter().find(|(library, _)| *library == name) {
                assert!(
                    places.contains(&layer.as_str()),
                    "{} names {name}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn the_domain_names_no_other_library() {
    let manifest = include_str!("../../Cargo.toml");
    let section = manifest
        .split("[dependencies]")
        .nth(1)
        .unwrap()
        .split("\n[")
        .next()
        .unwrap();
    let names = section.lines().filter_map(|line| line.split_once(" = "));
    let libraries: BTreeSet<String> = names.map(|(name, _)| name.replace('-', "_")).collect();
    assert!(
        libraries.contains("sled"),
        "the dependencies are not where this test looks"
    );
    for (layer, file, code) in sources() {
        if layer == "domain" {
            for name in named(&code) {
                assert!(
                    !libraries.contains(&name) || DOMAIN_CRATES.contains(&name.as_str()),
                    "{} names {name}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn main_stays_small() {
    let main =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs")).unwrap();
    assert!(main.lines().count() < 80);
}
