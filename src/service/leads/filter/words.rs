//! The words of a filter.

use super::FilterError;

/// A word and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// The character, from 1.
    pub(super) at: usize,
    pub(super) kind: Kind,
}

/// What a word is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close,
    /// `=`, `!=`, `<`, `<=`, `>`, `>=` or `:`.
    Operator(&'static str),
    /// In double quotes, which are taken off.
    Text(String),
    /// Everything else: fields, names, numbers, `*`, AND, OR, NOT.
    Bare(String),
}

/// The operators, each before those that it begins with.
const OPERATORS: [&str; 7] = ["!=", "<=", ">=", "=", "<", ">", ":"];

/// Splits a filter into its words.
pub(super) fn split(filter: &str) -> Result<Vec<Word>, FilterError> {
    let mut words = Vec::new();
    let mut rest = filter;
    loop {
        rest = rest.trim_start();
        let at = filter.chars().count() - rest.chars().count() + 1;
        let Some(first) = rest.chars().next() else {
            return Ok(words);
        };
        let operator = OPERATORS.iter().find(|one| rest.starts_with(**one));
        let (kind, length) = match (first, operator) {
            ('(', _) => (Kind::Open, 1),
            (')', _) => (Kind::Close, 1),
            ('"', _) => quoted(rest, at)?,
            (_, Some(operator)) => (Kind::Operator(operator), operator.len()),
            _ => bare(rest, at)?,
        };
        words.push(Word { at, kind });
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// A text in quotes, in which `\` makes a quote or a backslash a letter.
fn quoted(rest: &str, at: usize) -> Result<(Kind, usize), FilterError> {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1);
    while let Some((place, letter)) = letters.next() {
        match letter {
            '"' => return Ok((Kind::Text(text), place + 1)),
            '\\' => match letters.next() {
                Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                _ => {
                    return Err(FilterError {
                        at,
                        problem: r#"in a text a \ must be followed by " or \"#.to_owned(),
                    });
                }
            },
            letter => text.push(letter),
        }
    }
    Err(FilterError {
        at,
        problem: "the text that begins here has no closing quote".to_owned(),
    })
}

fn bare(rest: &str, at: usize) -> Result<(Kind, usize), FilterError> {
    let belongs = |c: char| c.is_ascii_alphanumeric() || "_.-*".contains(c);
    let length = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
    match rest.get(..length) {
        Some(word) if !word.is_empty() => Ok((Kind::Bare(word.to_owned()), length)),
        _ => Err(FilterError {
            at,
            problem: "this character means nothing in a filter; put texts in double quotes"
                .to_owned(),
        }),
    }
}
