//! The way of a request from its arrival to its answer. Nothing here depends on sockets.
//!
//! The state is changed under its lock, and every wait is outside it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;

use crate::admission;
use crate::answer::{self, Style};
use crate::call::{Arrival, Call};
use crate::clock::Clock;
use crate::control;
use crate::fault::Fault;
use crate::fault::kind::{FaultKind, Moment};
use crate::fault::plan::{FaultPlan, Faults};
use crate::ledger::Ledger;
use crate::options::Options;
use crate::organization::user::InvitationEnd;
use crate::perform::perform;
use crate::reply::{Asked, Delivery, Reply, deliver, substitute};
use crate::snapshot::{self, LoadStateError};
use crate::state::ServerState;

/// An organization behind an API like Atlas's, with its credentials, limits and faults.
#[derive(Debug)]
pub struct Sandbox {
    options: Options,
    clock: Clock,
    state: Mutex<ServerState>,
}

impl Sandbox {
    /// Creates the organization. The clock starts now: with a paused runtime, call this inside it.
    pub fn new(options: Options) -> Self {
        let options = options.with_speed_applied();
        let clock = Clock::new(options.start);
        let state = ServerState::new(&options, clock.at(Duration::ZERO));
        Sandbox { options, clock, state: Mutex::new(state) }
    }

    /// Returns the options, with [`Options::speed`] already applied to every period.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Returns a copy of the ledger.
    pub fn ledger(&self) -> Ledger {
        self.lock().ledger.clone()
    }

    /// Replaces the faults; their counts start at zero.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.lock().faults = Faults::new(faults, self.options.seed);
    }

    /// Returns the organization, its people and the ledger as JSON.
    pub fn state(&self) -> String {
        snapshot::dump(&mut self.lock(), self.now())
    }

    /// Replaces the people by those of a document that [`Sandbox::state`] returned, and the name, teams and projects if
    /// the document has them. The id and the ledger stay.
    pub fn load_state(&self, document: &[u8]) -> Result<(), LoadStateError> {
        snapshot::load(&mut self.lock(), document)
    }

    /// Ends a pending invitation, named by the invite's id, the user's id or the address. Returns false if there is
    /// none.
    pub fn end_invitation(&self, invitation: &str, end: InvitationEnd) -> bool {
        control::end_invitation(&mut self.lock(), invitation, end, self.now())
    }

    /// Answers a request. Run the future to its end even if the client disconnects, since Atlas processes a request even
    /// then.
    pub async fn handle(&self, request: Request<Bytes>) -> Reply {
        let path = request.uri().path();
        if path.starts_with(control::PREFIX) {
            let response = control::answer(&mut self.lock(), &request, self.now());
            return Reply { response, delivery: Delivery::Whole };
        }
        let arrival = admission::arrive(&mut self.lock(), &self.options, &request, self.clock.elapsed());
        let authorization = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let mut asked = Asked { path, authorization: authorization.unwrap_or_default(), style: Style::default() };
        let (mut response, plan) = match arrival {
            Arrival::Answered(response) => {
                pause(self.options.latency).await;
                (response, FaultPlan::default())
            }
            Arrival::Token(plan) => {
                pause(self.options.latency.saturating_add(plan.before)).await;
                let answers_at = plan.fault.as_ref().and_then(FaultKind::answers_at);
                // The effect of a late request for a token cannot be seen, so its time does not matter.
                let processed = (answers_at != Some(Moment::Before))
                    .then(|| self.lock().authenticator.token(&request, self.clock.elapsed()));
                (processed.unwrap_or_else(|| answer::bare(StatusCode::OK)), plan)
            }
            Arrival::Call(call, plan) => {
                pause(self.options.latency.saturating_add(plan.before)).await;
                asked.style = call.style;
                let response = match plan.fault.as_ref().and_then(FaultKind::answers_at) {
                    None | Some(Moment::After) => self.process(&call),
                    Some(Moment::Before) => answer::bare(StatusCode::OK),
                    Some(Moment::Late(by)) => {
                        self.lock().late.add(self.clock.elapsed().saturating_add(by), call);
                        answer::bare(StatusCode::OK)
                    }
                };
                (response, plan)
            }
        };
        pause(plan.after).await;
        let now = self.now();
        let date = now.saturating_add(plan.date_by).unwrap_or(now);
        let mut delivery = Delivery::Whole;
        if let Some(fault) = &plan.fault {
            response = substitute(fault, asked, date).unwrap_or(response);
            delivery = deliver(fault, &mut response);
        }
        if plan.fault == Some(FaultKind::NoHeaders) {
            response.headers_mut().clear();
        } else {
            answer::add_date(&mut response, date);
        }
        if delivery != Delivery::Reset {
            self.lock().ledger.record_answer(response.status().as_u16());
        }
        Reply { response, delivery }
    }

    fn process(&self, call: &Call) -> Response<Bytes> {
        let (elapsed, now) = (self.clock.elapsed(), self.now());
        let mut response = perform(&mut self.lock(), &self.options, call, elapsed, now);
        if call.operation.deprecated(call.version) {
            answer::add_deprecation(&mut response);
        }
        if let Some(level) = call.bucket {
            answer::add_rate_limit(&mut response, level);
        }
        response
    }

    /// Processes every request that was answered before and is still to be processed.
    pub(crate) fn process_late_requests(&self) {
        let now = self.clock.elapsed();
        let mut state = self.lock();
        while let Some((_, call)) = state.late.next_until(Duration::MAX) {
            perform(&mut state, &self.options, &call, now, self.clock.at(now));
        }
    }

    /// Locks the state, once the late requests that are due by now were processed, each as of its own time.
    fn lock(&self) -> MutexGuard<'_, ServerState> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.late.is_empty() {
            let now = self.clock.elapsed();
            while let Some((due, call)) = state.late.next_until(now) {
                perform(&mut state, &self.options, &call, due, self.clock.at(due));
            }
        }
        state
    }

    /// Returns the time of day.
    fn now(&self) -> Timestamp {
        self.clock.at(self.clock.elapsed())
    }
}

/// Waits, without a timer if there is nothing to wait for.
async fn pause(wait: Duration) {
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}
