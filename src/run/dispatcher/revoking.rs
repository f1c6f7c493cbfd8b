//! Taking in the lines of a run's results: what needs no request is settled on the spot, any other invite is cancelled.

use std::io::Read;

use super::super::book::Person;
use super::Dispatcher;
use crate::exchange::Gateway;
use crate::journal::Line;
use crate::outcome::{NextRun, Outcome, Status};
use crate::plan::{Rejection, bare_address};
use crate::revocation::{self, Step};
use crate::worker::Errand;

impl<G: Gateway, R: Read> Dispatcher<'_, '_, G, R> {
    /// Settles a line on the spot, or has its invite cancelled.
    pub(super) fn take_back(&mut self, line: Line) {
        let slot = self.book.journal.next_slot();
        let organization = line.org_id.parse().ok();
        let Some(branch) = organization.and_then(|id| self.branch(id)) else {
            let person = Person::Listed(Some(slot), line);
            return match organization {
                Some(id) => self.reject(&person, &Rejection::no_credentials(id)),
                // Nothing can have been sent for a row of no organization.
                None => self.leave_alone(&person),
            };
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
            match place.status.next_run() {
                NextRun::Keep | NextRun::Settle if !revocation::is_about(&theirs, &line) => {}
                NextRun::Keep => return self.settle(branch, &Person::Listed(Some(slot), line), &theirs.outcome, true),
                NextRun::Settle => earlier = Some(theirs.outcome),
                NextRun::Anew => {}
            }
        }
        let tried = earlier.as_ref().is_some_and(|outcome| outcome.attempts > 0);
        let directory = self.branches[branch].directory;
        let step = revocation::step(&line, directory, tried);
        let person = Person::Listed(Some(slot), line);
        let invite = match step {
            Step::Nothing(status, why) => {
                let outcome = person.named_in(Outcome { error_detail: why, ..Outcome::new(status, self.now()) });
                return self.settle(branch, &person, &outcome, false);
            }
            Step::Cancel(invite) => Some(invite),
            Step::FindOut => None,
        };
        if let Some(why_not) = self.why_not_sent(branch) {
            let outcome = match earlier {
                Some(earlier) => self.still_open(&earlier),
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
        self.assign(branch, person, Errand::Revoke { email, invite, tried }, left_open, permit);
    }

    fn leave_alone(&mut self, person: &Person) {
        let outcome = Outcome::new(Status::NotOurs, self.now()).with_detail("the row names no organization");
        self.book.settle(person, &outcome, false);
    }
}
