//! Finishes a login that was begun in this process.

use std::time::Duration;

use tonic::Status;
use tonic_types::StatusExt;

use super::client::Target;
use super::exit::{CommandError, Exit};
use super::status::can_be_repeated;
use crate::grpc::pb;
use crate::grpc::pb::complete_authorization_response::Outcome;

/// How often a completion is asked for. The daemon keeps what it has already
/// got from Instagram, so asking again goes on where it stopped.
const ATTEMPTS: u32 = 3;

/// The longest wait between two attempts; the daemon may ask for more.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The wait where the daemon names none.
const USUAL_WAIT: Duration = Duration::from_secs(1);

/// Finishes a login with what was pasted, and asks again where the daemon
/// says that it helps.
pub(super) async fn complete(
    target: &Target,
    binding: &[u8],
    callback: &str,
) -> Result<Outcome, CommandError> {
    let mut attempt = 1;
    loop {
        let request = pb::CompleteAuthorizationRequest {
            callback_query: callback.to_owned(),
            browser_binding: binding.to_vec(),
        };
        // A fresh connection: pasting took a while, and the daemon may have
        // been restarted meanwhile.
        let mut service = target.login().await?;
        match service.complete_authorization(request).await {
            Ok(answer) => return outcome(answer.into_inner()),
            Err(status) if attempt < ATTEMPTS && can_be_repeated(&status) => {
                tokio::time::sleep(wait(&status)).await;
            }
            Err(status) => return Err(status.into()),
        }
        attempt += 1;
    }
}

fn wait(status: &Status) -> Duration {
    status
        .get_details_retry_info()
        .and_then(|retry| retry.retry_delay)
        .unwrap_or(USUAL_WAIT)
        .min(LONGEST_WAIT)
}

fn outcome(answer: pb::CompleteAuthorizationResponse) -> Result<Outcome, CommandError> {
    answer.outcome.ok_or_else(|| {
        CommandError::new(
            Exit::Fault,
            "The daemon's answer has an outcome that this leadtap does not know.",
            "Use the command line of the daemon's own version.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_what_the_daemon_says_within_reason() {
        assert_eq!(wait(&Status::unavailable("")), USUAL_WAIT);
        let details = tonic_types::ErrorDetails::with_retry_info(Some(Duration::from_secs(3600)));
        let status = Status::with_error_details(tonic::Code::Unavailable, "", details);
        assert_eq!(wait(&status), LONGEST_WAIT);
    }
}
