//! Carries requests from sockets to the sandbox and its answers back, with the ways in which answers get lost.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::call::Peer;
use crate::handle::Sandbox;
use crate::reply::{Delivery, Reply};

/// No request of this API is near it.
const MAX_BODY: usize = 1 << 20;

/// Serves the sandbox on a listener, HTTP/1.1 and HTTP/2, until `shutdown` is done; then every connection is dropped.
pub async fn serve(listener: TcpListener, sandbox: Arc<Sandbox>, shutdown: impl Future<Output = ()>) {
    let mut shutdown = pin!(shutdown);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = &mut shutdown => return,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(converse(stream, peer, Arc::clone(&sandbox)));
                }
                // Out of descriptors, or a client that is gone already: neither is a reason to stop.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
        }
    }
}

async fn converse(stream: TcpStream, peer: SocketAddr, sandbox: Arc<Sandbox>) {
    let _ = stream.set_nodelay(true);
    let reset = Arc::new(AtomicBool::new(false));
    let wire = TokioIo::new(Wire { stream, reset: Arc::clone(&reset) });
    let service = service_fn(|request| answer(request, peer, Arc::clone(&sandbox), Arc::clone(&reset)));
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // Half-closed connections are served: else a request whose client is gone at once might not even begin.
    builder.http1().title_case_headers(true).half_close(true).auto_date_header(false);
    // Every answer has the sandbox's own date, unless it was told to have none.
    builder.http2().auto_date_header(false);
    // A connection that ends badly is the client's to notice.
    let _ = builder.serve_connection(wire, service).await;
}

/// Ends the connection.
#[derive(Debug)]
struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was dropped")
    }
}

impl std::error::Error for Dropped {}

async fn answer(
    request: Request<Incoming>,
    peer: SocketAddr,
    sandbox: Arc<Sandbox>,
    reset: Arc<AtomicBool>,
) -> Result<Response<Outgoing>, Dropped> {
    let (mut parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_BODY).collect().await else {
        let mut response = Response::new(Outgoing::whole(Bytes::new()));
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return Ok(response);
    };
    parts.extensions.insert(Peer(peer));
    let request = Request::from_parts(parts, body.to_bytes());
    // A task of its own: hyper drops this future when the client goes away, and Atlas does not stop for that.
    let Reply { response, delivery } =
        tokio::spawn(async move { sandbox.handle(request).await }).await.map_err(|_| Dropped)?;
    match delivery {
        Delivery::Whole => Ok(response.map(Outgoing::whole)),
        Delivery::CutOff => Ok(response.map(Outgoing::cut_off)),
        Delivery::Reset => {
            reset.store(true, Ordering::Relaxed);
            Err(Dropped)
        }
    }
}

/// An answer's body, whole or promised whole and cut off in its middle.
struct Outgoing {
    rest: Bytes,
    promised: u64,
    state: Sending,
}

enum Sending {
    Whole,
    Half,
    /// One turn for what was written to reach the socket.
    Flushing,
    Failing,
}

impl Outgoing {
    fn whole(body: Bytes) -> Self {
        Outgoing { promised: body.len() as u64, rest: body, state: Sending::Whole }
    }

    fn cut_off(body: Bytes) -> Self {
        Outgoing { promised: body.len() as u64, rest: body.slice(..body.len() / 2), state: Sending::Half }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Dropped;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Dropped>>> {
        match self.state {
            Sending::Whole if self.rest.is_empty() => Poll::Ready(None),
            Sending::Whole => Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.rest))))),
            Sending::Half => {
                self.state = Sending::Flushing;
                Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.rest)))))
            }
            Sending::Flushing => {
                self.state = Sending::Failing;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Sending::Failing => Poll::Ready(Some(Err(Dropped))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.state, Sending::Whole) && self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        match self.state {
            Sending::Whole => SizeHint::with_exact(self.rest.len() as u64),
            Sending::Half | Sending::Flushing | Sending::Failing => SizeHint::with_exact(self.promised),
        }
    }
}

/// A stream that closes with a reset instead of a farewell, if told so.
struct Wire {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Relaxed) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.reset.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read, Write};
    use std::net::TcpStream;
    use std::time::{Duration, Instant};

    use crate::{ORGANIZATION, Options, Running, TOKEN, start};

    fn running(fault: &str) -> Running {
        start(Options { faults: vec![fault.parse().unwrap()], ..Options::default() }).unwrap()
    }

    /// Sends an invitation over a connection of its own.
    fn invite(running: &Running, email: &str) -> TcpStream {
        let address = running.base_url();
        let mut stream = TcpStream::connect(address.strip_prefix("http://").unwrap()).unwrap();
        let body = format!(r#"{{"username":"{email}","roles":["ORG_MEMBER"]}}"#);
        write!(
            stream,
            "POST /api/atlas/v2/orgs/{ORGANIZATION}/invites HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\
             Accept: application/vnd.atlas.2023-01-01+json\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        stream
    }

    /// Waits for the server to have made so many invitations.
    fn created(running: &Running, count: usize) -> bool {
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end {
            if running.sandbox().ledger().created.len() == count {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }

    #[test]
    fn an_answer_arrives_whole() {
        let running = start(Options::default()).unwrap();
        let mut stream = invite(&running, "a@example.com");
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut text = String::new();
        while !text.ends_with('}') {
            let mut buffer = [0; 4096];
            let n = stream.read(&mut buffer).unwrap();
            assert_ne!(n, 0, "{text}");
            text.push_str(std::str::from_utf8(&buffer[..n]).unwrap());
        }
        assert!(text.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.atlas.2023-01-01+json"), "{text}");
        assert!(text.contains("\r\nRatelimit-Remaining: 499\r\n"), "{text}");
    }

    #[test]
    fn an_answer_without_headers_gets_none_from_the_server() {
        let running = running("no-headers@1");
        let mut stream = invite(&running, "a@example.com");
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        let names: Vec<_> = head.lines().skip(1).filter_map(|line| line.split(':').next()).collect();
        assert!(names.iter().all(|name| ["Content-Length", "Connection"].contains(name)), "{head}");
    }

    #[test]
    fn a_reset_is_a_reset_and_the_invitation_is_made() {
        let running = running("reset-after@1");
        let mut stream = invite(&running, "a@example.com");
        let error = stream.read(&mut [0; 64]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        assert!(created(&running, 1));
    }

    #[test]
    fn a_body_is_cut_off_after_its_head() {
        let running = running("cut@1");
        let mut text = String::new();
        invite(&running, "a@example.com").read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
        assert_eq!(body.len(), length.parse::<usize>().unwrap() / 2);
        assert!(created(&running, 1));
    }

    #[test]
    fn a_client_that_goes_away_is_invited_for_all_that() {
        let running = running("slow-before=200ms@1");
        drop(invite(&running, "a@example.com"));
        assert!(running.sandbox().ledger().created.is_empty());
        assert!(created(&running, 1));
    }

    #[test]
    fn what_is_not_http_ends_its_connection_only() {
        let running = start(Options::default()).unwrap();
        let address = running.base_url();
        let mut stream = TcpStream::connect(address.strip_prefix("http://").unwrap()).unwrap();
        stream.write_all(b"\x16\x03\x01\x02\x00 hello\r\n\r\n").unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
        drop(invite(&running, "a@example.com"));
        assert!(created(&running, 1));
    }
}
