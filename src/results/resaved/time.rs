//! Times as a spreadsheet program shows them: in the order of the user's country, often without seconds, and without a
//! time zone. What it shows is the text of the cell, so the zone is UTC.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The times that a cell can mean, from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

impl Span {
    /// Returns whether the cell has seconds. Atlas's own times are whole seconds.
    pub(super) fn is_exact_to_the_second(self) -> bool {
        self.until.duration_since(self.from) < SignedDuration::from_secs(1)
    }
}

/// A reason why the time of a cell is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unclear {
    NoTime,
    /// The day and the month could be swapped.
    Ambiguous {
        earlier: Span,
    },
}

impl Unclear {
    /// Returns the earliest time that the cell can mean.
    pub(super) fn earliest(self) -> Option<Span> {
        match self {
            Unclear::NoTime => None,
            Unclear::Ambiguous { earlier } => Some(earlier),
        }
    }
}

/// The order of the numbers in dates such as `11/24/2026`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    DayFirst,
    MonthFirst,
}

impl Order {
    /// Returns the order that all dates of a file have. `None` if none shows it, or if they disagree.
    pub(super) fn of<'c>(cells: impl Iterator<Item = &'c str>) -> Option<Self> {
        let mut orders = cells.filter_map(|cell| Written::of(split(cell).0)?.order());
        let first = orders.next()?;
        orders.all(|order| order == first).then_some(first)
    }
}

/// Parses a cell. `order` is that of the file's other dates.
pub(super) fn read(cell: &str, order: Option<Order>) -> Result<Span, Unclear> {
    if let Ok(exact) = cell.parse() {
        return Ok(Span { from: exact, until: exact });
    }
    let (date, time) = split(cell);
    let (time, precision) = time_of_day(time).ok_or(Unclear::NoTime)?;
    let span = |date: Option<Date>| {
        let from = TimeZone::UTC.to_timestamp(DateTime::from_parts(date?, time)).ok()?;
        let until = from.checked_add(precision).ok()?.checked_sub(SignedDuration::from_millis(1)).ok()?;
        Some(Span { from, until })
    };
    let written = Written::of(date).ok_or(Unclear::NoTime)?;
    let known = |order| span(written.date(order)).ok_or(Unclear::NoTime);
    match written.order().or(order) {
        Some(order) => known(order),
        None => match (known(Order::DayFirst)?, known(Order::MonthFirst)?) {
            (one, other) if one == other => Ok(one),
            (one, other) => Err(Unclear::Ambiguous { earlier: if one.from < other.from { one } else { other } }),
        },
    }
}

/// Splits a cell into its date and its time of day.
fn split(cell: &str) -> (&str, &str) {
    let (date, time) = cell.split_once(|between: char| between == 'T' || between.is_whitespace()).unwrap_or((cell, ""));
    (date.trim_end_matches(','), time.trim())
}

/// A date as it is written.
#[derive(Clone, Copy, Debug)]
enum Written {
    /// The way in which it is written shows the order.
    Ordered { year: i16, month: i8, day: i8 },
    /// Two numbers and a year, in the order of the user's country.
    Local { year: i16, numbers: [i8; 2] },
}

