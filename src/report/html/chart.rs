//! The counts, as a table with a bar in each row.

use std::io::{self, Write};

use super::text::number;
use super::words::words;
use crate::model::status::{Status, Tally};

/// Counts that are not zero, in the order of summaries.
pub(super) fn write(out: &mut impl Write, tally: &Tally) -> io::Result<()> {
    let total = tally.total();
    if total == 0 {
        return Ok(());
    }
    writeln!(out, "<section>\n<h2 id=\"counts\">What became of them</h2>")?;
    writeln!(out, "<table class=\"counts\" aria-labelledby=\"counts\">\n<thead><tr><th scope=\"col\">Outcome")?;
    writeln!(out, "<th scope=\"col\">People<th scope=\"col\"><span class=\"unseen\">Share</span></thead>\n<tbody>")?;
    for status in Status::ALL {
        let count = tally.count(status);
        if count == 0 {
            continue;
        }
        let (name, meaning, severity) = words(status);
        writeln!(
            out,
            "<tr><th scope=\"row\"><a href=\"#all\" data-status=\"{}\">{name}</a> <small>{meaning}</small>\
             <td class=\"number\">{}<td><svg class=\"bar\" viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" \
             role=\"img\" aria-label=\"{} percent\"><rect class=\"track\" width=\"100\" height=\"1\"/>\
             <rect class=\"{}\" width=\"{:.2}\" height=\"1\"/></svg>",
            status.as_str(),
            number(count),
            percent(count, total),
            severity.class(),
            // A single person among thousands is still to be seen.
            (count as f64 * 100.0 / total as f64).max(0.5),
        )?;
    }
    writeln!(out, "</tbody>\n</table>\n</section>")
}

/// A share as people say it: neither nobody nor everybody by rounding.
fn percent(count: u64, total: u64) -> String {
    match count as f64 * 100.0 / total as f64 {
        share if share < 1.0 => "less than 1".to_owned(),
        share if share > 99.0 && count < total => "more than 99".to_owned(),
        share => format!("{share:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_never_rounds_to_nobody_or_everybody() {
        let shares = [(1, 1000), (1, 3), (999, 1000), (5, 5)].map(|(count, total)| percent(count, total));
        assert_eq!(shares, ["less than 1", "33", "more than 99", "100"]);
    }
}
