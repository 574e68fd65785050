//! Texts that others wrote, made fit to be kept and shown.

use std::borrow::Cow;

use form_urlencoded::byte_serialize;

use crate::domain::secret::Secret;

/// What stands where a secret stood.
const REDACTED: &str = "[redacted]";

/// The secrets that a call carried, and that its failure must not repeat.
#[derive(Clone, Copy)]
pub(super) struct Confidential<'a>(pub(super) &'a [&'a Secret]);

impl Confidential<'_> {
    /// `text` without control characters and without the secrets, plain or
    /// percent-encoded, cut to `max` bytes.
    ///
    /// The order counts: a secret broken by a control character must not come
    /// together after the search, nor half of it survive the cut.
    pub(super) fn scrub(self, text: &str, max: usize) -> String {
        let mut text = printable(text);
        for secret in self.0 {
            let plain = secret.expose();
            if plain.is_empty() {
                continue;
            }
            let encoded: String = byte_serialize(plain.as_bytes()).collect();
            for form in [plain, &encoded] {
                if text.contains(form) {
                    text = Cow::Owned(text.replace(form, REDACTED));
                }
            }
        }
        cut(&text, max).to_owned()
    }
}

/// `text` without control characters, cut to `max` bytes.
pub(super) fn tidy(text: &str, max: usize) -> String {
    cut(&printable(text), max).to_owned()
}

/// `text` with line breaks and tabs as spaces, and other control characters
/// gone.
fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter_map(|char| match char {
        '\n' | '\t' => Some(' '),
        _ if char.is_control() => None,
        _ => Some(char),
    });
    Cow::Owned(kept.collect())
}

/// The longest beginning of `text` that has at most `max` bytes.
fn cut(text: &str, max: usize) -> &str {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrub(text: &str, secret: &str, max: usize) -> String {
        Confidential(&[&Secret::from(secret)]).scrub(text, max)
    }

    #[test]
    fn a_secret_is_gone_plain_and_percent_encoded() {
        let text = "code AQ+x/1= and AQ%2Bx%2F1%3D";
        assert_eq!(
            scrub(text, "AQ+x/1=", 300),
            "code [redacted] and [redacted]"
        );
    }

    #[test]
    fn a_secret_cannot_hide_behind_a_control_character_or_the_cut() {
        assert_eq!(scrub("to\u{0}ken", "token", 300), "[redacted]");
        assert_eq!(scrub("a token", "token", 4), "a [r");
    }

    #[test]
    fn no_secret_is_not_a_secret_between_all_characters() {
        assert_eq!(scrub("abc", "", 300), "abc");
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(tidy("aéé", 2), "a");
        assert_eq!(tidy("aéé", 3), "aé");
        assert_eq!(tidy("a\r\nb\u{7f}", 10), "a b");
    }
}
