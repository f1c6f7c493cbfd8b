//! Facts about the results as a whole, gathered row by row in memory that does not grow with the rows.

use jiff::Timestamp;

use super::expiry::Expiry;
use super::group::Groups;
use super::pace::Pace;
use crate::model::reason::RowReason;
use crate::model::status::{Status, Tally};
use crate::results::Line;

/// The largest number of organizations that are counted; a results file has those of one profile.
const ORGANIZATIONS: usize = 1000;

pub(super) struct Facts {
    pub(super) tally: Tally,
    /// The ids, in the order of the rows.
    pub(super) organizations: Vec<String>,
    /// The times at which the first and the last row ended.
    pub(super) period: Option<(Timestamp, Timestamp)>,
    /// True if rows were not sent because of a dry run.
    pub(super) dry_run: bool,
    /// True if the file ends in the middle of a line.
    pub(super) cut_off: bool,
    pub(super) groups: Groups,
    pub(super) expiry: Expiry,
    pub(super) pace: Pace,
}

impl Facts {
    pub(super) fn new(made_at: Timestamp) -> Self {
        Self {
            tally: Tally::default(),
            organizations: Vec::new(),
            period: None,
            dry_run: false,
            cut_off: false,
            groups: Groups::default(),
            expiry: Expiry::new(made_at),
            pace: Pace::default(),
        }
    }

    pub(super) fn add(&mut self, line: &Line) {
        let outcome = &line.outcome;
        self.tally.add(outcome.status);
        // Rows of one organization mostly follow each other.
        let known = self.organizations.last() == Some(&line.org_id) || self.organizations.contains(&line.org_id);
        if !known && !line.org_id.is_empty() && self.organizations.len() < ORGANIZATIONS {
            self.organizations.push(line.org_id.clone());
        }
        let at = outcome.finished_at;
        self.period = Some(self.period.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
        match outcome.status {
            Status::Invited => {
                self.pace.add(at);
                self.expiry.add(line);
                if outcome.needs_a_look() {
                    self.groups.add(line);
                }
            }
            Status::AlreadyInvited => self.expiry.add(line),
            Status::NotSent => {
                self.dry_run |= outcome.error_code == Some(RowReason::DryRun.into());
                self.groups.add(line);
            }
            Status::Revoked => self.pace.add(at),
            Status::Accepted | Status::Invalid | Status::Failed | Status::Unknown | Status::Sending => {
                self.groups.add(line);
            }
            Status::Gone | Status::NotOurs | Status::AlreadyMember | Status::Duplicate => {}
        }
    }

    /// Returns whether rows name more than one organization.
    pub(super) fn by_organization(&self) -> bool {
        self.organizations.len() > 1
    }
}
