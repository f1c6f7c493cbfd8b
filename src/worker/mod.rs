//! Carries rows, one after another, each from its first request to its fate.
//!
//! Takes a turn, sends, judges the answer, waits, and again. Where an answer leaves open whether the invite exists, the
//! server is asked before anything is sent again, for an invitation is an email to a person. Every wait listens for a
//! stop. The worker writes nothing: before a request goes out, and when the row is settled, it tells the dispatcher.

mod fate;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::sleep;

use self::fate::{Fate, LastAnswer, OpenQuestion};
use crate::caller::{Caller, Found, Unanswered, describe};
use crate::exchange::{Answer, Create, Gateway, Request};
use crate::outcome::{Outcome, Status};
use crate::retry::{Delays, Doubt, Verdict, judge};
use crate::stop::Stopped;

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

/// Names a row at work to the dispatcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ticket(pub(crate) u64);

/// What a worker tells the dispatcher while it works.
#[derive(Debug)]
pub(crate) enum Notice {
    /// A request is about to go out; it goes once the dispatcher has written that down.
    Sending { ticket: Ticket, trace: Trace, written: oneshot::Sender<()> },
    /// The row will be tried again, or asked about.
    Waiting { ticket: Ticket, why: String, delay: Duration },
    /// The row has met its fate, and its worker may have another.
    Settled(Settled),
}

/// What has been sent for a row so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// Requests that went out, or were about to.
    pub(crate) attempts: u32,
    /// When the first one did, or told to the dispatcher, the first one that may have created an invite.
    pub(crate) first_sent: Option<Timestamp>,
    /// When the latest one did.
    pub(crate) last_sent: Option<Timestamp>,
}

/// A row to carry.
#[derive(Debug)]
pub(crate) struct Assignment {
    pub(crate) ticket: Ticket,
    pub(crate) create: Create,
    /// What an earlier run sent for the row without learning what came of it.
    pub(crate) left_open: Option<LeftOpen>,
    /// Why the row may only be asked about and not sent, if so.
    pub(crate) only_ask: Option<&'static str>,
    /// The row's place among those at work.
    pub(crate) permit: Option<OwnedSemaphorePermit>,
}

/// What an earlier run left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeftOpen {
    /// The address as it was sent, which the sheet may write otherwise by now.
    pub(crate) sent_as: String,
    pub(crate) trace: Trace,
    /// How long its request may still be running.
    pub(crate) settle: Duration,
}

/// A row's fate, and the run's where the row decided that too.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) ticket: Ticket,
    pub(crate) outcome: Outcome,
    /// Whether this run sent a request for it.
    pub(crate) sent: bool,
    /// Why no other row can succeed either.
    pub(crate) condemned: Option<String>,
}

/// One row at work.
struct Row<'a, G> {
    crew: &'a Crew<G>,
    ticket: Ticket,
    request: Request,
    /// How an earlier run wrote the address.
    sent_as: Option<String>,
    permit: Option<OwnedSemaphorePermit>,
    trace: Trace,
    open: Option<OpenQuestion>,
    last: LastAnswer,
    /// Made when the first delay is needed.
    delays: Option<Delays<'a>>,
    sent: bool,
}

/// Carries the rows that it is given, until no more will be.
pub(crate) async fn work<G: Gateway>(crew: Arc<Crew<G>>, mut assignments: mpsc::Receiver<Assignment>) {
    while let Some(assignment) = assignments.recv().await {
        let settled = carry(&crew, assignment).await;
        if crew.notices.send(Notice::Settled(settled)).await.is_err() {
            return;
        }
    }
}

async fn carry<G: Gateway>(crew: &Crew<G>, assignment: Assignment) -> Settled {
    let Assignment { ticket, create, left_open, only_ask, permit } = assignment;
    let mut row = Row {
        crew,
        ticket,
        request: Request::Create(create),
        sent_as: None,
        permit,
        trace: Trace::default(),
        open: None,
        last: LastAnswer::default(),
        delays: None,
        sent: false,
    };
    let (outcome, condemned) = row.carry(left_open, only_ask).await;
    Settled { ticket, outcome, sent: row.sent, condemned }
}

