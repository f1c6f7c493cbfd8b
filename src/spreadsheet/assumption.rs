//! The assumptions under which a sheet was read, for the user to check.

use std::fmt;

use super::encoding::Encoding;
use super::options::HiddenRows;
use crate::model::quote::{quoted, quoted_list, row_ranges};

/// An assumption without which the sheet could not have been read, and which may be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assumption {
    /// No row names its organization, so the rows belong to one shard as a whole.
    OneOrganization {
        /// True if it is the shard whose rows are read.
        is_taken: bool,
    },
    /// The encoding was detected by the bytes of the file.
    Encoding(Encoding),
    /// The workbook has several sheets, and the first visible one with a header row was read.
    FirstSheet {
        /// The name of the one that was read.
        sheet: String,
        /// The names of the others that may be meant.
        others: Vec<String>,
        /// The names of the visible ones before it, which have no header row.
        without_header: Vec<String>,
    },
    /// Rows of the sheet are hidden, and the user chose whether they count.
    HiddenRows {
        /// Their numbers.
        rows: Vec<u32>,
        /// The choice.
        treatment: HiddenRows,
    },
    /// Columns that have a meaning are hidden, and were read like the others.
    HiddenColumns {
        /// Their names.
        names: Vec<String>,
    },
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Assumption::OneOrganization { is_taken } => write!(
                f,
                "the spreadsheet has no org_id column; all rows belong to {} shard",
                if *is_taken { "this" } else { "another" }
            ),
            Assumption::Encoding(encoding) => {
                write!(f, "the file was read as {encoding}")?;
                encoding.languages().map_or(Ok(()), |languages| write!(f, " ({languages})"))?;
                f.write_str("; if names look wrong, set --encoding NAME or save the file as CSV UTF-8")
            }
            Assumption::FirstSheet { sheet, others, without_header } => {
                if !without_header.is_empty() {
                    let passed_over = quoted_list(without_header);
                    write!(f, "sheet {} is the first with a header row (not {passed_over})", quoted(sheet))?;
                }
                match (without_header.is_empty(), others.is_empty()) {
                    (_, true) => return Ok(()),
                    (true, false) => {}
                    (false, false) => f.write_str("; ")?,
                }
                write!(f, "the workbook also has {} (choose with --sheet NAME)", quoted_list(others))
            }
            Assumption::HiddenRows { rows, treatment } => {
                let (count, noun) = (rows.len(), if rows.len() == 1 { "row" } else { "rows" });
                let treatment = match treatment {
                    HiddenRows::Skip => "left out",
                    HiddenRows::Include => "read like the others",
                };
                write!(f, "{count} hidden {noun} {treatment}: {noun} {}", row_ranges(rows))
            }
            Assumption::HiddenColumns { names } => {
                let noun = if names.len() == 1 { "column" } else { "columns" };
                write!(f, "reading hidden {noun} {} like the others", quoted_list(names))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assumption_names_what_to_check() {
        let others = vec!["Archive".to_owned(), "Info".to_owned()];
        let assumptions = [
            Assumption::OneOrganization { is_taken: true },
            Assumption::OneOrganization { is_taken: false },
            Assumption::Encoding(Encoding::WINDOWS_1252),
            Assumption::Encoding(Encoding::UTF_16_LE),
            Assumption::FirstSheet { sheet: "People".to_owned(), others: others.clone(), without_header: Vec::new() },
            Assumption::FirstSheet { sheet: "People".to_owned(), others, without_header: vec!["Cover".to_owned()] },
            Assumption::FirstSheet {
                sheet: "People".to_owned(),
                others: Vec::new(),
                without_header: vec!["Cover".to_owned()],
            },
            Assumption::HiddenRows { rows: vec![3], treatment: HiddenRows::Skip },
            Assumption::HiddenRows { rows: vec![3, 5, 6, 7], treatment: HiddenRows::Include },
            Assumption::HiddenColumns { names: vec!["Roles".to_owned()] },
            Assumption::HiddenColumns { names: vec!["Email".to_owned(), "Roles".to_owned()] },
        ];
        insta::assert_snapshot!(assumptions.map(|assumption| assumption.to_string()).join("\n"));
    }
}
