//! Works on rows, one after another, each from its first request to its outcome.
//!
//! A worker waits for a permit, sends the request, judges the answer, waits and tries again. [`invite`] and [`revoke`]
//! decide what follows an answer. Every wait ends when the run stops. The worker writes nothing: the dispatcher records
//! each request before it is sent, and the outcome when the row has ended.

mod handle;
mod invite;
mod last_answer;
mod message;
mod outcome;
mod ownership;
mod refused;
mod resolve;
mod revoke;

use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::sleep;

pub(crate) use self::handle::Worker;
pub(crate) use self::message::{Assignment, Ending, Notice, Preauthorized, RowId, Span, Task, Trace, Unresolved, Work};

use self::last_answer::LastAnswer;
use self::ownership::{Moment, Window};
use super::backoff::Delays;
use super::clock::signed;
use super::limiter::Permit;
use super::session::{NoPermit, Session};
use super::stop::Stopped;
use crate::atlas::api::{Answer, Gateway, Request};
use crate::model::reason::{Blocked, RowReason};

/// The data that the workers of one organization share.
#[derive(Debug)]
pub(crate) struct WorkerContext<G> {
    pub(crate) session: Session<G>,
    /// The slots for rows in flight. A row that only waits needs none.
    pub(crate) slots: Arc<Semaphore>,
    /// The longest time that an abandoned request may still be running on the server.
    pub(crate) settle: Duration,
    pub(crate) notices: mpsc::Sender<Notice>,
    /// The result of looking up the organization after a 404: the reason it is blocked, if it is missing.
    pub(crate) organization_missing: OnceCell<Option<Blocked>>,
}

impl<G> WorkerContext<G> {
    /// Returns the server's time at which a request that is abandoned at a local time has certainly ended.
    pub(crate) fn settled_at(&self, abandoned: Timestamp) -> Timestamp {
        let at = self.session.server_clock.translate(abandoned).unwrap_or(abandoned);
        at.saturating_add(signed(self.settle)).unwrap_or(at)
    }
}

/// One row in flight.
struct ActiveRow<'a, G> {
    context: &'a WorkerContext<G>,
    id: RowId,
    request: Request,
    /// The address as an earlier run spelled it.
    sent_as: Option<String>,
    slot: Option<OwnedSemaphorePermit>,
    preauthorized: Option<Preauthorized>,
    trace: Trace,
    /// The time of the latest request.
    sent_at: Option<Moment>,
    /// The server's time at which an earlier run's request has certainly ended.
    settled_at: Option<Timestamp>,
    window: Option<Window>,
    last: LastAnswer,
    /// Created when the first delay is needed.
    delays: Option<Delays<'a>>,
    sent: bool,
}

/// Works on rows until the channel closes.
async fn work<G: Gateway>(context: Arc<WorkerContext<G>>, mut assignments: mpsc::Receiver<Box<Assignment>>) {
    while let Some(assignment) = assignments.recv().await {
        let notice = run_row(&context, *assignment).await;
        if context.notices.send(notice).await.is_err() {
            return;
        }
    }
}

async fn run_row<G: Gateway>(context: &WorkerContext<G>, assignment: Assignment) -> Notice {
    let Assignment { row: id, work: Work { request, task, unresolved }, slot, preauthorized } = assignment;
    let mut row = ActiveRow {
        context,
        id,
        request,
        sent_as: None,
        slot,
        preauthorized,
        trace: Trace::default(),
        sent_at: None,
        settled_at: None,
        window: None,
        last: LastAnswer::default(),
        delays: None,
        sent: false,
    };
    let ending = match task {
        Task::Invite { only_resolve } => row.invite(unresolved, only_resolve).await,
        Task::Revoke { tried, rest } => Box::pin(row.revoke(unresolved, tried, rest)).await,
    };
    Notice::Ended { row: id, ending, sent: row.sent }
}

impl<G: Gateway> ActiveRow<'_, G> {
    /// Sends the row's request once, after the dispatcher has recorded it.
    async fn send(&mut self) -> ControlFlow<Ending, Answer> {
        let before = self.trace;
        let permit = match self.preauthorized.take() {
            Some(Preauthorized { permit, trace }) => {
                self.trace = trace;
                permit
            }
            None => self.announce().await?,
        };
        // The run may have ended since the line was written.
        if self.context.session.stop.is_draining() {
            self.trace = before;
            return Break(self.not_sent());
        }
        self.sent = true;
        self.sent_at = self.trace.last_sent.map(|at| self.moment(at));
        match self.context.session.send(permit, &self.request).await {
            Ok(answer) => Continue(answer),
            Err(Stopped) => {
                self.last = LastAnswer::default();
                self.doubt();
                Break(self.left_unknown(RowReason::Abandoned))
            }
        }
    }

    /// Waits for the request's permit and until the dispatcher has recorded the request.
    async fn announce(&mut self) -> ControlFlow<Ending, Permit> {
        let context = self.context;
        if self.take_slot().await.is_err() {
            return Break(self.not_sent());
        }
        let permit = match context.session.permit(&self.request).await {
            Ok(permit) => permit,
            Err(NoPermit::Stopped) => return Break(self.not_sent()),
            Err(NoPermit::WaitTooLong(blocked)) => return Break(self.not_permitted(blocked)),
        };
        let now = context.session.clock.now();
        let before = self.trace;
        self.trace.attempts += 1;
        self.trace.first_sent.get_or_insert(now);
        self.trace.last_sent = Some(now);
        let (recorded, confirmed) = oneshot::channel();
        // If this run is killed, the next one must know since when an invite may be ours.
        let trace = Trace { first_sent: self.in_doubt_since().or(Some(now)), ..self.trace };
        let notice = Notice::Sending { row: self.id, trace, invite: self.request.own_invite(), recorded };
        // Once the run stops, the dispatcher confirms no request, so none is sent unrecorded.
        if context.notices.send(notice).await.is_err() || confirmed.await.is_err() {
            self.trace = before;
            return Break(self.not_sent());
        }
        Continue(permit)
    }

    /// Waits for a slot, unless the row has one.
    async fn take_slot(&mut self) -> Result<(), Stopped> {
        if self.slot.is_none() {
            self.slot = self.context.session.stop.or(self.context.slots.clone().acquire_owned()).await?.ok();
        }
        Ok(())
    }

    /// Returns whether the row has no attempt left.
    fn is_last_attempt(&self) -> bool {
        self.trace.attempts >= self.context.session.policy.max_attempts()
    }

    /// Returns the next delay. A `Retry-After` is not part of it, because the limiter holds every request until then.
    fn next_delay(&mut self) -> Duration {
        self.delays.get_or_insert_with(|| self.context.session.policy.delays()).next()
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
        let notice = Notice::Waiting { row: self.id, why, delay };
        // If the dispatcher is gone, the run has stopped.
        let _ = self.context.notices.send(notice).await;
        self.context.session.stop.or(sleep(delay)).await
    }
}
