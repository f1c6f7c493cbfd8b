//! The simulation of a seed: the same command again and again, until no row is left to try.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bulk_invite::engine::{MaxFailures, Summary};
use bulk_invite::model::Halt;
use fastrand::Rng;
use tokio::time::{sleep, timeout};

use crate::actors::{self, Actors};
use crate::atlas::{Atlas, ORGANIZATION};
use crate::audit_checks;
use crate::disk::FailingDisk;
use crate::faults::{Faults, random_duration};
use crate::hazards::{Hazard, Hazards};
use crate::history::{History, Recording};
use crate::ledger::Creator;
use crate::network::{Shared, locked};
use crate::results::{self, Line};
use crate::revoke_plan::RevokePlan;
use crate::run_checks::RunChecks;
use crate::scenario::Scenario;
use crate::sheet::{Sheet, address_of};
use crate::user_run::{self, Command, Crash, End, UserRun};

/// A virtual time that no run reaches.
const LONGEST_RUN: Duration = Duration::from_secs(4 * 3600);

/// The report about a seed.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) events: Vec<String>,
    pub(crate) violations: Vec<String>,
}

/// Simulates a seed, with its files in `folder`.
pub(crate) fn simulate(seed: u64, hazards: Hazards, recording: Recording, folder: &Path) -> Report {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let mut simulation = Simulation::new(seed, hazards, recording, folder);
        simulation.simulate().await;
        drop(simulation.actors);
        let atlas = Arc::try_unwrap(simulation.atlas).map_or_else(
            |shared| std::mem::replace(&mut locked(&shared).history, History::new(Recording::Off)),
            |atlas| atlas.into_inner().expect("no task panicked").history,
        );
        let (events, violations) = atlas.into_parts();
        Report { events, violations }
    })
}

pub(crate) struct Simulation {
    pub(crate) rng: Rng,
    pub(crate) scenario: Scenario,
    pub(crate) hazards: Hazards,
    pub(crate) sheet: Sheet,
    pub(crate) atlas: Shared,
    pub(crate) actors: Actors,
    pub(crate) results: PathBuf,
    revoke_plan: Option<RevokePlan>,
}

impl Simulation {
    fn new(seed: u64, mut hazards: Hazards, recording: Recording, folder: &Path) -> Self {
        let mut rng = Rng::with_seed(seed);
        let scenario = Scenario::pick(&mut rng, &mut hazards);
        let remembers_case = scenario.server.exact_look_ups && !scenario.server.lowercases;
        let sheet = Sheet::pick(&mut rng, remembers_case);
        let mut history = History::new(recording);
        history.note(|| format!("{scenario:#?}, {hazards:?}"));
        let mut atlas = Atlas::new(scenario.server.clone(), rng.fork(), history);
        for person in 0..sheet.people() {
            match rng.u8(..24) {
                0 => drop(atlas.issue(&address_of(person), Creator::Before)),
                1 => drop(atlas.issue(&address_of(person).to_uppercase(), Creator::Before)),
                2 => {
                    atlas.issue(&address_of(person), Creator::Before);
                    atlas.accept(&address_of(person));
                }
                3 => atlas.add_expired(&address_of(person)),
                4 => drop(atlas.blocked.insert(address_of(person))),
                _ => {}
            }
        }
        let atlas = Arc::new(Mutex::new(atlas));
        let actors = actors::begin(&scenario, &atlas, sheet.people(), &mut rng);
        let revoke_plan = RevokePlan::pick(seed, scenario.faulty_runs);
        let results = folder.join(format!("people-{seed}.results.csv"));
        Self { rng, scenario, hazards, sheet, atlas, actors, results, revoke_plan }
    }

    async fn simulate(&mut self) {
        for run in 0..self.scenario.faulty_runs {
            if run > 0 {
                self.sheet.edit(&mut self.rng);
            }
            locked(&self.atlas).faults = Faults::pick(&mut self.rng);
            let user_run = self.faulty_run();
            let user_run = self.with_hazards(user_run, run);
            self.run(run, &user_run, false).await;
            if self.has_violations() {
                return;
            }
            if let Some(plan) = self.revoke_plan.take_if(|plan| plan.after == Some(run)) {
                return self.revoke_phase(plan).await;
            }
            let pauses = if self.scenario.hasty { [0, 0, 1] } else { [0, 1, 60] };
            let longest = Duration::from_secs(pauses[self.rng.usize(..3)]);
            sleep(random_duration(&mut self.rng, Duration::ZERO, longest)).await;
        }
        self.end().await;
        if let Some(plan) = self.revoke_plan.take().filter(|_| !self.has_violations()) {
            self.revoke_phase(plan).await;
        }
    }

    pub(crate) fn has_violations(&self) -> bool {
        locked(&self.atlas).history.has_violations()
    }

