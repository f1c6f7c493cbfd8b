//! Decides which faults hit a request.

use std::time::Duration;

use jiff::SignedDuration;

use super::alterations::Alterations;
use super::kind::{ClockFault, FaultKind};
use super::{Fault, Target, When};

/// The kind of a request, which decides whether a fault counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    Create,
    LookUp,
    Delete,
    Token,
}

/// The kind of a request, and the address that it invites, if a fault needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Countable<'r> {
    pub(crate) kind: RequestKind,
    pub(crate) invites: Option<&'r str>,
}

impl From<RequestKind> for Countable<'_> {
    fn from(kind: RequestKind) -> Self {
        Countable { kind, invites: None }
    }
}

impl Target {
    fn includes(&self, request: Countable<'_>) -> bool {
        let kind = request.kind;
        match self {
            Target::Creates => kind == RequestKind::Create,
            Target::CreatesFor(email) => request.invites.is_some_and(|invited| invited.eq_ignore_ascii_case(email)),
            Target::LookUps => kind == RequestKind::LookUp,
            Target::Deletes => kind == RequestKind::Delete,
            Target::Tokens => kind == RequestKind::Token,
            Target::All => true,
        }
    }
}

/// The faults that hit one request: those that combine, and at most one other.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FaultPlan {
    pub(crate) before: Duration,
    pub(crate) after: Duration,
    /// The difference between `Date` and the server's clock.
    pub(crate) date_by: SignedDuration,
    pub(crate) alterations: Alterations,
    pub(crate) fault: Option<FaultKind>,
}

/// The faults of a sandbox, with the requests that each has counted.
#[derive(Debug)]
pub(crate) struct Faults {
    faults: Vec<CountedFault>,
    random: fastrand::Rng,
}

#[derive(Debug)]
struct CountedFault {
    fault: Fault,
    /// The requests in the fault's target; for [`When::At`], those since its moment.
    requests: u64,
}

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>, seed: u64) -> Self {
        let faults = faults.into_iter().map(|fault| CountedFault { fault, requests: 0 }).collect();
        Faults { faults, random: fastrand::Rng::with_seed(seed) }
    }

    /// Returns whether a fault hits only the requests for one address.
    pub(crate) fn need_address(&self) -> bool {
        self.faults.iter().any(|counted| matches!(counted.fault.target, Target::CreatesFor(_)))
    }

    /// Counts a request, and returns the faults that hit it.
    pub(crate) fn plan<'r>(&mut self, request: impl Into<Countable<'r>>, now: Duration) -> FaultPlan {
        let request = request.into();
        let mut plan = FaultPlan::default();
        for counted in self.faults.iter_mut().filter(|counted| counted.fault.target.includes(request)) {
            let Some(late) = counted.hits(now, &mut self.random) else { continue };
            match &counted.fault.kind {
                FaultKind::SlowBefore(wait) => plan.before = plan.before.saturating_add(*wait),
                FaultKind::SlowAfter(wait) => plan.after = plan.after.saturating_add(*wait),
                FaultKind::List(fault) => plan.alterations.add_list_fault(*fault),
                FaultKind::Lacks(lacking) => plan.alterations.lacking.push(*lacking),
                FaultKind::Clock(fault) => {
                    let (clock, by) = match fault {
                        ClockFault::Date(by) => (&mut plan.date_by, *by),
                        ClockFault::Created(by) => (&mut plan.alterations.created_by, *by),
                        ClockFault::CreatedJitter(up_to) => {
                            (&mut plan.alterations.created_by, either_way(*up_to, &mut self.random))
                        }
                    };
                    *clock = clock.saturating_add(by);
                }
                FaultKind::Maintenance(lasting) => {
                    plan.fault.get_or_insert(FaultKind::Maintenance(lasting.saturating_sub(late)));
                }
                FaultKind::Status { .. }
                | FaultKind::Html { .. }
                | FaultKind::Echo { .. }
                | FaultKind::Reset(_)
                | FaultKind::CutOff
                | FaultKind::NoId
                | FaultKind::OtherUsername
                | FaultKind::WrongType
                | FaultKind::NoRateHeaders
                | FaultKind::NoHeaders
                | FaultKind::Redirect(_)
                | FaultKind::Revoke => {
                    plan.fault.get_or_insert_with(|| counted.fault.kind.clone());
                }
            }
        }
        plan
    }
}

/// Returns a random time from this long before to this long after.
fn either_way(up_to: Duration, random: &mut fastrand::Rng) -> SignedDuration {
    let by = SignedDuration::try_from_secs_f64(up_to.as_secs_f64() * random.f64()).unwrap_or(SignedDuration::MAX);
    if random.bool() { by } else { -by }
}

