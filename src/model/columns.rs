//! The format of the results file, for the code that writes it and the code that reads it as a spreadsheet: its columns,
//! and the apostrophe before cells that a spreadsheet program would run as a formula.

use std::borrow::Cow;

/// The results file's own columns, in its order; those of the input follow.
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

/// The column that follows them in the results of `revoke`, and only there: the status in the results of the run.
pub(crate) const RUN_STATUS: &str = "run_status";

/// The byte order mark, by which Excel recognises UTF-8.
pub(crate) const MARK: &[u8] = "\u{feff}".as_bytes();

/// Returns the bytes without a byte order mark before them.
pub(crate) fn unmarked(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK).unwrap_or(bytes)
}

/// Returns whether a spreadsheet program might run a cell, so that it is written with an apostrophe before it.
///
/// This includes a cell that has apostrophes before such a character: reading removes one apostrophe, so without this rule
/// it would not return what was written.
fn looks_like_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Returns the cell as it is written.
pub(crate) fn protected(cell: &str) -> Cow<'_, str> {
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
