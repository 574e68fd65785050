//! The shapes of Instagram's answers.
//!
//! Instagram writes one thing in many ways: flat or in `data`, an id as number
//! or text, a list as array or text with commas. So a field is first taken as
//! it stands, whatever its type, without a copy, and then read by the one rule
//! for what it holds.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::domain::limits;

/// Permissions kept of a token. Meta has about ten for Instagram; the rest
/// would be a list of something else.
const GRANTED_SCOPES: usize = 64;

/// A field as it stands; absent and `null` are the same.
pub(super) type Raw<'a> = Option<&'a RawValue>;

/// Every field of every answer. A name means the same wherever it stands.
#[derive(Deserialize)]
pub(super) struct Fields<'a> {
    #[serde(borrow)]
    pub(super) access_token: Raw<'a>,
    #[serde(borrow)]
    pub(super) expires_in: Raw<'a>,
    #[serde(borrow)]
    pub(super) permissions: Raw<'a>,
    #[serde(borrow)]
    pub(super) id: Raw<'a>,
    #[serde(borrow)]
    pub(super) user_id: Raw<'a>,
    #[serde(borrow)]
    pub(super) username: Raw<'a>,
    #[serde(borrow)]
    pub(super) name: Raw<'a>,
    #[serde(borrow)]
    pub(super) account_type: Raw<'a>,
    #[serde(borrow)]
    pub(super) profile_picture_url: Raw<'a>,
    #[serde(borrow)]
    pub(super) followers_count: Raw<'a>,
    #[serde(borrow)]
    pub(super) follows_count: Raw<'a>,
    #[serde(borrow)]
    pub(super) media_count: Raw<'a>,
    /// The refusal of graph.instagram.com.
    #[serde(borrow)]
    pub(super) error: Raw<'a>,
    /// The refusal of api.instagram.com, in three fields.
    #[serde(borrow)]
    pub(super) error_type: Raw<'a>,
    #[serde(borrow)]
    pub(super) error_message: Raw<'a>,
    #[serde(borrow)]
    pub(super) code: Raw<'a>,
    /// The answer itself, where it comes wrapped.
    #[serde(borrow)]
    data: Option<Wrapped<'a>>,
}

/// The inside of `error` on graph.instagram.com.
#[derive(Default, Deserialize)]
pub(super) struct GraphError<'a> {
    #[serde(borrow)]
    pub(super) message: Raw<'a>,
    #[serde(borrow)]
    pub(super) code: Raw<'a>,
    #[serde(borrow)]
    pub(super) error_subcode: Raw<'a>,
    #[serde(borrow)]
    pub(super) is_transient: Raw<'a>,
    #[serde(borrow)]
    pub(super) fbtrace_id: Raw<'a>,
}

impl<'a> Fields<'a> {
    /// Reads a body; nothing if it is not one JSON object.
    pub(super) fn read(body: &'a [u8]) -> Option<Self> {
        let Object(fields) = serde_json::from_slice(body).ok()?;
        Some(fields)
    }

    /// The fields where they really are.
    pub(super) fn unwrapped(&self) -> &Self {
        match &self.data {
            Some(Wrapped(Some(inner))) => inner,
            _ => self,
        }
    }
}

/// An object, and not the array of values in order that serde takes for a
/// structure too.
struct Object<'a>(Fields<'a>);

/// `data`: one object, or an array whose first element counts.
struct Wrapped<'a>(Option<Box<Fields<'a>>>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Wrapped(fields) = deserializer.deserialize_map(Shape { array: false })?;
        let fields = fields.ok_or_else(|| D::Error::custom("no object"))?;
        Ok(Self(*fields))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Wrapped<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Shape { array: true })
    }
}

struct Shape {
    array: bool,
}

impl<'de> Visitor<'de> for Shape {
    type Value = Wrapped<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let fields = Fields::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Wrapped(Some(Box::new(fields))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        if !self.array {
            return Err(A::Error::custom("an array"));
        }
        let first = items.next_element::<Object<'de>>()?;
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Wrapped(first.map(|Object(fields)| Box::new(fields))))
    }
}

