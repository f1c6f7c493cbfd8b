//! The parts of a simulation that its hazards change: the flags, the clock and the start of a run, another process, and a
//! power cut.

use std::fs::{self, OpenOptions};
use std::path::Path;

use jiff::SignedDuration;

use crate::hazards::Hazard;
use crate::ledger::{Creator, Issued, Tolerance};
use crate::network::locked;
use crate::results::{self, Line};
use crate::simulation::Simulation;
use crate::user_run::{Command, Crash, UserRun};

impl Simulation {
    /// Returns the run with what the user changes, after what happens before it.
    pub(crate) fn with_hazards(&mut self, user_run: UserRun, number: u32) -> UserRun {
        let settings = self.hazards.change_flags(&user_run.settings);
        let one_in = |odds: u8| move |hazards: &mut crate::hazards::Hazards| hazards.rng.u8(..odds) == 0;
        if self.hazards.has(Hazard::WrongClocks) {
            let mut atlas = locked(&self.atlas);
            // Two changes while a request is unresolved would leave no time to compare with.
            if atlas.clock_error.is_zero() && one_in(3)(&mut self.hazards) {
                atlas.clock_error = SignedDuration::from_secs(self.hazards.rng.i64(-3600..3600));
            }
        }
        let expires = number > 0 && self.hazards.has(Hazard::Expiry) && one_in(2)(&mut self.hazards);
        if expires {
            self.expire();
        }
        if number > 0 && self.hazards.has(Hazard::SavedResults) {
            self.save_results();
        }
        UserRun {
            settings,
            fresh: self.hazards.has(Hazard::FreshRuns) && one_in(3)(&mut self.hazards),
            reinvite_expired: self.hazards.has(Hazard::Expiry) && !one_in(4)(&mut self.hazards),
            tried_twice: self.hazards.has(Hazard::SecondRun),
            ..user_run
        }
    }

    /// Lets the invitations expire. Other administrators invite some of these people again.
    fn expire(&mut self) {
        let mut atlas = locked(&self.atlas);
        // No request takes a month.
        if !atlas.in_process.is_empty() {
            return;
        }
        let pending = atlas.pending();
        atlas.expire_all();
        for at in pending {
            if self.hazards.rng.u8(..3) == 0 {
                let address = atlas.ledger.issued[at].address.clone();
                if atlas.membership(&address) == Some(bulk_invite::atlas::Membership::Expired) {
                    atlas.issue(&address, Creator::Admin);
                }
            }
        }
    }

    /// Saves the results with another program, unless a kill has left a line that is cut off.
    fn save_results(&mut self) {
        let is_complete = fs::read(&self.results).is_ok_and(|written| results::complete(&written) == written.len());
        if is_complete && self.hazards.rng.bool() {
            locked(&self.atlas).history.note(|| "the results are saved by another program".to_owned());
            results::save_again(&self.results, &mut self.hazards.rng);
        }
    }

    /// Returns the run of another process for the same sheet, if there is one.
    pub(crate) fn other_process(&mut self, user_run: &UserRun) -> Option<UserRun> {
        let Command::Invite(_) = &user_run.command else { return None };
        if !self.hazards.has(Hazard::SecondJob) || self.hazards.rng.bool() {
            return None;
        }
        let run = locked(&self.atlas).run;
        let results = self.results.with_extension(format!("other-{run}.csv"));
        let (signals, crash) = (None, Crash::Never);
        let (is_of_job, fresh, tried_twice, seed) = (false, false, false, user_run.seed.wrapping_add(1));
        let disk = None;
        Some(UserRun { results, signals, crash, disk, is_of_job, fresh, tried_twice, seed, ..user_run.clone() })
    }

    /// Checks the results of the other process: each invitation of the credential that it names exists or existed, and
    /// each invitation that it created is recorded.
    pub(crate) fn check_other_process(&self, results: &Path) {
        let lines = results::read(results);
        let mut atlas = locked(&self.atlas);
        let mut violations = Vec::new();
        let names = |line: &Line, issued: &Issued| {
            let by_person =
                issued.accepted.is_some() && (line.invite_id.is_empty() || line.invite_id == issued.user_id);
            by_person || issued.is_named(&line.invite_id, false)
        };
        for line in lines.iter().filter(|line| line.status == "invited") {
            let may_be_ours = |issued: &Issued| {
                let (is_member, at) = match issued.accepted.filter(|_| line.invite_id.is_empty()) {
                    Some(accepted) => (true, accepted),
                    None => (false, issued.created),
                };
                (is_member || !atlas.is_named_otherwise(issued))
                    && atlas.other_ledger.may_come_from_job(&issued.address, at, Tolerance::default())
            };
            let mut named = atlas.ledger.of(&line.address).filter(|issued| names(line, issued));
            if !named.any(|issued| issued.creator == Creator::OtherProcess || may_be_ours(issued)) {
                violations.push(format!("the other process reports {line:?}, which it cannot have created"));
            }
        }
        let began = atlas.run_began;
        let sent = |issued: &&Issued| {
            issued.creator == Creator::OtherProcess && issued.created >= began && issued.cancelled.is_none()
        };
        for issued in atlas.ledger.issued.iter().filter(sent) {
            let mut of = lines.iter().filter(|line| line.address == issued.address);
            if !of.any(|line| matches!(line.status.as_str(), "invited" | "unknown")) {
                violations.push(format!("the other process created {issued:?} and did not record it"));
            }
        }
        violations.into_iter().for_each(|violation| atlas.history.violation(violation));
    }

    /// Loses a part of what was written after the last request that was sent, as a power cut may.
    pub(crate) fn cut_power(&mut self, results: &Path) {
        let Ok(written) = fs::metadata(results).map(|metadata| metadata.len()) else { return };
        let mut atlas = locked(&self.atlas);
        if !self.hazards.has(Hazard::PowerCuts) || self.hazards.rng.bool() {
            return;
        }
        let Some(durable) = atlas.client_rules.durable() else { return };
        let mut left = self.hazards.rng.u64(durable.min(written)..=written);
        // A line that has all columns of the program is read as a whole one.
        let bytes = fs::read(results).unwrap_or_default();
        let begun = bytes.iter().take(left as usize).rposition(|byte| *byte == b'\n').map_or(0, |at| at as u64 + 1);
        if left < written {
            left = left.min(begun + 40).max(durable.min(written));
        }
        atlas.history.note(|| format!("a power cut leaves {left} of {written} bytes"));
        let file = OpenOptions::new().write(true).open(results).expect("the results can be written");
        file.set_len(left).expect("the results can be written");
        atlas.client_rules.opened(results.to_owned(), false);
    }
}
