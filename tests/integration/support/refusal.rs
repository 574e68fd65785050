//! An error as a caller sees it.

use std::time::Duration;

use leadtap::grpc::errors::reason_name;
use leadtap::grpc::pb::ErrorReason as Reason;
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Everything in an error that a caller may decide by.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub code: Code,
    pub reason: String,
    pub next_step: String,
    pub retry: Option<Duration>,
    pub fbtrace_id: Option<String>,
    /// Fields that break their limits, each with the limit.
    pub fields: Vec<(String, String)>,
    pub message: String,
}

impl Refusal {
    /// Reads an error, which must have what the contract promises of each.
    #[track_caller]
    pub fn of(status: &Status) -> Self {
        let info = status.get_details_error_info();
        let info = info.unwrap_or_else(|| panic!("no ErrorInfo in {status:?}"));
        assert_eq!(info.domain, "leadtap");
        assert!(!status.message().is_empty(), "{status:?}");
        request_id(status);
        let metadata = |name: &str| info.metadata.get(name).cloned();
        let fields = status.get_details_bad_request();
        let retry = status.get_details_retry_info();
        Self {
            code: status.code(),
            next_step: metadata("next_step").expect("a next_step"),
            fbtrace_id: metadata("fbtrace_id"),
            reason: info.reason,
            retry: retry.and_then(|retry| retry.retry_delay),
            fields: fields
                .into_iter()
                .flat_map(|fields| fields.field_violations)
                .map(|one| (one.field, one.description))
                .collect(),
            message: status.message().to_owned(),
        }
    }

    /// The error of a call that must fail.
    #[track_caller]
    pub fn from<T>(answer: Result<T, Status>) -> Self {
        match answer {
            Ok(_) => panic!("the call was answered"),
            Err(status) => Self::of(&status),
        }
    }

    /// Holds it to this row of the contract.
    #[track_caller]
    pub fn is(self, code: Code, reason: Reason, next_step: &str) -> Self {
        let expected = (code, reason_name(reason), next_step);
        let got = (self.code, self.reason.as_str(), self.next_step.as_str());
        assert_eq!(got, expected, "{self:?}");
        self
    }

    /// Holds it to waiting this long; `None` where waiting does not help.
    #[track_caller]
    pub fn after(self, seconds: Option<u64>) -> Self {
        assert_eq!(self.retry, seconds.map(Duration::from_secs), "{self:?}");
        self
    }
}

/// The request id in an error's metadata.
#[track_caller]
pub fn request_id(status: &Status) -> String {
    let id = status.metadata().get("leadtap-request-id");
    let id = id.unwrap_or_else(|| panic!("no request id in {status:?}"));
    id.to_str().unwrap().to_owned()
}

/// The request id in the metadata of a good answer.
#[track_caller]
pub fn answered_as<T>(answer: &tonic::Response<T>) -> String {
    let id = answer.metadata().get("leadtap-request-id");
    id.expect("a request id").to_str().unwrap().to_owned()
}
