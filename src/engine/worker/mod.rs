//! Carries rows, one after another, each from its first request to its fate.
//!
//! Takes a turn, sends, judges the answer, waits, and again; what an answer leads to is [`invite`]'s and [`revoke`]'s.
//! Every wait listens for a stop. The worker writes nothing: before a request goes out, unless the row came with leave to
//! send it, and when the row is settled, it tells the dispatcher.

mod invite;
mod message;
mod outcome;
mod revoke;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::sleep;

pub(crate) use self::message::{Assignment, Cleared, Errand, LeftOpen, Notice, Settled, Ticket, Trace};

use self::outcome::{Fate, LastAnswer, OpenQuestion};
use crate::atlas::api::{Answer, Gateway, Request};
use crate::engine::backoff::Delays;
use crate::engine::caller::{Caller, Found, Unanswered};
use crate::engine::limiter::Turn;
use crate::engine::stop::Stopped;

/// Why a row waits that an earlier run left open.
const LEFT_OPEN: &str = "an earlier run did not learn what became of it";

/// What all workers share.
#[derive(Debug)]
pub(crate) struct Crew<G> {
    pub(crate) caller: Caller<G>,
    /// Rows that may be at work at once; one that settles does not count.
    pub(crate) slots: Arc<Semaphore>,
    /// How long a request given up may still be running on the server.
    pub(crate) settle: Duration,
    pub(crate) notices: mpsc::Sender<Notice>,
    /// Why the organization is not there, once it has been asked for; `None` where it is.
    pub(crate) organization_missing: OnceCell<Option<String>>,
}

/// One row at work.
struct Row<'a, G> {
    crew: &'a Crew<G>,
    ticket: Ticket,
    request: Request,
    /// How an earlier run wrote the address.
    sent_as: Option<String>,
    permit: Option<OwnedSemaphorePermit>,
    cleared: Option<Cleared>,
    trace: Trace,
    open: Option<OpenQuestion>,
    last: LastAnswer,
    /// Made when the first delay is needed.
    delays: Option<Delays<'a>>,
    sent: bool,
}

/// Carries the rows that it is given, until no more will be.
pub(crate) async fn work<G: Gateway>(crew: Arc<Crew<G>>, mut assignments: mpsc::Receiver<Box<Assignment>>) {
    while let Some(assignment) = assignments.recv().await {
        let settled = carry(&crew, *assignment).await;
        if crew.notices.send(Notice::Settled(settled)).await.is_err() {
            return;
        }
    }
}

async fn carry<G: Gateway>(crew: &Crew<G>, assignment: Assignment) -> Settled {
    let Assignment { ticket, request, errand, left_open, permit, cleared } = assignment;
    let mut row = Row {
        crew,
        ticket,
        request,
        sent_as: None,
        permit,
        cleared,
        trace: Trace::default(),
        open: None,
        last: LastAnswer::default(),
        delays: None,
        sent: false,
    };
    let (outcome, condemned) = match errand {
        Errand::Invite { only_ask } => row.invite(left_open, only_ask).await,
        Errand::Revoke { tried } => Box::pin(row.revoke(left_open, tried)).await,
    };
    Settled { ticket, outcome, sent: row.sent, condemned }
}

