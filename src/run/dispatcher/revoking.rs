//! Taking in the lines of a run's results: what needs no request is settled on the spot, any other invite is cancelled.

use std::io::Read;

use super::super::book::Person;
use super::Dispatcher;
use crate::directory::Directory;
use crate::exchange::Gateway;
use crate::journal::Line;
use crate::outcome::{NextRun, Outcome, Status};
use crate::plan::{Rejection, bare_address};
use crate::revocation::{self, Step};
use crate::worker::Errand;

impl<G: Gateway, R: Read> Dispatcher<'_, '_, G, R> {
    /// Settles a line on the spot, or has its invite cancelled.
    pub(super) fn take_back(&mut self, mut line: Line) {
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
            if revocation::is_about(&theirs, &line) {
                match place.status.next_run() {
                    // The lists may have been behind, where the invite is known by its id.
                    NextRun::Keep if theirs.outcome.status == Status::Gone && line.outcome.invite_id.is_some() => {}
                    NextRun::Keep => {
                        return self.settle(branch, &Person::Listed(Some(slot), line), &theirs.outcome, true);
                    }
                    NextRun::Settle => earlier = Some(theirs.outcome.clone()),
                    NextRun::Anew => {}
                }
                // What an earlier revocation has found out is not asked for again: what is found then may be another's.
                if let (None, Some(found)) = (&line.outcome.invite_id, theirs.outcome.invite_id) {
                    line.outcome.invite_id = Some(found);
                    line.outcome.status = Status::Invited;
                }
            }
        }
        let tried = earlier.as_ref().map_or(0, |outcome| outcome.attempts);
        let directory: &Directory = self.branches[branch].directory;
        let step = revocation::step(&line, directory, tried > 0);
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
        let email = bare_address(&line.email);
        // A look-up may find an address only in the case in which the server has it.
        let spelling = invite.and_then(|invite| directory.spelling(email, &invite.to_string()));
        let email = spelling.unwrap_or(email).to_owned();
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
