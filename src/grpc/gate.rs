//! The way in: every call passes here, whatever its service.
//!
//! The gate gives the call its request id, finds out who calls, refuses what
//! the caller may not do, keeps its deadline, turns a panic into INTERNAL, gives every error the
//! details that the contract promises, and writes the call's log line and, where
//! it has one, its line in the audit log.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use arc_swap::ArcSwap;
use futures_util::FutureExt;
use http::header::AUTHORIZATION;
use http::{Request, Response};
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{Layer, Service};
use tracing::Instrument;

use super::audit::{self, Entry};
use super::callers::{Access, Callers};
use super::connections::Peer;
use super::counted::Counted;
use super::held::Held;
use super::permissions::{Need, Rpc, TABLE};
use super::request_id::{HEADER, RequestId, RequestIds};
use super::traffic::{InFlight, Traffic};
use super::{deadline, errors};
use crate::audit::AuditLog;
use crate::metrics::{CallEnd, RpcMetrics};
use crate::traces;

/// What the gate knows. Shared by all connections.
#[derive(Debug)]
pub struct Gatekeeper {
    callers: ArcSwap<Callers>,
    audit: AuditLog,
    metrics: RpcMetrics,
    ids: RequestIds,
    anybody: Arc<Traffic>,
    closing: AtomicBool,
    /// The same as `closing`, for streams that wait for it.
    stopping: CancellationToken,
}

/// Calls in flight that need no caller, such as open health watches. Whoever
/// reaches the listener may make them, so there must not be any number.
pub const OPEN_CALLS: usize = 1_024;

impl Gatekeeper {
    /// Lets these callers in, and writes into this audit log.
    #[must_use]
    pub fn new(callers: Callers, audit: AuditLog) -> Self {
        let methods = TABLE.iter().map(|rpc| rpc.path.trim_start_matches('/'));
        Self {
            callers: ArcSwap::from_pointee(callers),
            audit,
            metrics: RpcMetrics::new(methods),
            ids: RequestIds::new(),
            anybody: Arc::new(Traffic::of_anybody(OPEN_CALLS)),
            closing: AtomicBool::new(false),
            stopping: CancellationToken::new(),
        }
    }

    /// What became of the calls.
    #[must_use]
    pub fn metrics(&self) -> &RpcMetrics {
        &self.metrics
    }

    /// From now on lets these callers in, and no others. Calls under way keep
    /// what they began with.
    pub fn admit_only(&self, callers: Callers) {
        self.callers.store(Arc::new(callers));
    }

    /// From now on refuses new calls with SHUTTING_DOWN, and ends the streams
    /// that have no end of their own.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
        self.end_streams();
    }

    /// Ends the streams that have no end of their own, now and from now on,
    /// with SHUTTING_DOWN; every other call is answered.
    pub fn end_streams(&self) {
        self.stopping.cancel();
    }

    /// Finds out who calls, and whether the call may be made.
    fn admit(&self, request: &Request<Body>, entry: &mut Entry) -> Result<InFlight, Status> {
        if self.closing.load(Ordering::Relaxed) {
            return Err(errors::shutting_down());
        }
        match entry.rpc.map(|rpc| rpc.need) {
            // No such rpc: the router says so. One that is missing in the table gets no caller,
            // without which no handler of ours does anything.
            None | Some(Need::Nothing) => {}
            Some(Need::Permission(permission)) => {
                let access = self.caller_of(request).ok_or_else(errors::caller_unknown)?;
                let allowed = access.caller.permissions.allow(permission);
                entry.access = Some(access);
                if !allowed {
                    return Err(errors::permission_missing(permission));
                }
            }
        }
        let access = entry.access.as_ref();
        let traffic = access.map_or(&self.anybody, |one| &one.traffic);
        traffic.enter().map_err(errors::too_many_calls)
    }

    /// The answer of an rpc; that of one that streams is in flight until its end.
    fn hold(&self, rpc: Option<&Rpc>, call: InFlight, answer: Response<Body>) -> Response<Body> {
        let Some(rpc) = rpc.filter(|rpc| rpc.streams) else {
            return answer;
        };
        let stop = rpc.endless.then(|| self.stopping.clone().cancelled_owned());
        answer.map(|stream| Held::body(stream, call, stop))
    }

    /// A token says more than a uid or a certificate: one program can be several callers.
    fn caller_of(&self, request: &Request<Body>) -> Option<Access> {
        let callers = self.callers.load();
        let found = if let Some(authorization) = request.headers().get(AUTHORIZATION) {
            callers.by_authorization(authorization.as_bytes())
        } else {
            let peer = request.extensions().get::<Peer>()?;
            match &peer.certificate_sha256 {
                Some(certificate) => callers.by_certificate(certificate),
                None => callers.by_uid(peer.place.uid?),
            }
        };
        found.cloned()
    }
}

