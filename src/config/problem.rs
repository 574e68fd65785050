//! What is wrong with a configuration, and what to do about it.

use std::fmt;

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The daemon does not start, or does not do what it is there for.
    Problem,
    /// The daemon starts; somebody should know.
    Warning,
}

/// One thing that is wrong. It never repeats a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// Where: the key, such as `site[0].redirect_uris[1]`, or a file.
    pub place: String,
    /// The line of the configuration file, from 1, where there is one.
    pub line: Option<usize>,
    /// What is wrong, to be read after the place.
    pub what: String,
    /// What to do about it, as a sentence.
    pub what_to_do: String,
}

impl Problem {
    /// A problem that stops the start, at no line in particular.
    #[must_use]
    pub fn new(
        place: impl Into<String>,
        what: impl Into<String>,
        what_to_do: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Problem,
            place: place.into(),
            line: None,
            what: what.into(),
            what_to_do: what_to_do.into(),
        }
    }

    /// The same, as a warning.
    #[must_use]
    pub fn as_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// The same, at `line` of the configuration file.
    #[must_use]
    pub const fn at_line(mut self, line: Option<usize>) -> Self {
        self.line = line;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)?;
        if let Some(line) = self.line {
            write!(f, " (line {line})")?;
        }
        write!(f, " {}. {}", self.what, self.what_to_do)
    }
}

/// Everything that is wrong, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Whether any of them stops the start.
    #[must_use]
    pub fn stop_the_start(&self) -> bool {
        self.0.iter().any(|one| one.severity == Severity::Problem)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}
