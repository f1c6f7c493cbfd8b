//! Splits text into records and cells by the rules of CSV (RFC 4180), applied leniently.
//!
//! Uses `csv-core`, the engine of the `csv` crate, directly: the reader of that crate skips blank lines without counting
//! them, so row numbers would not match those of the spreadsheet. Memory is bounded for any file.

use std::io;

use csv_core::ReadRecordResult;
use memchr::{memchr, memchr2, memmem};

use super::encoding::Encoding;
use super::quoting::{self, Quotes, Shape, Swallowing};
use super::text::Text;
use crate::model::columns::unprotected;

/// The most bytes of a row, more than any real one has; the rest is dropped and the row has a fault.
const LONGEST_ROW: usize = 1024 * 1024;

/// The most cells of a row, more than any spreadsheet program writes.
const MOST_CELLS: usize = 32 * 1024;

/// The mark with which old programs end a file.
const END_OF_FILE: u8 = 0x1A;

/// The records of a text, read one after another into the same buffers.
pub(super) struct Records {
    text: Text,
    delimiter: u8,
    csv: Box<csv_core::Reader>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    number: u32,
    /// How many more lines than records there are so far.
    more_lines: u32,
    /// The byte before those that are read next.
    before: Option<u8>,
    /// How many of the next bytes have no quote after a space.
    clear: usize,
    /// Whether the current record is within quotes.
    quotes: Quotes,
    shape: Shape,
}

/// One record, or a blank line.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// The number of the row, from 1, with every blank line counted, as a spreadsheet does.
    pub(super) number: u32,
    /// The cells, one after another.
    pub(super) bytes: &'a [u8],
    /// The end of each cell in `bytes`.
    pub(super) ends: &'a [usize],
    pub(super) cut: Option<Cut>,
    /// The cells whose formulas have no saved result.
    pub(super) without_result: &'a [usize],
}

/// A reason why a record holds less or more than one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// The row is longer than [`LONGEST_ROW`] or has more than [`MOST_CELLS`].
    TooLong,
    /// The file ended within quotation marks.
    UnclosedQuote {
        /// The line on which they open.
        line: u32,
    },
    /// A cell within quotation marks holds what look like whole rows.
    RowsInQuotes {
        /// The line on which the quotation marks open.
        line: u32,
    },
}

impl Record<'_> {
    pub(super) fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| &self.bytes[std::mem::replace(&mut start, end)..end])
    }

    /// Returns whether no cell has text.
    pub(super) fn is_blank(&self) -> bool {
        match self.bytes.first() {
            Some(b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z') => false,
            _ if self.cut.is_some() => false,
            None => true,
            Some(_) => {
                self.cells().all(|cell| str::from_utf8(cell).is_ok_and(|text| unprotected(text).trim().is_empty()))
            }
        }
    }
}

impl Records {
    /// Creates a reader of the records; `lines_above` lines of the file have been read already.
    pub(super) fn new(text: Text, delimiter: u8, lines_above: u32) -> Self {
        let csv = Box::new(csv_core::ReaderBuilder::new().delimiter(delimiter).build());
        let (bytes, ends) = (vec![0; 1024], vec![0; 32]);
        Self {
            text,
            delimiter,
            csv,
            bytes,
            ends,
            number: 0,
            more_lines: lines_above,
            before: None,
            clear: 0,
            quotes: Quotes::default(),
            shape: Shape::default(),
        }
    }

    /// Returns the encoding of the text.
    pub(super) fn encoding(&self) -> Encoding {
        self.text.encoding()
    }