    /// Runs the command without faults, and checks that every row is settled and that another run changes nothing.
    async fn end(&mut self) {
        self.sheet.edit(&mut self.rng);
        if self.rng.bool() {
            self.sheet.respell();
        }
        let scenario = Scenario { inviting: None, ..self.scenario.clone() };
        self.actors = actors::begin(&scenario, &self.atlas, self.sheet.people(), &mut self.rng);
        {
            let mut atlas = locked(&self.atlas);
            atlas.faults = Faults::none();
            atlas.server.seats = None;
            atlas.server.hazards.end();
        }
        let user_run = self.plain_run(Crash::Never);
        let Some(last) = self.run(self.scenario.faulty_runs, &user_run, true).await else { return };
        let emails = locked(&self.atlas).ledger.issued.len();
        // A fresh start would report what other administrators and the people have done since.
        let user_run = UserRun { fresh: false, ..user_run };
        let Some(again) = self.run(self.scenario.faulty_runs + 1, &user_run, true).await else { return };
        let mut atlas = locked(&self.atlas);
        if atlas.ledger.issued.len() != emails {
            atlas.history.violation("another run sent invitations although every row was settled".to_owned());
        }
        let contents = |lines: &[Line]| -> Vec<_> {
            lines.iter().map(|line| (line.row, line.status.clone(), line.invite_id.clone())).collect()
        };
        if contents(&last) != contents(&again) {
            atlas.history.violation(format!("another run changed the results from {last:?} to {again:?}"));
        }
        let found = audit_checks::violations(&atlas, &self.results);
        found.into_iter().for_each(|violation| atlas.history.violation(violation));
    }

    pub(crate) fn plain_run(&mut self, crash: Crash) -> UserRun {
        UserRun {
            results: self.results.clone(),
            command: Command::Invite(self.sheet.csv(ORGANIZATION)),
            settings: self.scenario.settings.clone(),
            is_of_job: true,
            fresh: false,
            reinvite_expired: false,
            tried_twice: false,
            seed: self.rng.u64(..),
            max_failures: MaxFailures::Off,
            limit: None,
            signals: None,
            crash,
            disk: None,
        }
    }

    pub(crate) fn faulty_run(&mut self) -> UserRun {
        let user_run = self.plain_run(Crash::Never);
        let rng = &mut self.rng;
        let ends = if self.scenario.hasty { [0, 1, 5] } else { [1, 20, 120] };
        let soon = Duration::from_secs(ends[rng.usize(..3)]);
        let when = |rng: &mut Rng| random_duration(rng, Duration::ZERO, soon);
        let signals = (rng.u8(..if self.scenario.hasty { 2 } else { 3 }) == 0).then(|| {
            let first = when(rng);
            (first, rng.bool().then(|| random_duration(rng, Duration::ZERO, Duration::from_secs(5))))
        });
        let crash = match rng.u8(..4) {
            0 => Crash::After(when(rng)),
            1 => Crash::AtPoll(rng.u64(1..200)),
            _ => Crash::Never,
        };
        let fails = self.hazards.has(Hazard::FailingDisk) && self.hazards.rng.u8(..3) == 0;
        let disk = fails.then(|| FailingDisk::pick(&mut self.hazards.rng));
        UserRun {
            disk,
            max_failures: [MaxFailures::Off, MaxFailures::Off, MaxFailures::DEFAULT, MaxFailures::Count(2)]
                [rng.usize(..4)],
            limit: (rng.u8(..8) == 0).then(|| rng.u64(0..10)),
            signals,
            crash,
            ..user_run
        }
    }

