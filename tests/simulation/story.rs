//! One seed from its first run to its last: the same command again and again, until nothing is left to try.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bulk_invite::engine::{MaxFailures, Summary};
use fastrand::Rng;
use tokio::time::{sleep, timeout};

use crate::atlas::{Atlas, ORGANIZATION};
use crate::history::{History, Telling};
use crate::ledger::Creator;
use crate::life::{self, Life};
use crate::promise::Promise;
use crate::results::{self, Line};
use crate::revocation::TakingBack;
use crate::scenario::Scenario;
use crate::sheet::{Sheet, address_of};
use crate::user_run::{self, Command, Crash, End, UserRun};
use crate::weather::{Weather, span};
use crate::wire::{Shared, locked};

/// No run takes as long by the virtual clock.
const ENDLESS: Duration = Duration::from_secs(4 * 3600);

/// What came of a seed.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) events: Vec<String>,
    pub(crate) violations: Vec<String>,
}

/// Plays a seed, with its files in `folder`.
pub(crate) fn play(seed: u64, telling: Telling, folder: &Path) -> Told {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let mut story = Story::new(seed, telling, folder);
        story.play().await;
        drop(story.life);
        let atlas = Arc::try_unwrap(story.atlas).map_or_else(
            |shared| std::mem::replace(&mut locked(&shared).history, History::new(Telling::Nobody)),
            |atlas| atlas.into_inner().expect("nobody panicked").history,
        );
        let (events, violations) = atlas.into_parts();
        Told { events, violations }
    })
}

pub(crate) struct Story {
    pub(crate) rng: Rng,
    pub(crate) scenario: Scenario,
    pub(crate) sheet: Sheet,
    pub(crate) atlas: Shared,
    pub(crate) life: Life,
    pub(crate) results: PathBuf,
    taking_back: Option<TakingBack>,
}

impl Story {
    fn new(seed: u64, telling: Telling, folder: &Path) -> Self {
        let mut rng = Rng::with_seed(seed);
        let scenario = Scenario::pick(&mut rng);
        let remembers_case = scenario.manners.exact_look_ups && !scenario.manners.lower_cases;
        let sheet = Sheet::pick(&mut rng, remembers_case);
        let mut history = History::new(telling);
        history.note(|| format!("{scenario:#?}"));
        let mut atlas = Atlas::new(scenario.manners.clone(), rng.fork(), history);
        for person in 0..sheet.people() {
            match rng.u8(..24) {
                0 => drop(atlas.issue(&address_of(person), Creator::Before)),
                1 => drop(atlas.issue(&address_of(person).to_uppercase(), Creator::Before)),
                2 => {
                    atlas.issue(&address_of(person), Creator::Before);
                    atlas.accept(&address_of(person));
                }
                3 => atlas.lapse(&address_of(person)),
                4 => drop(atlas.blocked.insert(address_of(person))),
                _ => {}
            }
        }
        let atlas = Arc::new(Mutex::new(atlas));
        let life = life::begin(&scenario, &atlas, sheet.people(), &mut rng);
        let taking_back = TakingBack::pick(seed, scenario.rough_runs);
        let results = folder.join(format!("people-{seed}.results.csv"));
        Self { rng, scenario, sheet, atlas, life, results, taking_back }
    }

    async fn play(&mut self) {
        for run in 0..self.scenario.rough_runs {
            if run > 0 {
                self.sheet.edit(&mut self.rng);
            }
            locked(&self.atlas).weather = Weather::pick(&mut self.rng);
            let user_run = self.rough_run();
            self.run(run, &user_run, false).await;
            if self.is_spoilt() {
                return;
            }
            if let Some(plan) = self.taking_back.take_if(|plan| plan.after == Some(run)) {
                return self.take_back(plan).await;
            }
            let pauses = if self.scenario.hasty { [0, 0, 1] } else { [0, 1, 60] };
            let longest = Duration::from_secs(pauses[self.rng.usize(..3)]);
            sleep(span(&mut self.rng, Duration::ZERO, longest)).await;
        }
        self.end().await;
        if let Some(plan) = self.taking_back.take().filter(|_| !self.is_spoilt()) {
            self.take_back(plan).await;
        }
    }

    pub(crate) fn is_spoilt(&self) -> bool {
        locked(&self.atlas).history.is_spoilt()
    }

    /// The weather clears, and the command is run until nothing is left.
    async fn end(&mut self) {
        self.sheet.edit(&mut self.rng);
        if self.rng.bool() {
            self.sheet.respell();
        }
        let scenario = Scenario { inviting: None, ..self.scenario.clone() };
        self.life = life::begin(&scenario, &self.atlas, self.sheet.people(), &mut self.rng);
        {
            let mut atlas = locked(&self.atlas);
            atlas.weather = Weather::calm();
            atlas.manners.seats = None;
        }
        let user_run = self.run_of(Crash::Never);
        let Some(last) = self.run(self.scenario.rough_runs, &user_run, true).await else { return };
        let emails = locked(&self.atlas).ledger.issued.len();
        let Some(again) = self.run(self.scenario.rough_runs + 1, &user_run, true).await else { return };
        let mut atlas = locked(&self.atlas);
        if atlas.ledger.issued.len() != emails {
            atlas.history.violation("running once more sent invitations although nothing was left".to_owned());
        }
        let said = |lines: &[Line]| -> Vec<_> {
            lines.iter().map(|line| (line.row, line.status.clone(), line.invite_id.clone())).collect()
        };
        if said(&last) != said(&again) {
            atlas.history.violation(format!("running once more changed the results from {last:?} to {again:?}"));
        }
    }

