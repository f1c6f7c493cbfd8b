//! Files that are no spreadsheet at all, by how they begin.

use std::fmt;

/// What tells that the file is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotASpreadsheet {
    /// A PDF.
    Pdf,
    /// A picture.
    Picture,
    /// The first row holds what no text holds.
    NotText,
}

impl fmt::Display for NotASpreadsheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotASpreadsheet::Pdf => "it is a PDF",
            NotASpreadsheet::Picture => "it is a picture",
            NotASpreadsheet::NotText => "its first row is not text",
        })
    }
}

const MARKS: [(&[u8], NotASpreadsheet); 4] = [
    (b"%PDF-", NotASpreadsheet::Pdf),
    (b"\x89PNG\r\n\x1a\n", NotASpreadsheet::Picture),
    (b"GIF8", NotASpreadsheet::Picture),
    (b"\xFF\xD8\xFF", NotASpreadsheet::Picture),
];

/// What a file is that begins so, where it is known not to be a spreadsheet.
pub(super) fn kind(beginning: &[u8]) -> Option<NotASpreadsheet> {
    MARKS.into_iter().find(|(mark, _)| beginning.starts_with(mark)).map(|(_, kind)| kind)
}

/// Whether there is what no spreadsheet program writes; what breaks lines and pages it may write.
pub(super) fn has_control(text: &[u8]) -> bool {
    text.iter().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\t'..=b'\r'))
}
