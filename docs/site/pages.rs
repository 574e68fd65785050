//! Which files of the repository are pages of the book, and where they stand.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;

use crate::links;

/// The book's list of chapters, which mdBook reads.
const SUMMARY: &str = "docs/site/SUMMARY.md";

/// Pages that stand elsewhere than in `docs/`.
const ELSEWHERE: [(&str, &str); 6] = [
    ("README.md", "index.md"),
    ("CHANGELOG.md", "changelog.md"),
    ("CONTRIBUTING.md", "contributing.md"),
    ("SECURITY.md", "security.md"),
    ("php-client/README.md", "php-client.md"),
    ("woocommerce-plugin/README.md", "woocommerce-plugin.md"),
];

/// A page before its links are made those of the book.
pub(crate) struct Page {
    /// Where it stands in the book.
    pub(crate) path: String,
    /// Markdown.
    pub(crate) text: String,
}

/// All pages, by the file of the repository that each stands for.
#[derive(Default)]
pub(crate) struct Pages {
    pages: BTreeMap<String, Page>,
}

impl Pages {
    /// The pages that are files of the repository at `root`.
    pub(crate) fn of_repository(root: &Path) -> Result<Self, Box<dyn Error>> {
        let mut pages = Self::default();
        for (source, path) in ELSEWHERE {
            if root.join(source).exists() {
                pages.read(root, source, path)?;
            }
        }
        for folder in ["docs", "docs/decisions"] {
            for entry in fs::read_dir(root.join(folder))? {
                let name = entry?.file_name().to_string_lossy().into_owned();
                if name.ends_with(".md") {
                    let source = format!("{folder}/{name}");
                    let path = source.trim_start_matches("docs/").to_owned();
                    pages.read(root, &source, &path)?;
                }
            }
        }
        Ok(pages)
    }

    fn read(&mut self, root: &Path, source: &str, path: &str) -> Result<(), Box<dyn Error>> {
        let text = fs::read_to_string(root.join(source))?;
        let path = path.to_owned();
        self.add(source.to_owned(), Page { path, text });
        Ok(())
    }

    /// Adds the page that stands for `source`.
    pub(crate) fn add(&mut self, source: String, page: Page) {
        self.pages.insert(source, page);
    }

    /// The page that stands for `source`, a path from the repository's top.
    pub(crate) fn get(&self, source: &str) -> Option<&Page> {
        self.pages.get(source)
    }

    /// The book's files by their paths, with links that hold in the book.
    pub(crate) fn linked(&self) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
        let mut faults = Vec::new();
        let mut book = BTreeMap::new();
        for (source, page) in &self.pages {
            let text = links::rewritten(self, source, page, &mut faults);
            book.insert(page.path.clone(), text);
        }
        let summary = fs::read_to_string(SUMMARY)?;
        let listed: BTreeSet<&str> = links::targets(&summary).collect();
        let there: BTreeSet<&str> = self.pages.values().map(|page| page.path.as_str()).collect();
        for path in listed.symmetric_difference(&there) {
            faults.push(format!("{SUMMARY} and the pages differ in {path}"));
        }
        book.insert("SUMMARY.md".to_owned(), summary);
        if faults.is_empty() {
            return Ok(book);
        }
        Err(faults.join("\n").into())
    }
}
