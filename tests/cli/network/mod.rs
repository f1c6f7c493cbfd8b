//! Networks as companies have them: authorities of their own, proxies, and servers that do not answer.
//!
//! `authority` issues certificates, `tunnel` puts TLS in front of a sandbox, `proxy` stands in between.

mod authority;
mod certificates;
mod proxies;
mod proxy;
mod timeouts;
mod traces;
mod tunnel;

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

pub(crate) use self::authority::Authority;
pub(crate) use self::proxy::{Manner, Proxy};
pub(crate) use self::tunnel::Tunnel;

/// A server on a free port of this machine, on a thread of its own; it ends when this is dropped.
struct Served {
    address: SocketAddr,
    _end: oneshot::Sender<()>,
}

/// Does with each connection what the closure does.
fn serve<F, A>(serve: F) -> Served
where
    F: Fn(TcpStream) -> A + Send + 'static,
    A: Future<Output = ()> + 'static,
{
    let (end, ended) = oneshot::channel::<()>();
    let (listening, address) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let tasks = tokio::task::LocalSet::new();
        tasks.block_on(&runtime, async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            listening.send(listener.local_addr().expect("its address")).expect("the test waits for it");
            let accept = async {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::task::spawn_local(serve(stream));
                }
            };
            tokio::select! {
                () = accept => {}
                _ = ended => {}
            }
        });
    });
    Served { address: address.recv().expect("it listens"), _end: end }
}
