//! A page about a results file, for people who never see a terminal: one HTML file that needs neither a network nor, to
//! be read, JavaScript.
//!
//! The results are read twice: once for the facts about them as a whole, once for the table, whose rows are written as
//! they are read. The frame and the facts are templates, which escape every text; the table's rows escape the same way.
//! The page's own policy allows our styles and script by their digests, and nothing else.

mod counts;
mod expiry;
mod facts;
mod file;
mod group;
mod label;
mod lead;
mod pace;
mod page;
mod table;
mod text;

use std::io::{self, Write};

use askama::Template;
use jiff::Timestamp;

pub use self::file::{PageError, check_target, write_file};

use self::facts::Facts;
use self::page::{Page, PageEnd};
use self::table::Rows;
use crate::model::invitation::ObjectId;
use crate::results::{ReadError, ResultsReader};

/// The beginning of every page, by which an earlier one is recognised.
const BEGINNING: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
                         <meta name=\"generator\" content=\"bulk-invite ";

/// The facts of a page that the results do not have.
#[derive(Clone, Debug)]
pub struct PageContext {
    /// The results file's name, as the page shows it.
    pub name: String,
    /// The page's time; invites that expire within 7 days of it are listed.
    pub made_at: Timestamp,
    /// The organization of rehearsals, in which all invitations are invented.
    pub rehearsed: Option<ObjectId>,
}

/// A reason why there is no page: the results cannot be read, or the page cannot be written.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each is what its error says")]
pub enum WriteError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// Writes the page, in many small writes.
pub fn write(out: &mut impl Write, results: &mut ResultsReader, context: &PageContext) -> Result<(), WriteError> {
    let mut facts = Facts::new(context.made_at);
    results.rewind();
    while let Some(line) = results.next_line()? {
        facts.add(&line);
    }
    facts.cut_off = results.is_torn();

    let page = Page::new(context, &facts, results.kind(), results.carried());
    page.write_into(out)?;
    let mut rows = Rows::new(page.columns(), facts.by_organization());
    results.rewind();
    while let Some(line) = results.next_line()? {
        rows.row(out, &line)?;
    }
    PageEnd.write_into(out)?;
    Ok(writeln!(out)?)
}

#[cfg(test)]
mod tests;
