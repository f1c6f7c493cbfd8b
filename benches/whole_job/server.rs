//! A server that accepts every invitation, at once or after a fixed latency.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Collected, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

static CREATED: AtomicU64 = AtomicU64::new(0);

/// Prints its address, then serves until the process is killed.
pub(crate) fn serve(latency: Duration) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("http://{}", listener.local_addr().expect("an address"));
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            stream.set_nodelay(true).expect("a socket");
            let service = service_fn(move |request| answer(request, latency));
            let connection =
                http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    });
}

async fn answer(request: Request<Incoming>, latency: Duration) -> Result<Response<Full<Bytes>>, Infallible> {
    let create = request.method() == Method::POST;
    let path = request.uri().path();
    let list = if path.ends_with("/invites") {
        "[]"
    } else if path.ends_with("/32b6e34b3d91647abb20e7b8") {
        r#"{"id":"32b6e34b3d91647abb20e7b8","name":"Example"}"#
    } else {
        r#"{"results":[],"totalCount":0}"#
    };
    // The request's body has to be read before the connection is used again.
    let body = request.into_body().collect().await.map(Collected::to_bytes).unwrap_or_default();
    if !latency.is_zero() && create {
        tokio::time::sleep(latency).await;
    }
    let body = if create {
        let number = CREATED.fetch_add(1, Ordering::Relaxed);
        format!(
            r#"{{"createdAt":"2026-08-10T03:03:37Z","expiresAt":"2026-09-09T03:03:37Z","id":"{number:024x}","orgId":"32b6e34b3d91647abb20e7b8","roles":["ORG_MEMBER"],"teamIds":[],"username":"{}"}}"#,
            username(&body)
        )
        .into()
    } else {
        Bytes::from_static(list.as_bytes())
    };
    let response = Response::builder().header("content-type", "application/json").body(Full::new(body));
    Ok(response.expect("a response"))
}

/// Returns the address that an invitation is for.
fn username(body: &[u8]) -> &str {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let rest = text.split_once(r#""username":""#).map_or("", |(_, rest)| rest);
    rest.split('"').next().unwrap_or_default()
}
