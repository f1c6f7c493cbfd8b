//! Measures how long a run takes within Atlas's rate limits, in virtual time: the whole engine against a model of Atlas's
//! token bucket, with 330 ms a request, on a paused clock.
//!
//! `cargo bench --bench makespan` prints each time beside the ideal one: that of a client that knows the bucket and never
//! waits too long, with every request that the run must make counted.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Duration;

use bulk_invite::atlas::{Answer, Api, ApiError, Body, Created, Gateway, NextLink, Page, Request, Response};
use bulk_invite::engine::{
    Clock, Input, Limiter, MaxFailures, Organization, Pace, Policy, Run, RunOptions, Session, dispatch, preflight,
};
use bulk_invite::model::{OrgRoles, PersonKeys};
use bulk_invite::plan::{PlanOptions, Planner};
use bulk_invite::results::{Journal, Start};
use bulk_invite::spreadsheet::{Sheet, SheetOptions};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

const ORGANIZATION: &str = "32b6e34b3d91647abb20e7b8";
const LATENCY: Duration = Duration::from_millis(330);
const PERIOD: u64 = 60;
const CAPACITY: f64 = 500.0;
const REFILL: f64 = 250.0;
const CONCURRENCY: u64 = 16;
/// The requests from the same bucket before the first invitation: the lists of invites and of projects.
const BEFORE: u64 = 2;

/// The behaviour of the modelled Atlas.
#[derive(Clone, Copy)]
struct Behaviour {
    /// True if responses have the headers `RateLimit-*`.
    headers: bool,
    /// True if responses with status 429 have `Retry-After`.
    retry_after: bool,
    /// The tokens a second that another program takes.
    used_by_others: f64,
    /// The limit of invitations a minute.
    invitations: Option<u32>,
}

fn main() {
    let alone = Behaviour { headers: true, retry_after: true, used_by_others: 0.0, invitations: None };
    let shared = Behaviour { used_by_others: REFILL / 3.0 / PERIOD as f64, ..alone };
    println!("{:44} {:>9} {:>9} {:>7} {:>5}", "", "took", "ideal", "ratio", "429s");
    for (name, rows, behaviour) in [
        ("2,000 rows, 500 + 250/60 s", 2000, alone),
        ("the same without RateLimit headers", 2000, Behaviour { headers: false, ..alone }),
        ("the same without Retry-After either", 2000, Behaviour { headers: false, retry_after: false, ..alone }),
        ("the same, a third used by others", 2000, shared),
        ("200 rows, 10 invitations a minute", 200, Behaviour { invitations: Some(10), ..alone }),
    ] {
        let (took, refused) = run(rows, behaviour);
        let ideal = ideal(rows, behaviour);
        println!("{name:44} {took:>7.1} s {ideal:>7.1} s {:>7.4} {refused:>5}", took / ideal);
    }
}

/// Returns when a client that knows the bucket has its last response, in seconds.
fn ideal(rows: u64, behaviour: Behaviour) -> f64 {
    let latency = LATENCY.as_secs_f64();
    if let Some(limit) = behaviour.invitations {
        return ((rows.div_ceil(limit.into()) - 1) * PERIOD) as f64 + latency;
    }
    let needed = (rows + BEFORE) as f64;
    let allowed = |step: u64| CAPACITY + step as f64 * REFILL - behaviour.used_by_others * (step * PERIOD) as f64;
    let step = (0..).find(|step| allowed(*step) >= needed).expect("the bucket fills faster than others empty it");
    let last = needed - if step == 0 { 0.0 } else { allowed(step - 1).min(needed) };
    (step * PERIOD) as f64 + (last / CONCURRENCY as f64).ceil() * latency
}

fn run(rows: u64, behaviour: Behaviour) -> (f64, u64) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let mut text = String::from("email,roles\n");
        (0..rows).for_each(|row| writeln!(text, "person{row}@example.com,ORG_MEMBER").expect("memory"));
        let folder = tempfile::tempdir().expect("a folder");
        let organization = ORGANIZATION.parse().expect("an id");
        let sheet = Sheet::from_bytes(text.as_bytes(), &SheetOptions::default()).expect("a header");
        let header = sheet.header().clone();
        let keys = PersonKeys::default();
        let path = folder.path().join("results.csv");
        let (journal, earlier) =
            Journal::open(&path, &[organization], &keys, vec!["roles".to_owned()], Start::Continue).expect("a journal");
        let clock = Clock::starting_at(Timestamp::UNIX_EPOCH);
        let start = Instant::now();
        let atlas = Atlas::new(behaviour);
        let (limiter, policy) = (Limiter::new(Pace::Atlas), Policy::new(5, 1));
        let (sender, learned) = mpsc::unbounded_channel();
        let session = Session::new(atlas, Api::Invites, limiter, policy, clock, sender);
        let directory = preflight(&session).await.expect("an organization");
        let options = RunOptions {
            organization: Some(organization),
            concurrency: CONCURRENCY as usize,
            settle: Duration::from_secs(30),
            timeout: Duration::from_secs(30),
            max_failures: MaxFailures::DEFAULT,
            deadline: None,
            limit: None,
            dry_run: false,
            reinvite_expired: false,
            rows: Some(rows),
        };
        let plan = PlanOptions { default_roles: OrgRoles::default(), organization: Some(organization) };
        let planner = Planner::new(plan, &header, vec![(organization, &directory)]);
        let directory = &directory;
        let organizations =
            vec![Organization { id: organization, session, directory, blocked: None, rows: Some(rows) }];
        let (_, signals) = mpsc::channel(1);
        let (halt, failed_rows) = (None, None);
        let input = Input::Sheet(sheet, planner);
        let run = Run { options, clock, organizations, learned, journal, earlier, keys, halt, failed_rows };
        let summary = dispatch(run, input, signals, &mut |_| {}).await;
        assert_eq!(summary.tally.count(bulk_invite::model::Status::Invited), rows, "{summary:?}");
        (start.elapsed().as_secs_f64(), summary.organizations[0].pace.limited)
    })
}

