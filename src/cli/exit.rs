//! Exit codes, and errors that know theirs.

use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;

/// How a command ended, as scripts see it: the codes of BSD's sysexits(3).
/// `docs/command-line.md` and `leadtap --help` list the same, and a test holds
/// them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Everything worked, and the answer is no.
    Refused = 1,
    /// Wrong arguments.
    Usage = 64,
    /// The daemon refused what it was given.
    BadData = 65,
    /// No such lead, no such file.
    NotFound = 66,
    /// The daemon cannot be reached.
    Unavailable = 69,
    /// A fault in leadtap or in the system.
    Fault = 70,
    /// A file could not be made.
    CannotCreate = 73,
    /// Reading or writing failed.
    InputOutput = 74,
    /// The same command can succeed later.
    TryAgain = 75,
    /// The daemon does not let this caller do that.
    NotPermitted = 77,
    /// The configuration, or the app in Meta's dashboard, is wrong.
    Configuration = 78,
}

impl Exit {
    /// Every code with its meaning, for `--help`.
    pub const ALL: [(Self, &'static str); 12] = [
        (Self::Done, "done"),
        (
            Self::Refused,
            "the answer is no: declined, or this login is over",
        ),
        (Self::Usage, "wrong arguments"),
        (Self::BadData, "the daemon refused what it was given"),
        (Self::NotFound, "no such lead or file"),
        (Self::Unavailable, "the daemon cannot be reached"),
        (Self::Fault, "a fault in leadtap or the system"),
        (Self::CannotCreate, "a file could not be made"),
        (Self::InputOutput, "reading or writing failed"),
        (Self::TryAgain, "try the same again later"),
        (Self::NotPermitted, "this caller may not do that"),
        (Self::Configuration, "the configuration is wrong"),
    ];
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed, for a person, and its exit code.
#[derive(Debug, PartialEq, Eq)]
pub struct CommandError {
    /// The exit code.
    pub exit: Exit,
    /// What happened, as a sentence. Empty: nobody is listening any more.
    pub message: String,
    /// What to do about it, as a sentence; may be empty.
    pub what_to_do: String,
    /// More for those who ask further: names and values.
    pub details: Vec<(&'static str, String)>,
}

impl CommandError {
    /// An error with what to do about it.
    #[must_use]
    pub fn new(exit: Exit, message: impl Into<String>, what_to_do: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            what_to_do: what_to_do.into(),
            details: Vec::new(),
        }
    }

    /// The lines for standard error.
    #[must_use]
    pub fn text(&self) -> String {
        if self.message.is_empty() {
            return String::new();
        }
        let mut text = format!("leadtap: {}\n", self.message);
        if !self.what_to_do.is_empty() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  What to do: {}", self.what_to_do);
        }
        for (name, value) in &self.details {
            let _ = writeln!(text, "  {name}: {value}");
        }
        text
    }
}

impl From<io::Error> for CommandError {
    /// A reader that went away (`leadtap lead show … | head`) is no failure.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::new(Exit::Done, "", "");
        }
        Self::new(
            Exit::InputOutput,
            format!("Reading or writing failed: {error}."),
            "Look at where standard input and output lead.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_went_away_ends_the_command_quietly() {
        let error = CommandError::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((error.exit, error.text().as_str()), (Exit::Done, ""));
    }

    #[test]
    fn an_error_says_what_happened_and_what_to_do() {
        let mut error = CommandError::new(Exit::Unavailable, "No daemon.", "Start it.");
        error.details.push(("Request id", "abc".to_owned()));
        assert_eq!(
            error.text(),
            "leadtap: No daemon.\n  What to do: Start it.\n  Request id: abc\n"
        );
    }

    #[test]
    fn the_documentation_lists_every_exit_code_with_its_meaning() {
        let document = include_str!("../../docs/command-line.md");
        for (exit, meaning) in Exit::ALL {
            let row = format!("| {} | {meaning} |", exit as u8);
            assert!(document.contains(&row), "{row}");
        }
    }
}