    /// Runs a command once. If it ended by itself, returns the summary and whether the organization could be read.
    pub(crate) async fn user_run(&mut self, name: &str, user_run: &UserRun) -> Option<(Box<Summary>, bool)> {
        {
            let mut atlas = locked(&self.atlas);
            atlas.begin_run();
            atlas.server.api = user_run.settings.api;
            let faults = atlas.faults.clone();
            atlas.history.note(|| {
                let input = match &user_run.command {
                    Command::Invite(sheet) => String::from_utf8_lossy(sheet).into_owned(),
                    Command::Revoke(run) => fs::read_to_string(run).unwrap_or_default(),
                };
                let UserRun { settings, signals, crash, fresh, .. } = user_run;
                let flags = format!("timeout {:?}, settle {:?}, fresh {fresh}", settings.timeout, settings.settle);
                format!("{name} with {flags}, {faults:?}, {signals:?}, {crash:?}:\n{input}")
            });
        }
        let other = self.other_process(user_run);
        // The futures are large, so they are not kept on the stack.
        let run = Box::pin(user_run::run(user_run, &self.atlas));
        let both = async {
            match &other {
                Some(other) => tokio::join!(run, Box::pin(user_run::run(other, &self.atlas))).0,
                None => run.await,
            }
        };
        let Ok(end) = timeout(LONGEST_RUN, both).await else {
            locked(&self.atlas).history.violation("the run does not end".to_owned());
            return None;
        };
        if let Some(other) = &other {
            self.check_other_process(&other.results);
        }
        let (summary, was_read) = match end {
            End::Ended(summary, _)
                if matches!(summary.halt, Some(Halt::ResultsUnwritable(_))) && user_run.disk.is_some() =>
            {
                self.record_unsent();
                self.lose_process(user_run, "the disk fails");
                return None;
            }
            End::Killed => {
                self.cut_power(&user_run.results);
                if user_run.disk.is_some() {
                    self.record_unsent();
                }
                self.lose_process(user_run, "the process is killed");
                self.leave_traces_of_a_kill(&user_run.results);
                return None;
            }
            End::Ended(summary, was_read) => (summary, was_read),
        };
        let mut atlas = locked(&self.atlas);
        atlas.history.note(|| format!("the run ends: {:?}, {:?}", summary.tally, summary.halt));
        if atlas.client_rules.is_overwritten() {
            atlas.history.violation("the results were overwritten in place, which a kill could cut off".to_owned());
        }
        drop(atlas);
        Some((summary, was_read))
    }

    /// Records a request for each line that was written before the disk failed, although its request was not sent: the next
    /// run cannot know that.
    fn record_unsent(&self) {
        let mut atlas = locked(&self.atlas);
        let Atlas { ledger, client_rules, history, .. } = &mut *atlas;
        for address in (0..self.sheet.people()).map(address_of) {
            if client_rules.is_sending(&address) {
                ledger.sent(&address, u64::MAX, history.now());
            }
        }
    }

    /// Records that a process ended without having written all that it learned.
    fn lose_process(&self, user_run: &UserRun, why: &str) {
        let mut atlas = locked(&self.atlas);
        let Atlas { ledger, cancellations, client_rules, history, .. } = &mut *atlas;
        history.note(|| why.to_owned());
        match &user_run.command {
            Command::Invite(_) => ledger.forget(|address| client_rules.is_sending(address)),
            Command::Revoke(_) => {
                cancellations.forget(self.sheet.people(), |address| client_rules.is_sending(address));
            }
        }
    }

    /// Runs the command once. If it ended by itself without violations, returns its lines.
    async fn run(&mut self, number: u32, user_run: &UserRun, last: bool) -> Option<Vec<Line>> {
        let before = fs::read(&self.results).ok();
        let (summary, was_read) = self.user_run(&format!("run {number}"), user_run).await?;
        if summary.unchanged {
            self.check_unchanged(&user_run.results, before);
            return None;
        }
        let lines = results::read(&self.results);
        let mut atlas = locked(&self.atlas);
        let rows = self.sheet.row_specs();
        let checks = RunChecks {
            atlas: &atlas,
            rows: &rows,
            lines: &lines,
            tally: &summary.tally,
            was_read,
            halted: summary.halt.is_some(),
            by_any_endpoint: self.hazards.has(Hazard::ChangedFlags),
            last,
        };
        let mut violations = checks.violations();
        if let Some(halt) = summary.halt.filter(|_| last) {
            violations.push(format!("a run without faults halted: {halt:?}"));
        }
        violations.into_iter().for_each(|violation| atlas.history.violation(violation));
        (!atlas.history.has_violations()).then_some(lines)
    }

    /// Checks that a run that sent nothing has left the results as they were.
    pub(crate) fn check_unchanged(&mut self, results: &Path, before: Option<Vec<u8>>) {
        if fs::read(results).ok() != before {
            locked(&self.atlas).history.violation("a run that sent nothing changed the results".to_owned());
        }
    }

    /// Leaves the files that a kill may leave: a line that is cut off, a lock file, and an unfinished replacement.
    fn leave_traces_of_a_kill(&mut self, results: &Path) {
        let Ok(written) = fs::read(results) else { return };
        if self.rng.bool() && !written.is_empty() {
            // The beginning of a line, without its last cells.
            let last =
                &written[written[..written.len() - 1].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)..];
            let torn: Vec<u8> = last[..self.rng.usize(..=last.len() / 2)].to_vec();
            let mut file = OpenOptions::new().append(true).open(results).expect("the results can be written");
            file.write_all(&torn).expect("the results can be written");
        }
        for left in [".0a1b2c3d.new", ".lock"] {
            if self.rng.bool() {
                let path = results.with_extension(format!("csv{left}"));
                fs::write(path, b"row,email\n1,\"left").expect("the folder can be written");
            }
        }
    }
}