    /// Reads the next record or blank line.
    pub(super) fn next(&mut self) -> io::Result<Option<Record<'_>>> {
        loop {
            self.text.keep();
            let Some(&first) = self.text.fill()?.first() else { return Ok(None) };
            match first {
                b'\n' if self.before == Some(b'\r') => {
                    self.consume(1);
                    self.before = None;
                }
                b'\n' | b'\r' => {
                    self.consume(1);
                    return Ok(Some(self.record(0, 0, None)));
                }
                _ => break,
            }
        }
        self.quotes = Quotes::default();
        let (bytes, cells, cut) = self.read_cells()?;
        let cut = self.checked(bytes, cells, cut);
        let (bytes, cells) = self.without_marks(bytes, cells);
        Ok(Some(self.record(bytes, cells, cut)))
    }

    fn record(&mut self, bytes: usize, cells: usize, cut: Option<Cut>) -> Record<'_> {
        self.number = self.number.saturating_add(1);
        Record { number: self.number, bytes: &self.bytes[..bytes], ends: &self.ends[..cells], cut, without_result: &[] }
    }

    fn consume(&mut self, used: usize) {
        if let Some(last) = used.checked_sub(1) {
            self.before = Some(self.text.rest()[last]);
        }
        self.clear = self.clear.saturating_sub(used);
        self.text.consume(used);
    }

    /// Reads a record of at least one character; returns how much of `bytes` and `ends` it takes.
    fn read_cells(&mut self) -> io::Result<(usize, usize, Option<Cut>)> {
        let (mut bytes, mut cells) = (0, 0);
        let (mut unclosed, mut is_begun, mut has_dropped_text) = (false, false, false);
        let mut overflow: Option<Overflow> = None;
        // The line of the quote, if the part of a long row that is kept shows that it swallows rows.
        let mut swallowed = None;
        loop {
            self.skip_spaces_before_quote(is_begun)?;
            let input = self.text.fill()?;
            // At the end of the file, one more line break shows whether the file ends within quotation marks.
            let closing = input.is_empty() && !unclosed;
            let input = if closing { b"\n" } else { &input[..self.clear] };
            let (result, used, wrote, ended) = if let Some(overflow) = &mut overflow {
                self.csv.read_record(input, &mut overflow.bytes, &mut overflow.ends)
            } else {
                self.csv.read_record(input, &mut self.bytes[bytes..], &mut self.ends[cells..])
            };
            is_begun = true;
            if !closing {
                self.consume(used);
            }
            if overflow.is_none() {
                bytes += wrote;
                cells += ended;
            } else {
                has_dropped_text |= wrote > 0;
            }
            let is_full = match result {
                ReadRecordResult::Record | ReadRecordResult::End => {
                    let cut = match swallowed {
                        Some(line) if unclosed => Some(Cut::UnclosedQuote { line }),
                        Some(line) => Some(Cut::RowsInQuotes { line }),
                        None if unclosed => Some(Cut::UnclosedQuote { line: self.line(0) }),
                        None => has_dropped_text.then_some(Cut::TooLong),
                    };
                    return Ok((bytes, cells, cut));
                }
                ReadRecordResult::InputEmpty => {
                    unclosed |= closing;
                    false
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull if overflow.is_some() => false,
                ReadRecordResult::OutputFull if bytes >= LONGEST_ROW => true,
                ReadRecordResult::OutputFull => {
                    self.bytes.resize(self.bytes.len() * 2, 0);
                    false
                }
                ReadRecordResult::OutputEndsFull if cells >= MOST_CELLS => true,
                ReadRecordResult::OutputEndsFull => {
                    self.ends.resize(self.ends.len() * 2, 0);
                    false
                }
            };
            if is_full {
                swallowed = match self.swallowing() {
                    Some(Swallowing::Rows { quote } | Swallowing::Unclosed { quote, has_rows: true }) => {
                        Some(self.line(quote))
                    }
                    Some(Swallowing::Unclosed { has_rows: false, .. }) | None => None,
                };
                self.text.release();
                overflow = Some(Overflow::default());
            }
        }
    }

    /// Skips spaces at the beginning of a cell if a quote follows them, and sets how much can be read until the next ones.
    fn skip_spaces_before_quote(&mut self, is_begun: bool) -> io::Result<()> {
        if self.clear > 0 {
            return Ok(());
        }
        let rest = self.text.fill()?;
        let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
        let is_quoted = spaces > 0 && rest.get(spaces) == Some(&b'"') && self.delimiter != b' ';
        if is_quoted && (!is_begun || self.is_at_cell_start()) {
            self.consume(spaces);
        }
        let rest = self.text.fill()?;
        let begun = rest.iter().take_while(|byte| **byte == b' ').count();
        self.clear = match memmem::find(&rest[begun.min(rest.len())..], b" \"") {
            Some(at) => begun + at - rest[..begun + at].iter().rev().take_while(|byte| **byte == b' ').count().min(at),
            None => rest.len(),
        };
        Ok(())
    }

    /// Returns whether the next byte is the first of a cell.
    fn is_at_cell_start(&mut self) -> bool {
        let record = self.text.kept();
        !self.quotes.are_open(record, self.delimiter) && record.last() == Some(&self.delimiter)
    }

    /// Returns the record's fault, if a quoted cell with several lines has swallowed rows.
    fn checked(&mut self, bytes: usize, cells: usize, cut: Option<Cut>) -> Option<Cut> {
        let has_lines = memchr2(b'\n', b'\r', &self.bytes[..bytes]).is_some();
        let is_unclosed = matches!(cut, Some(Cut::UnclosedQuote { .. }));
        let is_suspect = is_unclosed || has_lines && cut.is_none();
        let cut = match is_suspect.then(|| self.swallowing()).flatten() {
            Some(Swallowing::Rows { quote }) => Some(Cut::RowsInQuotes { line: self.line(quote) }),
            Some(Swallowing::Unclosed { quote, .. }) => Some(Cut::UnclosedQuote { line: self.line(quote) }),
            None => cut,
        };
        if has_lines {
            self.more_lines = self.more_lines.saturating_add(line_breaks(self.text.kept().trim_ascii_end()));
        }
        if !self.shape.is_known() && cut.is_none() {
            let record =
                Record { number: 0, bytes: &self.bytes[..bytes], ends: &self.ends[..cells], cut, without_result: &[] };
            self.shape.read(record.cells());
        }
        cut
    }

    fn swallowing(&self) -> Option<Swallowing> {
        quoting::swallowing(self.text.kept(), self.delimiter, &self.shape)
    }

    /// Returns the line of the file at this position of the record.
    fn line(&self, position: usize) -> u32 {
        let within = line_breaks(&self.text.kept()[..position]);
        self.number.saturating_add(1).saturating_add(self.more_lines).saturating_add(within)
    }

    /// Removes the mark of the end of a file, and what makes cells text for Excel: `="text"`.
    fn without_marks(&mut self, mut bytes: usize, cells: usize) -> (usize, usize) {
        if let Some(last) = cells.checked_sub(1)
            && bytes > 0
            && matches!(self.bytes[bytes - 1], END_OF_FILE | 0 | b' ')
        {
            let start = last.checked_sub(1).map_or(0, |before| self.ends[before]);
            let cell = &self.bytes[start..bytes];
            let text =
                cell.iter().rposition(|byte| !matches!(*byte, END_OF_FILE | 0 | b' ')).map_or(0, |last| last + 1);
            if memchr(END_OF_FILE, &cell[text..]).is_some() {
                bytes = start + text;
                self.ends[last] = bytes;
            }
        }
        if memchr(b'"', &self.bytes[..bytes]).is_some() {
            bytes = self.unforce(cells);
        }
        (bytes, cells)
    }

    /// Replaces each cell that is written `="text"` by its text; returns the length of all cells.
    fn unforce(&mut self, cells: usize) -> usize {
        let (mut start, mut length) = (0, 0);
        for index in 0..cells {
            let end = std::mem::replace(&mut start, self.ends[index])..self.ends[index];
            let forced = forced_text(&self.bytes[end.clone()]);
            match forced {
                Some(text) => {
                    self.bytes[length..length + text.len()].copy_from_slice(&text);
                    length += text.len();
                }
                None => {
                    self.bytes.copy_within(end.clone(), length);
                    length += end.len();
                }
            }
            self.ends[index] = length;
        }
        length
    }
}

