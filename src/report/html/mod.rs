//! A page about a results file, for people who do not use a terminal: one HTML file without links to others, which can be
//! read without JavaScript.
//!
//! The results are read twice: once for the facts about the whole, and once for the table, whose rows are written as they
//! are read, so that memory does not grow with them. All texts are escaped. The page's content security policy allows only
//! the page's own styles and script, by their digests.

mod counts;
mod expiry;
mod facts;
mod file;
mod group;
mod input;
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
use crate::report::InputFacts;
use crate::results::{ReadError, ResultsReader};

/// The beginning of every page, by which a page of an earlier run is recognised.
const BEGINNING: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
                         <meta name=\"generator\" content=\"bulk-invite ";

/// The facts of a page that are not in the results.
#[derive(Clone, Debug)]
pub struct PageContext {
    /// The results file's name, as the page shows it.
    pub name: String,
    /// The page's time; invites that expire within 7 days of it are listed.
    pub made_at: Timestamp,
    /// How the spreadsheet was read, if the page is made right after the run.
    pub input: Option<InputFacts>,
    /// The organization of the sandbox, in which no invite is real.
    pub rehearsed: Option<ObjectId>,
}

/// A reason why no page was written: the results could not be read, or the page could not be written.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the errors describe them")]
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