impl<G: Gateway> Row<'_, G> {
    /// Sends the row's request once, after the dispatcher has written down that it will be.
    async fn send(&mut self) -> Result<Answer, Fate> {
        let before = self.trace;
        let turn = match self.cleared.take() {
            Some(Cleared { turn, trace }) => {
                self.trace = trace;
                turn
            }
            None => self.announce().await?,
        };
        // The run may have ended since the line was written.
        if self.crew.caller.stop.is_draining() {
            self.trace = before;
            return Err(self.not_sent());
        }
        self.sent = true;
        match self.crew.caller.send(turn, &self.request).await {
            Ok(answer) => Ok(answer),
            Err(Stopped) => {
                self.last = LastAnswer::default();
                self.doubt();
                Err(self.unknown("the run was ended by a second signal while the request was on its way"))
            }
        }
    }

    /// Waits for the request's turn and has the dispatcher write down that it goes out.
    async fn announce(&mut self) -> Result<Turn, Fate> {
        let crew = self.crew;
        if self.take_place().await.is_err() {
            return Err(self.not_sent());
        }
        let Ok(turn) = crew.caller.turn(&self.request).await else { return Err(self.not_sent()) };
        let now = crew.caller.clock.now();
        let before = self.trace;
        self.trace.attempts += 1;
        self.trace.first_sent.get_or_insert(now);
        self.trace.last_sent = Some(now);
        let (written, confirmed) = oneshot::channel();
        // The next run, should this one be killed, has to know since when an invite may be ours.
        let trace = Trace { first_sent: self.in_doubt_since().or(Some(now)), ..self.trace };
        let notice = Notice::Sending { ticket: self.ticket, trace, invite: self.request.own_invite(), written };
        // The dispatcher answers nothing once the run ends, so that nothing goes out unrecorded.
        if crew.notices.send(notice).await.is_err() || confirmed.await.is_err() {
            self.trace = before;
            return Err(self.not_sent());
        }
        Ok(turn)
    }

    /// Waits for a place among the rows at work, unless the row has one.
    async fn take_place(&mut self) -> Result<(), Stopped> {
        if self.permit.is_none() {
            self.permit = self.crew.caller.stop.or(self.crew.slots.clone().acquire_owned()).await?.ok();
        }
        Ok(())
    }

    fn next_delay(&mut self, retry_after: Option<Duration>) -> Duration {
        self.delays.get_or_insert_with(|| self.crew.caller.policy.delays()).next(retry_after)
    }

    fn email(&self) -> &str {
        match &self.request {
            Request::Create(create) => &create.email,
            Request::Revoke(revoke) => &revoke.email,
            Request::FindUser(email) | Request::FindInvites(email) => email,
            Request::Organization
            | Request::Users(_)
            | Request::Lapsed(_)
            | Request::Invites
            | Request::Teams(_)
            | Request::Projects(_)
            | Request::RateLimits => "",
        }
    }

    async fn wait(&self, delay: Duration, why: String) -> Result<(), Stopped> {
        let notice = Notice::Waiting { ticket: self.ticket, why, delay };
        // A dispatcher that is gone has stopped the run.
        let _ = self.crew.notices.send(notice).await;
        self.crew.caller.stop.or(sleep(delay)).await
    }

    /// Takes up what an earlier run left open: waits until its request cannot be running any more, then asks.
    async fn take_up(&mut self, left_open: LeftOpen) -> Result<Found, Fate> {
        let settle = self.reopen(left_open);
        let found = Box::pin(self.settle(settle, LEFT_OPEN)).await?;
        if found == Found::Nobody {
            // Whatever the earlier run sent has come to nothing.
            self.trace = Trace::default();
        }
        Ok(found)
    }

    /// Takes over what an earlier run sent; how long that may still be running.
    fn reopen(&mut self, left_open: LeftOpen) -> Duration {
        let LeftOpen { sent_as, trace, settle, settled_at } = left_open;
        self.trace = trace;
        let until = Some(settled_at);
        self.open = trace.first_sent.map(|since| OpenQuestion { since, until, absent_at: None });
        self.sent_as = Some(sent_as);
        settle
    }

    /// Waits until the last request cannot be running any more, then asks what came of it.
    async fn settle(&mut self, delay: Duration, why: &str) -> Result<Found, Fate> {
        self.settled(delay, why).await?;
        let found = self.ask().await.map_err(|unanswered| self.unanswered(unanswered, Self::unknown))?;
        if found == Found::Nobody {
            let now = self.crew.caller.clock.now();
            self.open = self.open.map(|open| OpenQuestion { absent_at: Some(now), ..open });
        }
        Ok(found)
    }

    /// Waits until the last request cannot be running any more, and for the place from which to ask.
    async fn settled(&mut self, delay: Duration, why: &str) -> Result<(), Fate> {
        if self.wait(delay, why.to_owned()).await.is_err() || self.take_place().await.is_err() {
            return Err(self.unknown("the run was ended before the server could be asked"));
        }
        Ok(())
    }

    /// The fate of a row of which the server was asked in vain, to be told so.
    fn unanswered(&self, unanswered: Unanswered, told: fn(&Self, &str) -> Fate) -> Fate {
        match unanswered {
            Unanswered::Stopped => told(self, "the run was ended before the server was asked"),
            Unanswered::Unreachable(why) | Unanswered::GaveUp(why) => {
                told(self, &format!("asking who is there failed: {why}"))
            }
            Unanswered::Unauthorized(why) | Unanswered::Denied(why) => {
                let (outcome, _) = told(self, &format!("asking who is there was refused: {why}"));
                (outcome, Some(why))
            }
        }
    }

    async fn ask(&self) -> Result<Found, Unanswered> {
        self.crew.caller.who_is_there(self.email(), self.sent_as.as_deref(), self.ours_since()).await
    }
}

fn retry_after(answer: &Answer) -> Option<Duration> {
    match answer {
        Answer::Response(response) => response.retry_after,
        Answer::NotSent(_) | Answer::NoAnswer(_) => None,
    }
}
