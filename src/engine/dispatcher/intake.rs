//! Taking rows in: what needs no request is settled on the spot, anything else gets a worker.
//!
//! The order of the questions is the rule: is the row sound, has an earlier row named the person, what did an earlier run
//! leave, who is there already, may anything be sent.

use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

use super::super::Halt;
use super::super::recorder::Person;
use super::{Dispatcher, ENOUGH_TO_WRITE, Input, ROWS_AT_ONCE, Source};
use crate::atlas;
use crate::atlas::api::{Create, Gateway, Request};
use crate::engine::clock::signed;
use crate::engine::revocation::first_sent;
use crate::engine::worker::{Errand, LeftOpen, Trace};
use crate::model::email::bare_address;
use crate::model::invitation::{Invitation, ObjectId};
use crate::model::outcome::{NextRun, Outcome, Status, StopReason};
use crate::plan::classify::Triaged;
use crate::plan::directory::{Directory, Presence};
use crate::plan::{Rejection, differences};
use crate::results::{Line, Place};
use crate::spreadsheet::Row;

/// What is said of people whose line is kept and who are not there any more.
const EXPIRED: &str = "the invite has expired; --reinvite-expired invites again";
const DEPARTED: &str = "neither invited nor a member any more; --fresh invites everybody anew who is not there";

/// What comes next of the source.
enum Next {
    Row(Triaged, Row),
    Line(Line),
}

impl<G: Gateway, R: Read> Dispatcher<'_, '_, G, R> {
    /// Settles rows, or gives them a worker, while there is room.
    pub(super) fn take_rows(&mut self) {
        for _ in 0..ROWS_AT_ONCE {
            if !self.takes_rows() {
                break;
            }
            self.take_next();
        }
        if self.book.journal.unflushed() > ENOUGH_TO_WRITE {
            self.write();
        }
    }

    /// After a halt: gives every row that is left its line without sending anything.
    pub(super) fn take_rest(&mut self) {
        while self.broken.is_none() && !matches!(self.input, Input::Exhausted) {
            self.take_next();
            if self.book.journal.unflushed() > ENOUGH_TO_WRITE {
                self.write();
            }
        }
        self.write();
    }

    fn take_next(&mut self) {
        match &mut self.input {
            Input::Rows => {
                let next = match &mut self.source {
                    Source::Sheet(sheet, triage) => match sheet.next_row() {
                        Ok(row) => Ok(row.map(|row| Next::Row(triage.take(&row), row))),
                        Err(error) => Err(error.to_string()),
                    },
                    Source::Results(reading) => match reading.next_line() {
                        Ok(line) => Ok(line.map(Next::Line)),
                        Err(error) => Err(error.to_string()),
                    },
                };
                match next {
                    Ok(Some(Next::Row(triaged, row))) => self.take(triaged, row),
                    Ok(Some(Next::Line(line))) => self.take_back(line),
                    Ok(None) => self.input = Input::Gone(self.earlier.leave().into_iter()),
                    Err(error) => {
                        self.input = Input::Gone(self.earlier.leave().into_iter());
                        self.stop(Halt::new(StopReason::InputUnreadable, error));
                    }
                }
            }
            Input::Gone(places) => match places.next() {
                Some(place) => self.take_gone(place),
                None => self.input = Input::Exhausted,
            },
            Input::Exhausted => {}
        }
    }

