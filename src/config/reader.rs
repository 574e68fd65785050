//! Reads a parsed TOML document piece by piece and gathers all complaints
//! instead of stopping at the first.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::problem::{Problem, Problems};
use super::schema;

/// Where complaints are gathered while a file is read.
pub(super) struct Report<'a> {
    text: &'a str,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Report<'a> {
    /// An empty one for the file's text.
    pub(super) const fn on(text: &'a str) -> Self {
        Self {
            text,
            problems: RefCell::new(Vec::new()),
        }
    }

    /// Notes a complaint.
    pub(super) fn add(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// The line of a place in the text, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(self.text);
        1 + before.bytes().filter(|byte| *byte == b'\n').count()
    }

    /// All complaints; those without a line last.
    pub(super) fn into_problems(self) -> Problems {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|one| one.line.unwrap_or(usize::MAX));
        Problems(problems)
    }
}

/// A place in the file, to complain about.
#[derive(Clone)]
pub(super) struct Place<'a> {
    report: &'a Report<'a>,
    /// Its path of keys.
    pub(super) path: String,
    line: Option<usize>,
}

impl Place<'_> {
    /// This place makes the start impossible.
    pub(super) fn problem(&self, what: impl Into<String>, what_to_do: impl Into<String>) {
        self.add(Problem::new("", what, what_to_do));
    }

    /// This place is worth a word.
    pub(super) fn warning(&self, what: impl Into<String>, what_to_do: impl Into<String>) {
        self.add(Problem::new("", what, what_to_do).as_warning());
    }

    /// Notes a complaint that was made without knowing the place.
    pub(super) fn add(&self, mut problem: Problem) {
        problem.place.clone_from(&self.path);
        self.report.add(problem.at_line(self.line));
    }
}

/// One table of the file.
pub(super) struct Section<'a> {
    table: Option<&'a DeTable<'a>>,
    /// The table itself.
    pub(super) place: Place<'a>,
}

impl<'a> Section<'a> {
    /// The whole file.
    pub(super) fn top(report: &'a Report<'a>, table: &'a DeTable<'a>) -> Self {
        let place = Place {
            report,
            path: String::new(),
            line: None,
        };
        Self::open(place, Some(table), &schema::TOP)
    }

    fn open(
        place: Place<'a>,
        table: Option<&'a DeTable<'a>>,
        schema: &'static schema::Section,
    ) -> Self {
        let section = Self { table, place };
        for (key, _) in table.into_iter().flatten() {
            let name: &str = key.get_ref();
            if !schema.has(name) {
                let line = section.place.report.line(key.span().start);
                section
                    .at(name, Some(line))
                    .problem("is not a key of leadtap's", schema::advice(schema, name));
            }
        }
        section
    }

    fn at(&self, key: &str, line: Option<usize>) -> Place<'a> {
        let path = match self.place.path.as_str() {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        };
        Place {
            report: self.place.report,
            path,
            line,
        }
    }

    /// Where `key` stands, or would stand.
    pub(super) fn place_of(&self, key: &str) -> Place<'a> {
        match self.spanned(key) {
            Some(value) => self.at(key, Some(self.place.report.line(value.span().start))),
            None => self.at(key, self.place.line),
        }
    }

    fn spanned(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table.and_then(|table| table.get(key))
    }

    /// The value under `key`, of whatever type.
    pub(super) fn value(&self, key: &str) -> Option<&'a DeValue<'a>> {
        self.spanned(key).map(Spanned::get_ref)
    }

    /// Whether `key` is there, of whatever type.
    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// Complains that `key` is not there.
    pub(super) fn missing(&self, key: &str, what_to_do: &str) {
        if !self.has(key) {
            self.place_of(key).problem("is missing", what_to_do);
        }
    }

    /// The text under `key`, if it is there and a text.
    pub(super) fn text(&self, key: &str) -> Option<(Place<'a>, &'a str)> {
        let value = self.value(key)?;
        let place = self.place_of(key);
        let text = text_of(&place, value)?;
        Some((place, text))
    }

    /// The whole number under `key`; its default if it is not there or wrong.
    pub(super) fn number(&self, key: &schema::Number) -> u64 {
        let without = format!("without it, {} is used", key.default);
        self.number_within(key.name, &key.range, &without)
            .unwrap_or(key.default)
    }

    /// The whole number under `key`, where there need be none.
    pub(super) fn optional_number(&self, key: &schema::OptionalNumber) -> Option<u64> {
        self.number_within(key.name, &key.range, "or leave it out")
    }

    fn number_within(&self, key: &str, range: &RangeInclusive<u64>, without: &str) -> Option<u64> {
        let number = whole_number(self.value(key)?).filter(|number| range.contains(number));
        if number.is_none() {
            self.place_of(key).problem(
                "is not within its range",
                format!(
                    "Give a whole number from {} to {}; {without}.",
                    range.start(),
                    range.end()
                ),
            );
        }
        number
    }

    /// The texts of the list under `key`, if it is there and a list.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<(Place<'a>, &'a str)>> {
        let list = self.list(key, "Write a list of texts: [\"one\", \"two\"].")?;
        Some(
            elements(self.place_of(key), list)
                .filter_map(|(place, value)| text_of(&place, value).map(|text| (place, text)))
                .collect(),
        )
    }

    /// The table under `key`; an empty one if it is not there.
    pub(super) fn section(&self, key: &str, schema: &'static schema::Section) -> Self {
        let place = self.place_of(key);
        let table = self.value(key).and_then(|value| {
            let table = value.as_table();
            if table.is_none() {
                place.problem("is not a table", format!("Write it as [{}].", schema.path));
            }
            table
        });
        Self::open(place, table, schema)
    }

    /// Each of the tables under `key`.
    pub(super) fn sections(&self, key: &str, schema: &'static schema::Section) -> Vec<Self> {
        let advice = format!("Write each as [[{}]].", schema.path);
        let Some(list) = self.list(key, &advice) else {
            return Vec::new();
        };
        elements(self.place_of(key), list)
            .filter_map(|(place, value)| {
                let table = value.as_table();
                if table.is_none() {
                    place.problem("is not a table", advice.clone());
                }
                table.map(|table| Self::open(place, Some(table), schema))
            })
            .collect()
    }

    fn list(&self, key: &str, advice: &str) -> Option<&'a DeArray<'a>> {
        let value = self.value(key)?;
        let list = value.as_array();
        if list.is_none() {
            self.place_of(key).problem("is not a list", advice);
        }
        list
    }
}

fn elements<'a>(
    list_place: Place<'a>,
    list: &'a DeArray<'a>,
) -> impl Iterator<Item = (Place<'a>, &'a DeValue<'a>)> {
    list.iter().enumerate().map(move |(number, value)| {
        let place = Place {
            report: list_place.report,
            path: format!("{}[{number}]", list_place.path),
            line: Some(list_place.report.line(value.span().start)),
        };
        (place, value.get_ref())
    })
}

fn text_of<'a>(place: &Place<'_>, value: &'a DeValue<'a>) -> Option<&'a str> {
    let text = value.as_str();
    if text.is_none() {
        place.problem("is not a text", "Put the value in quotes.");
    }
    text
}

/// The value as a whole number that is not negative, in any of TOML's forms.
pub(super) fn whole_number(value: &DeValue<'_>) -> Option<u64> {
    let integer = value.as_integer()?;
    u64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok()
}
