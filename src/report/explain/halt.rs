use super::blocked_advice;
use crate::model::exit::Signal;
use crate::model::reason::Halt;

/// Returns the remedy for a run that stopped early; `None` if its user stopped it.
pub(crate) fn halt_advice(halt: &Halt) -> Option<&'static str> {
    match halt {
        Halt::TooManyFailures(_) => Some("fix the cause of the failures, or allow more with --max-failures"),
        Halt::DeadlineReached => Some("run the same command again, or allow a later --deadline"),
        Halt::WaitTooLong(blocked) | Halt::OrganizationBlocked(blocked) => Some(blocked_advice(blocked.reason)),
        Halt::InputUnreadable(_) => Some("repair the spreadsheet; the rows before the error are in the results"),
        Halt::FailedRowsUnwritable(_) => {
            Some("free disk space, or set another file with --failed; the results are complete")
        }
        Halt::ResultsUnwritable(_) => Some(
            "free disk space, or set another file with --results; rows printed as `not in the results` are missing",
        ),
        Halt::ResultsChanged { .. } => {
            Some("continue with the recovered file, and do not save the results in another program during a run")
        }
        Halt::Declined | Halt::NotStarted(_) | Halt::Signal(_) | Halt::SecondSignal(_) => None,
    }
}

/// Returns the message for a halt at the moment when it happens. The summary describes the halt after the run.
pub fn announcement(halt: &Halt) -> String {
    match halt {
        Halt::Signal(Signal::Interrupt) => {
            "stopping: waiting for requests in flight; press Ctrl-C again to abandon them".into()
        }
        Halt::Signal(Signal::Terminate) => {
            "stopping: waiting for requests in flight; a second signal abandons them".into()
        }
        Halt::SecondSignal(_) => "stopping now: requests in flight are abandoned".into(),
        Halt::TooManyFailures(_)
        | Halt::WaitTooLong(_)
        | Halt::DeadlineReached
        | Halt::OrganizationBlocked(_)
        | Halt::InputUnreadable(_)
        | Halt::FailedRowsUnwritable(_)
        | Halt::ResultsUnwritable(_)
        | Halt::ResultsChanged { .. }
        | Halt::Declined
        | Halt::NotStarted(_) => halt.to_string(),
    }
}
