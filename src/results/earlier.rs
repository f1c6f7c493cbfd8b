//! Reads the results of an earlier run.
//!
//! The file is read once, and a new one is written with this run's columns and only the lines that this run needs: those
//! that are kept, and those of people who have to be looked up. A torn last line is left out. The last line of a person
//! counts.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::ledger::{self, At, Ledger, Unusable};
use super::line::Line;
use super::lines::LinesAt;
use super::record::{Decoder, Encoder, Subject};
use super::{JournalError, Layout};
use crate::model::columns::RESULT_COLUMNS;
use crate::model::invitation::ObjectId;
use crate::model::person::{PersonKey, PersonKeys};
use crate::model::status::{JobKind, NextRun, Status, Tally};

/// The lines of an earlier run that this run needs.
#[derive(Debug, Default)]
pub struct Earlier {
    people: HashMap<PersonKey, Place>,
    tally: Tally,
    /// The number of invites that an earlier `revoke` did not find, and that are looked up again.
    looked_up_again: u64,
    torn: bool,
    resaved: bool,
    fresh: bool,
}

/// The position and status of a person's line in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The status in the line.
    pub status: Status,
    /// The offset of the line in the file.
    pub(super) offset: u64,
}

impl Earlier {
    /// Removes and returns the person's line.
    pub fn take(&mut self, key: PersonKey) -> Option<Place> {
        self.people.remove(&key)
    }

    /// Returns the person's line.
    pub fn place(&self, key: PersonKey) -> Option<Place> {
        self.people.get(&key).copied()
    }

    /// Removes and returns the remaining lines, in the order of the file.
    pub fn leave(&mut self) -> Vec<Place> {
        let mut places: Vec<Place> = self.people.drain().map(|(_, place)| place).collect();
        places.sort_unstable_by_key(|place| place.offset);
        places
    }

    /// Returns the number of rows with each status.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Returns the number of rows that this run treats as `next`.
    pub fn count(&self, next: NextRun) -> u64 {
        let of = |status: &&Status| status.next_run() == next;
        let count: u64 = Status::ALL.iter().filter(of).map(|status| self.tally.count(*status)).sum();
        match next {
            NextRun::Keep => count - self.looked_up_again,
            NextRun::Settle => count,
            NextRun::PlanAgain => count + self.looked_up_again,
        }
    }

    /// Returns whether the file ended in the middle of a line.
    pub fn was_torn(&self) -> bool {
        self.torn
    }

    /// Returns whether another program had saved the file in another format.
    pub fn was_resaved(&self) -> bool {
        self.resaved
    }

    /// Returns whether the run decides about every row again. The lines then serve to recognize this job's invites.
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Returns the same lines for a run that decides about every row again.
    pub(super) fn fresh(self) -> Self {
        Self { fresh: true, ..self }
    }
}

/// The results of earlier runs, before they are written again.
#[derive(Debug)]
pub(super) struct Old {
    lines: LinesAt,
    /// The names of its columns after [`RESULT_COLUMNS`].
    carried: Vec<String>,
    columns: usize,
    last: HashMap<PersonKey, Place>,
    /// Rows whose status is about the row alone.
    rows_alone: Tally,
    torn: bool,
    resaved: bool,
}

/// The lines that have been found so far.
#[derive(Default)]
struct Found {
    last: HashMap<PersonKey, Place>,
    rows_alone: Tally,
    /// The first line on record for an organization that the run does not know.
    foreign: Option<(u64, String)>,
}

