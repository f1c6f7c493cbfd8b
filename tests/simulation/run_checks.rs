//! Checks the results of a run that ended by itself against the model's ledger: no invitation is lost, no person is
//! invited twice, and every line is true.

use std::collections::{BTreeMap, BTreeSet};

use bulk_invite::atlas::Membership;
use bulk_invite::model::{Status, Tally};

use crate::atlas::Atlas;
use crate::client_rules::Refusal;
use crate::ledger::{Creator, Issued, Tolerance};
use crate::results::Line;
use crate::sheet::{Expected, RowSpec};

/// The checks of a finished results file, with the data that they need.
pub(crate) struct RunChecks<'a> {
    pub(crate) atlas: &'a Atlas,
    pub(crate) rows: &'a [RowSpec],
    pub(crate) lines: &'a [Line],
    pub(crate) tally: &'a Tally,
    /// Set if the run could read the organization, and so knew its teams.
    pub(crate) was_read: bool,
    /// Set if the run ended early.
    pub(crate) halted: bool,
    /// Set if the endpoint may differ from run to run, and with it the id that names an invitation.
    pub(crate) by_any_endpoint: bool,
    /// Set for a run without faults, after which every row must be settled.
    pub(crate) last: bool,
}

impl RunChecks<'_> {
    /// Returns the violations.
    pub(crate) fn violations(&self) -> Vec<String> {
        let mut violations = Vec::new();
        self.check_rows(&mut violations);
        check_tally(&self.lines[..self.lines.len().min(self.rows.len())], self.tally, &mut violations);
        self.check_lines(&mut violations);
        self.check_nothing_lost(&mut violations);
        self.check_refusals(&mut violations);
        if self.last {
            self.check_all_settled(&mut violations);
            self.check_everyone_present(&mut violations);
        }
        violations
    }

    fn rows(&self) -> impl Iterator<Item = (&RowSpec, &Line)> {
        self.rows.iter().zip(self.lines)
    }

    /// Checks that every row has exactly one line, in order, followed by the people who are no longer in the sheet.
    fn check_rows(&self, violations: &mut Vec<String>) {
        let found: Vec<Option<u32>> = self.lines.iter().map(|line| line.row).collect();
        let mut expected: Vec<Option<u32>> = self.rows.iter().map(|row| Some(row.number)).collect();
        expected.resize(found.len().max(expected.len()), None);
        if found != expected {
            violations.push(format!("the rows of the results are {found:?}, not {expected:?}"));
            return;
        }
        for (row, line) in self.rows() {
            let is_right = match row.expected {
                _ if line.cell != row.cell => false,
                // If the teams are unknown, the first valid row of a person may be another one.
                _ if !self.was_read => true,
                Expected::Invalid => line.status == "invalid",
                Expected::Duplicate => line.status == "duplicate",
                Expected::First => !matches!(line.status.as_str(), "invalid" | "duplicate" | "sending"),
            };
            if !is_right {
                violations.push(format!("{row:?} has the line {line:?}"));
            }
        }
    }

    /// Checks that every line is true.
    fn check_lines(&self, violations: &mut Vec<String>) {
        let mut invited = BTreeSet::new();
        for line in self.lines {
            let address = &line.address;
            let all_issued: Vec<&Issued> = self.atlas.ledger.of(address).collect();
            let named = |issued: &&&Issued| {
                issued.is_named(&line.invite_id, self.by_any_endpoint) || issued.user_id == line.invite_id
            };
            let is_true = match line.status.as_str() {
                "invited" => {
                    if !invited.insert(address) {
                        violations.push(format!("{address} is reported as invited twice"));
                    }
                    self.is_ours(line, &all_issued)
                }
                "already_invited" => all_issued.iter().filter(named).any(|issued| issued.creator != Creator::Job),
                "already_member" => {
                    self.atlas.membership(address) == Some(Membership::Active)
                        && all_issued.iter().all(|issued| issued.creator != Creator::Job || issued.expired)
                }
                _ => true,
            };
            if !is_true {
                violations.push(format!("{line:?} is not true: the ledger has {all_issued:?}"));
            }
        }
    }

    /// Returns whether a line may report an invitation as the job's.
    fn is_ours(&self, line: &Line, all_issued: &[&Issued]) -> bool {
        all_issued.iter().any(|issued| {
            let named = if line.invite_id.is_empty() {
                issued.accepted.is_some()
            } else {
                // If accepted between the look-up of the person and that of the invite, only the person has an id.
                issued.is_named(&line.invite_id, self.by_any_endpoint)
                    || (issued.accepted.is_some() && issued.user_id == line.invite_id)
            };
            named && (issued.creator == Creator::Job || self.may_count_as_ours(issued, line.invite_id.is_empty()))
        })
    }

    /// Returns whether an invitation of another administrator may count as the job's, because of the ambiguity
    /// described at [`crate::ledger::Ledger::may_come_from_job`].
    ///
    /// The invitation of a member no longer has a time. It may count if a request of the job may have been processed
    /// before the person accepted.
    fn may_count_as_ours(&self, issued: &Issued, no_time: bool) -> bool {
        let ledger = &self.atlas.ledger;
        match issued.accepted.filter(|_| no_time) {
            None if self.atlas.is_named_otherwise(issued) => false,
            Some(accepted) => ledger.may_come_from_job(&issued.address, accepted, Tolerance::default()),
            None => ledger.may_come_from_job(&issued.address, issued.created, self.atlas.tolerance(issued)),
        }
    }

    /// Checks that every invitation of the job is recorded with its id, or as unknown.
    fn check_nothing_lost(&self, violations: &mut Vec<String>) {
        let lines = self.lines_by_person();
        let ours = |issued: &&Issued| issued.creator == Creator::Job && !issued.expired;
        for issued in self.atlas.ledger.issued.iter().filter(ours) {
            let line = lines.get(issued.address.as_str());
            let recorded = line.is_some_and(|line| match line.status.as_str() {
                "invited" => {
                    let others = self.atlas.ledger.of(&issued.address).filter(|other| other.creator != Creator::Job);
                    let mut ambiguous = others.filter(|other| self.may_count_as_ours(other, false));
                    issued.is_named(&line.invite_id, self.by_any_endpoint)
                        || (issued.accepted.is_some()
                            && [String::new(), issued.user_id.clone()].contains(&line.invite_id))
                        || ambiguous.any(|other| other.is_named(&line.invite_id, self.by_any_endpoint))
                }
                // The users endpoint shows one person, with the time of the first of two invites.
                "already_invited" => self.by_any_endpoint && issued.user_id == line.invite_id,
                "unknown" => !self.last,
                _ => false,
            });
            if !recorded {
                violations.push(format!("{issued:?} is this job's and has the line {line:?}"));
            }
        }
        for address in self.atlas.in_process.values() {
            let line = lines.get(address.as_str());
            let others = self.atlas.ledger.of(address).next().is_some();
            if !others && line.is_none_or(|line| line.status != "unknown") {
                violations.push(format!("a request for {address} is still in process and has the line {line:?}"));
            }
        }
    }

    /// Checks the rows that were refused: a limit is no attempt, and a person who is present was not refused.
    fn check_refusals(&self, violations: &mut Vec<String>) {
        for (_, line) in self.rows().filter(|(_, line)| line.attempts > self.atlas.ledger.attempts(&line.address)) {
            violations.push(format!("{line:?} has more attempts than there were requests"));
        }
        for (_, line) in self.rows().filter(|(_, line)| line.status == "failed") {
            let is_wrong = match self.atlas.client_rules.refusal(&line.address) {
                Some(Refusal::NoAttempt) => line.code.contains("RATE_LIMITED") || line.code.starts_with("WRITES_"),
                // Without an answer to the look-up, or if the person has just been removed, the refusal is all that is
                // known.
                Some(Refusal::Duplicate) => {
                    let is_answered = !self.halted && !self.atlas.faults.concern_look_ups();
                    is_answered && self.atlas.is_present(&line.address)
                }
                None => false,
            };
            if is_wrong {
                violations.push(format!("{line:?} has failed, although the last answer is no refusal"));
            }
        }
    }

    /// Checks that each person of the sheet is present, with one pending invitation at most.
    fn check_everyone_present(&self, violations: &mut Vec<String>) {
        let is_refused = |row: &RowSpec| row.is_rejected || self.atlas.blocked.contains(&row.address);
        for (row, line) in self.rows().filter(|(row, _)| row.expected == Expected::First && !is_refused(row)) {
            let issued: Vec<&Issued> = self.atlas.ledger.of(&row.address).collect();
            let is_over = !issued.is_empty() && issued.iter().any(|issued| issued.is_over());
            let by_job = issued.iter().filter(|issued| issued.is_pending() && issued.creator == Creator::Job).count();
            if by_job > 1 || !(self.atlas.is_present(&row.address) || is_over) {
                violations.push(format!("{} has the line {line:?} and the invitations {issued:?}", row.address));
            }
        }
    }

    /// Returns the line about each person.
    fn lines_by_person(&self) -> BTreeMap<&str, &Line> {
        let rows = self.rows().filter(|(_, line)| !matches!(line.status.as_str(), "invalid" | "duplicate"));
        let rows = rows.map(|(_, line)| line);
        let gone = self.lines.iter().filter(|line| line.row.is_none());
        rows.chain(gone).map(|line| (line.address.as_str(), line)).collect()
    }

    /// Checks that no row is left to try.
    fn check_all_settled(&self, violations: &mut Vec<String>) {
        for (row, line) in self.rows().filter(|(row, _)| row.expected == Expected::First) {
            let settled = match line.status.as_str() {
                "invited" | "already_invited" | "already_member" => true,
                "failed" => row.is_rejected || self.atlas.blocked.contains(&row.address),
                _ => false,
            };
            if !settled {
                violations.push(format!("a row is not settled after a run without faults: {line:?}"));
            }
        }
        if let Some(line) = self.lines.iter().find(|line| line.row.is_none() && line.status != "invited") {
            violations.push(format!("a person is not settled after a run without faults: {line:?}"));
        }
    }
}

/// Checks that the summary counts the lines.
pub(crate) fn check_tally(lines: &[Line], tally: &Tally, violations: &mut Vec<String>) {
    for status in Status::ALL {
        let lines = lines.iter().filter(|line| line.status == status.as_str()).count() as u64;
        let counted = tally.count(status);
        if lines != counted {
            violations.push(format!("{lines} rows are {} and the summary says {counted}", status.as_str()));
        }
    }
}
