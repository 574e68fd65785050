//! E-mail addresses as shoppers write them.

use super::limits;

/// An address in the form in which it is kept: the domain in lower case, the
/// rest as written, since only the receiving host knows whether that matters
/// (RFC 5321 section 2.4).
///
/// What is let in is what mail systems everywhere deliver: a `Dot-string` and
/// a domain name of at least two labels (RFC 5321 section 4.1.2), in ASCII. No
/// quotes, no comments, no address literals; an international domain in its
/// `xn--` form.
///
/// # Errors
/// The rule that it breaks.
pub fn parse(text: &str) -> Result<String, &'static str> {
    const FORM: &str = "must be an e-mail address such as ada@example.org, in ASCII";
    let (local, domain) = text.rsplit_once('@').ok_or(FORM)?;
    if text.len() > limits::EMAIL_BYTES || local.len() > limits::EMAIL_LOCAL_BYTES {
        return Err("must have at most 254 bytes, 64 of them before the @");
    }
    let is_atom = |atom: &str| !atom.is_empty() && atom.bytes().all(is_atom_byte);
    let labels: Vec<&str> = domain.split('.').collect();
    let all_numbers = labels
        .last()
        .is_none_or(|label| label.bytes().all(|byte| byte.is_ascii_digit()));
    if local.split('.').all(is_atom)
        && labels.len() > 1
        && labels.iter().all(|label| is_label(label))
        && !all_numbers
    {
        Ok(format!("{local}@{}", domain.to_ascii_lowercase()))
    } else {
        Err(FORM)
    }
}

/// `atext` of RFC 5322 section 3.2.3.
const fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        )
}

/// A label of a host name (RFC 1123 section 2.1).
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_lower_case_and_the_rest_stays() {
        assert_eq!(parse("Ada.L@Example.ORG").unwrap(), "Ada.L@example.org");
        assert_eq!(
            parse("a+b'c@xn--bcher-kva.example").unwrap(),
            "a+b'c@xn--bcher-kva.example"
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.org", "a".repeat(65));
        let longer = format!("a@{}org", "a".repeat(60).repeat(4) + ".aaaaaaaaaaaaaa.");
        for text in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@localhost",
            "a@b@c.org",
            ".a@b.org",
            "a.@b.org",
            "a..b@c.org",
            "a b@c.org",
            "\"a b\"@c.org",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a@-b.org",
            "a@b-.org",
            "a@b..org",
            "a@b.org.",
            "ä@b.org",
            "a@bücher.example",
            "a@b.org\n",
            "a@b.org\r\nBcc: c@d.org",
            "<a@b.org>",
            &long,
            &longer,
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
