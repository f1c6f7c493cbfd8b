//! The separator of cells: given by the user, announced by Excel's `sep=` line, or detected from the first lines.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use super::address_column::is_address;
use super::columns::Column;

/// A separator of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`, which Excel writes in countries with a decimal comma.
    Semicolon,
    /// A tab.
    Tab,
    /// `|`
    Pipe,
}

/// The number of lines with text among which the header is looked for.
const LINES: usize = 20;

/// The text does not name a separator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of comma, semicolon, tab, pipe")]
pub struct UnknownDelimiter;

impl Delimiter {
    /// Every separator; the first wins if a header fits several equally well.
    pub(super) const ALL: [Delimiter; 4] = [Delimiter::Comma, Delimiter::Semicolon, Delimiter::Tab, Delimiter::Pipe];

    /// Returns the character itself.
    pub(super) fn as_byte(self) -> u8 {
        match self {
            Delimiter::Comma => b',',
            Delimiter::Semicolon => b';',
            Delimiter::Tab => b'\t',
            Delimiter::Pipe => b'|',
        }
    }

    fn name(self) -> &'static str {
        match self {
            Delimiter::Comma => "comma",
            Delimiter::Semicolon => "semicolon",
            Delimiter::Tab => "tab",
            Delimiter::Pipe => "pipe",
        }
    }
}

impl fmt::Display for Delimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Delimiter {
    type Err = UnknownDelimiter;

    /// Parses the name or the character; also `\t`, since a tab is hard to type.
    fn from_str(text: &str) -> Result<Self, UnknownDelimiter> {
        if text == "\\t" {
            return Ok(Delimiter::Tab);
        }
        let named = |delimiter: &Delimiter| {
            text.eq_ignore_ascii_case(delimiter.name()) || text.as_bytes() == [delimiter.as_byte()]
        };
        Delimiter::ALL.into_iter().find(named).ok_or(UnknownDelimiter)
    }
}

/// The separator in use, and the length of the `sep=` line that announced it.
pub(super) struct Chosen {
    pub(super) byte: u8,
    pub(super) announced_in: usize,
}

/// Chooses the separator by the beginning of the text, which has the header in one of its first lines, unless one is
/// given. `columns` are names that the user assigned.
pub(super) fn choose(beginning: &[u8], given: Option<Delimiter>, columns: &[(Column, String)]) -> Chosen {
    let (announced, announced_in) = announcement(beginning);
    let byte = match (given, announced) {
        (Some(delimiter), _) => delimiter.as_byte(),
        (None, Some(byte)) => byte,
        (None, None) => detect(&beginning[announced_in..], columns),
    };
    Chosen { byte, announced_in }
}

/// Parses Excel's first line `sep=;`, quoted or not; returns the separator and the line's length with its end.
fn announcement(beginning: &[u8]) -> (Option<u8>, usize) {
    let line_len = beginning.iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(beginning.len());
    let mut line = &beginning[..line_len];
    if let [b'"', inner @ .., b'"'] = line {
        line = inner;
    }
    let [s, e, p, b'=', byte] = line else { return (None, 0) };
    if ![*s, *e, *p].eq_ignore_ascii_case(b"sep") || !byte.is_ascii() || matches!(byte, b'"' | 0) {
        return (None, 0);
    }
    let end = if beginning[line_len..].starts_with(b"\r\n") { 2 } else { 1 };
    (Some(*byte), (line_len + end).min(beginning.len()))
}

/// Returns the first row that is not empty, as far as the beginning holds it.
pub(super) fn first_row(beginning: &[u8]) -> &[u8] {
    let start = beginning.iter().position(|b| !matches!(b, b'\r' | b'\n')).unwrap_or(beginning.len());
    let row = &beginning[start..];
    let mut within_quotes = false;
    let end = row.iter().position(|&b| {
        within_quotes ^= b == b'"';
        !within_quotes && matches!(b, b'\r' | b'\n')
    });
    &row[..end.unwrap_or(row.len())]
}

