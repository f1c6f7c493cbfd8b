//! A server that answers as a test defines, and records the requests.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Method};
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Returns a parameter of the Digest `Authorization`, unquoted.
    pub(super) fn digest(&self, name: &str) -> &str {
        let start = format!("{name}=");
        let header = self.header("authorization").trim_start_matches("Digest ");
        let found = header.split(", ").find_map(|part| part.strip_prefix(&start));
        found.unwrap_or("").trim_matches('"')
    }
}

pub(super) type Answered = http::Response<Full<Bytes>>;

pub(super) fn answer(status: u16, body: &str) -> Answered {
    http::Response::builder().status(status).body(Bytes::from(body.to_owned()).into()).unwrap()
}

pub(super) struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Starts a server that answers each request with the result of the closure.
    pub(super) async fn start<F, A>(respond: F) -> Self
    where
        F: Fn(Seen) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answered> + Send + 'static,
    {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let port = accept(move |stream| {
            let (respond, log) = (respond.clone(), Arc::clone(&log));
            let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
                let (respond, log) = (respond.clone(), Arc::clone(&log));
                async move {
                    let (head, body) = request.into_parts();
                    let request = Seen {
                        method: head.method,
                        target: head.uri.to_string(),
                        headers: head.headers,
                        body: body.collect().await.unwrap().to_bytes(),
                    };
                    log.lock().unwrap().push(request.clone());
                    Ok::<_, Infallible>(respond(request).await)
                }
            });
            async move {
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            }
        })
        .await;
        Self { port, seen }
    }

    /// Starts a server that passes each connection to the closure.
    pub(super) async fn raw<F, A>(serve: F) -> Self
    where
        F: Fn(TcpStream) -> A + Send + Sync + 'static,
        A: Future<Output = ()> + Send + 'static,
    {
        Self { port: accept(serve).await, seen: Arc::default() }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn accept<F, A>(serve: F) -> u16
where
    F: Fn(TcpStream) -> A + Send + Sync + 'static,
    A: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    port
}
