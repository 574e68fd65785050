//! What commands print: results on standard output, and everything said to a
//! person besides on standard error, so that a pipe gets the result alone.

use std::ffi::OsStr;
use std::io::{self, IsTerminal, Write};

use serde_json::Value;

use super::arguments::Format;
use super::exit::CommandError;

/// Where a command's result and its talk go.
pub(super) struct Output<'a> {
    result: Box<dyn Write + 'a>,
    talk: Box<dyn Write + 'a>,
    /// In which form the result goes out.
    pub(super) format: Format,
    /// How it looks.
    pub(super) style: Style,
}

impl<'a> Output<'a> {
    /// The process's own.
    pub(super) fn standard(format: Format) -> Self {
        let stdout = io::stdout();
        let style = Style::of_terminal(
            stdout.is_terminal(),
            std::env::var_os("NO_COLOR").as_deref(),
            std::env::var_os("TERM").as_deref(),
        );
        Self {
            result: Box::new(stdout.lock()),
            talk: Box::new(io::stderr()),
            format,
            style,
        }
    }

    /// Into these two, without colours.
    #[cfg(test)]
    pub(super) fn into(result: impl Write + 'a, talk: impl Write + 'a, format: Format) -> Self {
        Self {
            result: Box::new(result),
            talk: Box::new(talk),
            format,
            style: Style::PLAIN,
        }
    }

    /// Prints the result as a person or a program wants it.
    pub(super) fn result(
        &mut self,
        human: impl FnOnce(Style) -> String,
        json: impl FnOnce() -> Value,
    ) -> Result<(), CommandError> {
        match self.format {
            Format::Human => self.result.write_all(human(self.style).as_bytes())?,
            Format::Json => writeln!(self.result, "{:#}", json())?,
        }
        Ok(self.result.flush()?)
    }

    /// Whether the result is for a person.
    pub(super) fn is_human(&self) -> bool {
        self.format == Format::Human
    }

    /// Asks the person at the keyboard; the answer stands on the same line.
    pub(super) fn ask(&mut self, question: &str) -> Result<(), CommandError> {
        write!(self.talk, "{question}")?;
        Ok(self.talk.flush()?)
    }

    /// Says something to the person at the keyboard.
    pub(super) fn say(&mut self, text: &str) -> Result<(), CommandError> {
        writeln!(self.talk, "{text}")?;
        Ok(self.talk.flush()?)
    }
}

/// Whether and how text is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    colours: bool,
}

impl Style {
    /// No colours.
    pub const PLAIN: Self = Self { colours: false };

    /// With colours, for a terminal.
    pub const COLOURED: Self = Self { colours: true };

    /// Colours on a terminal that knows them, unless the person declined them
    /// (<https://no-color.org>).
    fn of_terminal(is_terminal: bool, no_color: Option<&OsStr>, term: Option<&OsStr>) -> Self {
        let declined = no_color.is_some_and(|value| !value.is_empty());
        let dumb = term.is_none_or(|term| term == "dumb");
        Self {
            colours: is_terminal && !declined && !dumb,
        }
    }

    /// What stands out.
    pub(super) fn strong(self, text: &str) -> String {
        self.in_colour("1", text)
    }

    /// What stands back.
    pub(super) fn faint(self, text: &str) -> String {
        self.in_colour("2", text)
    }

    /// What is wrong.
    pub(super) fn bad(self, text: &str) -> String {
        self.in_colour("31", text)
    }

    /// What is worth a look.
    pub(super) fn notable(self, text: &str) -> String {
        self.in_colour("33", text)
    }

    fn in_colour(self, code: &str, text: &str) -> String {
        if self.colours {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// `text` without what could move the cursor, colour the screen or turn the
/// direction of writing: it comes from strangers.
pub(super) fn harmless(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|c| match c {
            c if c.is_control() || turns(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(is_terminal: bool, no_color: Option<&str>, term: &str) -> Style {
        Style::of_terminal(
            is_terminal,
            no_color.map(OsStr::new),
            Some(OsStr::new(term)),
        )
    }

    #[test]
    fn colours_are_for_terminals_alone() {
        assert_eq!(style(true, None, "xterm"), Style::COLOURED);
        assert_eq!(style(false, None, "xterm"), Style::PLAIN);
        assert_eq!(style(true, None, "dumb"), Style::PLAIN);
    }

    #[test]
    fn whoever_sets_no_color_sees_none() {
        assert_eq!(style(true, Some("1"), "xterm"), Style::PLAIN);
        assert_eq!(style(true, Some(""), "xterm"), Style::COLOURED);
    }

    #[test]
    fn a_strangers_text_cannot_drive_the_terminal() {
        assert_eq!(
            harmless("a\x1b[31mb\u{202e}c\n"),
            "a\u{fffd}[31mb\u{fffd}c\u{fffd}"
        );
        assert_eq!(harmless("Łódź 日本 🎉"), "Łódź 日本 🎉");
    }

    #[test]
    fn a_result_goes_out_in_the_form_asked_for_and_talk_beside_it() {
        let (mut result, mut talk) = (Vec::new(), Vec::new());
        let mut output = Output::into(&mut result, &mut talk, Format::Json);
        output.say("hello").unwrap();
        output
            .result(|_| "human".to_owned(), || serde_json::json!({"a": 1}))
            .unwrap();
        drop(output);
        assert_eq!(String::from_utf8(result).unwrap(), "{\n  \"a\": 1\n}\n");
        assert_eq!(String::from_utf8(talk).unwrap(), "hello\n");
    }
}
