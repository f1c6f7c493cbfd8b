//! The lower bound: a loop that sends the same requests with `reqwest` and checks only the status.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::JoinSet;

/// Sends one invitation a row to the URL `invites`, `concurrency` at once; rows count from `first`.
pub(crate) fn send(invites: &str, token: &str, first: u64, rows: u64, concurrency: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .tcp_nodelay(true)
            .no_proxy()
            .tls_certs_only([])
            .pool_max_idle_per_host(concurrency)
            .build()
            .expect("a client");
        let url: Arc<str> = invites.into();
        let bearer: Arc<str> = format!("Bearer {token}").into();
        let next = Arc::new(AtomicU64::new(first));
        let mut senders = JoinSet::new();
        for _ in 0..concurrency {
            let (client, url, bearer, next) = (client.clone(), url.clone(), bearer.clone(), next.clone());
            senders.spawn(async move {
                loop {
                    let row = next.fetch_add(1, Ordering::Relaxed);
                    if row >= first + rows {
                        return;
                    }
                    let body = format!(r#"{{"username":"person{row:07}@example.com","roles":["ORG_MEMBER"]}}"#);
                    let response = client
                        .post(&*url)
                        .header("authorization", &*bearer)
                        .header("accept", "application/vnd.atlas.2023-01-01+json")
                        .header("content-type", "application/vnd.atlas.2023-01-01+json")
                        .body(body)
                        .send()
                        .await
                        .expect("an answer");
                    assert!(response.status().is_success());
                    response.bytes().await.expect("its body");
                }
            });
        }
        senders.join_all().await;
    });
}
