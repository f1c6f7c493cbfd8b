//! Taking in the lines of a run's results: what needs no request is settled on the spot, any other invite is cancelled.

use std::io::Read;

use super::super::book::Person;
use super::Dispatcher;
use crate::directory::Directory;
use crate::exchange::Gateway;
use crate::invitation::ObjectId;
use crate::journal::{Line, Slot};
use crate::outcome::{NextRun, Outcome, Status};
use crate::plan::{Rejection, RejectionCode, bare_address};
use crate::revocation::{self, Step};
use crate::worker::Errand;

impl<G: Gateway, R: Read> Dispatcher<'_, '_, G, R> {
    /// Settles a line on the spot, or has its invite cancelled.
    pub(super) fn take_back(&mut self, line: Line) {
        let slot = self.book.journal.next_slot();
        let organization: Option<ObjectId> = line.org_id.parse().ok();
        let Some(branch) = organization.and_then(|id| self.branch(id)) else {
            return self.reject_line(slot, line, organization);
        };
        let mut earlier = None;
        // A row that was found wanting, or a second one for the same person, says nothing of the person's invite.
        if let Some(id) = organization.filter(|_| !line.outcome.status.is_of_the_row_alone())
            && let Some(place) = self.earlier.take(self.keys.key(id, &line.email))
        {
            let theirs = match self.book.journal.read(place) {
                Ok(theirs) => theirs,
                Err(error) => return self.broke(error),
            };
            earlier = Some((place.status.next_run(), theirs)).filter(|(_, theirs)| revocation::is_about(theirs, &line));
        }
        let (kept, tried) = match earlier {
            Some((NextRun::Keep, theirs)) => (Some(theirs.outcome), None),
            Some((NextRun::Settle, theirs)) => (None, Some(theirs.outcome).filter(|outcome| outcome.attempts > 0)),
            Some((NextRun::Anew, _)) | None => (None, None),
        };
        let directory = self.branches[branch].directory;
        let step = revocation::step(&line, directory, tried.is_some());
        let person = Person::Listed(Some(slot), line);
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
                None => person.named_in(Outcome::new(Status::NotSent, self.now()).with_detail(why_not)),
            };
            return self.settle(branch, &person, &outcome, false);
        }
        self.sendable -= 1;
        let Person::Listed(_, line) = &person else { return };
        let email = bare_address(&line.email).to_owned();
        let (left_open, permit) = match invite {
            Some(_) => (None, self.branches[branch].crew.slots.clone().try_acquire_owned().ok()),
            None => (Some(self.left_open(&line.outcome, email.clone())), None),
        };
        let tried = tried.map(|tried| self.left_open(&tried, String::new()).trace);
        self.assign(branch, person, Errand::Revoke { email, invite, tried }, left_open, permit);
    }

    /// Settles a line whose organization is none that can be asked.
    fn reject_line(&mut self, slot: Slot, line: Line, organization: Option<ObjectId>) {
        let (now, found) = (self.now(), revocation::step(&line, &Directory::offline(), false));
        let person = Person::Listed(Some(slot), line);
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
