//! A page about a results file, for people who never see a terminal: one HTML file that needs nothing else, neither a
//! network nor, to be read, JavaScript.
//!
//! The results are read twice: once for what is said of them as a whole (`facts`), once for the table, whose rows are
//! written as they are read. All text from the results passes `text::Text`; styles and script are ours alone, and the
//! page's own policy forbids any other by their digests.

mod chart;
mod expiry;
mod facts;
mod file;
mod group;
mod pace;
mod sentence;
mod table;
mod text;
mod words;

use std::io::{self, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

pub use self::file::{PageError, check_target, write_file};

use self::facts::Facts;
use self::text::{Text, minute};
use crate::model::invitation::ObjectId;
use crate::results::{ReadError, ResultsReader};

/// What every page of ours begins with, by which it is known again.
const BEGINNING: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
                         <meta name=\"generator\" content=\"bulk-invite ";

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the page says beside the results.
#[derive(Clone, Debug)]
pub struct PageContext {
    /// The results file's name, as the page shows it.
    pub name: String,
    /// The page's time; invites that expire within 7 days of it are listed.
    pub made_at: Timestamp,
    /// An organization whose invitations are only rehearsed.
    pub rehearsed: Option<ObjectId>,
}

/// Why there is no page: the results cannot be read, or the page cannot be written.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each is what its error says")]
pub enum WriteError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// Writes the page. Rows are written as they are read, in many small writes.
pub fn write(out: &mut impl Write, results: &mut ResultsReader, about: &PageContext) -> Result<(), WriteError> {
    let mut facts = Facts::new(about.made_at);
    results.rewind();
    while let Some(line) = results.next_line()? {
        facts.add(&line);
    }
    facts.cut_off = results.is_torn();

    head(out, about)?;
    writeln!(out, "<header>\n<h1>Invitations to MongoDB Atlas</h1>")?;
    writeln!(out, "<p class=\"lead\">{}</p>", Text(&sentence::sentence(&facts.tally)))?;
    sentence::notes(out, &facts, about)?;
    source(out, &facts, about)?;
    writeln!(out, "</header>\n<main>")?;
    chart::write(out, &facts.tally)?;
    facts.groups.write(out)?;
    facts.expiry.write(out)?;
    facts.pace.write(out, results.kind())?;
    table::begin(out, results.carried(), &facts)?;
    results.rewind();
    let mut table = table::Rows::new(results.carried().len(), &facts);
    while let Some(line) = results.next_line()? {
        table.row(out, &line)?;
    }
    table::end(out)?;
    writeln!(out, "</main>\n</body>\n</html>")?;
    Ok(())
}

fn head(out: &mut impl Write, about: &PageContext) -> io::Result<()> {
    let digest = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    writeln!(out, "{BEGINNING}{}\">", env!("CARGO_PKG_VERSION"))?;
    writeln!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; script-src \
         'sha256-{}'; base-uri 'none'; form-action 'none'\">",
        digest(STYLE),
        digest(SCRIPT)
    )?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(out, "<meta name=\"color-scheme\" content=\"light dark\">")?;
    writeln!(out, "<meta name=\"robots\" content=\"noindex\">\n<meta name=\"referrer\" content=\"no-referrer\">")?;
    writeln!(out, "<title>Invitations: {}</title>", Text(&about.name))?;
    writeln!(out, "<style>{STYLE}</style>\n<script>{SCRIPT}</script>\n</head>\n<body>")
}

/// Where the page's facts are from.
fn source(out: &mut impl Write, facts: &Facts, about: &PageContext) -> io::Result<()> {
    write!(out, "<p class=\"source\">From <b>{}</b>", Text(&about.name))?;
    match facts.organizations.as_slice() {
        [] => {}
        [one] => write!(out, ", organization <code>{}</code>", Text(one))?,
        several => write!(out, ", {} organizations", several.len())?,
    }
    if let Some((first, last)) = facts.period {
        write!(out, ", written {}", minute(first))?;
        if last.duration_since(first).as_secs() >= 60 {
            write!(out, " to {}", minute(last))?;
        }
        write!(out, " UTC")?;
    }
    writeln!(out, ". Page made {} UTC. It holds personal data: share it with care.</p>", minute(about.made_at))
}

#[cfg(test)]
mod tests;
