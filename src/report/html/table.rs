//! The rows of the table of people, written as they are read, so that memory does not grow with them. The template
//! `people.html` has the table's head; without JavaScript it is a plain table.

use std::io::{self, Write};

use super::label::label;
use super::text::{Text, beginning, minute, second};
use crate::report::explain::explain;
use crate::results::Line;

/// Characters of a cell that are shown.
pub(super) const LONGEST: usize = 300;
/// Rows that are laid out before the script runs. The script shows this number on a page.
const FIRST: u64 = 100;

/// A writer of the rows.
pub(super) struct Rows {
    columns: usize,
    by_organization: bool,
    written: u64,
}

impl Rows {
    /// Creates a writer of rows with this number of cells of the spreadsheet.
    pub(super) fn new(columns: usize, by_organization: bool) -> Self {
        Self { columns, by_organization, written: 0 }
    }

    /// Writes a row. End tags that HTML allows to omit are omitted, because they are a fifth of a long page.
    pub(super) fn row(&mut self, out: &mut impl Write, line: &Line) -> io::Result<()> {
        if self.written == FIRST {
            writeln!(out, "<tbody class=\"more\">")?;
        }
        self.written += 1;
        let outcome = &line.outcome;
        let (label, class) = (label(outcome.status), outcome.status.as_str());
        write!(out, "<tr class={class}><td>")?;
        if let Some(row) = line.row {
            write!(out, "{row}")?;
        }
        let (email, severity) = (beginning(&line.email, LONGEST), label.severity.class());
        write!(out, "<th scope=row>{}<td><span class={severity}>{}</span><td>", Text(&email), label.name)?;
        let code = outcome.error_code.as_ref();
        match &outcome.error_detail {
            Some(detail) => write!(out, "{}", Text(&beginning(detail, LONGEST)))?,
            None if outcome.needs_a_look() => write!(out, "{}", explain(outcome.status, code).heading)?,
            None => {}
        }
        if let Some(code) = code {
            write!(out, " <code>{}</code>", Text(&beginning(code.as_str(), LONGEST)))?;
        }
        write!(out, "<td>")?;
        if let Some(at) = outcome.expires_at {
            write!(out, "{}", minute(at))?;
        }
        write!(out, "<td>{}", second(outcome.finished_at))?;
        if self.by_organization {
            write!(out, "<td>{}", Text(&line.org_id))?;
        }
        for cell in &line.cells[..self.columns] {
            write!(out, "<td>{}", Text(&beginning(cell, LONGEST)))?;
        }
        writeln!(out)
    }
}
