//! The promise, checked against the model's ledger when a run has ended by itself: nothing lost, nobody invited twice,
//! nothing claimed that is not so.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bulk_invite::atlas::Membership;
use bulk_invite::model::{Status, Tally};

use crate::atlas::Atlas;
use crate::ledger::{Creator, Issued};
use crate::results::Line;
use crate::sheet::{Asked, Expected};

/// One finished results file, and what it is judged by.
pub(crate) struct Promise<'a> {
    pub(crate) atlas: &'a Atlas,
    pub(crate) asked: &'a [Asked],
    pub(crate) lines: &'a [Line],
    pub(crate) tally: &'a Tally,
    /// See [`crate::scenario::Manners::early`].
    pub(crate) early: Option<Duration>,
    /// Whether names of teams meant anything to the run.
    pub(crate) was_read: bool,
    /// Whether it is the end: nothing went wrong in this run, so nothing may be left to try.
    pub(crate) last: bool,
}

impl Promise<'_> {
    /// Everything that is not as promised.
    pub(crate) fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        self.check_rows(&mut broken);
        check_tally(&self.lines[..self.lines.len().min(self.asked.len())], self.tally, &mut broken);
        self.check_claims(&mut broken);
        self.check_nothing_lost(&mut broken);
        if self.last {
            self.check_nothing_left(&mut broken);
        }
        broken
    }

    fn rows(&self) -> impl Iterator<Item = (&Asked, &Line)> {
        self.asked.iter().zip(self.lines)
    }

    /// Every row has exactly one line, in order; then come those who are no longer in the sheet.
    fn check_rows(&self, broken: &mut Vec<String>) {
        let shown: Vec<Option<u32>> = self.lines.iter().map(|line| line.row).collect();
        let mut due: Vec<Option<u32>> = self.asked.iter().map(|asked| Some(asked.number)).collect();
        due.resize(shown.len().max(due.len()), None);
        if shown != due {
            broken.push(format!("the rows of the results are {shown:?}, not {due:?}"));
            return;
        }
        for (asked, line) in self.rows() {
            let right = match asked.expected {
                _ if line.cell != asked.cell => false,
                // Without names of teams, which of a person's rows is the first valid one is another question.
                _ if !self.was_read => true,
                Expected::Invalid => line.status == "invalid",
                Expected::Duplicate => line.status == "duplicate",
                Expected::First => !matches!(line.status.as_str(), "invalid" | "duplicate" | "sending"),
            };
            if !right {
                broken.push(format!("{asked:?} has the line {line:?}"));
            }
        }
    }

    /// No line says what is not so.
    fn check_claims(&self, broken: &mut Vec<String>) {
        let mut invited = BTreeSet::new();
        for line in self.lines {
            let address = &line.address;
            let there: Vec<&Issued> = self.atlas.ledger.of(address).collect();
            let named = |issued: &&&Issued| issued.id == line.invite_id || issued.user_id == line.invite_id;
            let holds = match line.status.as_str() {
                "invited" => {
                    if !invited.insert(address) {
                        broken.push(format!("{address} is reported as invited twice"));
                    }
                    self.is_ours(line, &there)
                }
                "already_invited" => there.iter().filter(named).any(|issued| issued.creator != Creator::Job),
                "already_member" => {
                    self.atlas.membership(address) == Some(Membership::Active)
                        && there.iter().all(|issued| issued.creator != Creator::Job)
                }
                _ => true,
            };
            if !holds {
                broken.push(format!("{line:?} is not so: the ledger has {there:?}"));
            }
        }
    }

    /// Whether a line that claims an invitation for the job may do so.
    fn is_ours(&self, line: &Line, there: &[&Issued]) -> bool {
        there.iter().any(|issued| {
            let named = if line.invite_id.is_empty() {
                issued.accepted.is_some()
            } else {
                // Accepted between the question for the person and the one for the invite, only the person has an id.
                issued.id == line.invite_id || (issued.accepted.is_some() && issued.user_id == line.invite_id)
            };
            named && (issued.creator == Creator::Job || self.may_be_taken_for_ours(issued, line.invite_id.is_empty()))
        })
    }

    /// The one ambiguity that nothing can settle: see [`crate::ledger::Ledger::is_in_doubt`].
    ///
    /// A member's invitation shows no time any more, so all that can be asked is that the job was in doubt before the
    /// person accepted.
    fn may_be_taken_for_ours(&self, issued: &Issued, no_time: bool) -> bool {
        let ledger = &self.atlas.ledger;
        match issued.accepted.filter(|_| no_time) {
            Some(accepted) => ledger.is_in_doubt(&issued.address, accepted, None),
            None => ledger.is_in_doubt(&issued.address, issued.created, self.early),
        }
    }

    /// Every invitation of this job is on record, under its own id or as an open question.
    fn check_nothing_lost(&self, broken: &mut Vec<String>) {
        let standing = self.standing();
        for issued in self.atlas.ledger.issued.iter().filter(|issued| issued.creator == Creator::Job) {
            let line = standing.get(issued.address.as_str());
            let recorded = line.is_some_and(|line| match line.status.as_str() {
                "invited" => {
                    let others = self.atlas.ledger.of(&issued.address).filter(|other| other.creator != Creator::Job);
                    let mut ambiguous = others.filter(|other| self.may_be_taken_for_ours(other, false));
                    line.invite_id == issued.id
                        || (issued.accepted.is_some()
                            && [String::new(), issued.user_id.clone()].contains(&line.invite_id))
                        || ambiguous.any(|other| other.id == line.invite_id)
                }
                "unknown" => !self.last,
                _ => false,
            });
            if !recorded {
                broken.push(format!("{issued:?} is this job's and has the line {line:?}"));
            }
        }
        for address in self.atlas.in_process.values() {
            let line = standing.get(address.as_str());
            let others = self.atlas.ledger.of(address).next().is_some();
            if !others && line.is_none_or(|line| line.status != "unknown") {
                broken.push(format!("a request for {address} is still on its way and has the line {line:?}"));
            }
        }
    }

    /// The line that speaks for each person.
    fn standing(&self) -> BTreeMap<&str, &Line> {
        let rows = self.rows().filter(|(_, line)| !matches!(line.status.as_str(), "invalid" | "duplicate"));
        let rows = rows.map(|(_, line)| line);
        let gone = self.lines.iter().filter(|line| line.row.is_none());
        rows.chain(gone).map(|line| (line.address.as_str(), line)).collect()
    }

    fn check_nothing_left(&self, broken: &mut Vec<String>) {
        for (asked, line) in self.rows().filter(|(asked, _)| asked.expected == Expected::First) {
            let settled = match line.status.as_str() {
                "invited" | "already_invited" | "already_member" => true,
                "failed" => asked.doomed || self.atlas.blocked.contains(&asked.address),
                _ => false,
            };
            if !settled {
                broken.push(format!("nothing went wrong and yet {line:?}"));
            }
        }
        if let Some(line) = self.lines.iter().find(|line| line.row.is_none() && line.status != "invited") {
            broken.push(format!("nothing went wrong and yet {line:?}"));
        }
    }
}

/// The summary counts as the lines do.
pub(crate) fn check_tally(lines: &[Line], tally: &Tally, broken: &mut Vec<String>) {
    for status in Status::ALL {
        let lines = lines.iter().filter(|line| line.status == status.as_str()).count() as u64;
        let told = tally.count(status);
        if lines != told {
            broken.push(format!("{lines} rows are {} and the summary says {told}", status.as_str()));
        }
    }
}
