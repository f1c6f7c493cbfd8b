//! The part of a simulation in which the job is revoked: once, or twice with another run between.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::sleep;

use crate::actors::{self, Actors};
use crate::faults::{Faults, random_duration};
use crate::ledger::Creator;
use crate::network::locked;
use crate::results::{self, Line};
use crate::revoke_checks::RevokeChecks;
use crate::scenario::Scenario;
use crate::simulation::Simulation;
use crate::user_run::{Command, Crash, UserRun};

/// The plan to revoke the job. It has its own random generator, so that seeds without a revoke keep their histories.
#[derive(Debug)]
pub(crate) struct RevokePlan {
    /// The number of the faulty run after which the job is revoked. `None` for the end.
    pub(crate) after: Option<u32>,
    rng: Rng,
}

impl RevokePlan {
    /// Picks a plan for every second seed.
    pub(crate) fn pick(seed: u64, faulty_runs: u32) -> Option<Self> {
        let mut rng = Rng::with_seed(seed ^ 0x0072_6576_6f6b_6521);
        let after = match rng.u8(..6) {
            0 | 1 => (faulty_runs > 0).then(|| rng.u32(..faulty_runs)),
            2 => None,
            _ => return None,
        };
        Some(Self { after, rng })
    }
}

impl Simulation {
    /// Revokes the job. Sometimes the user then runs it again and revokes that too.
    pub(crate) async fn revoke_phase(&mut self, mut plan: RevokePlan) {
        let rng = &mut plan.rng;
        self.revoke_until_done(rng).await;
        // The user does not start over while an administrator has to look at a row.
        let left = locked(&self.atlas)
            .ledger
            .issued
            .iter()
            .any(|issued| issued.creator == Creator::Job && issued.is_pending());
        if rng.u8(..3) > 0 || left || self.has_violations() {
            return;
        }
        self.sheet.edit(&mut self.rng);
        locked(&self.atlas).faults = Faults::pick(rng);
        let fresh = rng.bool();
        let user_run = UserRun { fresh, ..self.faulty_run() };
        self.actors = self.start_actors(rng);
        self.user_run("the run again", &user_run).await;
        if !self.has_violations() {
            self.revoke_until_done(rng).await;
        }
    }

    async fn revoke_until_done(&mut self, rng: &mut Rng) {
        // Killed before it did anything.
        if !self.results.exists() {
            return;
        }
        self.actors = self.start_actors(rng);
        for _ in 0..rng.u32(..4) {
            locked(&self.atlas).faults = Faults::pick(rng);
            let user_run = self.faulty_run();
            self.revoke(user_run, false).await;
            if self.has_violations() {
                return;
            }
            let longest = Duration::from_secs([0, 1, 60][rng.usize(..3)]);
            sleep(random_duration(rng, Duration::ZERO, longest)).await;
        }
        {
            let mut atlas = locked(&self.atlas);
            atlas.faults = Faults::none();
            atlas.server.hazards.end();
        }
        // While other actors are active, a row may need another attempt.
        for attempt in 0..5 {
            if attempt == 2 {
                self.actors.abort_all();
            }
            let user_run = self.plain_run(Crash::Never);
            let last = attempt == 4;
            if self.revoke(user_run, last).await || self.has_violations() {
                break;
            }
        }
        self.actors.abort_all();
        // All requests in flight have ended after this time.
        let settings = &self.scenario.settings;
        sleep((settings.settle + settings.timeout) * 2).await;
        if !self.has_violations() {
            let user_run = self.plain_run(Crash::Never);
            self.revoke(user_run, true).await;
        }
    }

    /// Starts the other actors for a revoke.
    fn start_actors(&self, rng: &mut Rng) -> Actors {
        let mut pause = |odds: u8| {
            let longest = [Duration::from_millis(300), Duration::from_secs(3), Duration::from_secs(30)][rng.usize(..3)];
            (rng.u8(..odds) > 0).then_some(longest)
        };
        let (accepting, inviting, cancelling) = (pause(3), pause(2), pause(3));
        let scenario = Scenario { accepting, inviting, cancelling, ..self.scenario.clone() };
        actors::begin(&scenario, &self.atlas, self.sheet.people(), rng)
    }

    fn revoke_results(&self) -> PathBuf {
        self.results.with_extension("revoked.csv")
    }

    /// Revokes the run once. Returns whether the command ended by itself with every row settled.
    async fn revoke(&mut self, user_run: UserRun, last: bool) -> bool {
        let run = results::current(&self.results);
        locked(&self.atlas).cancellations.begin(&run);
        let (command, results) = (Command::Revoke(self.results.clone()), self.revoke_results());
        let user_run = UserRun { command, results, ..user_run };
        let before = fs::read(&user_run.results).ok();
        let Some((summary, _)) = self.user_run("revoke", &user_run).await else { return false };
        if summary.unchanged {
            self.check_unchanged(&user_run.results, before);
            return false;
        }
        let lines: Vec<Line> = results::read(&user_run.results);
        let mut atlas = locked(&self.atlas);
        let now = atlas.history.now();
        atlas.cancellations.ended(&lines, now);
        let checks = RevokeChecks { atlas: &atlas, run: &run, lines: &lines, tally: &summary.tally };
        let mut violations = checks.violations(last);
        let is_settled = checks.unsettled().is_empty();
        if let Some(halt) = summary.halt.filter(|_| last) {
            violations.push(format!("a run without faults halted: {halt:?}"));
        }
        violations.into_iter().for_each(|violation| atlas.history.violation(violation));
        is_settled
    }
}
