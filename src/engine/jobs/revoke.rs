//! Decides which invites of a run to cancel. The input is the run's results.

use jiff::Timestamp;

use super::{Conditions, Decision, Entry, InputError, Job, Next};
use crate::atlas::api::{Request, Revoke};
use crate::engine::revoke::{Step, is_about, revoke_step};
use crate::engine::worker::{Task, Work};
use crate::model::email::bare_address;
use crate::model::invitation::ObjectId;
use crate::model::outcome::Outcome;
use crate::model::person::PersonKeys;
use crate::model::reason::{RejectionCode, RowReason};
use crate::model::status::{JobKind, NextRun, Status};
use crate::plan::Rejection;
use crate::plan::directory::Directory;
use crate::results::{Line, ResultsReader, Slot};
use crate::spreadsheet::Header;

/// The addition to the detail of a row whose invite has to be looked up first.
const UNCONFIRMED: &str = "; it is not known yet whether this job created an invite";

/// The job of cancelling every pending invite that a run created.
pub(in crate::engine) struct RevokeJob {
    results: ResultsReader,
    keys: PersonKeys,
    /// The organizations that the run has credentials for.
    organizations: Vec<ObjectId>,
}

/// The record that an earlier revoke left of an invite.
#[derive(Default)]
struct Previous {
    /// An outcome that stands.
    kept: Option<Outcome>,
    /// A cancellation that was sent without learning its outcome.
    tried: Option<Outcome>,
    /// The invite's id, if it was found by a look-up. Another look-up might find a different invite.
    found: Option<String>,
}

impl RevokeJob {
    pub(in crate::engine) fn new(results: ResultsReader, keys: PersonKeys, organizations: Vec<ObjectId>) -> Self {
        Self { results, keys, organizations }
    }
}

impl Job for RevokeJob {
    type Subject = (Slot, Line);

    fn header(&self) -> Option<&Header> {
        None
    }

    fn next(&mut self, slot: impl FnOnce() -> Slot, now: Timestamp) -> Result<Option<Next<Self::Subject>>, InputError> {
        let Some(line) = self.results.next_line()? else { return Ok(None) };
        let slot = slot();
        let named: Option<ObjectId> = line.org_id.parse().ok();
        let known = named.and_then(|id| Some((id, self.organizations.iter().position(|known| *known == id)?)));
        let Some((id, organization)) = known else {
            let outcome = without_credentials(&line, named, now);
            let entry = Entry::Line(Some(slot), Box::new(line));
            let outcome = entry.with_own_id(outcome);
            return Ok(Some(Next::Ended(entry, outcome.into())));
        };
        // The line of an invalid or duplicate row says nothing about the person's invite.
        let key = (!line.outcome.status.is_of_the_row_alone()).then(|| self.keys.key(id, &line.email));
        Ok(Some(Next::Person { organization, key, subject: (slot, line) }))
    }

    fn decide(
        &self,
        (slot, line): Self::Subject,
        earlier: Option<Line>,
        directory: &Directory,
        conditions: &Conditions,
    ) -> (Entry, Decision) {
        let (line, decision) = decide(line, earlier, directory, conditions);
        let entry = Entry::Line(Some(slot), Box::new(line));
        let decision = match decision {
            Decision::Settle(outcome) => Decision::Settle(entry.with_own_id(outcome)),
            Decision::Keep { .. } | Decision::Send(_) => decision,
        };
        (entry, decision)
    }

    fn decide_unlisted(&self, line: &Line, conditions: &Conditions) -> Option<Decision> {
        match line.outcome.status.next_run() {
            NextRun::Keep => Some(Decision::Keep { outcome: line.outcome.clone(), departed: false }),
            // Without the run's line it is unknown which invite that was.
            NextRun::Settle => Some(Decision::Settle(conditions.still_unresolved(JobKind::Revoke, &line.outcome))),
            NextRun::PlanAgain => None,
        }
    }

    fn skipped(&self) -> (u64, u64) {
        (0, 0)
    }
}

