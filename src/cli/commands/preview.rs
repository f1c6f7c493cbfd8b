//! What a run foresees before it sends anything, from a first reading of the sheet: how many people, whether everybody
//! finds a seat, and project roles that Atlas may not have. Where the sheet can be read only once, little is known.

use bulk_invite::atlas::Client;
use bulk_invite::engine::Organization;
use bulk_invite::model::{NextRun, ObjectId, Seats};
use bulk_invite::plan::{Classifier, Directory, Forecast, Planner, UnlistedRoles};
use bulk_invite::report;
use bulk_invite::spreadsheet::Sheet;

use super::job::Opened;
use crate::cli::args::RunArgs;

/// What is known before the first invite.
#[derive(Debug, Default)]
pub(crate) struct Preview {
    /// How many people will be sent an invitation, unless somebody turns out to be there; `None` where it is not known.
    pub(crate) people: Option<u64>,
    /// That seats do not suffice, or may not, in words; a line an organization.
    pub(crate) seats: Vec<String>,
    unlisted: UnlistedRoles,
}

impl Preview {
    /// Reads the sheet ahead, as the run will read it. A sheet that breaks off is for the run to tell.
    pub(crate) fn read(
        args: &RunArgs,
        sheet: &Sheet,
        planner: Planner<'_>,
        organizations: &[Organization<'_, Client>],
        opened: &mut Opened,
    ) -> Self {
        let directories: Vec<(ObjectId, &Directory)> = planner.directories().to_vec();
        let several = directories.len() > 1;
        let of = |id| if several { format!("organization {id}: ") } else { String::new() };
        let Some(sheet) = sheet.reopen() else {
            return Self::of_one_reading(args, &directories, of);
        };
        let Opened { keys, earlier, journal, .. } = opened;
        let classifier = Classifier::new(planner, keys.clone(), 0);
        let mut has_expired = |place, id| {
            let organization = organizations.iter().find(|one| one.id == id);
            // A line that cannot be read is for the run to tell.
            organization
                .zip(journal.read(place).ok())
                .is_some_and(|(organization, line)| line.outcome.has_expired(organization.session.server_now()))
        };
        let is_settled = |key, organization| match earlier.place(key) {
            Some(place) if place.status.next_run() == NextRun::Keep => {
                !(args.reinvite_expired && has_expired(place, organization))
            }
            Some(_) | None => false,
        };
        let Ok(forecast) = Forecast::of(sheet, classifier, is_settled) else { return Self::default() };
        let limit = args.job.limit.unwrap_or(u64::MAX);
        let seats = directories.iter().filter_map(|(id, directory)| {
            let needed = forecast.organizations.of(*id).min(limit);
            let seats = Seats { needed, taken: Some(directory.seats_used() as u64) };
            (seats.missing() > 0).then(|| format!("{}not enough seats: {}", of(*id), report::seats(seats)))
        });
        Self { people: Some(forecast.people.min(limit)), seats: seats.collect(), unlisted: forecast.unlisted }
    }

    fn of_one_reading(args: &RunArgs, directories: &[(ObjectId, &Directory)], of: impl Fn(ObjectId) -> String) -> Self {
        let seats = directories.iter().filter_map(|(id, directory)| {
            let taken = directory.seats_used() as u64;
            let most = Seats { needed: args.job.limit.unwrap_or(u64::MAX), taken: Some(taken) };
            most.left().filter(|_| most.missing() > 0).map(|left| {
                format!(
                    "{}{left} of {} seats are left, and how many people need one is not known before the rows are read",
                    of(*id),
                    Seats::LIMIT
                )
            })
        });
        Self { seats: seats.collect(), ..Self::default() }
    }

    /// A line for each role that Atlas may not have, the first few of them.
    pub(crate) fn roles(&self) -> Vec<String> {
        report::unlisted_roles(&self.unlisted)
    }
}

/// What a run is about to do, in a sentence or two.
pub(crate) fn question<G>(
    rows: Option<u64>,
    limit: Option<u64>,
    preview: &Preview,
    organizations: &[Organization<'_, G>],
) -> String {
    let who = match (preview.people, rows, limit) {
        (Some(1), ..) => "1 person".to_owned(),
        (Some(people), ..) => format!("{people} people"),
        (None, Some(rows), Some(limit)) => format!("up to {} people", rows.min(limit)),
        (None, None, Some(limit)) => format!("up to {limit} people"),
        (None, Some(rows), None) => format!("the people of {rows} rows"),
        (None, None, None) => "everyone in the spreadsheet".to_owned(),
    };
    let there = |one: &Organization<'_, G>| {
        format!("organization {}, which has {} members and pending invites", one.id, one.directory.seats_used())
    };
    let there: Vec<String> = organizations.iter().filter(|one| one.blocked.is_none()).map(there).collect();
    let seats: String = preview.seats.iter().map(|seats| format!("{seats}. ")).collect();
    format!(
        "about to invite {who} to {} (Atlas allows 500 unless support raised it). {seats}continue? [y/N] ",
        there.join(", and ")
    )
}
