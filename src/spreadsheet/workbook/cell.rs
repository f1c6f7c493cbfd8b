//! The text of a cell as people see it: `1` and not `1.0`, dates as ISO 8601, `TRUE`, `#N/A`.

use std::fmt::Write;

use calamine::{DataRef, ExcelDateTime};

/// The day after 9999-12-31, the last one that a spreadsheet has: serial numbers from here on are not dates.
const LAST_DAY: f64 = 2_958_466.0;

/// Appends the cell's text.
pub(super) fn write(value: &DataRef<'_>, into: &mut String) {
    // Writing to a string does not fail.
    let _ = match value {
        DataRef::Empty => Ok(()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => into.write_str(text),
        DataRef::SharedString(text) => into.write_str(text),
        DataRef::Int(number) => write!(into, "{number}"),
        DataRef::Float(number) => write_number(*number, into),
        DataRef::Bool(value) => into.write_str(if *value { "TRUE" } else { "FALSE" }),
        DataRef::Error(error) => write!(into, "{error}"),
        DataRef::DateTime(time) => write_time(time, into),
    };
}

/// Rounds to the 15 digits that a spreadsheet keeps: what it shows as 0.3 may be stored as 0.30000000000000004.
fn write_number(number: f64, into: &mut String) -> std::fmt::Result {
    let rounded = format!("{number:.14e}").parse().unwrap_or(number);
    write!(into, "{}", if rounded == 0.0 { 0.0 } else { rounded })
}

fn write_time(time: &ExcelDateTime, into: &mut String) -> std::fmt::Result {
    let serial = time.as_f64();
    if !(0.0..LAST_DAY).contains(&serial) {
        return write_number(serial, into);
    }
    if time.is_duration() {
        let seconds = (serial * 86_400.0).round() as u64;
        return write!(into, "{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let has_date = serial >= 1.0;
    let has_time = !has_date || (hour, minute, second, milli) != (0, 0, 0, 0);
    if has_date {
        write!(into, "{year:04}-{month:02}-{day:02}")?;
    }
    if has_time {
        write!(into, "{}{hour:02}:{minute:02}:{second:02}", if has_date { "T" } else { "" })?;
    }
    if milli == 0 { Ok(()) } else { write!(into, ".{milli:03}") }
}

#[cfg(test)]
mod tests {
    use calamine::{CellErrorType, ExcelDateTimeType};

    use super::*;

    #[test]
    fn a_cell_reads_as_people_see_it() {
        let time = |serial| DataRef::DateTime(ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, false));
        let span = |serial| DataRef::DateTime(ExcelDateTime::new(serial, ExcelDateTimeType::TimeDelta, false));
        let mac = |serial| DataRef::DateTime(ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, true));
        for (value, text) in [
            (DataRef::Empty, ""),
            (DataRef::SharedString(" Zoë "), " Zoë "),
            (DataRef::Float(1.0), "1"),
            (DataRef::Float(-0.0), "0"),
            (DataRef::Float(0.1 + 0.2), "0.3"),
            (DataRef::Float(123_456_789_012_345.0), "123456789012345"),
            (DataRef::Float(-2.5), "-2.5"),
            (DataRef::Int(7), "7"),
            (DataRef::Bool(true), "TRUE"),
            (DataRef::Bool(false), "FALSE"),
            (DataRef::Error(CellErrorType::NA), "#N/A"),
            (DataRef::DateTimeIso("2026-12-01".into()), "2026-12-01"),
            (time(46_357.0), "2026-12-01"),
            (time(46_357.395_833_333_336), "2026-12-01T09:30:00"),
            (time(0.75), "18:00:00"),
            (time(46_357.000_001_446_76), "2026-12-01T00:00:00.125"),
            (mac(44_895.0), "2026-12-01"),
            (time(-1.0), "-1"),
            (time(f64::NAN), "NaN"),
            (time(1e300), &format!("{}", 1e300)),
            (span(1.5), "36:00:00"),
        ] {
            let mut written = String::new();
            write(&value, &mut written);
            assert_eq!(written, text, "{value:?}");
        }
    }
}
