//! Files that are not spreadsheets at all, recognised by their first bytes.

use std::fmt;

/// A sign that a file is not a spreadsheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotASpreadsheet {
    /// It is a PDF.
    Pdf,
    /// It is a picture.
    Picture,
    /// Its first row has bytes that text does not have.
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
    use super::super::{Column, Sheet, SheetOptions};

    fn refusal(file: &[u8], columns: Vec<(Column, String)>) -> Option<String> {
        Sheet::from_bytes(file, &SheetOptions { columns, ..SheetOptions::default() }).err().map(|it| it.to_string())
    }

    #[test]
    fn a_file_that_is_not_a_spreadsheet_is_refused_as_such() {
        let nulls = "\0".repeat(500);
        for (bytes, reason) in [
            (b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n1 0 obj".to_vec(), "it is a PDF"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "it is a picture"),
            (b"GIF89a\x01\0\x01\0".to_vec(), "it is a picture"),
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF".to_vec(), "it is a picture"),
            (format!("ab{nulls}").into_bytes(), "its first row is not text"),
            (format!("a\x01b@example.com,{nulls}").into_bytes(), "its first row is not text"),
            (format!("a\x01b,\"{nulls}").into_bytes(), "its first row is not text"),
            (b"\x7FELF\x02\x01\x01\0\0\0\0\0".to_vec(), "its first row is not text"),
        ] {
            for columns in [Vec::new(), vec![(Column::Email, "Mail".to_owned())]] {
                let expected = format!(
                    "the file is not a spreadsheet: {reason}; give the spreadsheet itself, saved as .xlsx or as CSV UTF-8"
                );
                assert_eq!(refusal(&bytes, columns), Some(expected));
            }
        }
    }

    #[test]
    fn a_control_character_in_a_usable_header_is_accepted() {
        assert_eq!(refusal(b"email,a\x01b\n", Vec::new()), None);
        assert_eq!(refusal(b"email,\"a\tb\nc\"\n", Vec::new()), None);
        let unnamed = refusal(b"Name,\"a\tb\nc\"\n", Vec::new()).unwrap();
        assert!(unnamed.starts_with("no column is named"), "{unnamed}");
    }
}
