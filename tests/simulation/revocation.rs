//! The part of a story in which what the job did is taken back, once or, after another run, twice.

use std::path::PathBuf;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::sleep;

use crate::ledger::Creator;
use crate::life::{self, Life};
use crate::results::{self, Line};
use crate::retraction::Retraction;
use crate::scenario::Scenario;
use crate::story::Story;
use crate::user_run::{Command, Crash, UserRun};
use crate::weather::{Weather, span};
use crate::wire::locked;

/// When the job is taken back, drawn apart from everything else, so that the seeds that are not keep their stories.
#[derive(Debug)]
pub(crate) struct TakingBack {
    /// After this run in bad weather, or after the last ones.
    pub(crate) after: Option<u32>,
    rng: Rng,
}

impl TakingBack {
    /// Of every second seed.
    pub(crate) fn pick(seed: u64, rough_runs: u32) -> Option<Self> {
        let mut rng = Rng::with_seed(seed ^ 0x0072_6576_6f6b_6521);
        let after = match rng.u8(..6) {
            0 | 1 => (rough_runs > 0).then(|| rng.u32(..rough_runs)),
            2 => None,
            _ => return None,
        };
        Some(Self { after, rng })
    }
}

impl Story {
    /// Takes back what the job did; sometimes the user then runs it again, and takes that back too.
    pub(crate) async fn take_back(&mut self, mut plan: TakingBack) {
        let rng = &mut plan.rng;
        self.take_back_once(rng).await;
        // Nobody starts over while an administrator has to see to a row.
        let left =
            locked(&self.atlas).ledger.issued.iter().any(|issued| issued.creator == Creator::Job && issued.is_open());
        if rng.u8(..3) > 0 || left || self.is_spoilt() {
            return;
        }
        self.sheet.edit(&mut self.rng);
        locked(&self.atlas).weather = Weather::pick(rng);
        let user_run = UserRun { fresh: rng.bool(), ..self.rough_run() };
        self.life = self.others(rng);
        self.user_run("the run again", &user_run).await;
        if !self.is_spoilt() {
            self.take_back_once(rng).await;
        }
    }

    async fn take_back_once(&mut self, rng: &mut Rng) {
        // Killed before it did anything.
        if !self.results.exists() {
            return;
        }
        self.life = self.others(rng);
        for _ in 0..rng.u32(..4) {
            locked(&self.atlas).weather = Weather::pick(rng);
            let user_run = self.rough_run();
            self.revoke(user_run, false).await;
            if self.is_spoilt() {
                return;
            }
            let longest = Duration::from_secs([0, 1, 60][rng.usize(..3)]);
            sleep(span(rng, Duration::ZERO, longest)).await;
        }
        locked(&self.atlas).weather = Weather::calm();
        // While others are about, a row may have to be looked at once more.
        for attempt in 0..5 {
            if attempt == 2 {
                self.life.abort_all();
            }
            let user_run = self.run_of(Crash::Never);
            let last = attempt == 4;
            if self.revoke(user_run, last).await || self.is_spoilt() {
                break;
            }
        }
        self.life.abort_all();
        // What was on its way has arrived by now.
        let settings = &self.scenario.settings;
        sleep((settings.settle + settings.timeout) * 2).await;
        if !self.is_spoilt() {
            let user_run = self.run_of(Crash::Never);
            self.revoke(user_run, true).await;
        }
    }

    /// Who else is about while the job is taken back.
    fn others(&self, rng: &mut Rng) -> Life {
        let mut pause = |odds: u8| {
            let longest = [Duration::from_millis(300), Duration::from_secs(3), Duration::from_secs(30)][rng.usize(..3)];
            (rng.u8(..odds) > 0).then_some(longest)
        };
        let (accepting, inviting, cancelling) = (pause(3), pause(2), pause(3));
        let scenario = Scenario { accepting, inviting, cancelling, ..self.scenario.clone() };
        life::begin(&scenario, &self.atlas, self.sheet.people(), rng)
    }

    fn revoked(&self) -> PathBuf {
        self.results.with_extension("revoked.csv")
    }

    /// Takes back once what the results say; whether that ended by itself with nothing open.
    async fn revoke(&mut self, user_run: UserRun, last: bool) -> bool {
        let run = results::standing(&self.results);
        locked(&self.atlas).cancels.begin(&run);
        let user_run = UserRun { command: Command::Revoke(self.results.clone()), results: self.revoked(), ..user_run };
        let Some((summary, _)) = self.user_run("revoke", &user_run).await else { return false };
        let lines: Vec<Line> = results::read(&user_run.results);
        let mut atlas = locked(&self.atlas);
        let now = atlas.history.now();
        atlas.cancels.ended(&lines, now);
        let retraction = Retraction { atlas: &atlas, run: &run, lines: &lines, tally: &summary.tally };
        let mut broken = retraction.broken(last);
        let open = !retraction.open().is_empty();
        if let Some(halt) = summary.halt.filter(|_| last) {
            broken.push(format!("nothing went wrong and yet {halt:?}"));
        }
        broken.into_iter().for_each(|broken| atlas.history.violation(broken));
        !open
    }
}
