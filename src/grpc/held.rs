//! The answer of an rpc that streams: the call is in flight until it ends.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Frame, SizeHint};
use tokio_util::sync::WaitForCancellationFutureOwned;
use tonic::Status;
use tonic::body::Body;

use super::errors;
use super::traffic::InFlight;

/// A stream that counts as a call in flight until it ends; and, if it is one
/// that has no end of its own, ends when the daemon stops.
pub(super) struct Held {
    stream: Body,
    _call: InFlight,
    stop: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl Held {
    /// Holds `call` for as long as `stream` lives; `stop` ends it.
    pub(super) fn body(
        stream: Body,
        call: InFlight,
        stop: Option<WaitForCancellationFutureOwned>,
    ) -> Body {
        Body::new(Self {
            stream,
            _call: call,
            stop: stop.map(Box::pin),
        })
    }
}

impl http_body::Body for Held {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if let Some(stop) = &mut self.stop
            && stop.as_mut().poll(cx).is_ready()
        {
            self.stop = None;
            self.stream = Body::empty();
            return Poll::Ready(Some(Ok(Frame::trailers(trailers()))));
        }
        Pin::new(&mut self.stream).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.stop.is_none() && self.stream.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

fn trailers() -> HeaderMap {
    let mut trailers = HeaderMap::new();
    // Fails for a message that is no header, which ours is.
    let _ = errors::shutting_down().add_header(&mut trailers);
    trailers
}
