//! The assumptions under which a sheet was read, for the user to check.

use std::fmt;

use super::encoding::Encoding;
use crate::model::quote::{quoted, quoted_list};

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
    /// The workbook has several sheets, and the first visible one was read.
    FirstSheet {
        /// The name of the one that was read.
        sheet: String,
        /// The names of the others.
        others: Vec<String>,
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
            Assumption::FirstSheet { sheet, others } => write!(
                f,
                "reading sheet {}; the workbook also has {} (choose with --sheet NAME)",
                quoted(sheet),
                quoted_list(others)
            ),
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
            Assumption::FirstSheet { sheet: "People".to_owned(), others },
        ];
        insta::assert_snapshot!(assumptions.map(|assumption| assumption.to_string()).join("\n"));
    }
}