/// A text; nothing if the field holds anything else.
pub(super) fn text(raw: Raw<'_>) -> Option<Cow<'_, str>> {
    let json = raw?.get();
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        serde_json::from_str(json).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// A text, or a number digit for digit: an id may be larger than any integer
/// type and must not pass through one.
pub(super) fn text_or_number(raw: Raw<'_>) -> Option<Cow<'_, str>> {
    text(raw).or_else(|| {
        let json = raw?.get();
        let number = json.starts_with(|first: char| first.is_ascii_digit() || first == '-');
        number.then_some(Cow::Borrowed(json))
    })
}

/// A whole number, bare or as text.
pub(super) fn number(raw: Raw<'_>) -> Option<u64> {
    text_or_number(raw)?.parse().ok()
}

/// `true`, bare or as text.
pub(super) fn is_true(raw: Raw<'_>) -> bool {
    raw.is_some_and(|raw| matches!(raw.get(), "true" | "\"true\""))
}

/// A list of permissions: an array, or a text with commas or spaces. Empty if
/// Instagram did not say.
pub(super) fn scopes(raw: Raw<'_>) -> BTreeSet<String> {
    let names: Vec<Cow<'_, str>> = match text(raw) {
        Some(text) => text
            .split([',', ' '])
            .map(|name| Cow::Owned(name.to_owned()))
            .collect(),
        None => raw
            .and_then(|raw| serde_json::from_str(raw.get()).ok())
            .unwrap_or_default(),
    };
    names
        .into_iter()
        .filter(|name| is_scope(name))
        .take(GRANTED_SCOPES)
        .map(Cow::into_owned)
        .collect()
}

fn is_scope(name: &str) -> bool {
    (1..=limits::SCOPE_BYTES).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(body: &str) -> Option<String> {
        let fields = Fields::read(body.as_bytes())?;
        text(fields.unwrapped().access_token).map(Cow::into_owned)
    }

    #[test]
    fn an_answer_is_found_flat_or_wrapped() {
        for body in [
            r#"{"access_token":"T"}"#,
            r#"{"data":[{"access_token":"T"}]}"#,
            r#"{"data":[{"access_token":"T"},{"access_token":"U"},7]}"#,
            r#"{"data":{"access_token":"T"}}"#,
            r#"{"data":null,"access_token":"T"}"#,
            r#" { "access_token" : "\u0054" , "more" : [ 1e400 ] } "#,
        ] {
            assert_eq!(token(body).as_deref(), Some("T"), "{body}");
        }
    }

    #[test]
    fn what_is_no_object_is_no_answer() {
        for body in [
            "",
            "null",
            "7",
            r#""T""#,
            "[]",
            r#"["T"]"#,
            "{",
            r#"{"access_token":"T"}}"#,
            r#"{"data":[["T"]]}"#,
            r#"{"data":"T"}"#,
        ] {
            assert!(Fields::read(body.as_bytes()).is_none(), "{body}");
        }
        assert!(Fields::read(b"{\"access_token\":\"\xff\"}").is_none());
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        let body = r#"{"data":"#.repeat(5000) + "1" + &"}".repeat(5000);
        assert!(Fields::read(body.as_bytes()).is_none());
    }

    #[test]
    fn permissions_come_as_text_as_array_or_not_at_all() {
        for (permissions, expected) in [
            (r#""a,b""#, vec!["a", "b"]),
            (r#""a, b,,""#, vec!["a", "b"]),
            (r#"["b","a"]"#, vec!["a", "b"]),
            (r#"["\u0061"]"#, vec!["a"]),
            ("[1]", vec![]),
            ("null", vec![]),
            ("{}", vec![]),
        ] {
            let body = format!(r#"{{"permissions":{permissions}}}"#);
            let fields = Fields::read(body.as_bytes()).unwrap();
            let found = scopes(fields.permissions);
            assert!(found.iter().eq(&expected), "{permissions}: {found:?}");
        }
    }

    #[test]
    fn numbers_keep_every_digit() {
        let body = r#"{"id":98765432109876543210987,"user_id":"17841405793187218"}"#;
        let fields = Fields::read(body.as_bytes()).unwrap();
        assert_eq!(
            text_or_number(fields.id).unwrap(),
            "98765432109876543210987"
        );
        assert_eq!(text_or_number(fields.user_id).unwrap(), "17841405793187218");
        assert_eq!(number(fields.id), None);
        assert_eq!(number(fields.user_id), Some(17_841_405_793_187_218));
    }
}
