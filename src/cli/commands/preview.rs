//! A preview of a run from a first pass over the spreadsheet: the number of people, missing seats, and project roles that
//! Atlas may not have. Standard input can be read only once, so its preview is incomplete.

use std::fmt;

use bulk_invite::atlas::Client;
use bulk_invite::engine::Organization;
use bulk_invite::model::{NextRun, ObjectId, Seats};
use bulk_invite::plan::{Addresses, Classifier, Coverage, Directory, FailedColumn, Forecast, Planner, UnlistedRoles};
use bulk_invite::report::{self, Planned};
use bulk_invite::spreadsheet::Sheet;

use super::job::OpenJob;
use crate::cli::args::RunArgs;

/// Facts about a run before it sends anything.
#[derive(Debug, Default)]
pub(crate) struct Preview {
    /// The number of people to invite; `None` if it is not known. Some may turn out to be members.
    pub(crate) people: Option<u64>,
    /// How many of them get the role Organization Owner.
    owners: u64,
    /// The organizations whose seats do not suffice, or may not.
    pub(crate) shortages: Vec<SeatShortage>,
    unlisted: UnlistedRoles,
    /// How the rows fit the rules of the map, if there is one.
    pub(crate) coverage: Option<Coverage>,
    /// The columns of which every value fails.
    pub(crate) failed_columns: Vec<FailedColumn>,
    /// The addresses in the sheet.
    pub(crate) addresses: Addresses,
}

/// An organization whose seats do not suffice, or may not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeatShortage {
    /// `None` if it is the only one.
    organization: Option<ObjectId>,
    extent: Shortage,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Shortage {
    Certain(Seats),
    /// People cannot be counted before the run.
    Possible {
        left: u64,
    },
}

impl Shortage {
    /// Compares the free seats with the number of people, which may be unknown, and is at most `limit`.
    fn find(people: Option<u64>, limit: u64, directory: &Directory) -> Option<Self> {
        let needed = people.unwrap_or(u64::MAX).min(limit);
        let seats = Seats { needed, taken: Some(directory.seats_used() as u64) };
        if seats.missing() == 0 {
            return None;
        }
        match people {
            Some(_) => Some(Shortage::Certain(seats)),
            None => seats.left().map(|left| Shortage::Possible { left }),
        }
    }
}

impl fmt::Display for SeatShortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = self.organization {
            write!(f, "organization {id}: ")?;
        }
        match self.extent {
            Shortage::Certain(seats) => write!(f, "not enough seats: {}", report::seats(seats)),
            Shortage::Possible { left } => write!(
                f,
                "{left} of {} seats free; the number of people is unknown until the spreadsheet is read",
                Seats::LIMIT
            ),
        }
    }
}

impl Preview {
    /// Reads the spreadsheet as the run will read it. Errors in it are reported by the run.
    pub(crate) fn read(
        args: &RunArgs,
        sheet: &Sheet,
        planner: Planner<'_>,
        organizations: &[Organization<'_, Client>],
        job: &mut OpenJob,
    ) -> Self {
        let limit = args.job.limit.unwrap_or(u64::MAX);
        let several = organizations.len() > 1;
        let shortages = |people: &dyn Fn(ObjectId) -> Option<u64>| {
            let shortage = |one: &Organization<'_, Client>| {
                let extent = Shortage::find(people(one.id), limit, one.directory)?;
                Some(SeatShortage { organization: several.then_some(one.id), extent })
            };
            organizations.iter().filter_map(shortage).collect()
        };
        let Some(sheet) = sheet.reopen() else {
            return Self { shortages: shortages(&|_| None), ..Self::default() };
        };
        let OpenJob { keys, earlier, journal, .. } = job;
        let classifier = Classifier::new(planner, keys.clone(), 0);
        let mut has_expired = |place, id| {
            let organization = organizations.iter().find(|one| one.id == id);
            organization
                .zip(journal.read(place).ok())
                .is_some_and(|(organization, line)| line.outcome.has_expired(organization.session.server_now()))
        };
        let fresh = earlier.is_fresh();
        // A fresh start invites everyone who is absent, unless the organization could not be read.
        let is_read = |id| organizations.iter().any(|one| one.id == id && !one.directory.is_offline());
        let is_done = |key, organization| match earlier.place(key) {
            Some(place) if place.status.next_run() == NextRun::Keep => {
                let is_decided_again = fresh && is_read(organization);
                !(is_decided_again || args.reinvite_expired && has_expired(place, organization))
            }
            Some(_) | None => false,
        };
        let Ok(forecast) = Forecast::of(sheet, classifier, limit, is_done) else { return Self::default() };
        Self {
            people: Some(forecast.people.min(limit)),
            owners: forecast.owners,
            shortages: shortages(&|id| Some(forecast.organizations.of(id))),
            unlisted: forecast.unlisted,
            coverage: forecast.coverage,
            failed_columns: forecast.failed_columns,
            addresses: forecast.addresses,
        }
    }