/// Returns the separator by which the header has most known columns, and the rows below it most addresses. The header is
/// the first line with several cells of which one names the email column. Without one, most addresses in cells of their own
/// count, then most known columns in any line, then the lines with equally many cells.
fn detect(beginning: &[u8], columns: &[(Column, String)]) -> u8 {
    let meaning = |name: &String| {
        let chosen = columns.iter().find(|(_, wanted)| wanted.trim() == name).map(|(column, _)| *column);
        chosen.or_else(|| Column::named(name))
    };
    let known = |line: &Vec<String>| line.iter().filter(|name| meaning(name).is_some()).count();
    let fit = |delimiter: &Delimiter| {
        let lines = first_lines(beginning, delimiter.as_byte());
        let people = lines.iter().filter(|line| line.iter().any(|cell| is_address(cell))).count();
        let names_email = |line: &Vec<String>| line.iter().any(|name| meaning(name) == Some(Column::Email));
        if let Some(index) = lines.iter().position(|line| line.len() > 1 && names_email(line)) {
            return (Some((known(&lines[index]), people, Reverse(index), lines[index].len())), None, None);
        }
        if lines.iter().any(names_email) {
            // Below a header of one column, a separator belongs to the cells.
            return (None, None, None);
        }
        let agreeing = |cells| lines.iter().filter(|line| line.len() == cells).count();
        let agreement =
            lines.iter().map(Vec::len).filter(|cells| *cells > 1).map(|cells| (agreeing(cells), cells)).max();
        (None, Some((people, lines.iter().map(known).max())), agreement)
    };
    // `max_by_key` returns the last of several equals, but the first is wanted.
    Delimiter::ALL.into_iter().rev().max_by_key(fit).map_or(b',', Delimiter::as_byte)
}

/// Splits the first lines that have more than spaces and separators.
fn first_lines(beginning: &[u8], delimiter: u8) -> Vec<Vec<String>> {
    let is_filling = |c: char| c.is_whitespace() || Delimiter::ALL.iter().any(|known| char::from(known.as_byte()) == c);
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(beginning);
    let records = reader.byte_records().map_while(Result::ok);
    let lines = records.map(|record| {
        record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect::<Vec<String>>()
    });
    lines.filter(|line| !line.iter().all(|cell| cell.chars().all(is_filling))).take(LINES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(text: &str) -> (char, usize) {
        let Chosen { byte, announced_in } = choose(text.as_bytes(), None, &[]);
        (byte as char, announced_in)
    }

    #[test]
    fn the_separator_is_detected_from_the_header() {
        for (text, delimiter) in [
            ("email,roles\na;b;c;d,e", ','),
            ("email;roles\n", ';'),
            ("Name\tE-Mail\r\n", '\t'),
            ("Name|E-Mail", '|'),
            ("\n\nemail;roles", ';'),
            ("Name, Vorname;E-Mail;Rolle", ';'),
            ("\"Notes; a, b, c, d\";email", ';'),
            ("\"Notes\n, a, b, c, d\";email", ';'),
            ("Nom;Contact", ';'),
            ("Nom;Contact\nA;b, c, d, e, f", ';'),
            (" \n,,,\nemail;roles", ';'),
            ("Staff, all, of, us\n\nemail;roles\n", ';'),
            ("Email list, 2026\n\nName;E-Mail;Rolle\n", ';'),
            ("email,roles\na@example.com,ORG_MEMBER,team;project;role\n", ','),
            ("Reach them at;Since\na@example.com;2026\n", ';'),
            ("email\na@example.com\nb@example.com;x\n", ','),
            ("email", ','),
            ("", ','),
        ] {
            assert_eq!(chosen(text).0, delimiter, "{text:?}");
        }
    }

    #[test]
    fn a_sep_line_announces_the_separator_and_is_skipped() {
        for (text, expected) in [
            ("sep=;\r\nemail,x;roles", (';', 7)),
            ("SEP=|\nemail", ('|', 6)),
            ("\"sep=,\"\nemail", (',', 8)),
            ("sep=\t\remail", ('\t', 6)),
            ("sep=:", (':', 5)),
            ("sep=;;\nemail;roles", (';', 0)),
            ("sep=\nemail", (',', 0)),
        ] {
            assert_eq!(chosen(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_separator_that_the_user_gives_wins() {
        let Chosen { byte, announced_in } = choose(b"sep=;\nemail;roles", Some(Delimiter::Tab), &[]);
        assert_eq!((byte, announced_in), (b'\t', 6));
    }

    #[test]
    fn a_separator_is_parsed_by_name_or_character() {
        for (text, delimiter) in [("Comma", ','), (";", ';'), ("\\t", '\t'), ("\t", '\t'), ("pipe", '|')] {
            assert_eq!(text.parse::<Delimiter>().unwrap().as_byte() as char, delimiter);
        }
        assert_eq!(":".parse::<Delimiter>(), Err(UnknownDelimiter));
    }
}
