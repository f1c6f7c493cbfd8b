//! Requests on their way out: first the `sending` line, then the file, then the word to go.
//!
//! The first request of most rows need not wait for its turn. The dispatcher takes that turn and notes the line, so that
//! the worker gets a row with which it can begin at once. Any other request the worker announces.

use std::io::Read;

use tokio::sync::{mpsc, oneshot};

use super::super::organization::Worker;
use super::super::recorder::Person;
use super::{AtWork, Dispatcher};
use crate::atlas::api::{Gateway, Request};
use crate::engine::worker::{Assignment, Cleared, Errand, LeftOpen, Ticket, Trace, work};
use crate::model::invitation::ObjectId;

/// How a worker learns that its request's line is in the file.
pub(super) enum Word {
    /// It gets the row.
    Row(Box<Assignment>),
    /// It has the row and waits.
    Written(oneshot::Sender<()>),
}

impl<G: Gateway, R: Read> Dispatcher<'_, '_, G, R> {
    /// Gives a row to a worker, an idle one where there is one.
    pub(super) fn assign(
        &mut self,
        branch: usize,
        person: Person,
        request: Request,
        errand: Errand,
        left_open: Option<LeftOpen>,
    ) {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        let worker = self.branches[branch].idle.pop().unwrap_or_else(|| self.hire(branch));
        let crew = &self.branches[branch].crew;
        // What an earlier run left open only waits at first, and needs no place for that.
        let permit = if left_open.is_none() { crew.slots.clone().try_acquire_owned().ok() } else { None };
        let past = match &errand {
            Errand::Invite { .. } => left_open.as_ref().map(|left_open| left_open.trace),
            // What the run sent was no cancellation.
            Errand::Revoke { tried } => *tried,
        };
        // A row with a past has to be told of with it, which its worker does.
        let turn = if permit.is_some() && past.is_none() { crew.caller.try_turn(&request) } else { None };
        let now = self.now();
        let trace = if turn.is_some() { Trace::first(now) } else { past.unwrap_or_default() };
        let cleared = turn.map(|turn| Cleared { turn, trace });
        let assignment = Box::new(Assignment { ticket, request, errand, left_open, permit, cleared });
        if assignment.cleared.is_some() {
            self.book.sending(&person, trace, assignment.request.own_invite(), now);
            self.words.push(Word::Row(assignment));
        } else {
            worker.begin(assignment);
        }
        self.at_work.insert(ticket, AtWork { branch, person, worker, trace });
    }

    fn hire(&mut self, branch: usize) -> Worker {
        let (assignments, inbox) = mpsc::channel(1);
        let id = self.workers.spawn(work(self.branches[branch].crew.clone(), inbox)).id();
        Worker { id, assignments }
    }

    /// Notes that a worker is about to send. Nothing goes out once the run ends, which it learns by the dropped sender.
    pub(super) fn announce(
        &mut self,
        ticket: Ticket,
        trace: Trace,
        invite: Option<ObjectId>,
        written: oneshot::Sender<()>,
    ) {
        let now = self.now();
        let Some(at_work) = self.at_work.get_mut(&ticket).filter(|_| self.halt.is_none()) else { return };
        let branch = at_work.branch;
        if self.branches[branch].condemned.is_some() {
            return;
        }
        at_work.trace = trace;
        self.book.sending(&at_work.person, trace, invite, now);
        self.words.push(Word::Written(written));
    }

    /// Brings what is noted into the file, then gives the word to those who wait for it. Should the run have ended, they
    /// send nothing.
    pub(super) fn write(&mut self) {
        if let Err(error) = self.book.journal.flush() {
            self.broke(error);
        }
        for word in self.words.drain(..) {
            match word {
                Word::Row(assignment) => {
                    if let Some(at_work) = self.at_work.get(&assignment.ticket) {
                        at_work.worker.begin(assignment);
                    }
                }
                // A worker that is gone has been stopped.
                Word::Written(written) => drop(written.send(())),
            }
        }
    }
}