impl CountedFault {
    /// Counts a request. If the fault hits it, returns the time since the fault's moment.
    fn hits(&mut self, now: Duration, random: &mut fastrand::Rng) -> Option<Duration> {
        let late = match self.fault.when {
            When::At(at) => now.checked_sub(at)?,
            When::Chance(_) | When::Nth(_) | When::First(_) | When::Every(_) => Duration::ZERO,
        };
        self.requests += 1;
        let hits = match self.fault.when {
            When::Chance(chance) => random.f64() < chance,
            When::Nth(n) => self.requests == n,
            When::First(n) => self.requests <= n,
            When::Every(n) => self.requests.is_multiple_of(n),
            When::At(_) => self.requests == 1,
        };
        hits.then_some(late)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_hit_by_count_and_target() {
        let faults = ["500@#2", "slow-after=1s@every:2", "cut@first:3"].map(|text| text.parse().unwrap());
        let mut faults = Faults::new(faults.into(), 1);
        assert_eq!(faults.plan(RequestKind::LookUp, Duration::ZERO), FaultPlan::default());
        let plans: Vec<_> = (0..4).map(|_| faults.plan(RequestKind::Create, Duration::ZERO)).collect();
        assert_eq!(plans[0].fault, Some(FaultKind::CutOff));
        assert_eq!(plans[1].fault, Some("500@1".parse::<Fault>().unwrap().kind), "the first that hits");
        assert_eq!(plans[1].after, Duration::from_secs(1));
        assert_eq!(plans[3].fault, None);
    }

    #[test]
    fn a_moment_hits_once_and_its_window_ends_on_time() {
        let second = Duration::from_secs;
        let hits = |text: &str| {
            let mut faults = Faults::new(vec![text.parse().unwrap()], 1);
            [29, 31, 32].map(|now| faults.plan(RequestKind::Create, second(now)).fault)
        };
        assert_eq!(hits("revoke@at:30s"), [None, Some(FaultKind::Revoke), None]);
        assert_eq!(hits("maintenance=10s@at:30s")[1], Some(FaultKind::Maintenance(second(9))));
        assert_eq!(hits("maintenance=10s@#2")[1], Some(FaultKind::Maintenance(second(10))));
    }

    #[test]
    fn chance_is_seeded() {
        let hits = |seed| {
            let mut faults = Faults::new(vec!["500@0.25".parse().unwrap()], seed);
            (0..1000).filter(|_| faults.plan(RequestKind::Create, Duration::ZERO).fault.is_some()).count()
        };
        assert_eq!(hits(3), hits(3));
        assert!((200..300).contains(&hits(3)), "{}", hits(3));
    }

    #[test]
    fn an_address_counts_its_own_requests() {
        let mut faults = Faults::new(vec!["403@#2/eve@example.com".parse().unwrap()], 1);
        assert!(faults.need_address());
        let mut hit = |email| {
            let request = Countable { kind: RequestKind::Create, invites: Some(email) };
            faults.plan(request, Duration::ZERO).fault.is_some()
        };
        let hits = ["eve@example.com", "ann@example.com", "ann@example.com", "Eve@example.com"].map(&mut hit);
        assert_eq!(hits, [false, false, false, true]);
    }

    #[test]
    fn clock_faults_add_up_in_both_directions() {
        let faults = ["created-skew=-5s@1", "created-jitter=1s@1", "date-skew=2s@1", "date-skew=1s@1/creates"];
        let mut faults = Faults::new(faults.map(|text| text.parse().unwrap()).into(), 1);
        let plans: Vec<_> = (0..100).map(|_| faults.plan(RequestKind::Create, Duration::ZERO)).collect();
        let skews = || plans.iter().map(|plan| plan.alterations.created_by.as_millis());
        assert!(skews().all(|skew| (-6000..=-4000).contains(&skew)));
        assert!(skews().any(|skew| skew < -5500));
        assert!(skews().any(|skew| skew > -4500));
        assert_eq!(plans[0].date_by, SignedDuration::from_secs(3));
    }

    #[test]
    fn faults_of_lists_combine() {
        let faults = ["page-cap=100@1", "no-total-count@1", "503@1/lookups"];
        let mut faults = Faults::new(faults.map(|text| text.parse().unwrap()).into(), 1);
        let plan = faults.plan(RequestKind::LookUp, Duration::ZERO);
        assert_eq!(plan.alterations.page_cap.map(|cap| cap.get()), Some(100));
        assert!(plan.alterations.no_total_count);
        assert!(plan.fault.is_some());
    }
}
