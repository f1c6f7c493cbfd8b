//! Invites that expire soon, so that their people can be reminded in time.

use std::collections::BinaryHeap;

use jiff::{SignedDuration, Timestamp};

use super::text::{beginning, counted, minute, number};
use crate::results::Line;

/// An invite that expires within this time is listed.
const SOON: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The most invites listed, soonest first; the table has all.
const LISTED: usize = 100;
/// The longest list that is unfolded.
const UNFOLDED: usize = 10;
/// Characters of an address that are shown.
const LONGEST: usize = 320;

/// Invites gathered from the results. Its memory does not grow with the rows.
pub(super) struct Expiry {
    now: Timestamp,
    /// Invites that have expired.
    over: u64,
    soon: u64,
    /// The soonest, the latest of them on top.
    soonest: BinaryHeap<(Timestamp, u32, String)>,
}

/// The section as the page shows it.
pub(super) struct ExpirySection {
    pub(super) over: Option<String>,
    pub(super) soon: Option<String>,
    pub(super) is_unfolded: bool,
    pub(super) soonest: Vec<ExpiringInvite>,
    /// The number of invites that are not listed.
    pub(super) more: Option<String>,
}

pub(super) struct ExpiringInvite {
    pub(super) email: String,
    pub(super) at: String,
    pub(super) left: String,
}

impl Expiry {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { now, over: 0, soon: 0, soonest: BinaryHeap::new() }
    }

    pub(super) fn add(&mut self, line: &Line) {
        let Some(at) = line.outcome.expires_at else { return };
        if at <= self.now {
            self.over += 1;
        } else if at.duration_since(self.now) <= SOON {
            self.soon += 1;
            let email = beginning(&line.email, LONGEST).into_owned();
            self.soonest.push((at, line.row.unwrap_or(u32::MAX), email));
            if self.soonest.len() > LISTED {
                self.soonest.pop();
            }
        }
    }

    /// Returns the section, unless there is nothing to show.
    pub(super) fn section(&self) -> Option<ExpirySection> {
        if self.soon == 0 && self.over == 0 {
            return None;
        }
        let soonest = self.soonest.clone().into_sorted_vec().into_iter().map(|(at, _, email)| ExpiringInvite {
            email,
            at: minute(at).to_string(),
            left: left(at.duration_since(self.now)),
        });
        Some(ExpirySection {
            over: (self.over > 0).then(|| counted(self.over, "invite has", "invites have")),
            soon: (self.soon > 0).then(|| counted(self.soon, "invite expires", "invites expire")),
            is_unfolded: self.soonest.len() <= UNFOLDED,
            soonest: soonest.collect(),
            more: (self.soon > LISTED as u64).then(|| number(self.soon - LISTED as u64)),
        })
    }
}

/// Returns the time left, rounded down, as deadlines are: `in 5 hours`, `in 3 days`.
fn left(duration: SignedDuration) -> String {
    let hours = duration.as_hours().unsigned_abs();
    match hours {
        0 => "in less than an hour".to_owned(),
        1..48 => format!("in {}", counted(hours, "hour", "hours")),
        48.. => format!("in {} days", hours / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::outcome::Outcome;
    use crate::model::status::Status;

    /// Returns the section for invites that expire in these numbers of hours.
    fn section(hours: impl IntoIterator<Item = i64>) -> Option<ExpirySection> {
        let now: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
        let mut expiry = Expiry::new(now);
        for (row, hours) in (2..).zip(hours) {
            let mut outcome = Outcome::new(Status::Invited, now);
            outcome.expires_at = Some(now + SignedDuration::from_hours(hours));
            let email = format!("in{hours}@example.com");
            expiry.add(&Line { row: Some(row), email, org_id: String::new(), outcome, cells: vec![] });
        }
        expiry.section()
    }

    #[test]
    fn invites_that_expire_within_a_week_are_listed() {
        assert!(section([30 * 24, 7 * 24 + 1]).is_none());
        let section = section([7 * 24, -1, 5, 0, 9 * 24, 50]).unwrap();
        let listed: Vec<_> = section.soonest.iter().map(|invite| (invite.email.as_str(), invite.at.as_str())).collect();
        assert_eq!(
            listed,
            [
                ("in5@example.com", "2026-11-24 15:00"),
                ("in50@example.com", "2026-11-26 12:00"),
                ("in168@example.com", "2026-12-01 10:00"),
            ]
        );
        assert!(section.over.is_some_and(|over| over.starts_with("2 ")));
        assert!(section.soon.is_some_and(|soon| soon.starts_with("3 ")));
    }

    #[test]
    fn only_the_soonest_of_many_are_listed() {
        let section = section((1..=160).rev()).unwrap();
        assert_eq!((section.soonest.len(), section.more.as_deref()), (100, Some("60")));
        assert_eq!(section.soonest.first().unwrap().email, "in1@example.com");
        assert_eq!(section.soonest.last().unwrap().email, "in100@example.com");
    }

    #[test]
    fn the_time_left_is_rounded_down() {
        let lefts = [0, 1, 47, 48, 71, 168].map(SignedDuration::from_hours).map(left);
        assert_eq!(lefts, ["in less than an hour", "in 1 hour", "in 47 hours", "in 2 days", "in 2 days", "in 7 days"]);
    }
}
