//! Splits text into records and cells by the rules of CSV (RFC 4180), applied leniently.
//!
//! Uses `csv-core`, the engine of the `csv` crate, directly: the reader of that crate skips blank lines without counting
//! them, so row numbers would not match those of the spreadsheet. Memory is bounded for any file.

use std::io;

use csv_core::ReadRecordResult;
use memchr::{memchr2, memchr3, memmem};

use super::cell_text;
use super::encoding::Encoding;
use super::quoting::{self, Quotes, Shape, Swallowing};
use super::record::{Cut, Record};
use super::text::Text;

/// The most bytes of a row, more than any real one has; the rest is dropped and the row has a fault.
pub(super) const LONGEST_ROW: usize = 1024 * 1024;

/// The most cells of a row, more than any spreadsheet program writes.
pub(super) const MOST_CELLS: usize = 32 * 1024;

/// The records of a text, read one after another into the same buffers.
pub(super) struct Records {
    text: Box<Text>,
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

impl Records {
    /// Creates a reader of the records; `lines_above` lines of the file have been read already.
    pub(super) fn new(text: Text, delimiter: u8, lines_above: u32) -> Self {
        let csv = Box::new(csv_core::ReaderBuilder::new().delimiter(delimiter).build());
        let (bytes, ends) = (vec![0; 1024], vec![0; 32]);
        Self {
            text: Box::new(text),
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
        // Most records have neither, so that one look is enough for them.
        let has_lines_or_quotes = memchr3(b'\n', b'\r', b'"', &self.bytes[..bytes]).is_some();
        let cut = if has_lines_or_quotes || cut.is_some() { self.checked(bytes, cut) } else { None };
        if !self.shape.is_known() && cut.is_none() {
            let ends = &self.ends[..cells];
            self.shape
                .read(Record { number: 0, bytes: &self.bytes[..bytes], ends, cut, faults: &[], links: &[] }.cells());
        }
        let mut bytes = cell_text::without_mark(&self.bytes[..bytes], &mut self.ends[..cells]);
        if has_lines_or_quotes {
            bytes = cell_text::unforce(&mut self.bytes[..bytes], &mut self.ends[..cells]);
        }
        Ok(Some(self.record(bytes, cells, cut)))
    }

    fn record(&mut self, bytes: usize, cells: usize, cut: Option<Cut>) -> Record<'_> {
        self.number = self.number.saturating_add(1);
        Record {
            number: self.number,
            bytes: &self.bytes[..bytes],
            ends: &self.ends[..cells],
            cut,
            faults: &[],
            links: &[],
        }
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
    fn checked(&mut self, bytes: usize, cut: Option<Cut>) -> Option<Cut> {
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
mod tests;
