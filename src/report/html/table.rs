//! Everybody, a row each. Without JavaScript it is a plain table; the page's script adds search, sorting and pages.

use std::io::{self, Write};

use super::facts::Facts;
use super::text::{Beginning, Text, minute, second};
use super::words::words;
use crate::model::status::Status;
use crate::report::explain::explain;
use crate::results::Line;

/// The input's columns that are shown; the results have all.
const CARRIED: usize = 12;
/// Characters of a cell that are shown.
const LONGEST: usize = 300;
/// Rows that are laid out before the script has taken over; the script shows as many to a page.
const FIRST: u64 = 100;

/// The table as far as its rows.
pub(super) fn begin(out: &mut impl Write, carried: &[String], facts: &Facts) -> io::Result<()> {
    writeln!(out, "<section>\n<h2 id=\"all\" tabindex=\"-1\">Everybody</h2>")?;
    if carried.len() > CARRIED {
        let (shown, all) = (CARRIED, carried.len());
        writeln!(out, "<p>Of the spreadsheet's {all} columns, the first {shown} are shown.</p>")?;
    }
    controls(out, facts)?;
    writeln!(out, "<p id=\"cut\" hidden></p>")?;
    writeln!(out, "<div class=\"scroll\" role=\"region\" aria-labelledby=\"all\" tabindex=\"0\">")?;
    writeln!(
        out,
        "<table id=\"people\"><caption class=\"unseen\">Everybody in the results, a row each</caption>\n<thead>"
    )?;
    write!(out, "<tr><th scope=\"col\">Row<th scope=\"col\">Email<th scope=\"col\">Outcome<th scope=\"col\">Details")?;
    write!(out, "<th scope=\"col\">Expires (UTC)<th scope=\"col\">Settled (UTC)")?;
    if facts.organizations.len() > 1 {
        write!(out, "<th scope=\"col\">Organization")?;
    }
    for name in carried.iter().take(CARRIED) {
        write!(out, "<th scope=\"col\">{}", Beginning(name, LONGEST))?;
    }
    writeln!(out, "</thead>\n<tbody>")
}

/// What only the script makes work, hidden until it does.
fn controls(out: &mut impl Write, facts: &Facts) -> io::Result<()> {
    writeln!(out, "<form id=\"controls\" role=\"search\" hidden>")?;
    writeln!(out, "<label>Search <input type=\"search\" id=\"search\" autocomplete=\"off\"></label>")?;
    write!(out, "<label>Outcome <select id=\"status\"><option value=\"\">all")?;
    let looks: Vec<&str> =
        Status::ALL.iter().filter(|status| status.needs_a_look()).map(|status| status.as_str()).collect();
    write!(out, "<option value=\"{}\">needs attention", looks.join(" "))?;
    for status in Status::ALL {
        if facts.tally.count(status) > 0 {
            write!(out, "<option value=\"{}\">{}", status.as_str(), words(status).0)?;
        }
    }
    writeln!(out, "</select></label>")?;
    writeln!(out, "<button type=\"reset\">Show everybody</button>\n<output id=\"shown\"></output>\n</form>")
}

/// Writes rows one by one.
pub(super) struct Rows {
    cells: usize,
    by_organization: bool,
    written: u64,
}

impl Rows {
    pub(super) fn new(carried: usize, facts: &Facts) -> Self {
        Self { cells: carried.min(CARRIED), by_organization: facts.organizations.len() > 1, written: 0 }
    }

    /// End tags that HTML lets one leave out are left out: they are a fifth of a long page.
    pub(super) fn row(&mut self, out: &mut impl Write, line: &Line) -> io::Result<()> {
        if self.written == FIRST {
            writeln!(out, "<tbody class=\"more\">")?;
        }
        self.written += 1;
        let outcome = &line.outcome;
        let (name, _, severity) = words(outcome.status);
        write!(out, "<tr class={}><td>", outcome.status.as_str())?;
        if let Some(row) = line.row {
            write!(out, "{row}")?;
        }
        let email = Beginning(&line.email, LONGEST);
        write!(out, "<th scope=row>{email}<td><span class={}>{name}</span><td>", severity.class())?;
        let code = outcome.error_code.as_ref();
        match &outcome.error_detail {
            Some(detail) => write!(out, "{}", Beginning(detail, LONGEST))?,
            None if outcome.status.needs_a_look() => {
                write!(out, "{}", explain(outcome.status, code).heading)?;
            }
            None => {}
        }
        if let Some(code) = code {
            write!(out, " <code>{}</code>", Beginning(code.as_str(), LONGEST))?;
        }
        write!(out, "<td>")?;
        if let Some(at) = outcome.expires_at {
            write!(out, "{}", minute(at))?;
        }
        write!(out, "<td>{}", second(outcome.finished_at))?;
        if self.by_organization {
            write!(out, "<td>{}", Text(&line.org_id))?;
        }
        for cell in &line.cells[..self.cells] {
            write!(out, "<td>{}", Beginning(cell, LONGEST))?;
        }
        writeln!(out)
    }
}

/// What follows the rows.
pub(super) fn end(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "</tbody>\n</table>\n</div>")?;
    writeln!(out, "<nav id=\"pages\" aria-label=\"Pages of the table\" hidden>")?;
    writeln!(out, "<button type=\"button\" id=\"back\">Back</button>\n<span id=\"page\"></span>")?;
    writeln!(out, "<button type=\"button\" id=\"next\">Next</button>")?;
    writeln!(out, "<label>Rows <select id=\"size\"><option>100<option>1000</select></label>")?;
    writeln!(out, "</nav>\n</section>")
}
