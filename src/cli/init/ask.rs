//! Questions and their answers.

use std::io::{BufRead, Read};

use zeroize::Zeroizing;

use super::super::exit::{CommandError, Exit};
use super::super::output::Output;
use crate::domain::secret::Secret;

/// Bytes of an answer. The longest, an address, has 2 KiB.
const ANSWER_BYTES: u64 = 8 * 1024;

/// How often a person may answer the same question wrongly.
const ATTEMPTS: usize = 5;

/// One question.
pub(super) struct Question<'a> {
    /// What is asked, without what stands behind it.
    pub(super) text: &'a str,
    /// The option that answers it too.
    pub(super) option: &'static str,
    /// What an empty answer means.
    pub(super) default: Option<String>,
}

/// Puts questions, and reads what is answered.
pub(super) struct Asker<'a> {
    input: &'a mut dyn BufRead,
    at_terminal: bool,
}

impl<'a> Asker<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead, at_terminal: bool) -> Self {
        Self { input, at_terminal }
    }

    /// The answer that `check` takes. A person is asked again, with what was
    /// wrong; a program is not.
    pub(super) fn ask<T>(
        &mut self,
        question: &Question<'_>,
        output: &mut Output<'_>,
        check: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, CommandError> {
        let default = question.default.as_deref();
        let shown = default.map(|it| format!(" [{it}]")).unwrap_or_default();
        let mut attempt = 1;
        loop {
            output.ask(&format!("{}{shown}: ", question.text))?;
            let line = self.line()?;
            let line = match (line.trim(), default) {
                ("", Some(default)) => default,
                ("", None) => return Err(unanswered(question.option)),
                (answer, _) => answer,
            };
            match check(line) {
                Ok(answer) => return Ok(answer),
                Err(wrong) if self.at_terminal && attempt < ATTEMPTS => {
                    output.say(&format!("  {wrong}"))?;
                    attempt += 1;
                }
                Err(wrong) => return Err(refused(question.option, &wrong)),
            }
        }
    }

    /// The same, for what must not be seen.
    pub(super) fn ask_secret(
        &mut self,
        question: &Question<'_>,
        output: &mut Output<'_>,
    ) -> Result<Secret, CommandError> {
        if self.at_terminal {
            let prompt = format!("{} (it is not shown): ", question.text);
            let typed = rpassword::prompt_password(prompt).map_err(|_| {
                CommandError::new(
                    Exit::Usage,
                    "There is no terminal to ask for the secret.",
                    format!(
                        "Put it into a file of mode 0600 and name it with {}.",
                        question.option
                    ),
                )
            })?;
            let typed = Secret::new(typed);
            return trimmed(typed.expose(), question.option);
        }
        output.ask(&format!("{}: ", question.text))?;
        let line = self.line()?;
        trimmed(&line, question.option)
    }

    fn line(&mut self) -> Result<Zeroizing<String>, CommandError> {
        // Sized ahead, so that growing leaves no copy of a secret behind.
        let mut line = Zeroizing::new(String::with_capacity(ANSWER_BYTES as usize));
        (&mut *self.input).take(ANSWER_BYTES).read_line(&mut line)?;
        Ok(line)
    }
}

fn trimmed(text: &str, option: &'static str) -> Result<Secret, CommandError> {
    match text.trim() {
        "" => Err(unanswered(option)),
        text => Ok(Secret::from(text)),
    }
}

fn unanswered(option: &str) -> CommandError {
    CommandError::new(
        Exit::Usage,
        "A question was not answered, and it has no default.",
        format!("Answer it, or say {option}."),
    )
}

/// What is wrong with the answer that an option gave.
pub(super) fn refused(option: &str, wrong: &str) -> CommandError {
    CommandError::new(Exit::Usage, format!("{option}: {wrong}"), "")
}
