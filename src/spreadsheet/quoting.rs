//! Finds rows that a quoted cell has swallowed because its closing quote is missing.
//!
//! A quoted cell may have several lines, and a line of text may look a little like a row. Lines count as rows if they have
//! about as many cells as other rows, with an address where those have it. Less is enough if text follows the closing
//! quote, because that quote then was meant to open another cell.

use memchr::{memchr, memchr2, memchr3};

/// The rows that the shape of a table is taken from.
const ENOUGH_ROWS: usize = 20;

/// The usual shape of a table's rows, taken from its first ones.
#[derive(Debug, Default)]
pub(super) struct Shape {
    rows: usize,
    columns: usize,
    /// The cells that have addresses.
    addresses: Vec<usize>,
}

impl Shape {
    pub(super) fn is_known(&self) -> bool {
        self.rows >= ENOUGH_ROWS
    }

    /// Takes one more row into account.
    pub(super) fn read<'a>(&mut self, cells: impl Iterator<Item = &'a [u8]>) {
        let cells: Vec<&[u8]> = cells.collect();
        let columns = cells.iter().rposition(|cell| !cell.trim_ascii().is_empty()).map_or(0, |last| last + 1);
        self.rows += usize::from(columns > 0);
        self.columns = self.columns.max(columns);
        self.addresses.extend(cells.iter().enumerate().filter(|(_, cell)| is_address(cell)).map(|(index, _)| index));
    }
}

/// A quoted cell with more than its own text, and the position of its opening quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Swallowing {
    /// The cell has lines that look like rows.
    Rows { quote: usize },
    /// The quote is not closed.
    Unclosed { quote: usize, has_rows: bool },
}

/// Returns the first quoted cell of a record that is never closed or has swallowed rows.
pub(super) fn swallowing(record: &[u8], delimiter: u8, shape: &Shape) -> Option<Swallowing> {
    let ends_cell = |byte: u8| byte == delimiter || matches!(byte, b'\r' | b'\n');
    let cell_end = |from: usize| memchr3(delimiter, b'\r', b'\n', &record[from..]).map_or(record.len(), |at| from + at);
    let mut start = 0;
    let mut before = Shape { columns: shape.columns, addresses: shape.addresses.clone(), rows: 0 };
    let mut index = 0;
    while start < record.len() {
        let quote = start + spaces(&record[start..], delimiter);
        if record.get(quote) != Some(&b'"') {
            let end = cell_end(start);
            if is_address(&record[start..end]) {
                before.addresses.push(index);
            }
            start = end + 1;
        } else {
            let is_spaced = is_spaced(&record[..quote], delimiter);
            let has_rows = |text: &[u8], is_proper: bool| {
                let mut lines = text.split(|byte| matches!(byte, b'\r' | b'\n')).skip(1);
                lines.any(|line| before.is_row(line, delimiter, is_proper, is_spaced))
            };
            let Some(close) = closing_quote(record, quote + 1) else {
                return Some(Swallowing::Unclosed { quote, has_rows: has_rows(&record[quote + 1..], true) });
            };
            let after = close + 1 + spaces(&record[close + 1..], delimiter);
            let is_proper = record.get(after).is_none_or(|byte| ends_cell(*byte));
            let line_end = |from: usize| memchr2(b'\n', b'\r', &record[from..]).map_or(record.len(), |at| from + at);
            if has_rows(&record[quote + 1..if is_proper { close } else { line_end(after) }], is_proper) {
                return Some(Swallowing::Rows { quote });
            }
            start = cell_end(close + 1) + 1;
        }
        index += 1;
    }
    None
}

/// Whether the text of a record that has been read so far ends within quotes.
#[derive(Debug, Default)]
pub(super) struct Quotes {
    read: usize,
    are_open: bool,
}

impl Quotes {
    /// Reads on to the end of the text, which is not a quote.
    pub(super) fn are_open(&mut self, record: &[u8], delimiter: u8) -> bool {
        while let Some(quote) = record.get(self.read..).and_then(|rest| memchr(b'"', rest)).map(|at| self.read + at) {
            if self.are_open {
                let Some(close) = closing_quote(record, quote) else { break };
                self.read = close + 1;
                self.are_open = false;
            } else {
                let before = record[..quote].iter().rev().find(|byte| **byte != b' ' || delimiter == b' ');
                self.are_open = before.is_none_or(|byte| *byte == delimiter);
                self.read = quote + 1;
            }
        }
        self.read = record.len();
        self.are_open
    }
}

impl Shape {
    /// Returns whether a line within quotes looks like a row.
    fn is_row(&self, line: &[u8], delimiter: u8, is_proper: bool, is_spaced: Option<bool>) -> bool {
        if memchr(b'@', line).is_none() {
            return false;
        }
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader.delimiter(delimiter).has_headers(false).buffer_capacity(256).from_reader(line);
        let Some(Ok(cells)) = reader.byte_records().next() else { return false };
        let mut addresses = cells.iter().enumerate().filter(|(_, cell)| is_address(cell)).map(|(index, _)| index);
        let has_address = addresses.any(|index| self.addresses.is_empty() || self.addresses.contains(&index));
        if !is_proper {
            return has_address && (cells.len() > 1 || self.columns == 1);
        }
        // Prose has spaces after its commas, and lists have nothing but addresses.
        let is_prose = is_spaced == Some(false) && self::is_spaced(line, delimiter) == Some(true);
        let is_list = cells.iter().all(|cell| cell.trim_ascii().is_empty() || is_address(cell));
        has_address && cells.len() > 1 && cells.len() * 2 >= self.columns && !is_prose && !is_list
    }
}

