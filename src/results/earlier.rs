//! Reads the results of an earlier run.
//!
//! The file is read once and rewritten with this run's columns and only the lines that this run needs: those that are
//! kept, and those of people who have to be looked up. The rewriting also cuts off a torn last line. The last line of a
//! person counts.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::lines::{LinesAt, RawLines};
use super::record::{Decoder, Encoder, Line, Subject};
use super::storage::{Lock, Replacement};
use super::{JournalError, Layout, is_ours};
use crate::model::columns::{MARK, RESULT_COLUMNS, unmarked};
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
}

/// Reads the results file at `path` and replaces it with one that has this run's columns. Returns `None` if it has no
/// header yet.
pub(super) fn take_over(
    path: &Path,
    organizations: &[ObjectId],
    keys: &PersonKeys,
    layout: &Layout,
    lock: &mut Lock,
) -> Result<Option<Earlier>, JournalError> {
    let unreadable = |source| JournalError::Unreadable { path: path.into(), source };
    let damaged = |line, problem| JournalError::Damaged { path: path.into(), line, problem };
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let mut lines = RawLines::new(file, 0);
    let mut decoder = Decoder::new();
    let Some((_, raw)) = lines.next().map_err(unreadable)? else {
        // The run was killed before it wrote the whole header, or a user created an empty file.
        return if length == 0 || is_torn_header(path) { Ok(None) } else { Err(not_ours(path)) };
    };
    // The decoder skips a byte order mark.
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
            return Err(JournalError::OtherOrganization { path: path.into(), organization: line.org_id });
        };
        last.insert(keys.key(organization, &line.email), Place { status, offset });
    }
    earlier.torn = end < length;

    let mut last: Vec<(PersonKey, Place)> = last.into_iter().collect();
    last.sort_unstable_by_key(|(_, place)| place.offset);
    let rewritten = (|| {
        let mut lines = LinesAt::open(path)?;
        let mut encoder = Encoder::new();
        let mut out = layout.header();
        let new = Replacement::create(path)?;
        lock.hold(new.file())?;
        let mut file = BufWriter::new(new.file());
        let columns: Vec<Option<usize>> = layout
            .carried
            .iter()
            .map(|name| header[RESULT_COLUMNS.len()..].iter().position(|earlier| earlier == name))
            .collect();
        let mut offset = 0;
        for (key, Place { status, offset: old }) in last {
            earlier.tally.add(status);
            let has_id =
                |line: &Line| super::kind(&layout.carried) == JobKind::Revoke && line.outcome.invite_id.is_some();
            let line = decoder.line(lines.read(old)?, header.len()).map_err(|bad| io::Error::other(bad.0))?;
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
            let cells = columns.iter().map(|at| at.map_or("", |at| line.cells[at].as_str()));
            encoder.line(&mut out, subject, &line.outcome, cells);
            earlier.people.insert(key, Place { status, offset });
        }
        file.write_all(&out)?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?;
        new.finish()
    })();
    rewritten.map_err(|source| JournalError::Unwritable { path: path.into(), source })?;
    Ok(Some(earlier))
}

fn not_ours(path: &Path) -> JournalError {
    JournalError::NotOurs { path: path.into() }
}

/// Returns whether the file contains only the beginning of a header, because a run was killed while writing it.
pub(super) fn is_torn_header(path: &Path) -> bool {
    let start = RESULT_COLUMNS.join(",");
    std::fs::read(path).is_ok_and(|bytes| {
        let header = unmarked(&bytes);
        MARK.starts_with(&bytes) || start.as_bytes().starts_with(header) || header.starts_with(start.as_bytes())
    })
}
