//! TLS in front of a sandbox, or of a proxy.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use atlas_sandbox::Running;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

use super::authority::Identity;
use super::{Served, serve};

/// Takes TLS off every connection and passes it on.
pub(crate) struct Tunnel {
    served: Served,
    connections: Arc<AtomicUsize>,
    passed: Arc<Mutex<Vec<u8>>>,
}

impl Tunnel {
    /// Starts it in front of this sandbox, offering these protocols.
    pub(crate) fn start(sandbox: &Running, identity: Identity, protocols: &[&str]) -> Self {
        let to = sandbox.base_url().trim_start_matches("http://").parse().expect("its address");
        Self::before(to, identity, protocols)
    }

    /// Starts it in front of this address.
    pub(crate) fn before(to: SocketAddr, identity: Identity, protocols: &[&str]) -> Self {
        let Identity { certificate, key } = identity;
        let config = ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(vec![certificate], key));
        let mut config = config.expect("an identity");
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (connections, passed) = (Arc::new(AtomicUsize::new(0)), Arc::default());
        let (count, record) = (connections.clone(), Arc::clone(&passed));
        let served = serve(move |stream| {
            count.fetch_add(1, Ordering::SeqCst);
            carry(acceptor.clone(), stream, to, Arc::clone(&record))
        });
        Self { served, connections, passed }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.served.address
    }

    pub(crate) fn port(&self) -> u16 {
        self.served.address.port()
    }

    /// Returns how many connections were begun.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Returns all bytes that passed in clear, in both directions.
    pub(crate) fn passed(&self) -> String {
        String::from_utf8_lossy(&self.passed.lock().expect("the bytes")).into_owned()
    }
}

async fn carry(acceptor: TlsAcceptor, stream: TcpStream, to: SocketAddr, passed: Arc<Mutex<Vec<u8>>>) {
    // A client that does not trust the certificate leaves here.
    let Ok(client) = acceptor.accept(stream).await else { return };
    let server = TcpStream::connect(to).await.expect("the sandbox");
    let (from_client, to_client) = tokio::io::split(client);
    let (from_server, to_server) = server.into_split();
    tokio::join!(pass(from_client, to_server, &passed), pass(from_server, to_client, &passed));
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, passed: &Mutex<Vec<u8>>) {
    let mut buffer = vec![0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        passed.lock().expect("the bytes").extend_from_slice(&buffer[..count]);
        if to.write_all(&buffer[..count]).await.is_err() || to.flush().await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}
