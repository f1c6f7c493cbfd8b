//! What happened, in order and with virtual times, and what ought not to have happened.

use std::time::Duration;

use tokio::time::Instant;

/// What becomes of events: a thousand seeds that pass are not written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Telling {
    Nobody,
    Kept,
    /// At once, so that a panic does not take them along.
    Printed,
}

/// The events of one seed.
#[derive(Debug)]
pub(crate) struct History {
    origin: Instant,
    telling: Telling,
    events: Vec<String>,
    violations: Vec<String>,
}

impl History {
    pub(crate) fn new(telling: Telling) -> Self {
        Self { origin: Instant::now(), telling, events: Vec::new(), violations: Vec::new() }
    }

    /// Virtual time since the seed began.
    pub(crate) fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Notes an event.
    #[expect(clippy::print_stdout, reason = "who asks for a history wants to read it")]
    pub(crate) fn note(&mut self, event: impl FnOnce() -> String) {
        let line = || format!("{:>10.3} {}", self.now().as_secs_f64(), event());
        match self.telling {
            Telling::Nobody => {}
            Telling::Kept => self.events.push(line()),
            Telling::Printed => println!("{}", line()),
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