impl Old {
    /// Reads the results file at `path`, which must be of the same job and its organizations. Returns `None` if it has
    /// no header yet.
    pub(super) fn read(
        path: &Path,
        organizations: &[ObjectId],
        keys: &PersonKeys,
        layout: &Layout,
    ) -> Result<Option<Self>, JournalError> {
        let read = ledger::read(path, |found: &mut Found, At { number, offset }, line: Line| {
            let status = line.outcome.status;
            if status.is_of_the_row_alone() {
                return found.rows_alone.add(status);
            }
            match line.org_id.parse().ok().filter(|id| organizations.contains(id)) {
                Some(organization) => {
                    found.last.insert(keys.key(organization, &line.email), Place { status, offset });
                }
                None if status.stays_on_record() => {
                    found.foreign.get_or_insert((number, line.org_id));
                }
                // The run sent nothing there, for example because its organization id was mistyped.
                None => {}
            }
        });
        let path = || path.into();
        let (ledger, Found { last, rows_alone, foreign }) = match read {
            Ok(read) => read,
            Err(Unusable::NoHeader { .. }) => return Ok(None),
            Err(Unusable::Unreadable(source)) => return Err(JournalError::Unreadable { path: path(), source }),
            Err(Unusable::NotOurs) => return Err(JournalError::NotOurs { path: path() }),
            Err(Unusable::Damaged { line, problem }) => {
                return Err(JournalError::Damaged { path: path(), line, problem: problem.0 });
            }
            Err(Unusable::Foreign(source)) => return Err(JournalError::Foreign { path: path(), source }),
        };
        let Ledger { source, header, torn, resaved } = ledger;
        let (columns, carried) = (header.len(), header[RESULT_COLUMNS.len()..].to_vec());
        if ledger::kind(&carried) != ledger::kind(&layout.carried) {
            return Err(JournalError::OtherJob { path: path() });
        }
        match foreign {
            Some((_, organization)) if organization.parse::<ObjectId>().is_ok() => {
                Err(JournalError::OtherOrganization { path: path(), organization })
            }
            Some((line, _)) => {
                Err(JournalError::Damaged { path: path(), line, problem: "org_id is not an organization id".into() })
            }
            None => Ok(Some(Self { lines: LinesAt::new(source), carried, columns, last, rows_alone, torn, resaved })),
        }
    }

    /// Returns whether a line records an invite that this job created or cancelled, or may have.
    pub(super) fn is_on_record(&self) -> bool {
        self.last.values().any(|place| place.status.stays_on_record())
    }

    /// Writes the lines that this run needs, below the header of `layout`.
    pub(super) fn write(self, file: &File, layout: &Layout) -> io::Result<Earlier> {
        let Self { mut lines, carried, columns, last, rows_alone, torn, resaved } = self;
        let mut earlier = Earlier { tally: rows_alone, torn, resaved, ..Earlier::default() };
        let mut last: Vec<(PersonKey, Place)> = last.into_iter().collect();
        last.sort_unstable_by_key(|(_, place)| place.offset);
        let mut decoder = Decoder::new();
        let mut encoder = Encoder::new();
        let mut out = layout.header();
        let mut file = BufWriter::new(file);
        let moved: Vec<Option<usize>> =
            layout.carried.iter().map(|name| carried.iter().position(|earlier| earlier == name)).collect();
        let mut offset = 0;
        for (key, Place { status, offset: old }) in last {
            earlier.tally.add(status);
            let has_id =
                |line: &Line| ledger::kind(&layout.carried) == JobKind::Revoke && line.outcome.invite_id.is_some();
            let line = decoder.line(lines.read(old)?, columns).map_err(|bad| io::Error::other(bad.0))?;
            let was_invited = line.cells.first().is_some_and(|status| status == Status::Invited.as_str());
            earlier.looked_up_again += u64::from(status == Status::Gone && was_invited && has_id(&line));
            match status.next_run() {
                // The id of the invite may come from a look-up that would not find it again.
                NextRun::PlanAgain if !has_id(&line) => continue,
                NextRun::PlanAgain | NextRun::Keep | NextRun::Settle => {}
            }
            file.write_all(&out)?;
            offset += out.len() as u64;
            out.clear();
            let subject = Subject { row: line.row, email: &line.email, org_id: &line.org_id };
            let cells = moved.iter().map(|at| at.map_or("", |at| line.cells[at].as_str()));
            encoder.line(&mut out, subject, &line.outcome, cells);
            earlier.people.insert(key, Place { status, offset });
        }
        file.write_all(&out)?;
        file.flush()?;
        Ok(earlier)
    }
}
