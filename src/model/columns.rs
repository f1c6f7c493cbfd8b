//! What the results file looks like, for the journal that writes it and the reader of spreadsheets: its columns,
//! and the apostrophe before cells that a spreadsheet would run as a formula.

use std::borrow::Cow;

/// The results file's own columns, in its order; the input's follow.
pub const RESULT_COLUMNS: [&str; 12] = [
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

/// The column after them in the results of a revocation, by which these are known: what the results of the run say.
pub const RUN_STATUS: &str = "run_status";

/// What tells Excel that a file is UTF-8: the byte order mark.
pub(crate) const MARK: &[u8] = "\u{feff}".as_bytes();

/// The bytes without the mark that may be before them.
pub(crate) fn unmarked(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK).unwrap_or(bytes)
}

/// Whether a spreadsheet would run a cell, or might, so that it is written with an apostrophe before it.
///
/// A cell that begins with apostrophes and then such a character counts too: else reading, which takes one
/// apostrophe off, would not give back what was there.
pub fn looks_like_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// The cell as it is written.
pub(crate) fn protected(cell: &str) -> Cow<'_, str> {
    if looks_like_formula(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// The cell as it was before it was [`protected`].
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
    fn the_protecting_apostrophe_comes_off_and_no_other() {
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
