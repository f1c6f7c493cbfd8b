//! Invites that lapse soon, so that somebody can remind the people in time.

use std::collections::BinaryHeap;
use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp};

use super::text::{Beginning, counted, minute, number};
use crate::results::Line;

/// How soon is soon.
const SOON: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Invites listed, the soonest; the table has all.
const LISTED: usize = 100;
/// Lists of so many are unfolded.
const UNFOLDED: usize = 10;

pub(super) struct Expiry {
    now: Timestamp,
    /// Invites whose time is over.
    over: u64,
    soon: u64,
    /// The soonest, the latest of them on top.
    soonest: BinaryHeap<(Timestamp, u32, String)>,
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
            self.soonest.push((at, line.row.unwrap_or(u32::MAX), line.email.clone()));
            if self.soonest.len() > LISTED {
                self.soonest.pop();
            }
        }
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        if self.soon == 0 && self.over == 0 {
            return Ok(());
        }
        writeln!(out, "<section>\n<h2>Invites that expire soon</h2>")?;
        if self.over > 0 {
            let invites = counted(self.over, "invite has", "invites have");
            writeln!(
                out,
                "<p>{invites} expired by now. Whoever had not accepted by then needs a new one; see the column \
                 Expires.</p>"
            )?;
        }
        if self.soon > 0 {
            let invites = counted(self.soon, "invite expires", "invites expire");
            writeln!(
                out,
                "<p>{invites} within 7 days of {} UTC. Remind the people, unless they have accepted since.</p>",
                minute(self.now)
            )?;
            let unfolded = if self.soonest.len() <= UNFOLDED { " open" } else { "" };
            writeln!(out, "<details{unfolded}><summary>Whose</summary>")?;
            writeln!(out, "<table><caption class=\"unseen\">Invites that expire soon, the soonest first</caption>")?;
            writeln!(out, "<thead><tr><th scope=\"col\">Email<th scope=\"col\">Expires (UTC)</thead>\n<tbody>")?;
            for (at, _, email) in self.soonest.clone().into_sorted_vec() {
                let email = Beginning(&email, 320);
                let left = left(at.duration_since(self.now));
                writeln!(out, "<tr><th scope=\"row\">{email}<td>{} <small>{left}</small>", minute(at))?;
            }
            writeln!(out, "</tbody>\n</table>")?;
            if self.soon > LISTED as u64 {
                writeln!(out, "<p>And {} more; see the column Expires.</p>", number(self.soon - LISTED as u64))?;
            }
            writeln!(out, "</details>")?;
        }
        writeln!(out, "</section>")
    }
}

/// `in 5 hours`, `in 3 days`: rounded down, as deadlines are.
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

    fn told(hours: impl IntoIterator<Item = i64>) -> String {
        let now: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
        let mut expiry = Expiry::new(now);
        for (row, hours) in (2..).zip(hours) {
            let mut outcome = Outcome::new(Status::Invited, now);
            outcome.expires_at = Some(now + SignedDuration::from_hours(hours));
            let email = format!("in{hours}@example.com");
            expiry.add(&Line { row: Some(row), email, org_id: String::new(), outcome, cells: vec![] });
        }
        let mut out = Vec::new();
        expiry.write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_expires_within_a_week_is_listed_soonest_first() {
        assert_eq!(told([30 * 24, 7 * 24 + 1]), "");
        let page = told([7 * 24, -1, 5, 0, 9 * 24, 50]);
        assert!(page.contains("2 invites have expired by now") && page.contains("3 invites expire within 7 days"));
        let emails: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("<tr><th scope=\"row\">")).collect();
        assert_eq!(
            emails,
            [
                "in5@example.com<td>2026-11-24 15:00 <small>in 5 hours</small>",
                "in50@example.com<td>2026-11-26 12:00 <small>in 2 days</small>",
                "in168@example.com<td>2026-12-01 10:00 <small>in 7 days</small>",
            ]
        );
    }

    #[test]
    fn of_many_the_soonest_are_listed() {
        let page = told((1..=160).rev());
        assert!(page.contains("160 invites expire") && page.contains("And 60 more"), "{page}");
        assert!(page.contains("in1@") && page.contains("in100@") && !page.contains("in101@"), "{page}");
    }
}
