//! Writes the audit log's lines for the gate, so that no handler can forget one.

use std::pin::Pin;
use std::task::{Context, Poll};

use http::header::AUTHORIZATION;
use http::{HeaderMap, Request, Response};
use http_body::{Frame, SizeHint};
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::callers::Access;
use super::connections;
use super::permissions::{self, Rpc};
use super::request_id::RequestId;
use crate::audit::{AuditLog, Line, Peer, Phase, Proof};
use crate::domain::ids::LeadId;

/// What an audited call was about. Its handler puts it into the extensions of
/// the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditSubject(String);

impl AuditSubject {
    /// Something with a name: a kind of thing, and which one.
    #[must_use]
    pub fn new(kind: &str, name: impl std::fmt::Display) -> Self {
        Self(format!("{kind} {name}"))
    }

    /// A lead.
    #[must_use]
    pub fn lead(id: &LeadId) -> Self {
        Self::new("lead", id)
    }
}

/// One call, as the audit log tells of it. An audited call whose entry is
/// dropped before it was closed went away, and that is written too.
pub(super) struct Entry {
    log: AuditLog,
    /// What is known of the rpc; none where there is no such rpc.
    pub(super) rpc: Option<&'static Rpc>,
    /// Its place in the table of rpcs.
    pub(super) place: Option<usize>,
    id: RequestId,
    peer: Peer,
    proof: Proof,
    /// Who calls, once that is known.
    pub(super) access: Option<Access>,
    subject: String,
    open: bool,
}

impl Entry {
    /// Of a call that has just come in.
    pub(super) fn of(log: &AuditLog, request: &Request<Body>, id: RequestId) -> Self {
        let connection = request.extensions().get::<connections::Peer>();
        let connection = connection.copied().unwrap_or_default();
        let peer = connection.place;
        let rpc = permissions::rpc(request.uri().path());
        let proof = if request.headers().contains_key(AUTHORIZATION) {
            Proof::Token
        } else if connection.certificate_sha256.is_some() {
            Proof::Certificate
        } else if peer.uid.is_some() {
            Proof::Uid
        } else {
            Proof::None
        };
        Self {
            log: log.clone(),
            rpc: rpc.map(|(_, rpc)| rpc),
            place: rpc.map(|(place, _)| place),
            id,
            peer,
            proof,
            access: None,
            subject: String::new(),
            open: false,
        }
    }

    /// The call was let in.
    pub(super) fn begin(&mut self) {
        self.open = self.rpc.is_some_and(|rpc| rpc.audited);
        if self.open && self.streams() {
            self.with_line(Phase::Begin, "", "", AuditLog::write);
        }
    }

    /// The call ended in this error, before anything of an answer was sent.
    pub(super) fn refused(mut self, status: &Status, reason: &str) {
        if matches!(
            status.code(),
            Code::Unauthenticated | Code::PermissionDenied
        ) {
            self.open = false;
            let outcome = code_name(status.code());
            self.with_line(Phase::Done, outcome, reason, AuditLog::write_refused);
        } else {
            self.close(status.code(), reason);
        }
    }

    /// The call is being answered: how that ends is told by the end of what is
    /// sent.
    pub(super) fn answered(mut self, response: Response<Body>) -> Response<Body> {
        if !self.open {
            return response;
        }
        if let Some(AuditSubject(subject)) = response.extensions().get() {
            self.subject.clone_from(subject);
        }
        response.map(|inner| Body::new(Audited { inner, entry: self }))
    }

    fn close(&mut self, code: Code, reason: &str) {
        if std::mem::take(&mut self.open) {
            let phase = if self.streams() {
                Phase::End
            } else {
                Phase::Done
            };
            self.with_line(phase, code_name(code), reason, AuditLog::write);
        }
    }

    fn streams(&self) -> bool {
        self.rpc.is_some_and(|rpc| rpc.streams)
    }

    fn with_line(
        &self,
        phase: Phase,
        outcome: &str,
        reason: &str,
        write: impl FnOnce(&AuditLog, Line<'_>),
    ) {
        let act = self.rpc.map_or("", |rpc| rpc.path.trim_start_matches('/'));
        let access = self.access.as_ref();
        let request_id = self.id.to_string();
        let line = Line {
            caller: access.map_or("", |access| &access.caller.name),
            site: access.map_or("", |access| access.site.id.as_str()),
            proof: self.proof,
            peer: self.peer,
            subject: &self.subject,
            outcome,
            reason,
            request_id: &request_id,
            ..Line::of(phase, act)
        };
        write(&self.log, line);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.close(Code::Cancelled, "");
    }
}

/// An answer whose end is written down.
struct Audited {
    inner: Body,
    entry: Entry,
}

impl http_body::Body for Audited {
    type Data = bytes::Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        let frame = Pin::new(&mut self.inner).poll_frame(cx);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(trailers) = frame.trailers_ref() {
                    self.ended(trailers);
                }
            }
            Poll::Ready(Some(Err(status))) => self.entry.close(status.code(), &reason(status)),
            Poll::Ready(None) | Poll::Pending => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Audited {
    fn ended(&mut self, trailers: &HeaderMap) {
        match Status::from_header_map(trailers) {
            Some(status) => self.entry.close(status.code(), &reason(&status)),
            None => self.entry.close(Code::Unknown, ""),
        }
    }
}

/// The reason of an error; empty where it has none.
pub(super) fn reason(status: &Status) -> String {
    status
        .get_details_error_info()
        .map(|info| info.reason)
        .unwrap_or_default()
}

/// A status as gRPC writes it
/// (<https://grpc.io/docs/guides/status-codes/>).
pub(super) const fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
