//! A key of the configuration, and what the documentation says of it.

use std::ops::RangeInclusive;

/// A key. The texts are Markdown, one line each.
pub struct Key {
    /// How it is written.
    pub name: &'static str,
    /// What it does.
    pub meaning: &'static str,
    /// What holds without it.
    pub default: Default,
    /// What may be written.
    pub range: Range,
}

/// What holds where a key is not written.
pub enum Default {
    /// This number.
    Number(u64),
    /// What the text says.
    Words(&'static str),
}

/// What may be written.
pub enum Range {
    /// A whole number of these.
    Numbers(RangeInclusive<u64>),
    /// What the text says.
    Words(&'static str),
}

impl Key {
    /// A key whose default and range are told in words.
    pub(super) const fn new(
        name: &'static str,
        meaning: &'static str,
        default: &'static str,
        range: &'static str,
    ) -> Self {
        Self {
            name,
            meaning,
            default: Default::Words(default),
            range: Range::Words(range),
        }
    }

    /// A key of the file's top, which opens a section.
    pub(super) const fn section(name: &'static str) -> Self {
        Self::new(name, "", "", "")
    }
}

/// A key with a whole number. The reader takes range and default from here, so
/// that the documentation cannot say other ones.
pub struct Number {
    /// How it is written.
    pub name: &'static str,
    /// What it does.
    pub meaning: &'static str,
    /// What it may be.
    pub range: RangeInclusive<u64>,
    /// What it is where it is not written.
    pub default: u64,
}

impl Number {
    /// As one key among others.
    pub(super) const fn key(&self) -> Key {
        Key {
            name: self.name,
            meaning: self.meaning,
            default: Default::Number(self.default),
            range: Range::Numbers(*self.range.start()..=*self.range.end()),
        }
    }
}

/// A key with a whole number that has no default.
pub struct OptionalNumber {
    /// How it is written.
    pub name: &'static str,
    /// What it does.
    pub meaning: &'static str,
    /// What it may be.
    pub range: RangeInclusive<u64>,
    /// What holds where it is not written.
    pub without: &'static str,
}

impl OptionalNumber {
    /// As one key among others.
    pub(super) const fn key(&self) -> Key {
        Key {
            name: self.name,
            meaning: self.meaning,
            default: Default::Words(self.without),
            range: Range::Numbers(*self.range.start()..=*self.range.end()),
        }
    }
}
