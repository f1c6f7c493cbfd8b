//! Splits text into records and cells by the rules of CSV (RFC 4180), applied leniently.
//!
//! Uses `csv-core`, the engine of the `csv` crate, directly: the reader of that crate skips blank lines without counting
//! them, so row numbers would not match those of the spreadsheet. Memory is bounded for any file.

use std::io;

use csv_core::ReadRecordResult;

use super::row::CellFault;
use super::text::Text;
use crate::model::columns::unprotected;

/// The most bytes of a row, more than any real one has; the rest is dropped and the row has a fault.
const LONGEST_ROW: usize = 1024 * 1024;

/// The most cells of a row, more than any spreadsheet program writes.
const MOST_CELLS: usize = 32 * 1024;

/// The records of a text, read one after another into the same buffers.
pub(super) struct Records {
    text: Text,
    csv: Box<csv_core::Reader>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    number: u32,
    after_cr: bool,
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
    /// The faults of cells, with the number of the cell.
    pub(super) faults: &'a [(usize, CellFault)],
}

/// A reason why a record holds less or more than one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// The row is longer than [`LONGEST_ROW`] or has more than [`MOST_CELLS`].
    TooLong,
    /// The file ended within quotation marks.
    UnclosedQuote,
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
            // A formula without a result may stand for any text.
            _ if self.cut.is_some() || !self.faults.is_empty() => false,
            None => true,
            Some(_) => {
                self.cells().all(|cell| str::from_utf8(cell).is_ok_and(|text| unprotected(text).trim().is_empty()))
            }
        }
    }
}

impl Records {
    pub(super) fn new(text: Text, delimiter: u8) -> Self {
        let csv = Box::new(csv_core::ReaderBuilder::new().delimiter(delimiter).build());
        Self { text, csv, bytes: vec![0; 1024], ends: vec![0; 32], number: 0, after_cr: false }
    }

    /// Reads the next record or blank line.
    pub(super) fn next(&mut self) -> io::Result<Option<Record<'_>>> {
        loop {
            let Some(&first) = self.text.fill()?.first() else { return Ok(None) };
            let after_cr = std::mem::replace(&mut self.after_cr, first == b'\r');
            match first {
                b'\n' if after_cr => self.text.consume(1),
                b'\n' | b'\r' => {
                    self.text.consume(1);
                    return Ok(Some(self.record(0, 0, None)));
                }
                _ => break,
            }
        }
        let (bytes, cells, cut) = self.read_cells()?;
        Ok(Some(self.record(bytes, cells, cut)))
    }

    fn record(&mut self, bytes: usize, cells: usize, cut: Option<Cut>) -> Record<'_> {
        self.number = self.number.saturating_add(1);
        Record { number: self.number, bytes: &self.bytes[..bytes], ends: &self.ends[..cells], cut, faults: &[] }
    }

    /// Reads a record of at least one character; returns how much of `bytes` and `ends` it takes.
    fn read_cells(&mut self) -> io::Result<(usize, usize, Option<Cut>)> {
        let (mut bytes, mut cells) = (0, 0);
        let (mut dropping, mut unclosed) = (false, false);
        let mut overflow: Option<Overflow> = None;
        loop {
            let input = self.text.fill()?;
            // At the end of the file, one more line break shows whether the file ends within quotation marks.
            let closing = input.is_empty() && !unclosed;
            let input = if closing { b"\n" } else { input };
            let (result, used, wrote, ended) = if dropping {
                let overflow = overflow.get_or_insert_default();
                self.csv.read_record(input, &mut overflow.bytes, &mut overflow.ends)
            } else {
                self.csv.read_record(input, &mut self.bytes[bytes..], &mut self.ends[cells..])
            };
            if !closing {
                self.after_cr = used > 0 && input[used - 1] == b'\r';
                self.text.consume(used);
            }
            if !dropping {
                bytes += wrote;
                cells += ended;
            }
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => {
                    let too_long = dropping.then_some(Cut::TooLong);
                    return Ok((bytes, cells, if unclosed { Some(Cut::UnclosedQuote) } else { too_long }));
                }
                ReadRecordResult::InputEmpty => unclosed |= closing,
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull if dropping => {}
                ReadRecordResult::OutputFull if bytes >= LONGEST_ROW => dropping = true,
                ReadRecordResult::OutputFull => self.bytes.resize(self.bytes.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if cells >= MOST_CELLS => dropping = true,
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
            }
        }
    }
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
    use super::*;

    fn read(text: &[u8]) -> Vec<(u32, Vec<String>, Option<Cut>)> {
        let mut records = Records::new(Text::open(std::io::Cursor::new(text.to_vec())).unwrap(), b',');
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
    fn only_a_quote_that_never_closes_cuts_a_record() {
        assert_eq!(read(b"a\n\"b,c\nd")[1].2, Some(Cut::UnclosedQuote));
        for text in ["a\n\"b\"", "a\n\"b\"\"\"", "a\nb\"", "a\nb,", "a\n\"\""] {
            assert_eq!(read(text.as_bytes())[1].2, None, "{text:?}");
        }
    }

    #[test]
    fn a_row_beyond_the_limit_is_cut_and_the_next_is_whole() {
        let long = "x".repeat(3 * LONGEST_ROW);
        let many = ",".repeat(3 * LONGEST_ROW);
        let rows = read(format!("{long}\nb\n{many}\nd").as_bytes());
        let numbers_and_cuts: Vec<_> = rows.iter().map(|(number, _, cut)| (*number, *cut)).collect();
        assert_eq!(numbers_and_cuts, [(1, Some(Cut::TooLong)), (2, None), (3, Some(Cut::TooLong)), (4, None)]);
        assert_eq!(rows[3].1, ["d"]);
    }
}