/// Decides about one line of the run's results. Returns the line with the invite's id, if an earlier revoke found it.
pub(super) fn decide(
    mut line: Line,
    earlier: Option<Line>,
    directory: &Directory,
    conditions: &Conditions,
) -> (Line, Decision) {
    let Previous { kept, tried, found } = previous(&line, earlier, conditions.fresh);
    let step = match found {
        None => revoke_step(&line, directory, tried.is_some()),
        Some(found) => {
            line.outcome.invite_id = Some(found);
            let outcome = Outcome { status: Status::Invited, ..line.outcome.clone() };
            revoke_step(&Line { outcome, ..line.clone() }, directory, tried.is_some())
        }
    };
    let mut invites = match (step, kept) {
        // The invite is still pending, even if the earlier line says that it was cancelled.
        (Step::Cancel(invites), _) => invites,
        (Step::LookUp | Step::Nothing(..), Some(outcome)) => {
            return (line, Decision::Keep { outcome, departed: false });
        }
        (Step::Nothing(status, reason), None) => {
            let outcome = ended(&line, status, reason, conditions.now);
            return (line, Decision::Settle(outcome));
        }
        (Step::LookUp, None) => Vec::new(),
    };
    let invite = invites.pop();
    if let Some(reason) = conditions.withheld {
        let outcome = match tried {
            Some(tried) => conditions.still_unresolved(JobKind::Revoke, &tried),
            None => {
                let addition = if invite.is_none() { UNCONFIRMED } else { "" };
                let outcome = Outcome::new(Status::NotSent, conditions.now).with_reason(reason);
                outcome.with_detail(format!("{}{addition}", reason.text()))
            }
        };
        return (line, Decision::Settle(outcome));
    }
    let email = bare_address(&line.email);
    // A look-up may be case-sensitive, so the address is used as the server spells it.
    let spelling = invite.and_then(|invite| directory.spelling(email, &invite.to_string()));
    let email = spelling.unwrap_or(email).to_owned();
    let unresolved = invite.is_none().then(|| conditions.unresolved(&line.outcome, email.clone()));
    let tried = tried.map(|tried| conditions.unresolved(&tried, String::new()).trace);
    let request = match invite {
        Some(invite) => Request::Revoke(Revoke { email, invite }),
        None => Request::FindUser(email),
    };
    (line, Decision::Send(Work { request, task: Task::Revoke { tried, rest: invites }, unresolved }))
}

/// Returns the record that an earlier revoke left of the invite that the line names.
fn previous(line: &Line, earlier: Option<Line>, fresh: bool) -> Previous {
    let Some(earlier) = earlier.filter(|earlier| is_about(earlier, line)) else { return Previous::default() };
    let (outcome, is_named) = (earlier.outcome, line.outcome.invite_id.is_some());
    let found = outcome.invite_id.clone().filter(|_| !is_named);
    match outcome.status.next_run() {
        // The server's lists may have lagged. An invite with a known id can be checked again.
        NextRun::Keep if outcome.status == Status::Gone && (is_named || fresh) => {
            Previous { found, ..Previous::default() }
        }
        NextRun::Keep => Previous { kept: Some(outcome), tried: None, found },
        NextRun::Settle => Previous { kept: None, tried: Some(outcome).filter(|outcome| outcome.attempts > 0), found },
        NextRun::PlanAgain => Previous { found, ..Previous::default() },
    }
}

/// Returns the outcome of a line whose organization the run has no credentials for.
fn without_credentials(line: &Line, organization: Option<ObjectId>, now: Timestamp) -> Outcome {
    match (revoke_step(line, &Directory::offline(), false), organization) {
        (Step::Nothing(status, reason), _) => ended(line, status, reason, now),
        (Step::Cancel(_) | Step::LookUp, Some(id)) => Rejection::no_credentials(id).outcome(now),
        (Step::Cancel(_) | Step::LookUp, None) => {
            let detail = "column org_id of the results is not an organization id; restore the value of that cell";
            Outcome::new(Status::Invalid, now).with_code(RejectionCode::InvalidOrgId).with_detail(detail)
        }
    }
}

/// Returns the outcome of a line that needs no request.
fn ended(line: &Line, status: Status, reason: Option<RowReason>, now: Timestamp) -> Outcome {
    let outcome = Outcome::new(status, now);
    match reason {
        None => outcome,
        Some(reason @ RowReason::NotCreatedByJob) => {
            let detail = format!("the status in the results is {}", line.outcome.status.as_str());
            outcome.with_code(reason).with_detail(detail)
        }
        Some(reason) => outcome.with_reason(reason),
    }
}
