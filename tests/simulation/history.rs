//! What happened, in order and with virtual times, and what ought not to have happened.

use std::time::Duration;

use tokio::time::Instant;

/// The events of one seed.
#[derive(Debug)]
pub(crate) struct History {
    origin: Instant,
    /// Whether anybody wants to read it; a thousand seeds that pass are not written down.
    told: bool,
    events: Vec<String>,
    violations: Vec<String>,
}

impl History {
    pub(crate) fn new(told: bool) -> Self {
        Self { origin: Instant::now(), told, events: Vec::new(), violations: Vec::new() }
    }

    /// Virtual time since the seed began.
    pub(crate) fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Notes an event.
    pub(crate) fn note(&mut self, event: impl FnOnce() -> String) {
        if self.told {
            let line = format!("{:>10.3} {}", self.now().as_secs_f64(), event());
            self.events.push(line);
        }
    }

    /// Notes that a promise was broken.
    pub(crate) fn violation(&mut self, what: String) {
        self.note(|| format!("VIOLATION: {what}"));
        self.violations.push(format!("{:.3} s: {what}", self.now().as_secs_f64()));
    }

    pub(crate) fn is_spoilt(&self) -> bool {
        !self.violations.is_empty()
    }

    pub(crate) fn into_parts(self) -> (Vec<String>, Vec<String>) {
        (self.events, self.violations)
    }
}