/// Returns the text of a cell that is written `="text"`, in which two quotes stand for one.
fn forced_text(cell: &[u8]) -> Option<Vec<u8>> {
    let inner = cell.trim_ascii().strip_prefix(b"=\"")?.strip_suffix(b"\"")?;
    let pieces: Vec<&[u8]> = inner.split(|byte| *byte == b'"').collect();
    // Each pair of quotes has an empty piece between them.
    let is_paired = pieces.len() % 2 == 1 && pieces.iter().skip(1).step_by(2).all(|piece| piece.is_empty());
    is_paired.then(|| pieces.into_iter().step_by(2).collect::<Vec<_>>().join(&b'"'))
}

/// Returns how many lines end within a text; CR, LF and CR with LF each end one.
fn line_breaks(text: &[u8]) -> u32 {
    let is_end =
        |index: usize| text[index] == b'\r' || text[index] == b'\n' && (index == 0 || text[index - 1] != b'\r');
    (0..text.len()).filter(|&index| is_end(index)).count() as u32
}

/// A buffer for what is dropped of a row that is too long.
struct Overflow {
    bytes: [u8; 1024],
    ends: [usize; 128],
}

impl Default for Overflow {
    fn default() -> Self {
        Self { bytes: [0; 1024], ends: [0; 128] }
    }
}

