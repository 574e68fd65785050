//! Filters over leads: a subset of AIP-160 (<https://google.aip.dev/160>).
//! `docs/leads.md` has the grammar.

mod parser;
mod test;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;

use crate::domain::clock::Timestamp;
use crate::domain::lead::Lead;
use crate::storage::{LeadOrder, TimeRange};
use test::Test;

/// What a lead must be like. The default lets all leads through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(Expression);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Expression {
    /// All of these.
    All(Vec<Expression>),
    /// At least one of these.
    Any(Vec<Expression>),
    /// Not this.
    Not(Box<Expression>),
    /// One comparison.
    Test(Test),
}

/// Why a text is no filter, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// The character, from 1, at which it went wrong.
    pub at: usize,
    /// What is wrong, and what may stand there.
    pub problem: String,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: {}", self.at, self.problem)
    }
}

impl std::error::Error for FilterError {}

impl Default for Filter {
    fn default() -> Self {
        Self(Expression::All(Vec::new()))
    }
}

impl std::str::FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        parser::parse(text).map(Self)
    }
}

impl Filter {
    /// Whether this lead is like that, at this moment.
    #[must_use]
    pub fn matches(&self, lead: &Lead, now: Timestamp) -> bool {
        self.0.matches(lead, now)
    }

    /// Outside of these moments no lead can match.
    #[must_use]
    pub fn within(&self, order: LeadOrder) -> TimeRange {
        let mut range = TimeRange::default();
        self.0.narrow(order, &mut range);
        range
    }
}

impl Expression {
    fn matches(&self, lead: &Lead, now: Timestamp) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(lead, now)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(lead, now)),
            Self::Not(part) => !part.matches(lead, now),
            Self::Test(test) => test.matches(lead, now),
        }
    }

    /// Only what every match must fulfil narrows it.
    fn narrow(&self, order: LeadOrder, range: &mut TimeRange) {
        match self {
            Self::All(parts) => parts.iter().for_each(|part| part.narrow(order, range)),
            Self::Test(test) => test.narrow(order, range),
            Self::Any(_) | Self::Not(_) => {}
        }
    }
}