/// Returns whether each separator is followed by a space, if there is one.
fn is_spaced(line: &[u8], delimiter: u8) -> Option<bool> {
    let mut after = line.split(|byte| *byte == delimiter).skip(1).peekable();
    after.peek()?;
    Some(after.all(|cell| cell.starts_with(b" ")))
}

/// Returns the number of spaces that begin a cell before its quote.
fn spaces(cell: &[u8], delimiter: u8) -> usize {
    cell.iter().take_while(|byte| **byte == b' ' && delimiter != b' ').count()
}

/// Returns the position of the quote that closes a cell whose text begins at `from`; two quotes in a row stand for one.
fn closing_quote(record: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let close = from + memchr(b'"', record.get(from..)?)?;
        if record.get(close + 1) != Some(&b'"') {
            return Some(close);
        }
        from = close + 2;
    }
}

/// Returns whether a cell is an address, or a name with an address in angle brackets.
fn is_address(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    let cell = match cell.strip_suffix(b">") {
        Some(named) => memchr(b'<', named).map_or(cell, |bracket| &named[bracket + 1..]),
        None => cell,
    };
    let Some(at) = memchr(b'@', cell) else { return false };
    let is_outside = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'@' | b'"' | b'<' | b'>' | b',' | b';');
    at > 0 && memchr(b'.', &cell[at..]).is_some() && !cell[..at].iter().chain(&cell[at + 1..]).any(is_outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(rows: &[&str]) -> Shape {
        let mut shape = Shape::default();
        rows.iter().for_each(|row| shape.read(row.split(',').map(str::as_bytes)));
        shape
    }

    fn found(record: &str, shape: &Shape) -> Option<Swallowing> {
        swallowing(record.as_bytes(), b',', shape)
    }

    #[test]
    fn lines_that_look_like_rows_are_swallowed() {
        let shape = shape(&["email,roles,name"]);
        for record in [
            // The next stray quote closes the cell.
            "b@example.com,member,\"Bob\nc@example.com,member,Cyd\nd@example.com,member,\"Eve\"\n",
            // All cells are quoted, so that one row is swallowed.
            "\"b@example.com\",\"member\",\"Bob\n\"c@example.com\",\"member\",\"Cyd\"\n",
            // The quote of another row closes the cell as it should.
            "b@example.com,member,\"Bob\nc@example.com,member,Cyd 27\"\n",
            "b@example.com,member,\"Bob\r\nc@example.com,member\r\nd@example.com,member,Dan\",\r\n",
            "b@example.com,member,  \"Bob\rc@example.com,member,Cyd\"",
            "b@example.com, member, \"Bob\nc@example.com, member, Cyd\"",
        ] {
            let quote = record.rfind("\"Bob").unwrap();
            assert_eq!(found(record, &shape), Some(Swallowing::Rows { quote }), "{record}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_found() {
        for (rest, has_rows) in [("", false), ("c@example.com,member,Cyd\n", true)] {
            let record = format!("b@example.com,\"x\ny\",\"Bob\n{rest}");
            let expected = Swallowing::Unclosed { quote: 20, has_rows };
            assert_eq!(found(&record, &shape(&["email,roles,name"])), Some(expected));
        }
    }

    #[test]
    fn lines_of_text_swallow_no_rows() {
        let shape = shape(&["email,roles,address,notes", "a@example.com,member,,"]);
        for cell in [
            "12 High Street\nFlat 3, second floor\nSpringfield",
            "asked for by\nb@example.com:\n\"\"add Sam, thanks\"\"\nb@example.com",
            "Kind regards\nJane, Sales, London, jane@example.com",
            "Jane,\njane@example.com",
            "see\nJane, jane@example.com",
            "cc:\nb@example.com,c@example.com,d@example.com,e@example.com",
            "- b@example.com, HR\n- c@example.com, IT",
            "b@example.com, HR, London, please\nthanks",
            "write to\nb@example.com, our contact, in London, for more",
        ] {
            for record in [
                format!("b@example.com,member,\"{cell}\",\n"),
                format!("b@example.com,member,x,\"{cell}\"\n"),
                format!("\"b@example.com\",\"member\",\"{cell}\",\"x\"\n"),
            ] {
                assert_eq!(found(&record, &shape), None, "{record}");
            }
        }
    }

    #[test]
    fn a_line_with_few_of_many_cells_is_no_row() {
        let shape = shape(&["email,roles,teams,projects,name,notes"]);
        assert_eq!(found("b@example.com,member,,,Bob,\"see\nc@example.com,HR\"\n", &shape), None);
    }

    #[test]
    fn cells_below_a_cell_with_lines_are_no_swallowed_row() {
        let shape = shape(&["address,email,roles,name"]);
        assert_eq!(found("\"1 Low Road\nSpringfield\",b@example.com,member,Bob\n", &shape), None);
    }

    #[test]
    fn a_quote_within_a_cell_is_text() {
        let record = "b@example.com,member,27\" screen\nc@example.com,member,\"Cyd\"\n";
        let row = &record[..record.find('\n').unwrap()];
        assert_eq!(found(row, &shape(&["email,roles,name"])), None);
    }

    #[test]
    fn several_addresses_in_one_column_are_not_rows() {
        assert_eq!(found("\"b@example.com\nc@example.com\"\n", &shape(&["email"])), None);
        assert_eq!(
            found("\"b@example.com\nc@example.com\n\"d@example.com\n", &shape(&["email"])),
            Some(Swallowing::Rows { quote: 0 })
        );
    }
}
