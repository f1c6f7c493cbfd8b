use super::blocked_advice;
use crate::model::reason::Halt;

/// Returns what to do about a run that ended early; `None` if its user ended it.
pub(crate) fn halt_advice(halt: &Halt) -> Option<&'static str> {
    match halt {
        Halt::TooManyFailures(_) => Some("remove the cause of the failures, or allow more with --max-failures"),
        Halt::OrganizationBlocked(blocked) => Some(blocked_advice(blocked.reason)),
        Halt::InputUnreadable(_) => {
            Some("repair or copy the spreadsheet; the rows before the damage are in the results")
        }
        Halt::FailedRowsUnwritable(_) => Some("make room or name another file; the results themselves are complete"),
        Halt::ResultsUnwritable(_) => {
            Some("make room or name another place; the file lacks the rows that were listed as not in the results")
        }
        Halt::Declined | Halt::NotStarted(_) | Halt::Signal(_) | Halt::SecondSignal(_) => None,
    }
}

/// Describes a halt at the moment when it happens; the summary describes it once the run is over.
pub fn announcement(halt: &Halt) -> String {
    match halt {
        Halt::Signal(_) => {
            "interrupted: requests on their way may land, nothing more is sent; interrupt again to give them up".into()
        }
        Halt::SecondSignal(_) => "interrupted again: requests on their way are abandoned".into(),
        Halt::TooManyFailures(_)
        | Halt::OrganizationBlocked(_)
        | Halt::InputUnreadable(_)
        | Halt::FailedRowsUnwritable(_)
        | Halt::ResultsUnwritable(_)
        | Halt::Declined
        | Halt::NotStarted(_) => halt.to_string(),
    }
}
