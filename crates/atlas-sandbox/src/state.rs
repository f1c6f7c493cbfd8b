//! What happens to a request, from its arrival to its answer. Nothing here knows of sockets.
//!
//! The state is decided upon under its lock and every wait is outside it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;

use super::admission::{Arrival, Call};
use super::answer::{self, Style};
use super::auth::Gate;
use super::bucket::{Buckets, WindowCount};
use super::clock::Clock;
use super::control;
use super::fault::{Fault, FaultKind, Faults, Kind, Moment, Plan};
use super::ledger::Ledger;
use super::operation;
use super::options::Options;
use super::organization::Organization;
use super::reply::{Delivery, Reply, deliver, instead};

/// An organization behind an API like Atlas's, with what it was told of credentials, limits and faults.
#[derive(Debug)]
pub struct Sandbox {
    pub(super) options: Options,
    pub(super) clock: Clock,
    state: Mutex<State>,
}

/// Everything that requests change.
#[derive(Debug)]
pub(super) struct State {
    pub(super) organization: Organization,
    pub(super) ledger: Ledger,
    pub(super) invitations: Option<WindowCount>,
    pub(super) gate: Gate,
    pub(super) buckets: Buckets,
    pub(super) faults: Faults,
    pub(super) maintenance_until: Duration,
}

impl Sandbox {
    /// Founds the organization. The clock starts now: with a paused runtime, call this inside it.
    pub fn new(options: Options) -> Self {
        let options = options.compressed();
        let clock = Clock::new(options.start);
        let state = State {
            organization: Organization::new(&options, clock.at(Duration::ZERO)),
            ledger: Ledger::default(),
            invitations: options.limits.invitations.map(WindowCount::new),
            gate: Gate::new(&options),
            buckets: Buckets::new(&options.limits),
            faults: Faults::new(options.faults.clone(), options.seed),
            maintenance_until: Duration::ZERO,
        };
        Sandbox { options, clock, state: Mutex::new(state) }
    }

    /// What the sandbox was told, its periods compressed already.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// What really happened so far.
    pub fn ledger(&self) -> Ledger {
        self.lock().ledger.clone()
    }

    /// Replaces the faults, so that one organization can be met in different moods.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.lock().faults = Faults::new(faults, self.options.seed);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time of day.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.at(self.clock.elapsed())
    }

    /// Answers a request. Once begun it must run to its end: a client that goes away does not undo what it asked for.
    pub async fn handle(&self, request: Request<Bytes>) -> Reply {
        if request.uri().path().starts_with(control::PREFIX) {
            return Reply { response: control::answer(self, &request), delivery: Delivery::Whole };
        }
        let arrival = self.arrive(&request);
        let (mut response, plan) = match arrival {
            Arrival::Answered(response) => {
                pause(self.options.latency).await;
                (response, Plan::default())
            }
            Arrival::Token(plan) => {
                pause(self.options.latency.saturating_add(plan.before)).await;
                let processed = || self.lock().gate.token(&request, self.clock.elapsed());
                (self.unless(&plan, request.uri().path(), Style::default(), processed), plan)
            }
            Arrival::Call(call, plan) => {
                pause(self.options.latency.saturating_add(plan.before)).await;
                let processed = || self.process(&call);
                (self.unless(&plan, request.uri().path(), call.style, processed), plan)
            }
        };
        pause(plan.after).await;
        let now = self.now();
        let delivery = deliver(&plan, &mut response, request.uri().path(), now);
        if plan.fault == Some(FaultKind::NoHeaders) {
            response.headers_mut().clear();
        } else {
            answer::add_date(&mut response, now);
        }
        if delivery != Delivery::Reset {
            self.lock().ledger.answer(response.status().as_u16());
        }
        Reply { response, delivery }
    }

    fn process(&self, call: &Call) -> Response<Bytes> {
        let (elapsed, now) = (self.clock.elapsed(), self.now());
        let mut response = operation::perform(&mut self.lock(), &self.options, call, elapsed, now);
        if call.operation.deprecated(call.version) {
            answer::add_deprecation(&mut response);
        }
        if let Some((capacity, remaining)) = call.rate {
            answer::add_rate(&mut response, capacity, remaining);
        }
        response
    }

    /// Processes a request, unless a fault answers in its place.
    fn unless(
        &self,
        plan: &Plan,
        path: &str,
        style: Style,
        processed: impl FnOnce() -> Response<Bytes>,
    ) -> Response<Bytes> {
        match plan.fault.as_ref() {
            Some(fault) => instead(fault, Moment::Before, path, style, self.now()).unwrap_or_else(processed),
            None => processed(),
        }
    }
}

impl State {
    /// Asks the faults, and lets those take effect that outlast the request.
    pub(super) fn strike(&mut self, kind: Kind, now: Duration) -> Plan {
        let plan = self.faults.plan(kind, now);
        self.ledger.faults += u64::from(plan != Plan::default());
        match plan.fault {
            Some(FaultKind::Revoke) => self.gate.revoke(),
            Some(FaultKind::Maintenance(lasting)) => self.maintenance_until = now.saturating_add(lasting),
            Some(_) | None => {}
        }
        plan
    }
}

/// Spares the timer where there is nothing to wait for.
async fn pause(wait: Duration) {
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}
