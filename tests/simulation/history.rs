//! The events of a seed in order, with virtual times, and the violations among them.

use std::time::Duration;

use tokio::time::Instant;

/// The recording of events. Events of seeds that pass are not needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recording {
    Off,
    Collected,
    /// Printed at once, so that a panic does not lose them.
    Printed,
}

/// The events of one seed.
#[derive(Debug)]
pub(crate) struct History {
    origin: Instant,
    recording: Recording,
    events: Vec<String>,
    violations: Vec<String>,
}

impl History {
    pub(crate) fn new(recording: Recording) -> Self {
        Self { origin: Instant::now(), recording, events: Vec::new(), violations: Vec::new() }
    }

    /// Returns the virtual time since the seed began.
    pub(crate) fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Records an event.
    #[expect(clippy::print_stdout, reason = "a developer who sets a seed wants to read its history")]
    pub(crate) fn note(&mut self, event: impl FnOnce() -> String) {
        let line = || format!("{:>10.3} {}", self.now().as_secs_f64(), event());
        match self.recording {
            Recording::Off => {}
            Recording::Collected => self.events.push(line()),
            Recording::Printed => println!("{}", line()),
        }
    }

    /// Records a violation.
    pub(crate) fn violation(&mut self, what: String) {
        self.note(|| format!("VIOLATION: {what}"));
        self.violations.push(format!("{:.3} s: {what}", self.now().as_secs_f64()));
    }

    pub(crate) fn has_violations(&self) -> bool {
        !self.violations.is_empty()
    }

    pub(crate) fn into_parts(self) -> (Vec<String>, Vec<String>) {
        (self.events, self.violations)
    }
}
