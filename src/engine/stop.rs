//! Stops a run in two steps: first nothing more is sent, then requests in flight are abandoned too.
//!
//! Only the dispatcher requests a stop, and only it knows the reason. Every wait of a worker ends when it does.

use tokio_util::sync::CancellationToken;

/// A request to stop, shared by the dispatcher and the workers.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    draining: CancellationToken,
    abandoned: CancellationToken,
}

/// The error of a wait that ended because the run stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl Stop {
    /// Stops sending. Requests in flight may still be answered.
    pub fn drain(&self) {
        self.draining.cancel();
    }

    /// Stops sending and abandons the requests in flight.
    pub fn abandon(&self) {
        self.draining.cancel();
        self.abandoned.cancel();
    }

    /// Returns whether nothing more may be sent.
    pub fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    /// Waits for `wait`, or until sending stops.
    ///
    /// # Errors
    ///
    /// `Stopped` if nothing more may be sent.
    pub async fn or<T>(&self, wait: impl Future<Output = T>) -> Result<T, Stopped> {
        tokio::select! {
            biased;
            () = self.draining.cancelled() => Err(Stopped),
            done = wait => Ok(done),
        }
    }

    /// Waits for the answer to a request in flight, or until it is abandoned.
    ///
    /// # Errors
    ///
    /// `Stopped` if requests in flight are abandoned.
    pub async fn or_abandoned<T>(&self, answer: impl Future<Output = T>) -> Result<T, Stopped> {
        tokio::select! {
            biased;
            answer = answer => Ok(answer),
            () = self.abandoned.cancelled() => Err(Stopped),
        }
    }
}