/// A model of Atlas with one organization, whose bucket fills in steps from its first use.
struct Atlas {
    behaviour: Behaviour,
    start: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    taken: f64,
    lost: f64,
    steps: u64,
    created: u64,
    window: Vec<Instant>,
}

impl Atlas {
    fn new(behaviour: Behaviour) -> Self {
        Self { behaviour, start: Instant::now(), state: Mutex::default() }
    }

    fn answer(&self, request: &Request) -> Response {
        let behaviour = self.behaviour;
        let now = Instant::now();
        let mut state = self.state.lock().expect("a model that does not panic");
        let create = matches!(request, Request::Create(_));
        if let Some(limit) = behaviour.invitations.filter(|_| create) {
            state.window.retain(|at| now.duration_since(*at) < Duration::from_secs(PERIOD));
            if state.window.len() >= limit as usize {
                let text = format!("Rate limit of {limit} invitations per 1 minutes exceeded.");
                return refusal(400, "INVITATIONS_RATE_LIMITED_IP", &text, None);
            }
            state.window.push(now);
        }
        let body = match request {
            Request::Create(_) => {
                state.created += 1;
                let id = format!("{:024x}", state.created);
                Body::Created(Created { id, expires_at: None, invited_by: None, for_another: None, missing: None })
            }
            Request::Invites | Request::FindInvites(_) => Body::Invites(Vec::new()),
            Request::Users(_) | Request::Lapsed(_) | Request::FindUser(_) => {
                Body::People(Page { entries: Vec::new(), next: NextLink::Absent })
            }
            Request::Teams(_) | Request::Projects(_) => {
                Body::Named(Page { entries: Vec::new(), next: NextLink::Absent })
            }
            Request::Organization | Request::RateLimits | Request::Revoke(_) => {
                return refusal(403, "", "not for this key", None);
            }
        };
        if matches!(request, Request::Users(_) | Request::FindUser(_) | Request::Teams(_)) {
            return response(200, body, None);
        }
        // Tokens beyond the capacity are lost at each step.
        let elapsed = now.duration_since(self.start);
        let steps = elapsed.as_secs() / PERIOD;
        let used = behaviour.used_by_others * elapsed.as_secs_f64();
        let left = |state: &State| CAPACITY + state.steps as f64 * REFILL - state.taken - state.lost - used;
        while state.steps < steps {
            state.steps += 1;
            let excess = (left(&state) - CAPACITY).max(0.0);
            state.lost += excess;
        }
        if left(&state) < 1.0 {
            if create {
                state.created -= 1;
            }
            let wait = PERIOD - elapsed.as_secs() % PERIOD - u64::from(elapsed.subsec_nanos() > 0);
            let wait = Duration::from_secs(wait);
            return refusal(429, "RATE_LIMITED_TOKEN_BUCKET", "", behaviour.retry_after.then_some(wait));
        }
        state.taken += 1.0;
        response(200, body, behaviour.headers.then_some(left(&state) as u32))
    }
}

fn response(status: u16, body: Body, remaining: Option<u32>) -> Response {
    let limit = remaining.map(|_| CAPACITY as u32);
    Response { status, body, retry_after: None, date: None, limit, remaining }
}

fn refusal(status: u16, code: &str, detail: &str, retry_after: Option<Duration>) -> Response {
    let error = ApiError { code: Some(code.into()), detail: Some(detail.into()) };
    Response { retry_after, ..response(status, Body::Error(error), None) }
}

impl Gateway for Atlas {
    async fn send<'a>(&'a self, request: &'a Request) -> Answer {
        sleep(LATENCY / 2).await;
        let response = self.answer(request);
        sleep(LATENCY / 2).await;
        Answer::Response(Box::new(response))
    }
}