impl<G: Gateway> Row<'_, G> {
    async fn carry(&mut self, left_open: Option<LeftOpen>, only_ask: Option<&str>) -> Fate {
        if let Some(open) = left_open {
            self.trace = open.trace;
            self.open = open.trace.first_sent.map(|since| OpenQuestion { since, absent_at: None });
            self.sent_as = Some(open.sent_as);
            if let Some(fate) =
                Box::pin(self.settle(open.settle, "an earlier run did not learn what became of it")).await
            {
                return fate;
            }
            // Nobody is there: whatever the earlier run sent has come to nothing.
            self.trace = Trace::default();
            if let Some(why) = only_ask {
                return self.end(Status::NotSent, why);
            }
        }
        let mut renewed = false;
        loop {
            let before = self.trace;
            let answer = match self.send().await {
                Ok(answer) => answer,
                Err(fate) => return fate,
            };
            self.last = LastAnswer::of(&answer);
            let unauthorized = std::mem::take(&mut renewed);
            let verdict = judge(&answer);
            tracing::debug!(ticket = self.ticket.0, attempt = self.trace.attempts, verdict = verdict.name(), "judged");
            match verdict {
                Verdict::Created(created) => {
                    return self.end_with(Status::Invited, Some(created.id), created.expires_at, None);
                }
                // No attempt, and whatever was made meanwhile is not ours.
                Verdict::NotProcessed(_) => self.trace = before,
                Verdict::Unauthorized if unauthorized => {
                    return self.condemned(format!("the credentials are refused: {}", describe(&answer)));
                }
                Verdict::Unauthorized => {
                    self.trace = before;
                    renewed = true;
                }
                Verdict::NotSent(why) => {
                    if self.trace.attempts >= self.crew.caller.policy.max_attempts() {
                        return self.failed();
                    }
                    let delay = self.next_delay(None);
                    if self.wait(delay, why).await.is_err() {
                        return self.not_sent();
                    }
                }
                Verdict::InDoubt(doubt) => {
                    self.doubt();
                    let delay = self.next_delay(retry_after(&answer));
                    let delay = match doubt {
                        Doubt::Answered => delay,
                        Doubt::MayStillRun => {
                            // Others may use the place while this row only waits.
                            self.permit = None;
                            delay.max(self.crew.settle)
                        }
                    };
                    let why = self.last.detail.clone().unwrap_or_default();
                    if let Some(fate) = Box::pin(self.settle(delay, &why)).await {
                        return fate;
                    }
                    if self.trace.attempts >= self.crew.caller.policy.max_attempts() {
                        return self.failed();
                    }
                }
                Verdict::PerhapsThere => return Box::pin(self.find_out_who_is_there()).await,
                Verdict::SomethingMissing => return Box::pin(self.find_out_what_is_missing()).await,
                Verdict::Refused => return self.failed(),
                Verdict::Condemned(why) => return self.condemned(why),
            }
        }
    }

    /// Sends the invitation once, after the dispatcher has written down that it will be.
    async fn send(&mut self) -> Result<Answer, Fate> {
        let crew = self.crew;
        if self.permit.is_none() {
            match crew.caller.stop.or(crew.slots.clone().acquire_owned()).await {
                Ok(permit) => self.permit = permit.ok(),
                Err(Stopped) => return Err(self.not_sent()),
            }
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
        let notice = Notice::Sending { ticket: self.ticket, trace, written };
        // The dispatcher answers nothing once the run ends, so that nothing goes out unrecorded.
        if crew.notices.send(notice).await.is_err() || confirmed.await.is_err() {
            self.trace = before;
            return Err(self.not_sent());
        }
        self.sent = true;
        match crew.caller.send(turn, &self.request).await {
            Ok(answer) => Ok(answer),
            Err(Stopped) => {
                self.last = LastAnswer::default();
                self.doubt();
                Err(self.unknown("the run was ended by a second signal while the request was on its way"))
            }
        }
    }

    fn next_delay(&mut self, retry_after: Option<Duration>) -> Duration {
        self.delays.get_or_insert_with(|| self.crew.caller.policy.delays()).next(retry_after)
    }

    fn email(&self) -> &str {
        if let Request::Create(create) = &self.request { &create.email } else { "" }
    }

    async fn wait(&self, delay: Duration, why: String) -> Result<(), Stopped> {
        let notice = Notice::Waiting { ticket: self.ticket, why, delay };
        // A dispatcher that is gone has stopped the run.
        let _ = self.crew.notices.send(notice).await;
        self.crew.caller.stop.or(sleep(delay)).await
    }

    /// Waits until the last request cannot be running any more, then asks what came of it. `None`: of nothing.
    async fn settle(&mut self, delay: Duration, why: &str) -> Option<Fate> {
        if self.wait(delay, why.to_owned()).await.is_err() {
            return Some(self.unknown("the run was ended before the server could be asked"));
        }
        if self.permit.is_none() {
            let slots = self.crew.slots.clone();
            match self.crew.caller.stop.or(slots.acquire_owned()).await {
                Ok(permit) => self.permit = permit.ok(),
                Err(Stopped) => return Some(self.unknown("the run was ended before the server could be asked")),
            }
        }
        match self.ask().await {
            Ok(Found::Nobody) => {
                let now = self.crew.caller.clock.now();
                self.open = self.open.map(|open| OpenQuestion { absent_at: Some(now), ..open });
                None
            }
            Ok(found) => Some(self.found(found)),
            Err(Unanswered::Stopped) => Some(self.unknown("the run was ended before the server was asked")),
            Err(Unanswered::Unreachable(why) | Unanswered::GaveUp(why)) => {
                Some(self.unknown(&format!("asking afterwards failed: {why}")))
            }
            Err(Unanswered::Unauthorized(why) | Unanswered::Denied(why)) => {
                let (outcome, _) = self.unknown(&format!("asking afterwards was refused: {why}"));
                Some((outcome, Some(why)))
            }
        }
    }

    async fn ask(&self) -> Result<Found, Unanswered> {
        self.crew.caller.who_is_there(self.email(), self.sent_as.as_deref(), self.ours_since()).await
    }

    async fn find_out_who_is_there(&mut self) -> Fate {
        match self.ask().await {
            Ok(Found::Nobody) => self.failed(),
            Ok(found) => self.found(found),
            Err(Unanswered::Stopped) => self.failed_and("the run was ended before the server was asked"),
            Err(Unanswered::Unreachable(why) | Unanswered::GaveUp(why)) => {
                self.failed_and(&format!("asking who is there failed: {why}"))
            }
            Err(Unanswered::Unauthorized(why) | Unanswered::Denied(why)) => {
                let (outcome, _) = self.failed_and(&format!("asking who is there was refused: {why}"));
                (outcome, Some(why))
            }
        }
    }

    /// A 404 may mean the row's team or project, or the organization.
    async fn find_out_what_is_missing(&mut self) -> Fate {
        let caller = &self.crew.caller;
        let ask = || async {
            match caller.ask(&Request::Organization).await {
                Ok(_) => Ok(None),
                Err(Unanswered::Unauthorized(why) | Unanswered::Denied(why)) => Ok(Some(why)),
                Err(unanswered @ (Unanswered::Stopped | Unanswered::Unreachable(_) | Unanswered::GaveUp(_))) => {
                    Err(unanswered)
                }
            }
        };
        match self.crew.organization_missing.get_or_try_init(ask).await {
            Ok(Some(why)) => self.condemned(format!("the organization is not there: {why}")),
            Err(Unanswered::Unreachable(why) | Unanswered::GaveUp(why)) => {
                self.failed_and(&format!("asking for the organization failed: {why}"))
            }
            Ok(None) | Err(Unanswered::Stopped | Unanswered::Unauthorized(_) | Unanswered::Denied(_)) => self.failed(),
        }
    }
}

fn retry_after(answer: &Answer) -> Option<Duration> {
    match answer {
        Answer::Response(response) => response.retry_after,
        Answer::NotSent(_) | Answer::NoAnswer(_) => None,
    }
}
