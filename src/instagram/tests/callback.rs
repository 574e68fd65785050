//! What comes back from Instagram's window.

use form_urlencoded::Serializer;
use proptest::prelude::*;

use crate::domain::authorization::Decline;
use crate::domain::limits;
use crate::instagram::callback::{Callback, CallbackError, parse};

fn allowed(code: &str, state: &str) -> Result<Callback, CallbackError> {
    Ok(Callback::Code {
        code: code.into(),
        state: state.into(),
    })
}

fn declined(query: &str) -> (Decline, Option<String>) {
    match parse(query).unwrap() {
        Callback::Declined { decline, state } => {
            (decline, state.map(|state| state.expose().to_owned()))
        }
        Callback::Code { .. } => panic!("{query}"),
    }
}

#[test]
fn a_code_is_found_in_whatever_form_it_is_passed() {
    for query in [
        "code=AQ&state=st",
        "?code=AQ&state=st",
        "state=st&code=AQ",
        "code=AQ&state=st#_",
        "code=AQ&state=st%23_",
        "state=st&code=AQ%23_",
        "code=AQ&state=st%23_%3D_",
        "code=%41Q&state=s%74",
        "  code=AQ&state=st#_\r\n",
        "/?code=AQ&state=st",
        "index.php?code=AQ&state=st#_",
        "/shop/cb?wc-api=leadtap&code=AQ&state=st",
        "https://shop.example/cb?code=AQ&state=st#_",
        "https://shop.example/a=b&c/cb?code=AQ&state=st#_=_",
        "shop.example/cb?code=AQ&state=st#?code=other",
        "note=why?&code=AQ&state=st",
        "wc-api=leadtap&utm_source=a&code=AQ&state=st",
        "wc-api=a&wc-api=b&code=AQ&state=st",
        "back=https://shop.example/?code&code=AQ&state=st",
    ] {
        assert_eq!(parse(query), allowed("AQ", "st"), "{query}");
    }
}

#[test]
fn a_no_is_an_answer_with_and_without_state() {
    let no = "error=access_denied&error_reason=user_denied\
              &error_description=The+user+denied+your+request";
    let decline = Decline {
        error: "access_denied".to_owned(),
        reason: "user_denied".to_owned(),
        description: "The user denied your request".to_owned(),
    };
    assert_eq!(declined(no), (decline.clone(), None));
    assert_eq!(
        declined(&format!("{no}%23_&state=")),
        (decline.clone(), None)
    );
    let with_state = format!("https://shop.example/?state=st&{no}#_");
    assert_eq!(declined(&with_state), (decline, Some("st".to_owned())));
}

#[test]
fn other_refusals_of_the_window_are_answers_too() {
    let (decline, _) = declined("error=invalid_request&error_description=Invalid%20Scopes%3A+x");
    assert_eq!(decline.error, "invalid_request");
    assert_eq!(decline.reason, "");
    assert_eq!(decline.description, "Invalid Scopes: x");
    assert_eq!(declined("error=").0, Decline::default());
}

#[test]
fn the_words_of_a_no_are_cut_and_hold_no_control_characters() {
    let long = "%C3%A9".repeat(400);
    let (decline, _) = declined(&format!("error=a%00%1bb%0ac&error_description={long}"));
    assert_eq!(decline.error, "ab c");
    assert_eq!(decline.description.len(), limits::DECLINED_TEXT_BYTES);
    let long = "x".repeat(limits::DECLINED_CODE_BYTES + 1);
    let (decline, _) = declined(&format!(
        "error={long}&error_reason={long}&error_description=%FF"
    ));
    assert_eq!(decline.error.len(), limits::DECLINED_CODE_BYTES);
    assert_eq!(decline.reason.len(), limits::DECLINED_CODE_BYTES);
    assert_eq!(decline.description, "\u{fffd}");
}

