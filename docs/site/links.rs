//! Links between files of the repository, made links between pages.

use std::path::Path;

use crate::pages::{Page, Pages};

/// The text of `page` with its links as they hold in the book. A link to a file
/// that is no page becomes its words alone; one that leads nowhere is a fault.
pub(crate) fn rewritten(
    pages: &Pages,
    source: &str,
    page: &Page,
    faults: &mut Vec<String>,
) -> String {
    let mut in_code = false;
    let mut made = String::with_capacity(page.text.len());
    for line in page.text.lines() {
        in_code ^= line.trim_start().starts_with("```");
        if in_code {
            made.push_str(line);
        } else {
            made.push_str(&line_rewritten(pages, source, page, line, faults));
        }
        made.push('\n');
    }
    made
}

fn line_rewritten(
    pages: &Pages,
    source: &str,
    page: &Page,
    line: &str,
    faults: &mut Vec<String>,
) -> String {
    let mut made = String::new();
    let mut rest = line;
    while let Some((before, words, target, after)) = next_link(rest) {
        made.push_str(before);
        match destination(pages, source, page, target) {
            Destination::Link(target) => made.push_str(&format!("[{words}]({target})")),
            Destination::NoPage => made.push_str(words),
            Destination::Nowhere => {
                faults.push(format!("{source} links to {target}, which is not there"));
            }
        }
        rest = after;
    }
    made.push_str(rest);
    made
}

/// Where the links of a text lead to, one a line.
pub(crate) fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| Some(next_link(line)?.2))
}

/// What stands before the first link, its words, its target, and the rest.
fn next_link(line: &str) -> Option<(&str, &str, &str, &str)> {
    let (head, tail) = line.split_once("](")?;
    let (target, after) = tail.split_once(')')?;
    let (before, words) = head.rsplit_once('[')?;
    Some((before, words, target, after))
}

enum Destination {
    Link(String),
    NoPage,
    Nowhere,
}

fn destination(pages: &Pages, source: &str, page: &Page, target: &str) -> Destination {
    if target.contains("://") || target.starts_with("mailto:") {
        return Destination::Link(target.to_owned());
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = match file {
        "" => source.to_owned(),
        file => from_top(source, file),
    };
    let Some(to) = pages.get(&file) else {
        return if Path::new(&file).exists() {
            Destination::NoPage
        } else {
            Destination::Nowhere
        };
    };
    if !anchor.is_empty() && !anchors(&to.text).any(|known| known == anchor) {
        return Destination::Nowhere;
    }
    let up = "../".repeat(page.path.matches('/').count());
    let anchor = match anchor {
        "" => String::new(),
        anchor => format!("#{anchor}"),
    };
    Destination::Link(format!("{up}{}{anchor}", to.path))
}

/// The path from the repository's top of what `source` calls `link`.
fn from_top(source: &str, link: &str) -> String {
    let mut parts: Vec<&str> = source.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The anchors of a page's headings, as GitHub and mdBook make them.
fn anchors(text: &str) -> impl Iterator<Item = String> + '_ {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            line.trim_start_matches('#')
                .trim()
                .to_lowercase()
                .chars()
                .filter(|one| one.is_alphanumeric() || matches!(one, ' ' | '-' | '_'))
                .map(|one| if one == ' ' { '-' } else { one })
                .collect()
        })
}
