//! Telling everyone that the run ends: first gently, then not.
//!
//! The dispatcher alone requests a stop; every wait of a worker listens. Why the run ends is the dispatcher's knowledge.

use tokio_util::sync::CancellationToken;

/// Shared by the dispatcher, which requests, and the workers, which listen.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    draining: CancellationToken,
    abandoned: CancellationToken,
}

/// A wait ended because the run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl Stop {
    /// Lets nothing more be sent; requests on the wire may land.
    pub fn drain(&self) {
        self.draining.cancel();
    }

    /// Gives up the requests on the wire too.
    pub fn abandon(&self) {
        self.draining.cancel();
        self.abandoned.cancel();
    }

    /// Whether nothing more may be sent.
    pub fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    /// Waits for something that nothing on the wire depends on.
    pub async fn or<T>(&self, wait: impl Future<Output = T>) -> Result<T, Stopped> {
        tokio::select! {
            biased;
            () = self.draining.cancelled() => Err(Stopped),
            done = wait => Ok(done),
        }
    }

    /// Waits for an answer that is on the wire.
    pub async fn or_abandoned<T>(&self, answer: impl Future<Output = T>) -> Result<T, Stopped> {
        tokio::select! {
            biased;
            answer = answer => Ok(answer),
            () = self.abandoned.cancelled() => Err(Stopped),
        }
    }
}
