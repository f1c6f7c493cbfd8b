//! A proxy as companies have them: `CONNECT`, with or without a password, or SOCKS.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;

use super::{Served, serve};

/// How a proxy treats a client.
#[derive(Clone)]
pub(crate) enum Manner {
    /// Lets every client through.
    Open,
    /// Lets clients through that send this `Proxy-Authorization`.
    Guarded(&'static str),
    /// Answers with this.
    Refusing(&'static str),
    /// Speaks SOCKS5.
    Socks,
}

/// A proxy that connects every client to one address, for any name.
pub(crate) struct Proxy {
    served: Served,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(crate) fn start(manner: Manner, to: SocketAddr) -> Self {
        let asked = Arc::default();
        let log = Arc::clone(&asked);
        Self { served: serve(move |stream| carry(stream, manner.clone(), to, Arc::clone(&log))), asked }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.served.address
    }

    /// `HOST:PORT`.
    pub(crate) fn authority(&self) -> String {
        self.served.address.to_string()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.served.address)
    }

    /// Returns the hosts that clients asked for, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("the hosts").clone()
    }
}

async fn carry(mut client: TcpStream, manner: Manner, to: SocketAddr, asked: Arc<Mutex<Vec<String>>>) {
    let note = |host: String| asked.lock().expect("the hosts").push(host);
    let answer = match manner {
        Manner::Socks => {
            let Some(host) = socks(&mut client).await else { return };
            note(host);
            b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00".as_slice()
        }
        Manner::Open | Manner::Guarded(_) | Manner::Refusing(_) => {
            let Some(head) = head(&mut client).await else { return };
            let host = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next());
            note(host.unwrap_or(&head).to_owned());
            let shown = head.lines().filter_map(|line| line.split_once(": "));
            let shown = shown.filter(|(name, _)| name.eq_ignore_ascii_case("proxy-authorization"));
            let shown: Vec<&str> = shown.map(|(_, credential)| credential).collect();
            match manner {
                Manner::Refusing(status) => status.as_bytes(),
                Manner::Guarded(credential) if shown != [credential] => {
                    b"HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n"
                }
                Manner::Open | Manner::Guarded(_) | Manner::Socks => b"HTTP/1.1 200 Go on\r\n\r\n",
            }
        }
    };
    let through = !answer.is_empty() && !answer.starts_with(b"HTTP/1.1 4");
    if client.write_all(answer).await.is_ok() && through {
        let mut server = TcpStream::connect(to).await.expect("the address");
        // An error ends the connection.
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}

async fn head(client: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// The greeting and the request of RFC 1928, for a name.
async fn socks(client: &mut TcpStream) -> Option<String> {
    let mut greeting = [0; 2];
    client.read_exact(&mut greeting).await.ok()?;
    let mut methods = vec![0; greeting[1].into()];
    client.read_exact(&mut methods).await.ok()?;
    client.write_all(b"\x05\x00").await.ok()?;
    let mut request = [0; 5];
    client.read_exact(&mut request).await.ok()?;
    let mut name = vec![0; request[4].into()];
    client.read_exact(&mut name).await.ok()?;
    let port = client.read_u16().await.ok()?;
    Some(format!("{}:{port}", String::from_utf8(name).ok()?))
}
