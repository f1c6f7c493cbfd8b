//! What `revoke` promises, checked against the model's ledger when a run of it has ended by itself: what the run
//! created is not pending any more, nothing else was touched, and each line of the run has one that says what is so.

use bulk_invite::atlas::Membership;
use bulk_invite::model::Tally;

use crate::atlas::Atlas;
use crate::ledger::{Creator, Issued};
use crate::promise::check_tally;
use crate::results::Line;

/// One finished file of a revocation, and what it is judged by.
pub(crate) struct Retraction<'a> {
    pub(crate) atlas: &'a Atlas,
    /// The last lines of the run that is taken back.
    pub(crate) run: &'a [Line],
    pub(crate) lines: &'a [Line],
    pub(crate) tally: &'a Tally,
}

impl Retraction<'_> {
    /// Everything that is not as promised; at the end (`last`) nothing may be left.
    pub(crate) fn broken(&self, last: bool) -> Vec<String> {
        let mut broken = Vec::new();
        self.check_rows(&mut broken);
        check_tally(&self.lines[..self.lines.len().min(self.run.len())], self.tally, &mut broken);
        for (asked, line) in self.run.iter().zip(self.lines).filter(|(asked, line)| !self.holds(asked, line)) {
            broken.push(format!("{asked:?} has the line {line:?}, and the ledger {:?}", self.there(line)));
        }
        if last {
            self.check_nothing_left(&mut broken);
        }
        broken
    }

    /// Rows that are not settled, but for those that only an administrator can settle.
    pub(crate) fn open(&self) -> Vec<&Line> {
        let open = |line: &&Line| matches!(line.status.as_str(), "failed" | "unknown" | "not_sent" | "sending");
        self.lines.iter().filter(open).filter(|line| !self.is_for_others(line)).collect()
    }

    fn there<'a>(&'a self, line: &'a Line) -> Vec<&'a Issued> {
        self.atlas.ledger.of(&line.address).collect()
    }

    /// Every line of the run has exactly one, in order; then come those whom the run's results do not list any more.
    fn check_rows(&self, broken: &mut Vec<String>) {
        let told: Vec<_> = self.lines.iter().map(|line| (line.row, &line.cell)).collect();
        let due: Vec<_> = self.run.iter().map(|line| (line.row, &line.cell)).collect();
        if !told.starts_with(&due) {
            broken.push(format!("the rows of the results are {told:?}, not {due:?}"));
        }
        for line in self.lines.iter().skip(due.len()) {
            if line.row.is_some() || !matches!(line.status.as_str(), "revoked" | "unknown") {
                broken.push(format!("{line:?} is about nobody in the results of the run"));
            }
        }
    }

    /// Whether a line says what is so.
    fn holds(&self, asked: &Line, line: &Line) -> bool {
        let may_be_ours = matches!(asked.status.as_str(), "invited" | "unknown" | "sending");
        match line.status.as_str() {
            "not_ours" => !may_be_ours,
            "revoked" => may_be_ours && self.is_over(asked, line) && self.is_revoked(line),
            "gone" => may_be_ours && self.is_over(asked, line) && !self.was_told(line),
            "accepted" => may_be_ours && self.atlas.membership(&line.address) == Some(Membership::Active),
            "failed" | "unknown" | "not_sent" => may_be_ours,
            _ => false,
        }
    }

    /// Whether no invite of the job to the person is pending, will be, or was accepted.
    fn is_over(&self, asked: &Line, line: &Line) -> bool {
        let is_over = |issued: &Issued| issued.cancelled.is_some();
        let coming = self.atlas.in_process.values().any(|address| *address == line.address);
        self.is_mistaken(asked) || (!coming && self.atlas.ledger.by_job(&line.address).all(is_over))
    }

    /// Whether the run took somebody else's invite for its own, as it may.
    fn is_mistaken(&self, asked: &Line) -> bool {
        let named: Vec<_> = self.there(asked).into_iter().filter(|issued| names(asked, issued)).collect();
        asked.status == "invited" && !named.is_empty() && named.iter().all(|issued| issued.creator != Creator::Job)
    }

    /// Whether the invite is gone, and it was the job who cancelled it, or as far as it was told may have been.
    fn is_revoked(&self, line: &Line) -> bool {
        let mut there = self.there(line).into_iter().filter(|issued| line.invite_id.is_empty() || names(line, issued));
        there.any(|issued| issued.cancelled.is_some() && self.atlas.cancels.may_have(issued))
    }

    /// Whether the job was told that it cancelled the invite that the line is about.
    fn was_told(&self, line: &Line) -> bool {
        let mut named = self.there(line).into_iter().filter(|issued| names(line, issued));
        named.any(|issued| self.atlas.cancels.was_told(issued))
    }

    /// Whether nothing that the program knows can settle a row: of several pending invites each may be the job's, or no time
    /// is told by which one is.
    fn is_for_others(&self, line: &Line) -> bool {
        let open = self.there(line).into_iter().filter(|issued| issued.is_open()).count();
        let untold = open == 1 && self.atlas.manners.early().is_none();
        line.status == "failed" && line.code == "INVITE_AMBIGUOUS" && (open > 1 || untold)
    }

    /// Whatever the run's results know of it.
    fn check_nothing_left(&self, broken: &mut Vec<String>) {
        broken.extend(self.open().into_iter().map(|line| format!("nothing goes wrong any more and yet {line:?}")));
        for issued in
            self.atlas.ledger.issued.iter().filter(|issued| issued.creator == Creator::Job && issued.is_open())
        {
            let same = |line: &&Line| line.address == issued.address;
            let mistaken = self.run.iter().filter(same).any(|line| self.is_mistaken(line));
            let for_others = self.lines.iter().filter(same).any(|line| self.is_for_others(line));
            if !mistaken && !for_others {
                broken.push(format!("{issued:?} is pending and has the lines {:?}", self.lines.iter().find(same)));
            }
        }
    }
}

/// Whether the line's id is the invite's, or its person's.
fn names(line: &Line, issued: &Issued) -> bool {
    [&issued.invite, &issued.id, &issued.user_id].contains(&&line.invite_id)
}
