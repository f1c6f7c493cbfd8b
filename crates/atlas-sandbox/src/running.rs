//! A sandbox on a thread of its own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::handle::Sandbox;
use crate::options::Options;
use crate::socket::serve;

/// A sandbox that serves on the loopback address until this value is dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    sandbox: Arc<Sandbox>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts a sandbox on a free port of the loopback address. It has a thread and a runtime of its own, so that a client
/// that blocks its runtime does not block the sandbox.
pub fn start(options: Options) -> io::Result<Running> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let sandbox = Arc::new(Sandbox::new(options));
    let served = Arc::clone(&sandbox);
    let (stop, stopped) = oneshot::channel::<()>();
    let listener = {
        let _inside = runtime.enter();
        TcpListener::from_std(listener)?
    };
    let thread = thread::Builder::new().name("sandbox".into()).spawn(move || {
        let stopped = async move {
            let _ = stopped.await;
        };
        runtime.block_on(serve(listener, served, stopped));
    })?;
    Ok(Running { address, sandbox, stop: Some(stop), thread: Some(thread) })
}

impl Running {
    /// Returns `http://127.0.0.1:PORT`, the start of every URL of the API.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the sandbox.
    pub fn sandbox(&self) -> &Arc<Sandbox> {
        &self.sandbox
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
