//! An answer that streams is counted when it has ended.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tonic::body::Body;
use tonic::{Code, Status};

use super::audit::code_name;
use crate::metrics::CallEnd;

/// A stream that counts its call when it ends. One that is dropped before was
/// given up by the caller.
pub(super) struct Counted {
    stream: Body,
    call_end: CallEnd,
}

impl Counted {
    /// Counts the call that this stream answers.
    pub(super) fn body(stream: Body, call_end: CallEnd) -> Body {
        Body::new(Self { stream, call_end })
    }

    fn ended(&mut self, code: Code) {
        self.call_end.count(code as usize, code_name(code));
    }
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = Pin::new(&mut self.stream).poll_frame(cx);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(trailers) = frame.trailers_ref() {
                    let status = Status::from_header_map(trailers);
                    self.ended(status.map_or(Code::Unknown, |status| status.code()));
                }
            }
            Poll::Ready(Some(Err(status))) => self.ended(status.code()),
            Poll::Ready(None) | Poll::Pending => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.stream.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.stream.size_hint()
    }
}
