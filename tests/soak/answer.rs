//! What a call came to.

use std::fmt;
use std::time::Duration;

use tonic::{Response, Status};
use tonic_types::StatusExt;

/// Longer than the minute that any call of the daemon's may take.
const LONGEST: Duration = Duration::from_secs(75);

/// Reasons that do not tell whether the call was acted upon.
const IN_DOUBT: [&str; 4] = [
    "STORE_UNAVAILABLE",
    "SHUTTING_DOWN",
    "TOO_MANY_CALLS",
    "DEADLINE_EXCEEDED",
];

/// What a call came to, as far as its caller can know.
pub enum Answer<T> {
    /// It was answered.
    Good(T),
    /// It was refused, and nothing happened.
    Refused(Refused),
    /// Nobody knows: the connection went, or the daemon could not say.
    InDoubt,
    /// It hung, which it must not.
    Hung,
}

/// A refusal that says something.
pub struct Refused {
    pub reason: String,
    pub next_step: String,
    pub text: String,
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.reason, self.next_step, self.text)
    }
}

/// Without the answer itself, which can hold a token.
impl<T> fmt::Debug for Answer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good(_) => f.write_str("answered"),
            Self::Refused(refused) => refused.fmt(f),
            Self::InDoubt => f.write_str("in doubt"),
            Self::Hung => f.write_str("it hung"),
        }
    }
}

impl<T> Answer<T> {
    /// Waits for an answer.
    pub async fn of(call: impl Future<Output = Result<Response<T>, Status>>) -> Self {
        match tokio::time::timeout(LONGEST, call).await {
            Ok(Ok(answer)) => Self::Good(answer.into_inner()),
            Ok(Err(status)) => Self::refusal(&status),
            Err(_) => Self::Hung,
        }
    }

    /// Hangs up after so long; whether anything came of it is in doubt then.
    pub async fn within(
        patience: Option<Duration>,
        call: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Self {
        match patience {
            None => Self::of(call).await,
            Some(patience) => tokio::time::timeout(patience, Self::of(call))
                .await
                .unwrap_or(Self::InDoubt),
        }
    }

    fn refusal(status: &Status) -> Self {
        let Some(info) = status.get_details_error_info() else {
            // None of leadtap's: the connection, or a process that is gone.
            return Self::InDoubt;
        };
        if IN_DOUBT.contains(&info.reason.as_str()) {
            return Self::InDoubt;
        }
        Self::Refused(Refused {
            next_step: info.metadata.get("next_step").cloned().unwrap_or_default(),
            reason: info.reason,
            text: status.message().to_owned(),
        })
    }
}
