//! Records that are looked at before they are read.

use std::collections::VecDeque;
use std::io;

use super::record::{Cut, Record};
use super::row::CellFault;
use super::source::Source;

/// The most records that are looked at before they are read.
pub(super) const MOST_RECORDS: usize = 1000;

/// The bytes of records after which no further one is looked at.
const MOST_BYTES: usize = 1024 * 1024;

/// A source of records that can be looked at before they are read.
pub(super) struct LookAhead {
    source: Source,
    ahead: VecDeque<Kept>,
    bytes: usize,
    /// The record that was returned last, if it had been looked at.
    current: Option<Kept>,
}

/// A record with its contents.
struct Kept {
    number: u32,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    cut: Option<Cut>,
    faults: Vec<(usize, CellFault)>,
    links: Vec<(usize, Box<str>)>,
}

impl Kept {
    fn record(&self) -> Record<'_> {
        let Self { number, bytes, ends, cut, faults, links } = self;
        Record { number: *number, bytes, ends, cut: *cut, faults, links }
    }
}

impl From<Record<'_>> for Kept {
    fn from(record: Record<'_>) -> Self {
        let Record { number, bytes, ends, cut, faults, links } = record;
        let (faults, links) = (faults.to_vec(), links.to_vec());
        Self { number, bytes: bytes.to_vec(), ends: ends.to_vec(), cut, faults, links }
    }
}

impl LookAhead {
    pub(super) fn new(source: Source) -> Self {
        Self { source, ahead: VecDeque::new(), bytes: 0, current: None }
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Record<'_>>> {
        if self.ahead.is_empty() {
            return self.source.next();
        }
        self.current = self.ahead.pop_front();
        let record = self.current.as_ref().map(Kept::record);
        self.bytes -= record.as_ref().map_or(0, |record| record.bytes.len());
        Ok(record)
    }

    /// Returns the record that follows after `skipped` others without reading it; `None` at the end, or if that is too
    /// far ahead.
    pub(super) fn peek(&mut self, skipped: usize) -> io::Result<Option<Record<'_>>> {
        while self.ahead.len() <= skipped {
            if self.ahead.len() >= MOST_RECORDS || self.bytes > MOST_BYTES {
                return Ok(None);
            }
            let Some(record) = self.source.next()? else { return Ok(None) };
            self.bytes += record.bytes.len();
            self.ahead.push_back(record.into());
        }
        Ok(self.ahead.get(skipped).map(Kept::record))
    }
}

#[cfg(test)]
mod tests {
    use super::super::records::Records;
    use super::super::text::{Reader, Text};
    use super::*;

    fn look_ahead(text: String) -> LookAhead {
        let mut text = Text::open(Reader::Stream(Box::new(io::Cursor::new(text.into_bytes())))).unwrap();
        text.decode(None).unwrap();
        LookAhead::new(Source::Text(Records::new(text, b',', 0)))
    }

    fn numbers(records: &mut LookAhead) -> Vec<u32> {
        std::iter::from_fn(|| records.next().unwrap().map(|record| record.number)).collect()
    }

    #[test]
    fn a_record_that_was_looked_at_is_read_in_its_turn() {
        let mut records = look_ahead("a\n\nb\nc\n".to_owned());
        assert_eq!(records.peek(2).unwrap().unwrap().bytes, b"b");
        assert_eq!(records.next().unwrap().unwrap().bytes, b"a");
        assert_eq!(records.peek(1).unwrap().unwrap().bytes, b"b");
        assert!(records.peek(3).unwrap().is_none());
        assert_eq!(numbers(&mut records), [2, 3, 4]);
    }

    #[test]
    fn few_records_are_looked_at() {
        let mut records = look_ahead("a\n".repeat(2 * MOST_RECORDS));
        assert!(records.peek(MOST_RECORDS - 1).unwrap().is_some());
        assert!(records.peek(MOST_RECORDS).unwrap().is_none());
        assert_eq!(numbers(&mut records).len(), 2 * MOST_RECORDS);
        let row = format!("{}\n", "x".repeat(MOST_BYTES / 4));
        let mut records = look_ahead(row.repeat(20));
        let looked_at = (0..20).take_while(|skipped| records.peek(*skipped).unwrap().is_some()).count();
        assert_eq!(looked_at, 5);
        assert_eq!(numbers(&mut records).len(), 20);
    }
}
