//! Taking in the lines of a run's results: what needs no request is settled on the spot, any other invite is cancelled.

use std::io::Read;

use super::super::recorder::Person;
use super::Dispatcher;
use crate::atlas::api::{Gateway, Request, Revoke};
use crate::engine::revocation::{self, Step};
use crate::engine::worker::Errand;
use crate::model::email::bare_address;
use crate::model::invitation::ObjectId;
use crate::model::outcome::{NextRun, Outcome, Status};
use crate::plan::directory::Directory;
use crate::plan::{Rejection, RejectionCode};
use crate::results::{JournalError, Line, Slot};

/// What is said besides of an invitation that is not asked about now.
const IN_DOUBT: &str = "; in doubt: Atlas is to be asked whether there is an invite of this job's to cancel";

/// What an earlier revocation left of an invite.
#[derive(Default)]
struct Left {
    /// What it settled.
    kept: Option<Outcome>,
    /// What it sent without learning what came of it.
    tried: Option<Outcome>,
    /// The invite's id, where it was found out by asking: what is found another time may be somebody else's.
    found: Option<String>,
}

impl<G: Gateway, R: Read> Dispatcher<'_, '_, G, R> {
    /// Settles a line on the spot, or has its invite cancelled.
    pub(super) fn take_back(&mut self, mut line: Line) {
        let slot = self.book.journal.next_slot();
        let organization: Option<ObjectId> = line.org_id.parse().ok();
        let Some((id, branch)) = organization.and_then(|id| Some((id, self.branch(id)?))) else {
            return self.reject_line(slot, line, organization);
        };
        let Left { kept, tried, found } = match self.left_of(id, &line) {
            Ok(left) => left,
            Err(error) => return self.broke(error),
        };
        let directory = self.branches[branch].directory;
        let step = match found {
            None => revocation::step(&line, directory, tried.is_some()),
            Some(found) => {
                line.outcome.invite_id = Some(found);
                let outcome = Outcome { status: Status::Invited, ..line.outcome.clone() };
                revocation::step(&Line { outcome, ..line.clone() }, directory, tried.is_some())
            }
        };
        let person = Person::Listed(Some(slot), Box::new(line));
        if let Some(kept) = kept {
            match &step {
                // Whatever was said, it is still there.
                Step::Cancel(_) => {}
                Step::FindOut | Step::Nothing(..) => return self.settle(branch, &person, &kept, true),
            }
        }
        let invite = match step {
            Step::Nothing(status, why) => {
                let outcome = person.named_in(Outcome { error_detail: why, ..Outcome::new(status, self.now()) });
                return self.settle(branch, &person, &outcome, false);
            }
            Step::Cancel(invite) => Some(invite),
            Step::FindOut => None,
        };
        if let Some(why_not) = self.why_not_sent(branch) {
            let outcome = match tried {
                Some(tried) => self.still_open(&tried),
                None => {
                    let in_doubt = if invite.is_none() { IN_DOUBT } else { "" };
                    let outcome = Outcome::new(Status::NotSent, self.now());
                    person.named_in(outcome.with_detail(format!("{why_not}{in_doubt}")))
                }
            };
            return self.settle(branch, &person, &outcome, false);
        }
        self.sendable -= 1;
        let Person::Listed(_, line) = &person else { return };
        let email = bare_address(&line.email);
        // A look-up may find an address only in the case in which the server has it.
        let spelling = invite.and_then(|invite| directory.spelling(email, &invite.to_string()));
        let email = spelling.unwrap_or(email).to_owned();
        let left_open = invite.is_none().then(|| self.left_open(&line.outcome, email.clone()));
        let tried = tried.map(|tried| self.left_open(&tried, String::new()).trace);
        let request = match invite {
            Some(invite) => Request::Revoke(Revoke { email, invite }),
            None => Request::FindUser(email),
        };
        self.assign(branch, person, request, Errand::Revoke { tried }, left_open);
    }

    /// What an earlier revocation left of the invite that the line names.
    fn left_of(&mut self, organization: ObjectId, line: &Line) -> Result<Left, JournalError> {
        // A row that was found wanting, or a second one for the same person, says nothing of the person's invite.
        if line.outcome.status.is_of_the_row_alone() {
            return Ok(Left::default());
        }
        let Some(place) = self.earlier.take(self.keys.key(organization, &line.email)) else {
            return Ok(Left::default());
        };
        let theirs = self.book.journal.read(place)?;
        if !revocation::is_about(&theirs, line) {
            return Ok(Left::default());
        }
        let (outcome, is_named) = (theirs.outcome, line.outcome.invite_id.is_some());
        let found = outcome.invite_id.clone().filter(|_| !is_named);
        Ok(match outcome.status.next_run() {
            // The lists may have been behind, where the invite is known by its id.
            NextRun::Keep if outcome.status == Status::Gone && is_named => Left::default(),
            NextRun::Keep => Left { kept: Some(outcome), tried: None, found },
            NextRun::Settle => Left { kept: None, tried: Some(outcome).filter(|outcome| outcome.attempts > 0), found },
            NextRun::Anew => Left { found, ..Left::default() },
        })
    }

    /// Settles a line whose organization is none that can be asked.
    fn reject_line(&mut self, slot: Slot, line: Line, organization: Option<ObjectId>) {
        let (now, found) = (self.now(), revocation::step(&line, &Directory::offline(), false));
        let person = Person::Listed(Some(slot), Box::new(line));
        match (found, organization) {
            (Step::Nothing(status, why), _) => {
                self.book.settle(&person, &Outcome { error_detail: why, ..Outcome::new(status, now) }, false);
            }
            (Step::Cancel(_) | Step::FindOut, Some(id)) => self.reject(&person, &Rejection::no_credentials(id)),
            (Step::Cancel(_) | Step::FindOut, None) => {
                let detail = "org_id is not the id of an organization; undo the change to that cell of the results";
                let outcome = Outcome::new(Status::Invalid, now).with_code(RejectionCode::InvalidOrgId.as_str());
                self.book.settle(&person, &person.named_in(outcome.with_detail(detail)), false);
            }
        }
    }
}
