//! One row of the table: all that a caller learns.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::grpc::pb::ErrorReason as Reason;

/// The domain of every `ErrorInfo`.
const DOMAIN: &str = "leadtap";

/// What the caller can do. The names stand in the proto.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NextStep {
    Retry,
    StartAgain,
    FixRequest,
    Operator,
}

impl NextStep {
    const fn name(self) -> &'static str {
        match self {
            Self::Retry => "RETRY",
            Self::StartAgain => "START_AGAIN",
            Self::FixRequest => "FIX_REQUEST",
            Self::Operator => "OPERATOR",
        }
    }
}

/// One row: all that a caller learns.
pub(super) struct Row {
    code: Code,
    reason: Reason,
    next: NextStep,
    message: Cow<'static, str>,
    retry_after: Option<Duration>,
    pub(super) fbtrace_id: String,
}

impl Row {
    pub(super) fn new(
        code: Code,
        reason: Reason,
        next: NextStep,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let message = message.into();
        Self {
            code,
            reason,
            next,
            message,
            retry_after: None,
            fbtrace_id: String::new(),
        }
    }

    pub(super) fn reason_name(&self) -> &'static str {
        reason_name(self.reason)
    }

    pub(super) fn after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    pub(super) fn status(self) -> Status {
        self.status_with(ErrorDetails::new())
    }

    pub(super) fn status_with(self, mut details: ErrorDetails) -> Status {
        let mut metadata = HashMap::from([("next_step".to_owned(), self.next.name().to_owned())]);
        if !self.fbtrace_id.is_empty() {
            metadata.insert("fbtrace_id".to_owned(), self.fbtrace_id);
        }
        details.set_error_info(reason_name(self.reason), DOMAIN, metadata);
        if let Some(wait) = self.retry_after {
            details.set_retry_info(Some(wait));
        }
        Status::with_error_details(self.code, self.message, details)
    }
}

/// A reason as it is written in an `ErrorInfo`.
#[must_use]
pub fn reason_name(reason: Reason) -> &'static str {
    let name = reason.as_str_name();
    name.strip_prefix("ERROR_REASON_").unwrap_or(name)
}
