//! What is wrong with a request, field by field.

use std::fmt;

/// Fields that break their limits, each with the limit.
#[derive(Debug, Default)]
pub struct Violations(Vec<(String, String)>);

impl Violations {
    /// One field.
    pub fn of(field: impl Into<String>, limit: impl Into<String>) -> Self {
        let mut violations = Self::default();
        violations.add(field, limit);
        violations
    }

    /// One more field.
    pub fn add(&mut self, field: impl Into<String>, limit: impl Into<String>) {
        self.0.push((field.into(), limit.into()));
    }

    /// `value`, if there is no violation.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }

    /// The fields and their limits.
    pub fn into_inner(self) -> Vec<(String, String)> {
        self.0
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (field, limit)) in self.0.iter().enumerate() {
            let separator = if number == 0 { "" } else { "; " };
            write!(f, "{separator}{field} {limit}")?;
        }
        Ok(())
    }
}