    pub(crate) fn run_of(&mut self, crash: Crash) -> UserRun {
        UserRun {
            results: self.results.clone(),
            command: Command::Invite(self.sheet.csv(ORGANIZATION)),
            fresh: false,
            seed: self.rng.u64(..),
            max_failures: MaxFailures::Off,
            limit: None,
            signals: None,
            crash,
        }
    }

    pub(crate) fn rough_run(&mut self) -> UserRun {
        let user_run = self.run_of(Crash::Never);
        let rng = &mut self.rng;
        let ends = if self.scenario.hasty { [0, 1, 5] } else { [1, 20, 120] };
        let soon = Duration::from_secs(ends[rng.usize(..3)]);
        let when = |rng: &mut Rng| span(rng, Duration::ZERO, soon);
        let signals = (rng.u8(..if self.scenario.hasty { 2 } else { 3 }) == 0).then(|| {
            let first = when(rng);
            (first, rng.bool().then(|| span(rng, Duration::ZERO, Duration::from_secs(5))))
        });
        let crash = match rng.u8(..4) {
            0 => Crash::After(when(rng)),
            1 => Crash::AtPoll(rng.u64(1..200)),
            _ => Crash::Never,
        };
        UserRun {
            max_failures: [MaxFailures::Off, MaxFailures::Off, MaxFailures::DEFAULT, MaxFailures::Count(2)]
                [rng.usize(..4)],
            limit: (rng.u8(..8) == 0).then(|| rng.u64(0..10)),
            signals,
            crash,
            ..user_run
        }
    }

    /// Carries out a command once; what it tells and whether the organization was read, where it ended by itself.
    pub(crate) async fn user_run(&mut self, name: &str, user_run: &UserRun) -> Option<(Box<Summary>, bool)> {
        {
            let mut atlas = locked(&self.atlas);
            atlas.begin_run();
            let weather = atlas.weather.clone();
            atlas.history.note(|| {
                let of = match &user_run.command {
                    Command::Invite(sheet) => String::from_utf8_lossy(sheet).into_owned(),
                    Command::Revoke(run) => fs::read_to_string(run).unwrap_or_default(),
                };
                format!("{name} in {weather:?}, {:?}, {:?}:\n{of}", user_run.signals, user_run.crash)
            });
        }
        let run = user_run::run(user_run, &self.scenario.manners, &self.scenario.settings, &self.atlas);
        let Ok(end) = timeout(ENDLESS, run).await else {
            locked(&self.atlas).history.violation("the run does not end".to_owned());
            return None;
        };
        let (summary, was_read) = match end {
            End::Killed => {
                {
                    let mut atlas = locked(&self.atlas);
                    let Atlas { ledger, cancels, conduct, history, .. } = &mut *atlas;
                    history.note(|| "the process is killed".to_owned());
                    match &user_run.command {
                        Command::Invite(_) => ledger.forget(|address| conduct.is_sending(address)),
                        Command::Revoke(_) => {
                            cancels.forget(self.sheet.people(), |address| conduct.is_sending(address));
                        }
                    }
                }
                self.leave_as_a_kill_does(&user_run.results);
                return None;
            }
            End::Ended(summary, was_read) => (summary, was_read),
        };
        locked(&self.atlas).history.note(|| format!("the run ends: {:?}, {:?}", summary.tally, summary.halt));
        Some((summary, was_read))
    }

    /// Runs the command once; the lines that it left, where it ended by itself.
    async fn run(&mut self, number: u32, user_run: &UserRun, last: bool) -> Option<Vec<Line>> {
        let (summary, was_read) = self.user_run(&format!("run {number}"), user_run).await?;
        let lines = results::read(&self.results);
        let mut atlas = locked(&self.atlas);
        let asked = self.sheet.asked();
        let promise = Promise {
            atlas: &atlas,
            asked: &asked,
            lines: &lines,
            tally: &summary.tally,
            early: self.scenario.manners.early(),
            was_read,
            last,
        };
        let mut broken = promise.broken();
        if let Some(halt) = summary.halt.filter(|_| last) {
            broken.push(format!("nothing went wrong and yet {halt:?}"));
        }
        broken.into_iter().for_each(|broken| atlas.history.violation(broken));
        (!atlas.history.is_spoilt()).then_some(lines)
    }

    /// A kill may tear a line that is being written, and leaves the lock file and a replacement that was not finished.
    fn leave_as_a_kill_does(&mut self, results: &Path) {
        let Ok(written) = fs::read(results) else { return };
        if self.rng.bool() && !written.is_empty() {
            let torn = self.rng.usize(..written.len().min(200));
            let torn: Vec<u8> = written[written.len() - torn..].iter().copied().filter(|byte| *byte != b'\n').collect();
            let mut file = OpenOptions::new().append(true).open(results).expect("the results can be written");
            file.write_all(&torn).expect("the results can be written");
        }
        for left in [".new", ".lock"] {
            if self.rng.bool() {
                let path = results.with_extension(format!("csv{left}"));
                fs::write(path, b"row,email\n1,\"left").expect("the folder can be written");
            }
        }
    }
}