/// Puts the gate in front of a service.
#[derive(Clone, Debug)]
pub struct GateLayer(pub Arc<Gatekeeper>);

impl<S> Layer<S> for GateLayer {
    type Service = Gate<S>;

    fn layer(&self, inner: S) -> Gate<S> {
        Gate {
            inner,
            keeper: Arc::clone(&self.0),
        }
    }
}

/// A service behind the gate.
#[derive(Clone, Debug)]
pub struct Gate<S> {
    inner: S,
    keeper: Arc<Gatekeeper>,
}

impl<S> Service<Request<Body>> for Gate<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let id = self.keeper.ids.next();
        // At debug level, because a span that is looked at costs a tenth of a call. Where a use case
        // says something at info level, its handler makes a span of its own.
        let mut entry = Entry::of(&self.keeper.audit, &request, id);
        // Of a method that there is not, the name is a stranger's.
        let path = entry.rpc.map_or("unknown", |rpc| rpc.path);
        let span = tracing::debug_span!(
            "rpc", otel.name = path, otel.kind = "server", request.id = %id, rpc.path = path,
            site.id = tracing::field::Empty, rpc.code = tracing::field::Empty
        );
        traces::adopt(&span, request.headers());
        let call_end = self.keeper.metrics.begin(entry.place);
        let call = match self.keeper.admit(&request, &mut entry) {
            Ok(call) => call,
            Err(status) => {
                let response = span.in_scope(|| finish(status.into_http(), id, entry, call_end));
                return Box::pin(std::future::ready(Ok(response)));
            }
        };
        if let Some(access) = &entry.access {
            span.record("site.id", access.site.id.as_str());
            request.extensions_mut().insert(access.clone());
        }
        entry.begin();
        request.extensions_mut().insert(id);
        // The clone has not been polled ready, the original has.
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        let longest = deadline::of(request.headers());
        let work = AssertUnwindSafe(inner.call(request)).catch_unwind();
        // Made here and not when it is polled: tonic's own deadline begins after this one.
        let work = tokio::time::timeout(longest, work);
        let keeper = Arc::clone(&self.keeper);
        let answer = async move {
            let response = match work.await {
                Ok(Ok(response)) => response?,
                Ok(Err(_)) => errors::internal(id).into_http(),
                Err(_) => errors::too_late().into_http(),
            };
            let response = keeper.hold(entry.rpc, call, response);
            Ok(finish(response, id, entry, call_end))
        };
        Box::pin(answer.instrument(span))
    }
}

/// What every answer gets: its request id, details if it is an error, a log
/// line, and its place in the audit log and the metrics.
fn finish(
    mut response: Response<Body>,
    id: RequestId,
    entry: Entry,
    call_end: CallEnd,
) -> Response<Body> {
    // An error that has no body has its status in the headers.
    if let Some(status) = Status::from_header_map(response.headers())
        && status.code() != Code::Ok
    {
        let status = with_details(status);
        let reason = audit::reason(&status);
        log_error(&status, &reason, id);
        entry.refused(&status, &reason);
        let code = audit::code_name(status.code());
        tracing::Span::current().record("rpc.code", code);
        call_end.with(status.code() as usize, code);
        response = status.into_http();
    } else {
        tracing::debug!(request.id = %id, "answered");
        let streams = entry.rpc.is_some_and(|rpc| rpc.streams);
        tracing::Span::current().record("rpc.code", audit::code_name(Code::Ok));
        response = entry.answered(response);
        if streams {
            response = response.map(|stream| Counted::body(stream, call_end));
        } else {
            call_end.with(Code::Ok as usize, audit::code_name(Code::Ok));
        }
    }
    response.headers_mut().insert(HEADER, id.header());
    response
}

/// Our own errors have details; those that tonic makes before or after a
/// handler have none and are put in our words.
fn with_details(status: Status) -> Status {
    if !status.details().is_empty() {
        return status;
    }
    match status.code() {
        // tonic's codec: not a message of this type.
        Code::Internal => errors::undecodable(),
        code @ (Code::OutOfRange | Code::ResourceExhausted) => errors::too_large(code),
        // The router says nothing else; a codec says what it does not implement.
        Code::Unimplemented if status.message().is_empty() => errors::method_unknown(),
        _ => errors::refused_by_library(&status),
    }
}

fn log_error(status: &Status, reason: &str, id: RequestId) {
    let (code, message) = (status.code(), status.message());
    match code {
        Code::Unauthenticated | Code::PermissionDenied | Code::Internal | Code::Unavailable => {
            tracing::warn!(request.id = %id, rpc.code = ?code, rpc.reason = reason, message, "refused");
        }
        _ => {
            tracing::info!(request.id = %id, rpc.code = ?code, rpc.reason = reason, message, "refused");
        }
    }
}
