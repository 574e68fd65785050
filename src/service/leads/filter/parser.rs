//! From words to an expression.

use super::test::{self, Test};
use super::words::{self, Kind, Word};
use super::{Expression, FilterError};
use crate::domain::limits;

/// Reads a filter; an empty one lets everything through.
pub(super) fn parse(filter: &str) -> Result<Expression, FilterError> {
    if filter.len() > limits::FILTER_BYTES {
        return Err(FilterError {
            at: limits::FILTER_BYTES,
            problem: format!("a filter has at most {} bytes", limits::FILTER_BYTES),
        });
    }
    let mut parser = Parser {
        words: words::split(filter)?,
        next: 0,
        end: filter.chars().count() + 1,
        tests: 0,
    };
    if parser.words.is_empty() {
        return Ok(Expression::All(Vec::new()));
    }
    let expression = parser.expression(0)?;
    match parser.take() {
        None => Ok(expression),
        Some(word) => Err(FilterError {
            at: word.at,
            problem: match word.kind {
                Kind::Close => "this parenthesis closes nothing".to_owned(),
                _ => "AND, OR or the end of the filter must stand here".to_owned(),
            },
        }),
    }
}

struct Parser {
    words: Vec<Word>,
    next: usize,
    /// The character after the last.
    end: usize,
    tests: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Word> {
        self.words.get(self.next)
    }

    fn take(&mut self) -> Option<Word> {
        let word = self.words.get(self.next).cloned();
        self.next += usize::from(word.is_some());
        word
    }

    /// Whether the next word is this one, which it then takes.
    fn takes(&mut self, keyword: &str) -> bool {
        let found =
            matches!(self.peek(), Some(Word { kind: Kind::Bare(word), .. }) if word == keyword);
        self.next += usize::from(found);
        found
    }

    fn error<T>(&self, problem: impl Into<String>) -> Result<T, FilterError> {
        Err(FilterError {
            at: self.peek().map_or(self.end, |word| word.at),
            problem: problem.into(),
        })
    }

    /// Parts joined by AND, or by OR.
    fn expression(&mut self, depth: usize) -> Result<Expression, FilterError> {
        let first = self.part(depth)?;
        let mut parts = vec![first];
        let mut joined_by = None;
        loop {
            let at = self.next;
            let keyword = if self.takes("AND") {
                "AND"
            } else if self.takes("OR") {
                "OR"
            } else {
                break;
            };
            if *joined_by.get_or_insert(keyword) != keyword {
                self.next = at;
                // AIP-160 lets OR bind tighter, most languages AND: whoever reads it must not guess.
                return self.error("AND and OR stand side by side: put one of them in parentheses");
            }
            parts.push(self.part(depth)?);
        }
        Ok(match (joined_by, parts.pop()) {
            (None, Some(only)) => only,
            (Some("OR"), Some(last)) => {
                parts.push(last);
                Expression::Any(parts)
            }
            (_, last) => {
                parts.extend(last);
                Expression::All(parts)
            }
        })
    }

    /// One comparison, something in parentheses, or the opposite of either.
    fn part(&mut self, depth: usize) -> Result<Expression, FilterError> {
        if depth == limits::FILTER_DEPTH {
            return self.error(format!(
                "a filter has at most {} parentheses and NOTs inside one another",
                limits::FILTER_DEPTH
            ));
        }
        if self.takes("NOT") {
            return Ok(Expression::Not(Box::new(self.part(depth + 1)?)));
        }
        if matches!(self.peek(), Some(word) if word.kind == Kind::Open) {
            self.next += 1;
            let inside = self.expression(depth + 1)?;
            if !matches!(self.peek(), Some(word) if word.kind == Kind::Close) {
                return self.error("AND, OR or a closing parenthesis must stand here");
            }
            self.next += 1;
            return Ok(inside);
        }
        self.test().map(Expression::Test)
    }

    fn test(&mut self) -> Result<Test, FilterError> {
        if self.tests == limits::FILTER_TERMS {
            return self.error(format!(
                "a filter has at most {} comparisons",
                limits::FILTER_TERMS
            ));
        }
        self.tests += 1;
        let field = match self.peek() {
            Some(Word {
                kind: Kind::Bare(name),
                ..
            }) => match test::field(name) {
                Ok(field) => field,
                Err(problem) => return self.error(problem),
            },
            _ => return self.error(format!("a field must stand here: {}", test::FIELDS)),
        };
        self.next += 1;
        let operator = match self.peek() {
            Some(Word {
                kind: Kind::Operator(operator),
                ..
            }) => *operator,
            _ => {
                return self.error(format!(
                    "an operator must stand here: {}",
                    field.operators()
                ));
            }
        };
        if !field.takes(operator) {
            return self.error(format!("this field takes {} alone", field.operators()));
        }
        self.next += 1;
        let Some(Word {
            kind: value @ (Kind::Bare(_) | Kind::Text(_)),
            ..
        }) = self.peek()
        else {
            return self.error(format!("{} must stand here", field.value_of(operator)));
        };
        match field.test(operator, value) {
            Some(test) => {
                self.next += 1;
                Ok(test)
            }
            None => self.error(format!("{} must stand here", field.value_of(operator))),
        }
    }
}
