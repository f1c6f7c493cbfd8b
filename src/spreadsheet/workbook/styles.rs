//! The formats of numbers, as far as they decide whether a number is a date.

use std::collections::HashMap;

use super::archive::{Archive, OTHER};
use super::error::WorkbookError;
use super::xml::{Node, attribute};

/// A way in which a number is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    #[default]
    Number,
    /// A date, a time of the day, or both.
    Date,
    /// A length of time, which may have more than 24 hours.
    Duration,
}

/// Reads the format of each cell style.
pub(super) fn read(archive: &mut Archive, part: &str) -> Result<Vec<Format>, WorkbookError> {
    let mut xml = archive.part(part, OTHER)?;
    let (mut custom, mut formats) = (HashMap::new(), Vec::new());
    let mut is_within_cell_styles = false;
    while let Some(event) = xml.next()? {
        match event {
            Node::Start(tag) => match tag.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(&tag, "numFmtId")?.unwrap_or_default().into_owned();
                    custom.insert(id, Format::of_code(&attribute(&tag, "formatCode")?.unwrap_or_default()));
                }
                "cellXfs" => is_within_cell_styles = true,
                "xf" if is_within_cell_styles => {
                    let id = attribute(&tag, "numFmtId")?.unwrap_or_default();
                    formats.push(custom.get(&*id).copied().unwrap_or_else(|| Format::built_in(&id)));
                }
                _ => {}
            },
            Node::End(tag) if tag.local_name().as_ref() == "cellXfs" => is_within_cell_styles = false,
            Node::End(_) | Node::Other => {}
        }
    }
    Ok(formats)
}

impl Format {
    /// Returns the format with this number, which is not in the file.
    fn built_in(id: &str) -> Self {
        match id.parse() {
            Ok(14..=22 | 27..=36 | 45 | 47 | 50..=58) => Format::Date,
            Ok(46) => Format::Duration,
            Ok(0..=u32::MAX) | Err(_) => Format::Number,
        }
    }

    /// Returns the format of a code such as `dd/mm/yyyy`, by its section for positive numbers.
    fn of_code(code: &str) -> Self {
        let mut characters = code.chars();
        let mut before = None;
        while let Some(c) = characters.next() {
            match c.to_ascii_lowercase() {
                // The next character is shown as it is, or sets the width of a space.
                '\\' | '_' | '*' => drop(characters.next()),
                '"' => drop(characters.find(|c| *c == '"')),
                '[' => {
                    let inner: String = characters.by_ref().take_while(|c| *c != ']').collect();
                    let is_unit = |unit| !inner.is_empty() && inner.chars().all(|c| c.eq_ignore_ascii_case(&unit));
                    if ['h', 'm', 's'].into_iter().any(is_unit) {
                        return Format::Duration;
                    }
                }
                ';' => return Format::Number,
                'd' | 'm' | 'h' | 'y' | 's' => return Format::Date,
                // `General` and `E+00` belong to numbers.
                'p' | '/' if before == Some('a') => return Format::Date,
                c => before = Some(c),
            }
        }
        Format::Number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_shows_whether_a_number_is_a_date() {
        for (code, format) in [
            ("General", Format::Number),
            ("0.00E+00", Format::Number),
            ("#,##0\\ [$\u{20bd}-46D]", Format::Number),
            ("\"Y: \"0.00\"m\";\"Y: \"-0.00\"m\"", Format::Number),
            ("0_ ;[Red]\\-0\\ ", Format::Number),
            ("_-* #,##0_d", Format::Number),
            ("\\Y000000", Format::Number),
            ("0;yyyy", Format::Number),
            ("[>=100]0", Format::Number),
            ("DD/MM/YY", Format::Date),
            ("H:MM:SS;@", Format::Date),
            ("[$-404]e\"x\"m\"x\"d", Format::Date),
            ("a/p", Format::Date),
            ("[h]:mm:ss", Format::Duration),
            ("[Blue]\\+[hh]:mm", Format::Duration),
            ("[ss].000", Format::Duration),
        ] {
            assert_eq!(Format::of_code(code), format, "{code}");
        }
    }
}
