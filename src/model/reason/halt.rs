use std::fmt::{self, Display};
use std::path::PathBuf;

use super::blocked::Blocked;
use crate::model::exit::{Exit, Signal};

/// A kind of reason why a run ends early, ordered from mild to severe: a stop is replaced only by a more severe one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StopReason {
    /// The file of `--failed` could not be written; the results are complete.
    FailedRowsUnwritable,
    /// The time for the run is over (`--deadline`).
    DeadlineReached,
    /// Too many rows failed (`--max-failures`).
    TooManyFailures,
    /// Atlas makes requests wait for too long (`--max-wait`).
    WaitTooLong,
    /// No organization accepts requests.
    OrganizationBlocked,
    /// The input could not be read to its end.
    InputUnreadable,
    /// The results can no longer be written.
    ResultsUnwritable,
    /// The question before the run was not answered with yes.
    Declined,
    /// A signal: no more rows are sent; requests in flight are completed.
    Signal(Signal),
    /// A second signal: requests in flight are abandoned.
    SecondSignal(Signal),
}

impl StopReason {
    /// Returns the reason as it is spelled in the summary.
    pub fn as_str(self) -> &'static str {
        match self {
            StopReason::DeadlineReached => "deadline_reached",
            StopReason::TooManyFailures => "too_many_failures",
            StopReason::WaitTooLong => "wait_too_long",
            StopReason::OrganizationBlocked => "organization_refused",
            StopReason::InputUnreadable => "input_unreadable",
            StopReason::FailedRowsUnwritable | StopReason::ResultsUnwritable => "results_unwritable",
            StopReason::Declined
            | StopReason::Signal(Signal::Interrupt)
            | StopReason::SecondSignal(Signal::Interrupt) => "interrupted",
            StopReason::Signal(Signal::Terminate) | StopReason::SecondSignal(Signal::Terminate) => "terminated",
        }
    }

    /// Returns the exit code of a run that ends for this reason.
    pub fn exit(self) -> Exit {
        match self {
            StopReason::DeadlineReached
            | StopReason::TooManyFailures
            | StopReason::WaitTooLong
            | StopReason::OrganizationBlocked
            | StopReason::InputUnreadable
            | StopReason::FailedRowsUnwritable
            | StopReason::ResultsUnwritable => Exit::Halted,
            StopReason::Declined
            | StopReason::Signal(Signal::Interrupt)
            | StopReason::SecondSignal(Signal::Interrupt) => Exit::Interrupted,
            StopReason::Signal(Signal::Terminate) | StopReason::SecondSignal(Signal::Terminate) => Exit::Terminated,
        }
    }
}

/// The failures that reached `--max-failures`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpentBudget {
    /// Too many rows of the whole run failed.
    Count {
        /// Rows that failed.
        failed: u64,
        /// The number at which a run ends.
        limit: u64,
    },
    /// Too large a share of the latest rows failed.
    Percent {
        /// Rows that failed among the latest ones.
        failed: usize,
        /// The number of latest rows that count.
        of: usize,
        /// The share at which a run ends, in percent.
        limit: u8,
    },
}

/// A reason why a run ends early. Texts in it are for people; those from a server are untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Halt {
    /// Too many rows failed.
    TooManyFailures(SpentBudget),
    /// The last organization makes requests wait for too long.
    WaitTooLong(Blocked),
    /// The time for the run is over.
    DeadlineReached,
    /// No organization accepts requests, with the reason of the last one.
    OrganizationBlocked(Blocked),
    /// The input could not be read to its end, with the error's text.
    InputUnreadable(String),
    /// The file of `--failed` could not be written, with the error's text.
    FailedRowsUnwritable(String),
    /// The results can no longer be written, with the error's text.
    ResultsUnwritable(String),
    /// Another program has changed the results, with the error's text. The recorded lines are in another file.
    ResultsChanged {
        /// The error's text.
        text: String,
        /// The file with which the job can be continued.
        recovered: PathBuf,
    },
    /// The question before the run was not answered with yes.
    Declined,
    /// A signal came before anything was sent.
    NotStarted(Signal),
    /// A signal came.
    Signal(Signal),
    /// A second signal came.
    SecondSignal(Signal),
}

impl Halt {
    /// Returns the kind of reason.
    pub fn reason(&self) -> StopReason {
        match self {
            Halt::TooManyFailures(_) => StopReason::TooManyFailures,
            Halt::WaitTooLong(_) => StopReason::WaitTooLong,
            Halt::DeadlineReached => StopReason::DeadlineReached,
            Halt::OrganizationBlocked(_) => StopReason::OrganizationBlocked,
            Halt::InputUnreadable(_) => StopReason::InputUnreadable,
            Halt::FailedRowsUnwritable(_) => StopReason::FailedRowsUnwritable,
            Halt::ResultsUnwritable(_) | Halt::ResultsChanged { .. } => StopReason::ResultsUnwritable,
            Halt::Declined => StopReason::Declined,
            Halt::NotStarted(signal) | Halt::Signal(signal) => StopReason::Signal(*signal),
            Halt::SecondSignal(signal) => StopReason::SecondSignal(*signal),
        }
    }
}

impl Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Halt::TooManyFailures(SpentBudget::Count { failed, limit }) => {
                let rows = if *failed == 1 { "row" } else { "rows" };
                write!(f, "{failed} {rows} failed (--max-failures {limit})")
            }
            Halt::TooManyFailures(SpentBudget::Percent { failed, of, limit }) => {
                write!(f, "{failed} of the last {of} rows failed (--max-failures {limit}%)")
            }
            Halt::WaitTooLong(blocked) | Halt::OrganizationBlocked(blocked) => blocked.fmt(f),
            Halt::DeadlineReached => f.write_str("--deadline was reached"),
            Halt::InputUnreadable(text)
            | Halt::FailedRowsUnwritable(text)
            | Halt::ResultsUnwritable(text)
            | Halt::ResultsChanged { text, .. } => f.write_str(text),
            Halt::Declined => f.write_str("not confirmed, nothing was sent"),
            Halt::NotStarted(_) => f.write_str("interrupted before anything was sent"),
            Halt::Signal(_) => f.write_str("interrupted"),
            Halt::SecondSignal(_) => f.write_str("interrupted twice, requests in flight were abandoned"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_reasons_are_ordered_by_severity() {
        let order = [
            StopReason::FailedRowsUnwritable,
            StopReason::DeadlineReached,
            StopReason::TooManyFailures,
            StopReason::WaitTooLong,
            StopReason::OrganizationBlocked,
            StopReason::InputUnreadable,
            StopReason::ResultsUnwritable,
            StopReason::Declined,
            StopReason::Signal(Signal::Interrupt),
            StopReason::Signal(Signal::Terminate),
            StopReason::SecondSignal(Signal::Interrupt),
        ];
        assert!(order.is_sorted());
    }
}
