//! Decides which faults hit a request.

use std::time::Duration;

use super::{Fault, FaultKind, Moment, Target, When};

/// The kind of a request, which decides whether a fault counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    Create,
    LookUp,
    Delete,
    Token,
}

impl Target {
    fn includes(self, kind: RequestKind) -> bool {
        match self {
            Target::Creates => kind == RequestKind::Create,
            Target::LookUps => kind == RequestKind::LookUp,
            Target::Deletes => kind == RequestKind::Delete,
            Target::Tokens => kind == RequestKind::Token,
            Target::All => true,
        }
    }
}

/// The faults that hit one request: the waits before and after it is processed, and at most one other.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FaultPlan {
    pub(crate) before: Duration,
    pub(crate) after: Duration,
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

    /// Counts a request, and returns the faults that hit it.
    pub(crate) fn plan(&mut self, kind: RequestKind, now: Duration) -> FaultPlan {
        let mut plan = FaultPlan::default();
        for counted in self.faults.iter_mut().filter(|counted| counted.fault.target.includes(kind)) {
            let Some(late) = counted.hits(now, &mut self.random) else { continue };
            match &counted.fault.kind {
                FaultKind::Slow(Moment::Before, wait) => plan.before = plan.before.saturating_add(*wait),
                FaultKind::Slow(Moment::After, wait) => plan.after = plan.after.saturating_add(*wait),
                FaultKind::Maintenance(lasting) => {
                    plan.fault.get_or_insert(FaultKind::Maintenance(lasting.saturating_sub(late)));
                }
                FaultKind::Status { .. }
                | FaultKind::Html { .. }
                | FaultKind::Reset(_)
                | FaultKind::CutOff
                | FaultKind::NoId
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
}