impl Written {
    fn of(date: &str) -> Option<Self> {
        let separator = date.chars().find(|c| !c.is_ascii_digit())?;
        let parts: Vec<&str> = date.split(separator).collect();
        let &[first, second, third] = parts.as_slice() else { return None };
        let small = |part: &str| part.parse::<i8>().ok();
        match (separator, first.len(), third.len()) {
            ('.' | '/' | '-', 4, _) => {
                Some(Written::Ordered { year: first.parse().ok()?, month: small(second)?, day: small(third)? })
            }
            (_, _, 2 | 4) => {
                let year: i16 = third.parse().ok()?;
                let year = if third.len() == 2 { 2000 + year } else { year };
                match separator {
                    '.' => Some(Written::Ordered { year, month: small(second)?, day: small(first)? }),
                    '/' | '-' => Some(Written::Local { year, numbers: [small(first)?, small(second)?] }),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Returns the order if one of the numbers cannot be a month.
    fn order(self) -> Option<Order> {
        match self {
            Written::Local { numbers: [(13..), _], .. } => Some(Order::DayFirst),
            Written::Local { numbers: [_, (13..)], .. } => Some(Order::MonthFirst),
            Written::Local { .. } | Written::Ordered { .. } => None,
        }
    }

    fn date(self, order: Order) -> Option<Date> {
        let (year, month, day) = match (self, order) {
            (Written::Ordered { year, month, day }, _) => (year, month, day),
            (Written::Local { year, numbers: [day, month] }, Order::DayFirst) => (year, month, day),
            (Written::Local { year, numbers: [month, day] }, Order::MonthFirst) => (year, month, day),
        };
        Date::new(year, month, day).ok()
    }
}

/// Parses a time of day: `10:15`, `10:15:30.250`, `10:15 PM`. Returns it with its precision. An empty one is the whole
/// day.
fn time_of_day(text: &str) -> Option<(Time, SignedDuration)> {
    if text.is_empty() {
        return Some((Time::midnight(), SignedDuration::from_hours(24)));
    }
    let text = text.trim_end_matches('Z');
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let half: String = text[digits.len()..].chars().filter(char::is_ascii_alphabetic).collect();
    let mut parts = digits.split([':', '.', ',']);
    let mut next = |most: i8| parts.next()?.parse::<i8>().ok().filter(|number| (0..=most).contains(number));
    let hour = match (next(23)?, half.to_ascii_lowercase().as_str()) {
        (hour, "") => hour,
        (hour @ 1..=12, "am") => hour % 12,
        (hour @ 1..=12, "pm") => hour % 12 + 12,
        _ => return None,
    };
    let minute = next(59)?;
    let (second, precision) = match next(59) {
        Some(second) => (second, SignedDuration::from_secs(1)),
        None => (0, SignedDuration::from_mins(1)),
    };
    let (nanosecond, precision) = match parts.next() {
        None => (0, precision),
        Some(fraction) if (1..=3).contains(&fraction.len()) => {
            let unit = 10_i32.pow(9 - fraction.len() as u32);
            (fraction.parse::<i32>().ok()? * unit, SignedDuration::from_nanos(unit.into()))
        }
        Some(_) => return None,
    };
    if parts.next().is_some() {
        return None;
    }
    Some((Time::new(hour, minute, second, nanosecond).ok()?, precision))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(cell: &str, order: Option<Order>) -> String {
        match read(cell, order) {
            Ok(Span { from, until }) if from == until => from.to_string(),
            Ok(Span { from, until }) => format!("{from} +{:#}", until.duration_since(from)),
            Err(Unclear::Ambiguous { earlier }) => format!("{} or later", earlier.from),
            Err(Unclear::NoTime) => "no time".to_owned(),
        }
    }

    #[test]
    fn times_are_read_as_they_are_shown_in_each_country() {
        for (cell, expected) in [
            ("2026-11-24T10:15:30.250Z", "2026-11-24T10:15:30.25Z"),
            ("2026-11-24T12:15:30+02:00", "2026-11-24T10:15:30Z"),
            ("2026-11-24T10:15:30", "2026-11-24T10:15:30Z +999ms"),
            ("2026-11-24T10:15:30.250", "2026-11-24T10:15:30.25Z"),
            ("2026-11-24 10:15", "2026-11-24T10:15:00Z +59s 999ms"),
            ("24.11.2026 10:15", "2026-11-24T10:15:00Z +59s 999ms"),
            ("24.11.26 10:15:30", "2026-11-24T10:15:30Z +999ms"),
            ("1.2.2026 9:05", "2026-02-01T09:05:00Z +59s 999ms"),
            ("11/24/26 10:15 AM", "2026-11-24T10:15:00Z +59s 999ms"),
            ("11/24/2026, 10:15:30 p.m.", "2026-11-24T22:15:30Z +999ms"),
            ("11/24/2026 12:05 AM", "2026-11-24T00:05:00Z +59s 999ms"),
            ("24/11/2026 10:15", "2026-11-24T10:15:00Z +59s 999ms"),
            ("24-11-2026 10.15", "2026-11-24T10:15:00Z +59s 999ms"),
            ("2026/11/24 10:15", "2026-11-24T10:15:00Z +59s 999ms"),
            ("2026-02-01", "2026-02-01T00:00:00Z +23h 59m 59s 999ms"),
            ("11/11/2026 10:15", "2026-11-11T10:15:00Z +59s 999ms"),
            ("11/12/2026 10:15", "2026-11-12T10:15:00Z or later"),
            ("12-11-26", "2026-11-12T00:00:00Z or later"),
        ] {
            assert_eq!(shown(cell, None), expected, "{cell}");
        }
        for cell in
            ["", "today", "24.11.2026 25:00", "31.2.2026", "24.13.2026", "11/24", "46350.43", "24.11.2026 10:15:30:1:2"]
        {
            assert_eq!(shown(cell, None), "no time", "{cell}");
        }
    }

    #[test]
    fn other_dates_of_the_file_show_the_order() {
        let order = |cells: &[&str]| Order::of(cells.iter().copied());
        assert_eq!(order(&["", "12/1/26 10:15", "12/31/26 10:15"]), Some(Order::MonthFirst));
        assert_eq!(order(&["1/12/26", "31/12/26 10:15"]), Some(Order::DayFirst));
        assert_eq!(order(&["12/31/26", "31/12/26"]), None);
        assert_eq!(order(&["31.12.2026", "2026-12-31", "12/1/26"]), None);
        assert_eq!(shown("12/1/26 10:15:30", Some(Order::MonthFirst)), "2026-12-01T10:15:30Z +999ms");
        assert_eq!(shown("12/1/26 10:15:30", Some(Order::DayFirst)), "2026-01-12T10:15:30Z +999ms");
        assert_eq!(shown("1.2.2026", Some(Order::MonthFirst)), shown("1.2.2026", None), "dots show the order");
        assert_eq!(shown("2026-02-01", Some(Order::DayFirst)), shown("2026-02-01", None));
    }
}
