//! The format of the results file: its columns, and the apostrophe before cells that a spreadsheet program would run as
//! a formula. `results` writes the format; `spreadsheet` reads it when a results file is the input.

use std::borrow::Cow;

/// The first columns of a results file, in order. The input's columns follow.
pub(crate) const RESULT_COLUMNS: [&str; 12] = [
    "row",
    "email",
    "org_id",
    "status",
    "invite_id",
    "expires_at",
    "http_status",
    "error_code",
    "error_detail",
    "attempts",
    "elapsed_ms",
    "finished_at",
];

/// The column that follows [`RESULT_COLUMNS`] in the results of `revoke`, and only there: the row's status in the
/// results of the run.
pub(crate) const RUN_STATUS: &str = "run_status";

/// The byte order mark, by which Excel recognises UTF-8.
pub(crate) const MARK: &[u8] = "\u{feff}".as_bytes();

/// Returns the bytes without a leading byte order mark.
pub(crate) fn unmarked(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK).unwrap_or(bytes)
}

/// Returns whether a spreadsheet program might run a cell as a formula, so that it is written with a leading
/// apostrophe.
///
/// This includes a cell that already starts with apostrophes: reading removes one, so the cell would otherwise change.
fn looks_like_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Returns the cell with a leading apostrophe if it needs one.
pub fn protected(cell: &str) -> Cow<'_, str> {
    if looks_like_formula(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// Returns the cell as it was before it was [`protected`].
pub(crate) fn unprotected(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if looks_like_formula(rest) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_protecting_apostrophe_is_removed() {
        for (written, cell) in [
            ("'=1+1", "=1+1"),
            ("'-5", "-5"),
            ("'@x", "@x"),
            ("'\tx", "\tx"),
            ("''=1", "'=1"),
            ("'O Neill", "'O Neill"),
            ("'", "'"),
            ("=1", "=1"),
            ("", ""),
        ] {
            assert_eq!(unprotected(written), cell, "{written}");
            if written != "=1" {
                assert_eq!(protected(cell), written);
            }
        }
    }
}