    /// Settles a row on the spot or gives it a worker, which takes a free place or waits for one.
    fn take(&mut self, triaged: Triaged, row: Row) {
        let person = Person::Row(self.book.journal.next_slot(), row);
        let (key, invitation) = match triaged {
            Triaged::Person(key, invitation) => (key, invitation),
            Triaged::Duplicate(earlier) => {
                let outcome = Outcome::new(Status::Duplicate, self.now());
                let outcome = outcome.with_detail(format!("row {earlier} says the same"));
                return self.book.settle(&person, &outcome, false);
            }
            Triaged::Invalid(rejection) => return self.reject(&person, &rejection),
        };
        let Some(branch) = self.branch(invitation.organization) else {
            // The planner knows the same organizations.
            return self.reject(&person, &Rejection::no_credentials(invitation.organization));
        };
        if let Some(place) = self.earlier.take(key) {
            let mut line = match self.book.journal.read(place) {
                Ok(line) => line,
                Err(error) => return self.broke(error),
            };
            match place.status.next_run() {
                NextRun::Keep if self.has_lapsed(branch, &invitation, &line) => {}
                NextRun::Keep => {
                    let directory = self.branches[branch].directory;
                    let presence = directory.presence(&invitation.email);
                    self.book.departed += u64::from(presence.is_none() && !directory.is_offline());
                    line.outcome.error_detail = match presence {
                        // The sheet may ask for more than it did when the person was invited.
                        Some(presence) => differences(&invitation, presence.grants(), directory),
                        None if directory.is_offline() => line.outcome.error_detail,
                        None if self.has_expired(branch, &line) => Some(EXPIRED.to_owned()),
                        None => Some(DEPARTED.to_owned()),
                    };
                    return self.settle(branch, &person, &line.outcome, true);
                }
                NextRun::Settle => return self.settle_left_open(Some(branch), person, &line, Some(invitation)),
                NextRun::Anew => {}
            }
        }
        let directory = self.branches[branch].directory;
        if let Some(presence) = directory.presence(&invitation.email) {
            let outcome = self.already(&invitation, presence, directory);
            return self.settle(branch, &person, &outcome, false);
        }
        if let Some(why_not) = self.why_not_sent(branch) {
            let outcome = Outcome::new(Status::NotSent, self.now()).with_detail(why_not);
            return self.settle(branch, &person, &outcome, false);
        }
        self.sendable -= 1;
        let request = Request::Create(self.create(branch, invitation));
        self.assign(branch, person, request, Errand::Invite { only_ask: None }, None);
    }

    /// Whether an earlier run's invite has expired, and the person is to be invited again.
    fn has_lapsed(&self, branch: usize, invitation: &Invitation, line: &Line) -> bool {
        let directory = self.branches[branch].directory;
        // Who is there has accepted, or been invited by somebody else.
        // Whoever is not to be sent anything now keeps the line, and with it the old invite's id.
        self.options.reinvite_expired
            && self.has_expired(branch, line)
            && self.why_not_sent(branch).is_none()
            && !directory.is_offline()
            && directory.presence(&invitation.email).is_none()
    }

    /// Whether an earlier run's invite has expired.
    fn has_expired(&self, branch: usize, line: &Line) -> bool {
        line.outcome.has_expired(self.branches[branch].crew.caller.server_now())
    }

    pub(super) fn branch(&self, organization: ObjectId) -> Option<usize> {
        self.branches.iter().position(|branch| branch.id == organization)
    }