#[test]
fn whatever_leaves_a_doubt_is_refused() {
    use CallbackError as E;
    for (query, error) in [
        ("", E::Nothing),
        ("?", E::Nothing),
        ("state=st", E::Nothing),
        ("https://shop.example/cb", E::Nothing),
        ("https://shop.example/cb#code=AQ&state=st", E::Nothing),
        ("CODE=AQ&state=st", E::Nothing),
        ("code=AQ&state=st&error=access_denied", E::Contradiction),
        ("code=AQ", E::MissingState),
        ("code=AQ&state=", E::BadState),
        ("code=&state=st", E::BadCode),
        ("code=%23_&state=st", E::BadCode),
        ("code=AQ&state=st&code=AQ", E::Duplicate("code")),
        ("code=AQ&state=st&c%6fde=AQ", E::Duplicate("code")),
        ("code=AQ&state=st&state=st", E::Duplicate("state")),
        ("error=a&error=b", E::Duplicate("error")),
        (
            "error=a&error_reason=&error_reason=",
            E::Duplicate("error_reason"),
        ),
        (
            "error=a&error_description=a&error_description=b",
            E::Duplicate("error_description"),
        ),
        ("code=A%0AQ&state=st", E::BadCode),
        ("code=A%00Q&state=st", E::BadCode),
        ("code=%FFQ&state=st", E::BadCode),
        ("code=%C3%A9&state=st", E::BadCode),
        ("code=AQ&state=s%7Ft", E::BadState),
        ("code=AQ&state=%C3", E::BadState),
        ("error=a&state=%C3", E::BadState),
    ] {
        assert_eq!(parse(query), Err(error), "{query}");
    }
}

#[test]
fn every_length_has_its_limit() {
    let sized = |code: usize, state: usize| {
        parse(&format!(
            "code={}&state={}",
            "c".repeat(code),
            "s".repeat(state)
        ))
    };
    assert!(sized(2048, 512).is_ok());
    assert_eq!(sized(2049, 512), Err(CallbackError::BadCode));
    assert_eq!(sized(2048, 513), Err(CallbackError::BadState));

    let start = "code=AQ&state=st&pad=";
    let pad = "x".repeat(limits::CALLBACK_BYTES - start.len());
    assert_eq!(parse(&format!("{start}{pad}")), allowed("AQ", "st"));
    assert_eq!(
        parse(&format!("{start}{pad}x")),
        Err(CallbackError::TooLong)
    );
}

#[test]
fn no_print_of_it_shows_a_code_or_a_state() {
    let answers = ["code=hush-c&state=hush-s", "error=no&state=hush-s"];
    for query in answers {
        assert!(!format!("{:?}", parse(query)).contains("hush"));
    }
    for query in [
        "code=hush%00&state=hush",
        "code=hush",
        "code=hush&code=hush",
        "state=hush",
    ] {
        let error = parse(query).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hush"));
    }
}

/// What may stand in a code or a state, without the window's own addition.
fn printable(max: usize) -> impl Strategy<Value = String> {
    let text = prop::collection::vec(0x20_u8..0x7f, 1..max);
    text.prop_map(|bytes| String::from_utf8(bytes).unwrap())
        .prop_filter("ends as the window's addition does", |text| {
            !text.ends_with("#_") && !text.ends_with("#_=_")
        })
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(text in ".{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn nothing_like_a_callback_makes_it_panic(
        text in "(https?://[a-z?#/]{0,9})?[?&]?((code|state|error|x)=[a-z%0-9#_?&=é]{0,12}[&#?]?){0,6}"
    ) {
        let _ = parse(&text);
    }

    #[test]
    fn what_was_encoded_comes_back(
        code in printable(300),
        state in printable(100),
        address in prop::sample::select(vec![
            "", "?", "/cb?", "cb?", "https://shop.example/cb?", "http://[::1]:80/?a=b&",
        ]),
        fragment in prop::sample::select(vec!["", "#_", "#_=_", "%23_"]),
    ) {
        let query = Serializer::new(String::new())
            .append_pair("code", &code)
            .append_pair("state", &state)
            .finish();
        prop_assert_eq!(
            parse(&format!("{address}{query}{fragment}")),
            allowed(&code, &state)
        );
    }
}
