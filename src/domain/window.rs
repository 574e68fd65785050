//! Instagram's authorization window, as it is seen from afar.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;

/// What the window does for a browser that is not logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WindowKind {
    /// It opens: a page, or the way to Instagram's own login.
    Opens,
    /// It says that it does not know the app.
    AppRejected,
    /// It says that it does not know the redirect URI.
    RedirectUriRejected,
    /// It sends the browser back to the shop with an error at once.
    SendsBack,
    /// Anything else.
    Other,
}

impl WindowKind {
    /// What it means for shoppers, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Opens => "it opens",
            Self::AppRejected => "it does not know the app",
            Self::RedirectUriRejected => "it does not know the redirect URI",
            Self::SendsBack => "it sends shoppers back with an error",
            Self::Other => "it answers with something unknown",
        }
    }
}

/// One look at the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// What it does.
    pub kind: WindowKind,
    /// What stays the same from look to look for as long as Meta changes
    /// nothing: status, kind of content, where a redirect leads.
    pub shape: String,
}

/// What is remembered of a site's window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenWindow {
    /// The newest look that brought an answer.
    pub window: Window,
    /// When that was.
    pub look_time: Timestamp,
    /// When its shape was last another one than at the look before.
    pub change_time: Option<Timestamp>,
}
