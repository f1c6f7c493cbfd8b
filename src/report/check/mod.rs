//! A check's findings and its result, as text, as CSV and as JSON.

mod explained;
mod json;
mod text;

use std::borrow::Cow;

pub use self::explained::{explanation_record, explanation_text};
pub use self::json::{CheckJson, FindingsJson};
pub use self::text::{check_text, finding_text};

use super::escaped;
use crate::model::columns::protected;
use crate::plan::check::{Finding, FindingCode};

/// The header of a check as CSV.
pub const CHECK_COLUMNS: [&str; 6] = ["row", "email", "status", "code", "column", "detail"];

/// Returns a finding's cells for [`CHECK_COLUMNS`], so that a spreadsheet program does not run any as a formula, and a
/// terminal does not run any as a command.
pub fn finding_record<'a>(finding: &'a Finding<'_>) -> [Cow<'a, str>; 6] {
    [
        finding.row.map_or(String::new(), |row| row.to_string()).into(),
        safe(finding.email),
        finding.kind.as_str().into(),
        finding.code.map_or("", FindingCode::as_str).into(),
        safe(finding.column.unwrap_or_default()),
        safe(&finding.detail),
    ]
}

fn safe(cell: &str) -> Cow<'_, str> {
    match escaped(cell) {
        Cow::Borrowed(cell) => protected(cell),
        Cow::Owned(cell) => protected(&cell).into_owned().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::reason::RejectionCode;
    use crate::plan::check::FindingKind;

    #[test]
    fn a_finding_is_harmless_on_a_screen_and_in_a_spreadsheet() {
        let finding = Finding {
            row: Some(17),
            email: "=HYPERLINK(0)",
            kind: FindingKind::Invalid,
            code: Some(FindingCode::Rejected(RejectionCode::UnknownRole)),
            column: Some("ro\u{1b}[2Jles"),
            detail: "-unknown\u{202e}".into(),
        };
        assert_eq!(finding_text(&finding), "row 17, column ro\\u{1b}[2Jles: -unknown\\u{202e}");
        assert_eq!(
            finding_record(&finding),
            ["17", "'=HYPERLINK(0)", "invalid", "UNKNOWN_ROLE", "ro\\u{1b}[2Jles", "'-unknown\\u{202e}"]
        );
    }
}
