//! Recognises files that are not spreadsheets by their first bytes.

use std::fmt;

/// A kind of file that is not a spreadsheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotASpreadsheet {
    /// A PDF.
    Pdf,
    /// A PNG, GIF or JPEG image.
    Picture,
    /// A file with bytes in its first row that do not occur in text.
    NotText,
}

impl fmt::Display for NotASpreadsheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotASpreadsheet::Pdf => "a PDF",
            NotASpreadsheet::Picture => "an image",
            NotASpreadsheet::NotText => "binary data",
        })
    }
}

const SIGNATURES: [(&[u8], NotASpreadsheet); 4] = [
    (b"%PDF-", NotASpreadsheet::Pdf),
    (b"\x89PNG\r\n\x1a\n", NotASpreadsheet::Picture),
    (b"GIF8", NotASpreadsheet::Picture),
    (b"\xFF\xD8\xFF", NotASpreadsheet::Picture),
];

/// Returns what the file is, if its first bytes show that it is not a spreadsheet.
pub(super) fn detect(beginning: &[u8]) -> Option<NotASpreadsheet> {
    SIGNATURES.into_iter().find(|(signature, _)| beginning.starts_with(signature)).map(|(_, kind)| kind)
}

/// Returns whether a row holds control characters other than tabs and the ends of lines and pages.
pub(super) fn has_control(row: &[u8]) -> bool {
    row.iter().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\t'..=b'\r'))
}

#[cfg(test)]
mod tests {
    use super::super::{Column, Sheet, SheetError, SheetOptions};
    use super::*;

    fn error_of(file: &[u8], columns: Vec<(Column, String)>) -> Option<SheetError> {
        Sheet::from_bytes(file, &SheetOptions { columns, ..SheetOptions::default() }).err()
    }

    #[test]
    fn a_file_that_is_not_a_spreadsheet_is_refused_as_such() {
        let nulls = "\0".repeat(500);
        for (bytes, expected) in [
            (b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n1 0 obj".to_vec(), NotASpreadsheet::Pdf),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), NotASpreadsheet::Picture),
            (b"GIF89a\x01\0\x01\0".to_vec(), NotASpreadsheet::Picture),
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF".to_vec(), NotASpreadsheet::Picture),
            (format!("ab{nulls}").into_bytes(), NotASpreadsheet::NotText),
            (format!("a\x01b@example.com,{nulls}").into_bytes(), NotASpreadsheet::NotText),
            (format!("a\x01b,\"{nulls}").into_bytes(), NotASpreadsheet::NotText),
            (b"\x7FELF\x02\x01\x01\0\0\0\0\0".to_vec(), NotASpreadsheet::NotText),
        ] {
            for columns in [Vec::new(), vec![(Column::Email, "Mail".to_owned())]] {
                let Some(SheetError::NoSpreadsheet(found)) = error_of(&bytes, columns) else { panic!("{bytes:x?}") };
                assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn a_control_character_in_a_usable_header_is_accepted() {
        assert!(error_of(b"email,a\x01b\n", Vec::new()).is_none());
        assert!(error_of(b"email,\"a\tb\nc\"\n", Vec::new()).is_none());
    }

    #[test]
    fn a_tab_or_line_break_in_a_header_is_text() {
        let error = error_of(b"Name,\"a\tb\nc\"\n", Vec::new());
        assert!(matches!(error, Some(SheetError::NoEmailColumn { .. })), "{error:?}");
    }
}
