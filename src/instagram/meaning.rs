//! What Instagram's refusals mean: the table of codes and the known sentences.
//!
//! The HTTP status says little (a dead token and a wrong parameter are both
//! 400), so the code in the body decides, and the sentence where codes are
//! shared.

use crate::domain::failure::{TokenEnd, UpstreamMeaning};

use UpstreamMeaning as Meaning;

/// The `error` of graph.instagram.com, as far as it decides something.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct GraphRefusal<'a> {
    pub(super) code: Option<u64>,
    pub(super) subcode: Option<u64>,
    pub(super) is_transient: bool,
    pub(super) message: &'a str,
}

/// Codes as in
/// <https://developers.facebook.com/docs/graph-api/guides/error-handling>.
///
/// Throttling comes first because it is often marked transient too, and
/// transient comes before a dead token because that verdict cannot be taken
/// back without the person.
pub(super) fn of_graph(refusal: GraphRefusal<'_>) -> Meaning {
    match refusal.code {
        Some(4 | 17 | 32 | 341 | 613 | 80002) => Meaning::Throttled,
        Some(368) => Meaning::Blocked,
        // The graph says this of a wrong secret too, which no retry helps.
        Some(1) if contains(refusal.message, "client secret") => Meaning::AppRejected,
        Some(1 | 2) => Meaning::Unavailable,
        _ if refusal.is_transient => Meaning::Unavailable,
        Some(190 | 102) => Meaning::TokenDead(token_end(refusal.subcode)),
        Some(3 | 10 | 200..=299) => Meaning::PermissionMissing,
        Some(100) if contains(refusal.message, "unsupported request") => Meaning::RoleMissing,
        _ => by_sentence(refusal.message).unwrap_or(Meaning::RequestRejected),
    }
}

/// The flat refusal of api.instagram.com. Its code repeats the HTTP status;
/// the type says something only where it is not `OAuthException`.
pub(super) fn of_api(error_type: &str, code: Option<u64>, message: &str) -> Meaning {
    if error_type == "OAuthRateLimitException" || code == Some(429) {
        return Meaning::Throttled;
    }
    if let Some(meaning) = by_sentence(message) {
        return meaning;
    }
    match (error_type, code) {
        ("OAuthAccessTokenException", _) => Meaning::TokenDead(TokenEnd::Invalid),
        ("OAuthPermissionsException", _) => Meaning::PermissionMissing,
        (_, Some(500..=599)) => Meaning::Unavailable,
        // A code that is none of HTTP's is one of the graph's.
        (_, code) => of_graph(GraphRefusal {
            code,
            message,
            ..GraphRefusal::default()
        }),
    }
}

/// A page for people where JSON was due, with the sentence that explains it.
pub(super) fn of_page(page: &[u8]) -> Option<(Meaning, &'static str)> {
    const KNOWN: [(Meaning, &str); 2] = [
        (Meaning::AppRejected, "Invalid platform app"),
        (Meaning::RedirectUriRejected, "Invalid redirect_uri"),
    ];
    let page = String::from_utf8_lossy(page).to_ascii_lowercase();
    KNOWN
        .into_iter()
        .find(|(_, sentence)| page.contains(&sentence.to_ascii_lowercase()))
}

/// The redirect URI comes first: its sentence begins `Error validating
/// verification code` and explains itself only afterwards.
fn by_sentence(message: &str) -> Option<Meaning> {
    const SIGNS: [(Meaning, &[&str]); 3] = [
        (
            Meaning::RedirectUriRejected,
            &["redirect_uri", "redirect uri"],
        ),
        (
            Meaning::AppRejected,
            &[
                "platform app",
                "client secret",
                "client_secret",
                "client id",
                "client_id",
                "validating application",
            ],
        ),
        (
            Meaning::CodeRefused,
            &[
                "authorization code",
                "verification code",
                "code was not found",
            ],
        ),
    ];
    let message = message.to_ascii_lowercase();
    SIGNS
        .into_iter()
        .find(|(_, signs)| signs.iter().any(|sign| message.contains(sign)))
        .map(|(meaning, _)| meaning)
}

fn contains(message: &str, lower_case: &str) -> bool {
    message.to_ascii_lowercase().contains(lower_case)
}