#[cfg(test)]
mod tests {
    use super::super::text::Reader;
    use super::*;

    fn records_of(text: &[u8]) -> Records {
        let mut text = Text::open(Reader::File(Box::new(std::io::Cursor::new(text.to_vec())))).unwrap();
        text.decode(None).unwrap();
        Records::new(text, b',', 0)
    }

    fn read(text: &[u8]) -> Vec<(u32, Vec<String>, Option<Cut>)> {
        let mut records = records_of(text);
        let mut all = Vec::new();
        while let Some(record) = records.next().unwrap() {
            let cells = record.cells().map(|cell| String::from_utf8(cell.to_vec()).unwrap());
            all.push((record.number, cells.collect(), record.cut));
        }
        all
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them() {
        for (text, expected) in [
            ("a\nb", vec![(1, "a"), (2, "b")]),
            ("a\r\nb\r\n", vec![(1, "a"), (2, "b")]),
            ("a\rb\r", vec![(1, "a"), (2, "b")]),
            ("\na\n\n\nb", vec![(1, ""), (2, "a"), (3, ""), (4, ""), (5, "b")]),
            ("a\r\n\r\nb", vec![(1, "a"), (2, ""), (3, "b")]),
            ("a\r\rb", vec![(1, "a"), (2, ""), (3, "b")]),
            ("\r\na\n\rb", vec![(1, ""), (2, "a"), (3, ""), (4, "b")]),
            ("\"a\n\r\n\"\nb", vec![(1, "a\n\r\n"), (2, "b")]),
            ("", vec![]),
        ] {
            let rows: Vec<_> = read(text.as_bytes()).into_iter().map(|(n, cells, _)| (n, cells.concat())).collect();
            let expected: Vec<_> = expected.into_iter().map(|(n, cell)| (n, cell.to_owned())).collect();
            assert_eq!(rows, expected, "{text:?}");
        }
    }

    #[test]
    fn cells_are_split_and_unquoted() {
        let rows = read(b"a,\"b, \"\"c\"\"\",,d\n");
        assert_eq!(rows, [(1, ["a", "b, \"c\"", "", "d"].map(str::to_owned).to_vec(), None)]);
    }

    #[test]
    fn empty_cells_beyond_the_limit_do_no_harm() {
        assert_eq!(read((",".repeat(3 * MOST_CELLS) + "\nb").as_bytes())[0].2, None);
    }

    #[test]
    fn spaces_before_a_quote_are_no_text() {
        for (text, cells) in [
            ("a, \"b, c\"", vec!["a", "b, c"]),
            ("  \"a\", \"b\nc\"  ,d", vec!["a", "b\nc  ", "d"]),
            ("a,   \"\",  \"b\"", vec!["a", "", "b"]),
            ("\"a, \"\"b\"\", \"", vec!["a, \"b\", "]),
            ("a \"b, c\"", vec!["a \"b", " c\""]),
            (" a \"b\", \"c\"", vec![" a \"b\"", "c"]),
            ("a, b", vec!["a", " b"]),
            ("a, ", vec!["a", " "]),
        ] {
            assert_eq!(read(text.as_bytes())[0].1, cells, "{text}");
        }
    }

    #[test]
    fn a_mark_of_the_end_of_a_file_is_no_text() {
        let cells =
            |text: &str| read(text.as_bytes()).into_iter().map(|(_, cells, _)| cells.concat()).collect::<Vec<_>>();
        assert_eq!(cells("a,b\n\u{1a}"), ["ab", ""]);
        assert_eq!(cells("a,b\u{1a}"), ["ab"]);
        assert_eq!(cells("a,\"b\"\u{1a}\u{1a}\0 \r\n"), ["ab"]);
        assert_eq!(cells("a,b\n\u{1a}\n\u{1a}c"), ["ab", "", "\u{1a}c"]);
        assert_eq!(cells("a,b \n"), ["ab "]);
    }

    #[test]
    fn forced_text_is_the_bare_value() {
        for (text, cells) in [
            ("=\"a\",\"=\"\"b\"\"\",c", vec!["a", "b", "c"]),
            ("x,=\"007\"", vec!["x", "007"]),
            ("\"=\"\"a\"\"\"\"b\"\"\"", vec!["a\"b"]),
            ("=\"\",b\"", vec!["", "b\""]),
            ("=\"a\"&\"b\",=\",'=\"\"", vec!["=\"a\"&\"b\"", "=\"", "'=\"\""]),
        ] {
            assert_eq!(read(text.as_bytes())[0].1, cells, "{text}");
        }
    }

    #[test]
    fn a_cell_that_swallows_rows_names_its_line() {
        let text =
            b"email,name\n\"a@example.com\",\"A\nB\"\n\nb@example.com,\"Bob\nc@example.com,\"Cyd\"\nd@example.com,D\n";
        let rows = read(text);
        let cuts: Vec<_> = rows.iter().map(|(number, _, cut)| (*number, *cut)).collect();
        assert_eq!(cuts, [(1, None), (2, None), (3, None), (4, Some(Cut::RowsInQuotes { line: 5 })), (5, None)]);
    }

    #[test]
    fn rows_that_a_very_long_cell_swallows_are_found() {
        let many = "c@example.com,member,Cyd\n".repeat(2 * LONGEST_ROW / 25);
        for (end, cut) in [("\"", Cut::RowsInQuotes { line: 2 }), ("", Cut::UnclosedQuote { line: 2 })] {
            let rows = read(format!("email,roles,name\nb@example.com,member,\"Bob\n{many}{end}").as_bytes());
            assert_eq!(rows[1].2, Some(cut));
        }
    }

    #[test]
    fn only_a_quote_that_never_closes_cuts_a_record() {
        assert_eq!(read(b"a\n\"b,c\nd")[1].2, Some(Cut::UnclosedQuote { line: 2 }));
        for text in ["a\n\"b\"", "a\n\"b\"\"\"", "a\nb\"", "a\nb,", "a\n\"\""] {
            assert_eq!(read(text.as_bytes())[1].2, None, "{text:?}");
        }
    }

    #[test]
    fn a_row_beyond_the_limit_is_cut_and_the_next_is_whole() {
        let long = "x".repeat(3 * LONGEST_ROW);
        let many = ",".repeat(3 * LONGEST_ROW) + "x";
        let rows = read(format!("{long}\nb\n{many}\nd").as_bytes());
        let numbers_and_cuts: Vec<_> = rows.iter().map(|(number, _, cut)| (*number, *cut)).collect();
        assert_eq!(numbers_and_cuts, [(1, Some(Cut::TooLong)), (2, None), (3, Some(Cut::TooLong)), (4, None)]);
        assert_eq!(rows[3].1, ["d"]);
    }
}
