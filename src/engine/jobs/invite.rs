//! Decides which people of a sheet to invite.

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

use super::{Conditions, Decision, Entry, InputError, Job, Next};
use crate::atlas;
use crate::atlas::api::{Create, Grants, Request};
use crate::engine::revoke::named_invites;
use crate::engine::worker::{Task, Unresolved, Work};
use crate::model::email::bare_address;
use crate::model::invitation::{Invitation, ObjectId};
use crate::model::outcome::Outcome;
use crate::model::reason::RowReason;
use crate::model::status::{JobKind, NextRun, Status};
use crate::plan::classify::{Classified, Classifier};
use crate::plan::directory::{Directory, NamedInvite, Presence};
use crate::plan::{Rejection, differences};
use crate::results::{Line, Slot};
use crate::spreadsheet::{Header, Sheet};

/// The job of inviting the people of a sheet.
pub(in crate::engine) struct InviteJob<'a> {
    sheet: Sheet,
    classifier: Classifier<'a>,
    /// The organizations of the run.
    organizations: Vec<ObjectId>,
}

impl<'a> InviteJob<'a> {
    pub(in crate::engine) fn new(sheet: Sheet, classifier: Classifier<'a>, organizations: Vec<ObjectId>) -> Self {
        Self { sheet, classifier, organizations }
    }
}

impl Job for InviteJob<'_> {
    type Subject = (Entry, Invitation);

    fn header(&self) -> Option<&Header> {
        Some(self.sheet.header())
    }

    fn next(&mut self, slot: impl FnOnce() -> Slot, now: Timestamp) -> Result<Option<Next<Self::Subject>>, InputError> {
        let Some(row) = self.sheet.next_row()? else { return Ok(None) };
        let classified = self.classifier.classify(&row);
        let entry = Entry::Row(slot(), row);
        Ok(Some(match classified {
            Classified::Person(key, invitation) => {
                match self.organizations.iter().position(|id| *id == invitation.organization) {
                    Some(organization) => Next::Person { organization, key: Some(key), subject: (entry, invitation) },
                    None => Next::Ended(entry, Rejection::no_credentials(invitation.organization).outcome(now).into()),
                }
            }
            Classified::Duplicate(earlier) => {
                let outcome = Outcome::new(Status::Duplicate, now);
                Next::Ended(entry, outcome.with_detail(format!("duplicate of row {earlier}")).into())
            }
            Classified::Invalid(rejection) => Next::Ended(entry, rejection.outcome(now).into()),
        }))
    }

    fn decide(
        &self,
        (entry, invitation): Self::Subject,
        earlier: Option<Line>,
        directory: &Directory,
        conditions: &Conditions,
    ) -> (Entry, Decision) {
        (entry, decide(invitation, earlier, directory, conditions))
    }

    fn decide_unlisted(&self, line: &Line, conditions: &Conditions) -> Option<Decision> {
        match line.outcome.status.next_run() {
            NextRun::Keep => Some(Decision::Keep { outcome: line.outcome.clone(), departed: false }),
            NextRun::Settle => {
                let email = bare_address(&line.email).to_owned();
                let create = Create { email, grants: Grants::default(), body: Bytes::new() };
                Some(resolve(line, create, Some(RowReason::NoLongerListed), conditions))
            }
            NextRun::PlanAgain => None,
        }
    }

    fn skipped(&self) -> (u64, u64) {
        (self.sheet.skipped_blank(), self.sheet.elsewhere())
    }
}

/// Decides about one person. The order matters: first the line of an earlier run, then whether the person is present
/// already, then whether anything may be sent.
pub(super) fn decide(
    invitation: Invitation,
    earlier: Option<Line>,
    directory: &Directory,
    conditions: &Conditions,
) -> Decision {
    let presence = directory.presence(&invitation.email);
    if let Some(line) = earlier {
        match line.outcome.status.next_run() {
            NextRun::Keep if is_reinvited(&line, presence, directory, conditions) => {}
            NextRun::Keep if conditions.fresh && !stands(&line, presence, directory, conditions) => {
                // The lists of people may not have the latest invites yet.
                if presence.is_none() && is_recent(&line, conditions) {
                    return resolve(&line, create(invitation, conditions), None, conditions);
                }
            }
            NextRun::Keep => return keep(&invitation, line.outcome, presence, directory, conditions),
            NextRun::Settle => {
                let create = create(invitation, conditions);
                return resolve(&line, create, conditions.withheld, conditions);
            }
            NextRun::PlanAgain => {}
        }
    }
    if let Some(presence) = presence {
        return Decision::Settle(already(&invitation, presence, directory, conditions.now));
    }
    if let Some(reason) = conditions.withheld {
        return Decision::Settle(Outcome::new(Status::NotSent, conditions.now).with_reason(reason));
    }
    let request = Request::Create(create(invitation, conditions));
    Decision::Send(Work { request, task: Task::Invite { only_resolve: None }, unresolved: None })
}

