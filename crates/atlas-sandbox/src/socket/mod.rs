//! Serves a sandbox on a socket, and loses answers as the faults require.

mod body;
mod stream;

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use self::body::{AnswerBody, ConnectionDropped};
use self::stream::ResettableStream;
use crate::call::Peer;
use crate::handle::Sandbox;
use crate::reply::{Delivery, Reply};

/// The largest accepted request body; no request of this API is nearly as large.
const MAX_BODY: usize = 1 << 20;

/// Serves a sandbox on a listener, with HTTP/1.1 and HTTP/2, until `shutdown` ends; then drops every connection, and
/// processes the requests that were answered before they are processed.
pub async fn serve(listener: TcpListener, sandbox: Arc<Sandbox>, shutdown: impl Future<Output = ()>) {
    let mut shutdown = pin!(shutdown);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = &mut shutdown => return sandbox.process_late_requests(),
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(serve_connection(stream, peer, Arc::clone(&sandbox)));
                }
                // Out of descriptors, or the client is already gone: neither is a reason to stop.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
        }
    }
}

async fn serve_connection(stream: TcpStream, peer: SocketAddr, sandbox: Arc<Sandbox>) {
    let _ = stream.set_nodelay(true);
    let reset = Arc::new(AtomicBool::new(false));
    let stream = TokioIo::new(ResettableStream::new(stream, Arc::clone(&reset)));
    let service = service_fn(|request| answer(request, peer, Arc::clone(&sandbox), Arc::clone(&reset)));
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // Without this, the request of a client that disconnects at once might not be processed.
    builder.http1().title_case_headers(true).half_close(true).auto_date_header(false);
    // Every answer has the sandbox's own date, or none by a fault.
    builder.http2().auto_date_header(false);
    // The client notices a failed connection itself.
    let _ = builder.serve_connection(stream, service).await;
}

async fn answer(
    request: Request<Incoming>,
    peer: SocketAddr,
    sandbox: Arc<Sandbox>,
    reset: Arc<AtomicBool>,
) -> Result<Response<AnswerBody>, ConnectionDropped> {
    let (mut parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_BODY).collect().await else {
        let mut response = Response::new(AnswerBody::whole(Bytes::new()));
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return Ok(response);
    };
    parts.extensions.insert(Peer(peer));
    let request = Request::from_parts(parts, body.to_bytes());
    // Hyper drops this future when the client disconnects; Atlas processes the request anyway, and so does this task.
    let Reply { response, delivery } =
        tokio::spawn(async move { sandbox.handle(request).await }).await.map_err(|_| ConnectionDropped)?;
    match delivery {
        Delivery::Whole => Ok(response.map(AnswerBody::whole)),
        Delivery::CutOff => Ok(response.map(AnswerBody::cut_off)),
        Delivery::Reset => {
            reset.store(true, Ordering::Relaxed);
            Err(ConnectionDropped)
        }
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

    /// Waits until the server has created this many invitations.
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
    fn a_reset_after_processing_keeps_the_invitation() {
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
    fn a_request_is_processed_after_the_client_left() {
        let running = running("slow-before=100ms@1");
        drop(invite(&running, "a@example.com"));
        assert!(created(&running, 1));
    }

    #[test]
    fn a_late_request_is_processed_without_its_client() {
        let running = running("503-late=50ms@1");
        drop(invite(&running, "a@example.com"));
        assert!(created(&running, 1));
    }

    #[test]
    fn a_stop_processes_late_requests() {
        let running = running("503-late=1h@1");
        let answer = &mut [0; 12];
        invite(&running, "a@example.com").read_exact(answer).unwrap();
        assert_eq!(answer, b"HTTP/1.1 503");
        let sandbox = std::sync::Arc::clone(running.sandbox());
        assert_eq!(sandbox.ledger().created.len(), 0);
        drop(running);
        assert_eq!(sandbox.ledger().created.len(), 1);
    }

    #[test]
    fn malformed_http_ends_only_its_connection() {
        let running = start(Options::default()).unwrap();
        let address = running.base_url();
        let mut stream = TcpStream::connect(address.strip_prefix("http://").unwrap()).unwrap();
        stream.write_all(b"\x16\x03\x01\x02\x00 hello\r\n\r\n").unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
        drop(invite(&running, "a@example.com"));
        assert!(created(&running, 1));
    }
}
