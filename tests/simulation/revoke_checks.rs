//! Checks the results of a `revoke` that ended by itself against the model's ledger: no invite of the run is pending,
//! no other invite was cancelled, and every line is true.

use bulk_invite::atlas::Membership;
use bulk_invite::model::Tally;

use crate::atlas::Atlas;
use crate::ledger::{Creator, Issued};
use crate::results::Line;
use crate::run_checks::check_tally;

/// The checks of a finished file of a revoke, with the data that they need.
pub(crate) struct RevokeChecks<'a> {
    pub(crate) atlas: &'a Atlas,
    /// The current lines of the run that is revoked.
    pub(crate) run: &'a [Line],
    pub(crate) lines: &'a [Line],
    pub(crate) tally: &'a Tally,
}

impl RevokeChecks<'_> {
    /// Returns the violations. After the last revoke (`last`) no invite of the job may be left.
    pub(crate) fn violations(&self, last: bool) -> Vec<String> {
        let mut violations = Vec::new();
        self.check_rows(&mut violations);
        check_tally(&self.lines[..self.lines.len().min(self.run.len())], self.tally, &mut violations);
        for (before, line) in self.run.iter().zip(self.lines).filter(|(before, line)| !self.is_true(before, line)) {
            violations.push(format!("{before:?} has the line {line:?}, and the ledger {:?}", self.issued(line)));
        }
        if last {
            self.check_nothing_left(&mut violations);
        }
        violations
    }

    /// Returns the lines of rows that are not settled, except those that only an administrator can settle.
    pub(crate) fn unsettled(&self) -> Vec<&Line> {
        let unsettled = |line: &&Line| matches!(line.status.as_str(), "failed" | "unknown" | "not_sent" | "sending");
        self.lines.iter().filter(unsettled).filter(|line| !self.needs_an_administrator(line)).collect()
    }

    fn issued<'a>(&'a self, line: &'a Line) -> Vec<&'a Issued> {
        self.atlas.ledger.of(&line.address).collect()
    }

    /// Checks that every line of the run has exactly one line, in order, followed by people who are no longer in the
    /// run's results.
    fn check_rows(&self, violations: &mut Vec<String>) {
        let found: Vec<_> = self.lines.iter().map(|line| (line.row, &line.cell)).collect();
        let expected: Vec<_> = self.run.iter().map(|line| (line.row, &line.cell)).collect();
        if !found.starts_with(&expected) {
            violations.push(format!("the rows of the results are {found:?}, not {expected:?}"));
        }
        for line in self.lines.iter().skip(expected.len()) {
            if line.row.is_some() || !matches!(line.status.as_str(), "revoked" | "unknown") {
                violations.push(format!("the results of the run have no line for {line:?}"));
            }
        }
    }

    /// Returns whether a line is true, given the line of the run (`before`).
    fn is_true(&self, before: &Line, line: &Line) -> bool {
        let may_be_ours = matches!(before.status.as_str(), "invited" | "unknown" | "sending");
        match line.status.as_str() {
            "not_ours" => !may_be_ours,
            "revoked" => may_be_ours && self.is_over(before, line) && self.is_revoked(line),
            "gone" => may_be_ours && self.is_over(before, line) && !self.knows_cancelled(line),
            "accepted" => may_be_ours && self.atlas.membership(&line.address) == Some(Membership::Active),
            "failed" | "unknown" | "not_sent" => may_be_ours,
            _ => false,
        }
    }

    /// Returns whether no invite of the job to the person is pending, may still be created, or was accepted.
    fn is_over(&self, before: &Line, line: &Line) -> bool {
        let is_over = |issued: &Issued| issued.is_over();
        let in_process = self.atlas.in_process.values().any(|address| *address == line.address);
        self.is_mistaken(before) || (!in_process && self.atlas.ledger.by_job(&line.address).all(is_over))
    }

    /// Returns whether the run recorded another administrator's invite as its own, which the ambiguity allows.
    fn is_mistaken(&self, before: &Line) -> bool {
        let named: Vec<_> = self.issued(before).into_iter().filter(|issued| names(before, issued)).collect();
        before.status == "invited" && !named.is_empty() && named.iter().all(|issued| issued.creator != Creator::Job)
    }

    /// Returns whether the invite was cancelled, by the job as far as it can know.
    fn is_revoked(&self, line: &Line) -> bool {
        let is_meant = |issued: &&Issued| line.invite_id.is_empty() || names(line, issued);
        let mut issued = self.issued(line).into_iter().filter(is_meant);
        issued.any(|issued| issued.cancelled.is_some() && self.atlas.cancellations.may_have_cancelled(issued))
    }

    /// Returns whether the job knows that it cancelled the invite of the line.
    fn knows_cancelled(&self, line: &Line) -> bool {
        let mut named = self.issued(line).into_iter().filter(|issued| names(line, issued));
        named.any(|issued| self.atlas.cancellations.knows_cancelled(issued))
    }

    /// Returns whether the program cannot settle a row: several pending invites may be the job's, or neither a time nor the
    /// id of an invite decides.
    fn needs_an_administrator(&self, line: &Line) -> bool {
        let pending = self.issued(line).into_iter().filter(|issued| issued.is_pending()).count();
        let has_no_time = self.atlas.server.early().is_none();
        // A run through the other endpoint recorded the id of the person.
        let has_no_invite = self.issued(line).iter().any(|issued| issued.user_id == line.invite_id);
        let is_unclear = pending > 1 || (pending == 1 && (has_no_time || has_no_invite));
        line.status == "failed" && line.code == "INVITE_AMBIGUOUS" && is_unclear
    }

    /// Checks that no invite of the job is pending and no row is left to try.
    fn check_nothing_left(&self, violations: &mut Vec<String>) {
        let unsettled = self.unsettled().into_iter();
        violations.extend(unsettled.map(|line| format!("a row is not settled after a run without faults: {line:?}")));
        for issued in
            self.atlas.ledger.issued.iter().filter(|issued| issued.creator == Creator::Job && issued.is_pending())
        {
            let same = |line: &&Line| line.address == issued.address;
            let mistaken = self.run.iter().filter(same).any(|line| self.is_mistaken(line));
            let for_administrator = self.lines.iter().filter(same).any(|line| self.needs_an_administrator(line));
            if !mistaken && !for_administrator {
                let line = self.lines.iter().find(same);
                violations.push(format!("{issued:?} is still pending and has the line {line:?}"));
            }
        }
    }
}

/// Returns whether the line's id is that of the invite or of its person.
fn names(line: &Line, issued: &Issued) -> bool {
    issued.is_named(&line.invite_id, true)
}
