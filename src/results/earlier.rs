//! What an earlier run left in the results file.
//!
//! The file is read once and, where it is ours, written anew beside itself with this run's columns and only the lines
//! that matter to it: people whose line stands and people who have to be asked about. That also cuts off whatever a
//! kill tore. The last line for a person wins.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::lines::{LinesAt, RawLines};
use super::record::{Decoder, Encoder, Line, Subject};
use super::{JournalError, Layout, is_ours, storage};
use crate::model::columns::{MARK, RESULT_COLUMNS, unmarked};
use crate::model::invitation::ObjectId;
use crate::model::person::{PersonKey, PersonKeys};
use crate::model::status::{JobKind, NextRun, Status, Tally};

/// The people of an earlier run whose lines matter to this one.
#[derive(Debug, Default)]
pub struct Earlier {
    people: HashMap<PersonKey, Place>,
    tally: Tally,
    /// Invites that a revocation found gone by an id of the run's, and looks for again.
    sought_again: u64,
    torn: bool,
}

/// Where a person's line stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// What it says.
    pub status: Status,
    /// Where it begins.
    pub(super) offset: u64,
}

impl Earlier {
    /// The person's line, which the caller now answers for.
    pub fn take(&mut self, key: PersonKey) -> Option<Place> {
        self.people.remove(&key)
    }

    /// The person's line.
    pub fn place(&self, key: PersonKey) -> Option<Place> {
        self.people.get(&key).copied()
    }

    /// The lines that nobody has taken, in the order of the file.
    pub fn leave(&mut self) -> Vec<Place> {
        let mut places: Vec<Place> = self.people.drain().map(|(_, place)| place).collect();
        places.sort_unstable_by_key(|place| place.offset);
        places
    }

    /// How the earlier run left its rows.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// How many of its rows this one deals with so.
    pub fn count(&self, next: NextRun) -> u64 {
        let of = |status: &&Status| status.next_run() == next;
        let count: u64 = Status::ALL.iter().filter(of).map(|status| self.tally.count(*status)).sum();
        match next {
            NextRun::Keep => count - self.sought_again,
            NextRun::Settle => count,
            NextRun::Anew => count + self.sought_again,
        }
    }

    /// Whether the file ended in the middle of a line.
    pub fn was_torn(&self) -> bool {
        self.torn
    }
}

/// Reads the results file at `path` and replaces it by one with this run's columns. `None`: there is nothing in it yet.
pub(super) fn take_over(
    path: &Path,
    organizations: &[ObjectId],
    keys: &PersonKeys,
    layout: &Layout,
) -> Result<Option<Earlier>, JournalError> {
    let unreadable = |source| JournalError::Unreadable { path: path.into(), source };
    let damaged = |line, problem| JournalError::Damaged { path: path.into(), line, problem };
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let mut lines = RawLines::new(file, 0);
    let mut decoder = Decoder::new();
    let Some((_, raw)) = lines.next().map_err(unreadable)? else {
        // Killed before the header was whole, or an empty file that someone made.
        return if length == 0 || is_torn_header(path) { Ok(None) } else { Err(not_ours(path)) };
    };
    // The decoder passes over a byte order mark.
    let header = decoder.header(raw).map_err(|_| not_ours(path))?;
    if !is_ours(&header) {
        return Err(not_ours(path));
    }
    if super::kind(&header[RESULT_COLUMNS.len()..]) != super::kind(&layout.carried) {
        return Err(JournalError::OtherJob { path: path.into() });
    }

    let mut earlier = Earlier::default();
    let mut last: HashMap<PersonKey, Place> = HashMap::new();
    let mut end = raw.len() as u64;
    let mut number = 1;
    while let Some((offset, raw)) = lines.next().map_err(unreadable)? {
        number += 1;
        end = offset + raw.len() as u64;
        let line = decoder.line(raw, header.len()).map_err(|problem| damaged(number, problem.0))?;
        let status = line.outcome.status;
        if status.is_of_the_row_alone() {
            earlier.tally.add(status);
            continue;
        }
        let Some(organization) = line.org_id.parse().ok().filter(|id| organizations.contains(id)) else {
            return Err(JournalError::OtherOrganization { path: path.into(), theirs: line.org_id });
        };
        last.insert(keys.key(organization, &line.email), Place { status, offset });
    }
    earlier.torn = end < length;

    let mut last: Vec<(PersonKey, Place)> = last.into_iter().collect();
    last.sort_unstable_by_key(|(_, place)| place.offset);
    let new = storage::beside(path);
    let written = (|| {
        let mut lines = LinesAt::open(path)?;
        let mut encoder = Encoder::new();
        let mut out = layout.header();
        let mut file = BufWriter::new(storage::create(&new)?);
        let columns: Vec<Option<usize>> = layout
            .carried
            .iter()
            .map(|name| header[RESULT_COLUMNS.len()..].iter().position(|theirs| theirs == name))
            .collect();
        let mut offset = 0;
        for (key, Place { status, offset: old }) in last {
            earlier.tally.add(status);
            let names =
                |line: &Line| super::kind(&layout.carried) == JobKind::Revoke && line.outcome.invite_id.is_some();
            let line = decoder.line(lines.read(old)?, header.len()).map_err(|bad| io::Error::other(bad.0))?;
            let was_named = line.cells.first().is_some_and(|said| said == Status::Invited.as_str()) && names(&line);
            earlier.sought_again += u64::from(status == Status::Gone && was_named);
            match status.next_run() {
                // Which invite it was may have been found out by asking, and not be found again.
                NextRun::Anew if !names(&line) => continue,
                NextRun::Anew | NextRun::Keep | NextRun::Settle => {}
            }
            file.write_all(&out)?;
            offset += out.len() as u64;
            out.clear();
            let subject = Subject { row: line.row, email: &line.email, org_id: &line.org_id };
            let cells = columns.iter().map(|at| at.map_or("", |at| line.cells[at].as_str()));
            encoder.line(&mut out, subject, &line.outcome, cells);
            earlier.people.insert(key, Place { status, offset });
        }
        file.write_all(&out)?;
        storage::replace(file.into_inner().map_err(io::IntoInnerError::into_error)?, &new, path)
    })();
    written.map_err(|source| JournalError::Unwritable { path: path.into(), source })?;
    Ok(Some(earlier))
}

fn not_ours(path: &Path) -> JournalError {
    JournalError::NotOurs { path: path.into() }
}

/// Whether the file holds nothing but the beginning of our header.
pub(super) fn is_torn_header(path: &Path) -> bool {
    let start = RESULT_COLUMNS.join(",");
    std::fs::read(path).is_ok_and(|bytes| {
        let told = unmarked(&bytes);
        MARK.starts_with(&bytes) || start.as_bytes().starts_with(told) || told.starts_with(start.as_bytes())
    })
}