/// Returns whether the invite of an earlier run has expired and the person is to be invited again. A person who is
/// present has accepted, or was invited by another administrator. If nothing may be sent, the line with the old id
/// stays.
fn is_reinvited(line: &Line, presence: Option<Presence<'_>>, directory: &Directory, conditions: &Conditions) -> bool {
    conditions.reinvite_expired
        && line.outcome.has_expired(conditions.server_now)
        && conditions.withheld.is_none()
        && !directory.is_offline()
        && presence.is_none()
}

/// Returns whether the line of an earlier run still describes the person, so that a fresh start keeps it. An invite of
/// this job that may be pending always stands.
fn stands(line: &Line, presence: Option<Presence<'_>>, directory: &Directory, conditions: &Conditions) -> bool {
    if directory.is_offline() {
        return true;
    }
    match (line.outcome.status, presence) {
        (Status::Invited, None) => conditions.withheld.is_some(),
        (Status::Invited, Some(Presence::Member { .. })) => true,
        (Status::Invited, Some(Presence::Invited { .. })) => {
            let email = bare_address(&line.email);
            let named = named_invites(&line.outcome, email, directory);
            let is_other = !named.is_empty() && named.iter().all(|named| *named == NamedInvite::Other);
            // Without the list of invites, the id of an invite cannot be compared with that of the pending user.
            !is_other || !directory.lists_invites(email)
        }
        (
            Status::Revoked
            | Status::Accepted
            | Status::Gone
            | Status::NotOurs
            | Status::AlreadyInvited
            | Status::AlreadyMember
            | Status::Duplicate
            | Status::Invalid
            | Status::Failed
            | Status::Unknown
            | Status::NotSent
            | Status::Sending,
            _,
        ) => false,
    }
}

/// Returns whether an earlier run created the invite so recently that a list may not have it yet.
fn is_recent(line: &Line, conditions: &Conditions) -> bool {
    let settle = SignedDuration::try_from(conditions.settle).unwrap_or(SignedDuration::MAX);
    line.outcome.status == Status::Invited && conditions.now.duration_since(line.outcome.finished_at) < settle
}

/// Keeps the outcome of an earlier run, with a reason if the person's current state differs.
fn keep(
    invitation: &Invitation,
    outcome: Outcome,
    presence: Option<Presence<'_>>,
    directory: &Directory,
    conditions: &Conditions,
) -> Decision {
    let departed = presence.is_none() && !directory.is_offline();
    let outcome = match presence {
        Some(_) if several_pending(&outcome, &invitation.email, directory) => outcome,
        // The sheet may have changed since the person was invited.
        Some(presence) => compared(outcome, invitation, presence, directory),
        None if directory.is_offline() => outcome,
        None if outcome.has_expired(conditions.server_now) => outcome.with_reason(RowReason::InviteExpired),
        None => outcome.with_reason(RowReason::PersonGone),
    };
    Decision::Keep { outcome, departed }
}

/// Returns whether more than one of the row's invites is still pending.
fn several_pending(outcome: &Outcome, email: &str, directory: &Directory) -> bool {
    let named = named_invites(outcome, email, directory);
    named.iter().filter(|named| matches!(named, NamedInvite::Pending(_))).count() > 1
}

/// Has a worker look the person of an unresolved request up, or records that this was not possible.
fn resolve(line: &Line, create: Create, only_resolve: Option<RowReason>, conditions: &Conditions) -> Decision {
    if !conditions.may_ask {
        return Decision::Settle(conditions.still_unresolved(JobKind::Invite, &line.outcome));
    }
    let sent_as = bare_address(&line.email).to_owned();
    let unresolved: Unresolved = conditions.unresolved(&line.outcome, sent_as);
    let task = Task::Invite { only_resolve };
    Decision::Send(Work { request: Request::Create(create), task, unresolved: Some(unresolved) })
}

fn create(invitation: Invitation, conditions: &Conditions) -> Create {
    let body = atlas::body(conditions.api, &invitation);
    let Invitation { organization: _, email, roles, teams, projects } = invitation;
    Create { email, grants: Grants { roles, teams, projects }, body }
}

fn already(invitation: &Invitation, presence: Presence<'_>, directory: &Directory, now: Timestamp) -> Outcome {
    let outcome = match presence {
        Presence::Member { .. } => Outcome::new(Status::AlreadyMember, now),
        Presence::Invited { invite_id, expires_at, .. } => {
            Outcome { invite_id: Some(invite_id.to_owned()), expires_at, ..Outcome::new(Status::AlreadyInvited, now) }
        }
    };
    compared(outcome, invitation, presence, directory)
}

/// Returns the outcome with the differences between the person's grants and the sheet.
fn compared(outcome: Outcome, invitation: &Invitation, presence: Presence<'_>, directory: &Directory) -> Outcome {
    match differences(invitation, presence.grants()) {
        None => Outcome { error_code: None, error_detail: None, ..outcome },
        Some(found) => outcome.with_code(RowReason::Differs).with_detail(found.describe(directory)),
    }
}
