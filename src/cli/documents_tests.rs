//! What the documents say to type, the program knows.

use std::fs;
use std::path::{Path, PathBuf};

use super::command;

/// The Markdown files that a person reads.
fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![root.join("README.md")];
    for folder in ["docs", "php-client", "woocommerce-plugin"] {
        let entries = fs::read_dir(root.join(folder)).into_iter().flatten();
        found.extend(entries.map(|entry| entry.unwrap().path()));
    }
    found.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    found
}

/// The commands in the text of a document: `leadtap …` in a code span.
fn commands(text: &str) -> impl Iterator<Item = &str> {
    text.split('`')
        .filter_map(|span| span.strip_prefix("leadtap "))
        .filter(|span| !span.contains('\n'))
}

/// What is wrong with the words behind `leadtap`, if anything is.
fn fault(words: &str) -> Option<String> {
    let mut command = command();
    command.build();
    let mut here = &command;
    for word in words.split_whitespace() {
        if let Some(flag) = word.strip_prefix("--") {
            let flag = flag.split(['=', ']', ',']).next().unwrap_or(flag);
            let known = here.get_arguments().any(|one| one.get_long() == Some(flag));
            if !known {
                return Some(format!("has no --{flag}"));
            }
        } else if word.chars().all(|one| one.is_ascii_uppercase()) {
            // A placeholder.
        } else if let Some(sub) = here.find_subcommand(word) {
            here = sub;
        } else if here.has_subcommands() && here.get_positionals().next().is_none() {
            return Some(format!("has no command {word}"));
        }
    }
    None
}

#[test]
fn what_the_documents_say_to_type_is_known() {
    let mut faults = Vec::new();
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        for words in commands(&text) {
            if let Some(fault) = fault(words) {
                faults.push(format!("{}: leadtap {words}: {fault}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_slip_in_a_document_is_found() {
    assert_eq!(fault("lead list --filter F"), None);
    assert!(fault("lead lsit").is_some());
    assert!(fault("lead list --fliter F").is_some());
}
