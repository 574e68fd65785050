//! A failed call, as a page with a next step. What the shopper reads is the
//! shop's own; the daemon's words stand in the details.

use axum::http::StatusCode;
use axum::response::Response;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::pages::{TroublePage, trouble};

/// Which of the two calls failed.
pub(super) enum Attempt {
    /// The login did not begin.
    Start,
    /// It did not end. The query can be sent again.
    Complete(String),
}

/// What the shopper can do, as `next_step` of the contract has it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NextStep {
    Retry,
    StartAgain,
    /// `FIX_REQUEST` and `OPERATOR`: nothing that a shopper can do.
    Shop,
}

/// Something went wrong.
pub(super) struct Trouble {
    step: NextStep,
    text: &'static str,
    retry: Option<String>,
    details: Vec<(&'static str, String)>,
}

impl Trouble {
    /// Of a failed call.
    pub(super) fn from_status(status: &Status, attempt: Attempt) -> Self {
        let info = status.get_details_error_info();
        let info = info.filter(|info| info.domain == "leadtap");
        let reason = info.as_ref().map_or("", |info| info.reason.as_str());
        let next_step = info
            .as_ref()
            .and_then(|info| info.metadata.get("next_step"));
        let step = match next_step.map(String::as_str) {
            Some("RETRY") => NextStep::Retry,
            Some("START_AGAIN") => NextStep::StartAgain,
            Some(_) => NextStep::Shop,
            // No word from the daemon itself: it is not there, or too slow.
            None if is_passing(status.code()) => NextStep::Retry,
            None => NextStep::Shop,
        };
        let request_id = status.metadata().get("leadtap-request-id");
        let request_id = request_id.and_then(|id| id.to_str().ok());
        let details = [
            ("Status", status.code().description().to_owned()),
            ("Reason", reason.to_owned()),
            ("Message", status.message().to_owned()),
            ("Request", request_id.unwrap_or_default().to_owned()),
        ];
        let retry = match attempt {
            Attempt::Complete(query) if step == NextStep::Retry => {
                Some(format!("/callback?{query}"))
            }
            _ => None,
        };
        Self {
            step,
            text: text(step, reason),
            retry,
            details: details
                .into_iter()
                .filter(|(_, text)| !text.is_empty())
                .collect(),
        }
    }

    /// The callback came without the cookie of the browser that began.
    pub(super) const fn other_browser() -> Self {
        Self {
            step: NextStep::StartAgain,
            text: OTHER_BROWSER,
            retry: None,
            details: Vec::new(),
        }
    }

    /// The daemon answered with an outcome that this shop does not know.
    pub(super) const fn no_outcome() -> Self {
        Self {
            step: NextStep::Shop,
            text: "The login ended in a way that this shop does not understand.",
            retry: None,
            details: Vec::new(),
        }
    }

    /// The page.
    pub(super) fn page(&self) -> Response {
        let (status, title) = match self.step {
            NextStep::Retry => (StatusCode::SERVICE_UNAVAILABLE, "That did not work yet"),
            NextStep::StartAgain => (StatusCode::BAD_REQUEST, "This login cannot go on"),
            NextStep::Shop => (StatusCode::BAD_GATEWAY, "Instagram login is not available"),
        };
        let page = TroublePage {
            title,
            text: self.text,
            retry: self.retry.as_deref(),
            // A login that did not begin is tried again by beginning.
            start_again: self.retry.is_none() && self.step != NextStep::Shop,
            details: &self.details,
        };
        trouble(status, &page)
    }
}

const OTHER_BROWSER: &str = "It was begun in another browser, or this one has forgotten it. Begin again here: for your safety a login ends where it began.";

const fn is_passing(code: Code) -> bool {
    matches!(
        code,
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled
    )
}

/// What to tell the shopper.
fn text(step: NextStep, reason: &str) -> &'static str {
    match (reason, step) {
        ("BROWSER_BINDING_MISMATCH", _) => OTHER_BROWSER,
        ("AUTHORIZATION_EXPIRED" | "AUTHORIZATION_NOT_FOUND", _) => {
            "It took longer than a login may, or it is already forgotten. Begin again: it takes a few seconds."
        }
        ("INSTAGRAM_THROTTLED" | "TOO_MANY_PENDING_AUTHORIZATIONS", _) => {
            "Many people are logging in at the moment. Wait a minute and try again."
        }
        (_, NextStep::Retry) => "No answer came in time. Nothing is lost: try again.",
        (_, NextStep::StartAgain) => {
            "Something went wrong on the way back from Instagram. Begin again."
        }
        (_, NextStep::Shop) => {
            "This is the shop’s to repair, not yours. Until then, check out with your e-mail address."
        }
    }
}