    /// Returns the counts for the summary, if the spreadsheet was read.
    pub(crate) fn planned(&self) -> Option<Planned> {
        Some(Planned { people: self.people?, owners: self.owners, unread_addresses: self.addresses.all_unread() })
    }

    /// Returns notes about rules that match no row and rows that no rule matches. `is_part` is true if only a part of the
    /// sheet is read.
    pub(crate) fn map_notes(&self, is_part: bool) -> Vec<String> {
        let findings = self.coverage.iter().flat_map(|coverage| report::map_findings(coverage, is_part));
        findings.map(|finding| report::finding_text(&finding)).collect()
    }

    /// Returns a warning for each of the first few roles that Atlas may not have.
    pub(crate) fn role_warnings(&self) -> Vec<String> {
        report::unlisted_roles(&self.unlisted)
    }

    /// Returns the question before the run, below lines with the facts to decide by. `rows` is the number of rows, `limit`
    /// the most that are sent.
    pub(crate) fn question<G>(
        &self,
        rows: Option<u64>,
        limit: Option<u64>,
        organizations: &[Organization<'_, G>],
    ) -> String {
        let people = match (self.people, rows, limit) {
            (Some(1), ..) => "1 person".to_owned(),
            (Some(people), ..) => format!("{people} people"),
            (None, Some(rows), Some(limit)) => format!("up to {} people", rows.min(limit)),
            (None, None, Some(limit)) => format!("up to {limit} people"),
            (None, Some(rows), None) => format!("up to {rows} people"),
            (None, None, None) => "all people in the spreadsheet".to_owned(),
        };
        let readable: Vec<_> = organizations.iter().filter(|one| one.blocked.is_none()).collect();
        let used = readable.iter().map(|one| {
            let used = one.directory.seats_used();
            format!("{}: {used} members and pending invites", named(one))
        });
        let shortages = self.shortages.iter().map(|shortage| format!("warning: {shortage}"));
        let target = match readable.as_slice() {
            [one] => named(one),
            several => format!("{} organizations", several.len()),
        };
        let question = format!("invite {people} to {target}{}? [y/N] ", self.as_owners());
        used.chain(shortages).chain([question]).collect::<Vec<_>>().join("\n")
    }

    /// Returns the part of the question about the role Organization Owner, empty if no person gets it.
    fn as_owners(&self) -> String {
        match (self.owners, self.people) {
            (0, _) => String::new(),
            (1, Some(1)) => ", as an owner".to_owned(),
            (owners, Some(people)) if owners == people => ", all of them as owners".to_owned(),
            (1, _) => ", 1 of them as an owner".to_owned(),
            (owners, _) => format!(", {owners} of them as owners"),
        }
    }
}

fn named<G>(one: &Organization<'_, G>) -> String {
    report::organization(one.id, one.directory.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_short_only_of_people_within_the_limit() {
        let directory = Directory::offline();
        let find = |people, limit| Shortage::find(people, limit, &directory);
        assert_eq!(find(Some(500), u64::MAX), None);
        let seats = Seats { needed: 501, taken: Some(0) };
        assert_eq!(find(Some(501), u64::MAX), Some(Shortage::Certain(seats)));
        assert_eq!(find(Some(501), 500), None);
        assert_eq!(find(None, u64::MAX), Some(Shortage::Possible { left: 500 }));
        assert_eq!(find(None, 500), None);
    }
}
