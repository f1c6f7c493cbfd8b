//! Bodies that are sent whole or cut off.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// The error that makes hyper end the connection.
#[derive(Debug, thiserror::Error)]
#[error("the connection was dropped")]
pub(super) struct ConnectionDropped;

/// An answer's body that is sent whole, or announced whole and cut off in the middle.
pub(super) struct AnswerBody {
    rest: Bytes,
    announced: u64,
    progress: Progress,
}

enum Progress {
    Whole,
    Half,
    /// Hyper is polled once more, so that the half reaches the socket.
    Flushing,
    Failing,
}

impl AnswerBody {
    pub(super) fn whole(body: Bytes) -> Self {
        AnswerBody { announced: body.len() as u64, rest: body, progress: Progress::Whole }
    }

    pub(super) fn cut_off(body: Bytes) -> Self {
        AnswerBody { announced: body.len() as u64, rest: body.slice(..body.len() / 2), progress: Progress::Half }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = ConnectionDropped;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ConnectionDropped>>> {
        match self.progress {
            Progress::Whole if self.rest.is_empty() => Poll::Ready(None),
            Progress::Whole => Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.rest))))),
            Progress::Half => {
                self.progress = Progress::Flushing;
                Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.rest)))))
            }
            Progress::Flushing => {
                self.progress = Progress::Failing;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Progress::Failing => Poll::Ready(Some(Err(ConnectionDropped))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.progress, Progress::Whole) && self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        match self.progress {
            Progress::Whole => SizeHint::with_exact(self.rest.len() as u64),
            Progress::Half | Progress::Flushing | Progress::Failing => SizeHint::with_exact(self.announced),
        }
    }
}