    pub(super) fn why_not_sent(&self, branch: usize) -> Option<&'static str> {
        if self.halt.is_some() {
            Some("the run was ended before this row's turn")
        } else if self.branches[branch].condemned.is_some() {
            Some("nothing more was sent to this organization")
        } else if self.options.dry_run {
            Some("dry run")
        } else if self.sendable == 0 {
            Some("beyond --limit")
        } else {
            None
        }
    }

    fn create(&self, branch: usize, invitation: Invitation) -> Create {
        let body = atlas::body(self.branches[branch].crew.caller.api, &invitation);
        Create { email: invitation.email, body }
    }

    pub(super) fn reject(&mut self, person: &Person, rejection: &Rejection) {
        let outcome = Outcome::new(Status::Invalid, self.now());
        let outcome = outcome.with_code(rejection.code.as_str()).with_detail(rejection.to_string());
        self.book.settle(person, &outcome, false);
    }

    fn already(&self, invitation: &Invitation, presence: &Presence, directory: &Directory) -> Outcome {
        let now = self.now();
        let mut outcome = match presence {
            Presence::Member { .. } => Outcome::new(Status::AlreadyMember, now),
            Presence::Invited { invite_id, expires_at, .. } => Outcome {
                invite_id: Some(invite_id.clone()),
                expires_at: *expires_at,
                ..Outcome::new(Status::AlreadyInvited, now)
            },
        };
        outcome.error_detail = differences(invitation, presence.grants(), directory);
        outcome
    }

    /// People of an earlier version of the sheet: their invites stay on record, and open questions are settled.
    fn take_gone(&mut self, place: Place) {
        let line = match self.book.journal.read(place) {
            Ok(line) => Line { row: None, ..line },
            Err(error) => return self.broke(error),
        };
        let person = Person::Listed(None, Box::new(line.clone()));
        match place.status.next_run() {
            NextRun::Keep => self.book.settle(&person, &line.outcome, true),
            NextRun::Settle => {
                let branch = match self.source {
                    Source::Sheet(..) => line.org_id.parse().ok().and_then(|id| self.branch(id)),
                    // Whose invite that was is not known without the line of the run.
                    Source::Results(_) => None,
                };
                self.settle_left_open(branch, person, &line, None);
            }
            NextRun::Anew => {}
        }
    }

    /// Has the server asked what became of a request of an earlier run.
    fn settle_left_open(&mut self, branch: Option<usize>, person: Person, line: &Line, invitation: Option<Invitation>) {
        let open = &line.outcome;
        let asks = self.halt.is_none() && !self.options.dry_run;
        let Some(branch) = branch.filter(|branch| asks && self.branches[*branch].condemned.is_none()) else {
            let outcome = self.still_open(open);
            return self.book.settle(&person, &outcome, false);
        };
        let sent_as = bare_address(&line.email).to_owned();
        let (create, only_ask) = match invitation {
            Some(invitation) => (self.create(branch, invitation), self.why_not_sent(branch)),
            None => {
                let create = Create { email: sent_as.clone(), body: Bytes::new() };
                (create, Some("nobody was invited, and the row is no longer in the sheet"))
            }
        };
        // It may have to be sent, which is not known before the rows after it are.
        self.sendable -= u64::from(only_ask.is_none());
        let left_open = Some(self.left_open(open, sent_as));
        self.assign(branch, person, Request::Create(create), Errand::Invite { only_ask }, left_open);
    }

    /// What an earlier run left open, which nobody asks about now.
    pub(super) fn still_open(&self, open: &Outcome) -> Outcome {
        let mut outcome = open.clone();
        if open.status == Status::Sending {
            outcome.status = Status::Unknown;
            let what = match self.source {
                Source::Sheet(..) => "an invitation",
                Source::Results(_) => "a cancellation",
            };
            outcome.error_detail = Some(format!(
                "{what} was sent at {:.0} by a run that was killed; the server has not been asked yet",
                open.finished_at
            ));
            // A line that is not `sending` says when its request was given up.
            outcome.finished_at = self.given_up(open);
            let since = outcome.finished_at.duration_since(open.finished_at);
            outcome.elapsed += Duration::try_from(since).unwrap_or_default();
        }
        outcome
    }

    /// When an earlier run gave up its request, at the latest.
    fn given_up(&self, open: &Outcome) -> Timestamp {
        if open.status != Status::Sending {
            return open.finished_at;
        }
        // After it wrote the line, a killed run may have waited a whole timeout for a token and another for its answer.
        let timeouts = signed(self.options.timeout.saturating_mul(2));
        let timed_out = open.finished_at.saturating_add(timeouts).unwrap_or(open.finished_at);
        timed_out.min(self.now()).max(open.finished_at)
    }

    /// What an earlier run's line says was sent, and how long that may still be running.
    pub(super) fn left_open(&self, open: &Outcome, sent_as: String) -> LeftOpen {
        let (settle, finished) = (signed(self.options.settle), open.finished_at);
        let settled = self.given_up(open).saturating_add(settle).unwrap_or(finished);
        let rest = settled.duration_since(self.now()).clamp(SignedDuration::ZERO, settle);
        let trace = Trace { attempts: open.attempts, first_sent: Some(first_sent(open)), last_sent: Some(finished) };
        let settle = Duration::try_from(rest).unwrap_or(self.options.settle);
        // What is known of the server's clock may be behind by as long as an answer is under way.
        let settled_at = settled.saturating_add(signed(self.options.timeout)).unwrap_or(settled);
        LeftOpen { sent_as, trace, settle, settled_at }
    }
}
