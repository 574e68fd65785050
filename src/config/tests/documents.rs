//! The example and the documentation say what the code does.

use std::collections::BTreeSet;

use super::super::schema::{self, Default, Range};
use super::Fixture;
use crate::config::Config;

const EXAMPLE: &str = include_str!("../../../deploy/leadtap.example.toml");
const DOCUMENT: &str = include_str!("../../../docs/configuration.md");

/// The example with its files where a test has them. `all` also brings to
/// life what is commented out: a `#` with no space behind it.
fn example(fixture: &Fixture, all: bool) -> String {
    let folder = fixture.folder.path().display().to_string();
    EXAMPLE
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(live) if all && !live.starts_with([' ', '#']) => live,
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n")
        .replace("/etc/leadtap/shop.secret", &format!("{folder}/shop.secret"))
        .replace("/etc/leadtap/crm.secret", &format!("{folder}/crm.secret"))
        // Not every machine has the web server's user.
        .replace("\"www-data\"", "\"33\"")
}

#[test]
fn the_example_starts_without_a_warning() {
    let config = Config::parse(&example(&Fixture::new(), false)).unwrap();
    assert!(config.warnings.0.is_empty(), "{}", config.warnings);
}

#[test]
fn what_the_example_comments_out_is_valid_and_the_default() {
    let fixture = Fixture::new();
    let plain = Config::parse(&example(&fixture, false)).unwrap();
    let all = Config::parse(&example(&fixture, true)).unwrap();
    assert_eq!(all.store, plain.store);
    assert_eq!(all.log, plain.log);
    assert_eq!(all.limits.drain, plain.limits.drain);
    assert_eq!(all.limits.max_connections, plain.limits.max_connections);
    assert_eq!(all.listen.unix, plain.listen.unix);
    let caller = |config: &Config| config.callers[0].caller.clone();
    assert_eq!(caller(&all), caller(&plain));
    let (site, default) = (&all.sites[0], &plain.sites[0]);
    assert_eq!(site.scopes, default.scopes);
    assert_eq!(site.app.dialect, default.app.dialect);
    assert_eq!(site.app.endpoints, default.app.endpoints);
    assert_eq!(site.app.graph_version, default.app.graph_version);
    assert_eq!(site.authorization_ttl, default.authorization_ttl);
    assert_eq!(site.allowance, default.allowance);
    assert_eq!(
        site.max_pending_authorizations,
        default.max_pending_authorizations
    );
}

#[test]
fn the_example_shows_every_key() {
    for section in schema::ALL {
        for key in section.names() {
            assert!(EXAMPLE.contains(key), "{}.{key}", section.path);
        }
    }
}

#[test]
fn the_documentation_lists_every_section() {
    let documented: BTreeSet<&str> = DOCUMENT
        .lines()
        .filter_map(sections_of_mark)
        .flat_map(str::split_whitespace)
        .collect();
    let known: BTreeSet<&str> = schema::ALL
        .iter()
        .map(|section| section.path)
        .filter(|path| !path.is_empty())
        .collect();
    assert_eq!(documented, known);
}

/// `LEADTAP_BLESS=1` writes the tables anew.
#[test]
fn the_tables_of_the_documentation_are_those_of_the_code() {
    let right = with_tables_of_the_code(DOCUMENT);
    if std::env::var_os("LEADTAP_BLESS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
        std::fs::write(path, right).unwrap();
        return;
    }
    for (written, right) in DOCUMENT.lines().zip(right.lines()) {
        assert_eq!(written, right, "LEADTAP_BLESS=1 cargo test --lib documents");
    }
    assert_eq!(DOCUMENT.len(), right.len());
}

/// The sections that the table behind a mark is about.
fn sections_of_mark(line: &str) -> Option<&str> {
    line.strip_prefix("<!-- keys: ")?.strip_suffix(" -->")
}

/// `document` with the table behind each mark made from the schema.
fn with_tables_of_the_code(document: &str) -> String {
    let mut made = String::new();
    let mut in_old_table = false;
    for line in document.lines() {
        in_old_table = in_old_table && line.starts_with('|');
        if in_old_table {
            continue;
        }
        made.push_str(&format!("{line}\n"));
        if let Some(paths) = sections_of_mark(line) {
            made.push_str("| key | meaning | default | range |\n|---|---|---|---|\n");
            let paths: Vec<&str> = paths.split(' ').collect();
            made.push_str(&rows(paths[0], &paths));
            in_old_table = true;
        }
    }
    made
}

/// The rows of one section; those of a section inside it follow the key that
/// opens it, where the table is about that one too.
fn rows(path: &str, of_table: &[&str]) -> String {
    let section = schema::ALL
        .iter()
        .find(|section| section.path == path)
        .unwrap();
    let mut rows = String::new();
    for key in section.keys {
        let whole = format!("{path}.{}", key.name);
        let cells = [
            format!("`{whole}`"),
            key.meaning.to_owned(),
            match key.default {
                Default::Number(number) => format!("`{number}`"),
                Default::Words(words) => words.to_owned(),
            },
            match &key.range {
                Range::Numbers(range) => format!("{} to {}", range.start(), range.end()),
                Range::Words(words) => (*words).to_owned(),
            },
        ];
        let cells = cells.map(|cell| match cell.as_str() {
            "" => " ".to_owned(),
            cell => format!(" {cell} "),
        });
        rows.push_str(&format!("|{}|\n", cells.join("|")));
        if of_table.contains(&whole.as_str()) {
            rows.push_str(&self::rows(&whole, of_table));
        }
    }
    rows
}