const fn token_end(subcode: Option<u64>) -> TokenEnd {
    match subcode {
        Some(463) => TokenEnd::Expired,
        Some(458) => TokenEnd::AppRemoved,
        Some(460) => TokenEnd::PasswordChanged,
        Some(459 | 464) => TokenEnd::Checkpoint,
        _ => TokenEnd::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(code: u64, subcode: u64, is_transient: bool, message: &str) -> Meaning {
        of_graph(GraphRefusal {
            code: Some(code),
            subcode: Some(subcode),
            is_transient,
            message,
        })
    }

    #[test]
    fn every_code_of_the_graph_has_its_meaning() {
        for (codes, meaning) in [
            (vec![4, 17, 32, 341, 613, 80002], Meaning::Throttled),
            (vec![368], Meaning::Blocked),
            (vec![1, 2], Meaning::Unavailable),
            (vec![3, 10, 200, 230, 299], Meaning::PermissionMissing),
            (vec![100, 199, 300, 803, 0], Meaning::RequestRejected),
        ] {
            for code in codes {
                assert_eq!(graph(code, 0, false, "words"), meaning, "{code}");
            }
        }
    }

    #[test]
    fn a_dead_token_says_how_it_ended() {
        for (subcode, end) in [
            (458, TokenEnd::AppRemoved),
            (459, TokenEnd::Checkpoint),
            (460, TokenEnd::PasswordChanged),
            (463, TokenEnd::Expired),
            (464, TokenEnd::Checkpoint),
            (467, TokenEnd::Invalid),
            (492, TokenEnd::Invalid),
            (999, TokenEnd::Invalid),
        ] {
            for code in [190, 102] {
                assert_eq!(
                    graph(code, subcode, false, "words"),
                    Meaning::TokenDead(end)
                );
            }
        }
        let without_subcode = GraphRefusal {
            code: Some(190),
            message: "Cannot parse access token",
            ..GraphRefusal::default()
        };
        assert_eq!(
            of_graph(without_subcode),
            Meaning::TokenDead(TokenEnd::Invalid)
        );
    }

    #[test]
    fn what_passes_is_not_taken_for_an_end() {
        assert_eq!(graph(999, 0, true, "words"), Meaning::Unavailable);
        assert_eq!(graph(190, 463, true, "words"), Meaning::Unavailable);
        assert_eq!(graph(80002, 0, true, "words"), Meaning::Throttled);
    }

    #[test]
    fn an_unsupported_request_is_a_missing_role() {
        let message = "Unsupported request - method type: get";
        assert_eq!(graph(100, 33, false, message), Meaning::RoleMissing);
        assert_eq!(graph(7, 0, false, message), Meaning::RequestRejected);
    }

    #[test]
    fn a_wrong_secret_is_not_a_passing_trouble() {
        let message = "Error validating client secret.";
        assert_eq!(graph(1, 0, false, message), Meaning::AppRejected);
    }

    #[test]
    fn every_sentence_of_the_code_exchange_has_its_meaning() {
        for (message, meaning) in [
            (
                "Matching code was not found or was already used",
                Meaning::CodeRefused,
            ),
            (
                "This authorization code has been used",
                Meaning::CodeRefused,
            ),
            ("This authorization code has expired", Meaning::CodeRefused),
            ("Invalid platform app", Meaning::AppRejected),
            ("Invalid Client ID", Meaning::AppRejected),
            ("Invalid Client Secret", Meaning::AppRejected),
            ("You must provide a client_secret", Meaning::AppRejected),
            (
                "Error validating verification code. Please make sure your redirect_uri is \
                 identical to the one you used in the OAuth dialog request",
                Meaning::RedirectUriRejected,
            ),
            ("Something else", Meaning::RequestRejected),
        ] {
            assert_eq!(
                of_api("OAuthException", Some(400), message),
                meaning,
                "{message}"
            );
        }
    }

    #[test]
    fn the_type_of_a_flat_refusal_counts_where_it_says_more() {
        for (error_type, code, meaning) in [
            ("OAuthRateLimitException", 429, Meaning::Throttled),
            ("", 429, Meaning::Throttled),
            (
                "OAuthAccessTokenException",
                400,
                Meaning::TokenDead(TokenEnd::Invalid),
            ),
            ("OAuthPermissionsException", 400, Meaning::PermissionMissing),
            ("IGApiException", 500, Meaning::Unavailable),
            ("OAuthException", 2, Meaning::Unavailable),
            ("OAuthException", 4, Meaning::Throttled),
            ("OAuthException", 10, Meaning::PermissionMissing),
            ("OAuthException", 80002, Meaning::Throttled),
        ] {
            assert_eq!(of_api(error_type, Some(code), "words"), meaning);
        }
    }

    #[test]
    fn known_pages_are_recognised() {
        let page = b"<html><b>INVALID platform app</b>\xff";
        assert_eq!(of_page(page).unwrap().0, Meaning::AppRejected);
        let page = b"<p>Error: Invalid redirect_uri</p>";
        assert_eq!(of_page(page).unwrap().0, Meaning::RedirectUriRejected);
        assert_eq!(of_page(b"<html>Sorry</html>"), None);
    }
}
