//! The text of a cell as people see it: `1` and not `1.0`, dates as ISO 8601, `TRUE`, `#N/A`.

use std::fmt::Write;

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::error::{Damage, WorkbookError};
use super::strings::SharedStrings;
use super::styles::Format;
use super::xml::unescaped;

/// The day after 9999-12-31, the last one that a spreadsheet has: serial numbers from here on are not dates.
const LAST_DAY: f64 = 2_958_466.0;

/// The days from the first day of 1900 as spreadsheets count to that of 1904.
const FROM_1900_TO_1904: f64 = 1462.0;

/// The type of a cell, which decides what its value means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Type {
    #[default]
    Number,
    /// The number of a shared text.
    Shared,
    /// A text, for example the result of a formula.
    Text,
    /// A text outside the value.
    Inline,
    Bool,
    Error,
    /// A date as ISO 8601.
    IsoDate,
}

impl Type {
    pub(super) fn of(attribute: &str) -> Self {
        match attribute {
            "s" => Type::Shared,
            "str" => Type::Text,
            "inlineStr" | "is" => Type::Inline,
            "b" => Type::Bool,
            "e" => Type::Error,
            "d" => Type::IsoDate,
            _ => Type::Number,
        }
    }
}

/// The parts of a workbook on which the text of its cells depends.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) strings: SharedStrings,
    pub(super) formats: Vec<Format>,
    pub(super) is_from_1904: bool,
}

impl Texts {
    /// Appends the text of a cell with this value, which is not empty, and the style of this number.
    pub(super) fn write(&self, kind: Type, value: &str, style: usize, into: &mut String) -> Result<(), WorkbookError> {
        match kind {
            Type::Shared => {
                let shared = value.trim().parse().ok().and_then(|index| self.strings.get(index));
                into.push_str(shared.ok_or(WorkbookError::Damaged(Damage::NoText))?);
            }
            // An inline text that stands in the place of the value.
            Type::Text | Type::Inline => into.push_str(&unescaped(value)),
            Type::Error | Type::IsoDate => into.push_str(value),
            Type::Bool => into.push_str(match value.trim() {
                "0" => "FALSE",
                "1" => "TRUE",
                "false" => "FALSE",
                "true" => "TRUE",
                other => other,
            }),
            Type::Number => match value.trim().parse() {
                Ok(number) => self.write_number(number, style, into),
                Err(_) => into.push_str(value),
            },
        }
        Ok(())
    }

    fn write_number(&self, number: f64, style: usize, into: &mut String) {
        let serial = if self.is_from_1904 { number + FROM_1900_TO_1904 } else { number };
        // Writing to a string does not fail.
        let _ = match self.formats.get(style).copied().unwrap_or_default() {
            Format::Date if (0.0..LAST_DAY).contains(&serial) => write_time(serial, into),
            Format::Duration if (0.0..LAST_DAY).contains(&number) => write_duration(number, into),
            Format::Number | Format::Date | Format::Duration => write_rounded(number, into),
        };
    }
}

/// Rounds to the 15 digits that a spreadsheet keeps: what it shows as 0.3 may be stored as 0.30000000000000004.
fn write_rounded(number: f64, into: &mut String) -> std::fmt::Result {
    let rounded = format!("{number:.14e}").parse().unwrap_or(number);
    write!(into, "{}", if rounded == 0.0 { 0.0 } else { rounded })
}

fn write_duration(days: f64, into: &mut String) -> std::fmt::Result {
    let seconds = (days * 86_400.0).round() as u64;
    write!(into, "{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn write_time(serial: f64, into: &mut String) -> std::fmt::Result {
    let millis = (serial * 86_400_000.0).round() as i64;
    let (days, millis) = (millis / 86_400_000, millis % 86_400_000);
    let has_date = days >= 1;
    let has_time = !has_date || millis != 0;
    if has_date {
        // Spreadsheets count the 29th of February 1900, which did not exist.
        let since: Span = if days < 60 { days + 1 } else { days }.days();
        let date = Date::constant(1899, 12, 30).checked_add(since).unwrap_or(Date::MAX);
        write!(into, "{date}")?;
    }
    if has_time {
        let (seconds, separator) = (millis / 1000, if has_date { "T" } else { "" });
        write!(into, "{separator}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
    }
    if millis % 1000 == 0 { Ok(()) } else { write!(into, ".{:03}", millis % 1000) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(kind: Type, value: &str, style: usize, is_from_1904: bool) -> String {
        let formats = vec![Format::Number, Format::Date, Format::Duration];
        let texts = Texts { formats, is_from_1904, ..Texts::default() };
        let mut written = String::new();
        texts.write(kind, value, style, &mut written).unwrap();
        written
    }

    #[test]
    fn a_cell_reads_as_people_see_it() {
        for (kind, value, expected) in [
            (Type::Number, "1.0", "1"),
            (Type::Number, "-0", "0"),
            (Type::Number, "0.30000000000000004", "0.3"),
            (Type::Number, "123456789012345", "123456789012345"),
            (Type::Number, "-2.5", "-2.5"),
            (Type::Number, " 7 ", "7"),
            (Type::Number, "ada@example.com", "ada@example.com"),
            (Type::Text, " Zoë_x000A_", " Zoë\n"),
            (Type::Bool, "1", "TRUE"),
            (Type::Bool, "false", "FALSE"),
            (Type::Error, "#N/A", "#N/A"),
            (Type::Error, "#SPILL!", "#SPILL!"),
            (Type::IsoDate, "2026-12-01", "2026-12-01"),
        ] {
            assert_eq!(text(kind, value, 0, false), expected, "{value}");
        }
    }

    #[test]
    fn a_number_reads_as_the_date_that_people_see() {
        for (value, style, expected) in [
            ("46357", 1, "2026-12-01"),
            ("46357.395833333336", 1, "2026-12-01T09:30:00"),
            ("0.75", 1, "18:00:00"),
            ("46357.00000144676", 1, "2026-12-01T00:00:00.125"),
            ("46357.99999999999", 1, "2026-12-02"),
            ("1", 1, "1900-01-01"),
            ("59", 1, "1900-02-28"),
            ("61", 1, "1900-03-01"),
            ("2958465", 1, "9999-12-31"),
            ("-1", 1, "-1"),
            ("NaN", 1, "NaN"),
            ("1.5", 2, "36:00:00"),
            ("46357", 9, "46357"),
        ] {
            assert_eq!(text(Type::Number, value, style, false), expected, "{value}");
        }
        assert_eq!(text(Type::Number, "44895", 1, true), "2026-12-01");
        assert_eq!(text(Type::Number, "1e300", 1, false), format!("{}", 1e300));
    }

    #[test]
    fn a_shared_text_that_does_not_exist_is_damage() {
        let written = Texts::default().write(Type::Shared, "7", 0, &mut String::new());
        assert_eq!(written, Err(WorkbookError::Damaged(Damage::NoText)));
    }
}
