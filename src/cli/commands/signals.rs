//! The signals that end a job, and one that must not.

use std::io;

use bulk_invite::model::Signal;
use tokio::sync::mpsc;

/// Starts receiving SIGINT and SIGTERM.
pub(crate) fn receive() -> io::Result<mpsc::Receiver<Signal>> {
    let (sender, receiver) = mpsc::channel(4);
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::spawn(async move {
            loop {
                let signal = tokio::select! {
                    Some(()) = interrupt.recv() => Signal::Interrupt,
                    Some(()) = terminate.recv() => Signal::Terminate,
                    else => return,
                };
                if sender.send(signal).await.is_err() {
                    return;
                }
            }
        });
    }
    #[cfg(not(unix))]
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if sender.send(Signal::Interrupt).await.is_err() {
                return;
            }
        }
    });
    Ok(receiver)
}

/// Has a write beyond the limit on the size of files fail as on a full disk, instead of ending the process.
pub(crate) fn ignore_file_size_limit() -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use tokio::signal::unix::{SignalKind, signal};
        const SIGXFSZ: i32 = 25;
        // The handler stays for the rest of the process.
        drop(signal(SignalKind::from_raw(SIGXFSZ))?);
    }
    Ok(())
}
