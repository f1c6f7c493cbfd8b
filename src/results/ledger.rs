//! Reads the lines of a results file: as this program wrote them, or from a file that another program has saved again.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use super::line::{BadLine, Line};
use super::lines::RawLines;
use super::record::Decoder;
use super::resaved;
use super::source::Source;
use crate::model::columns::{MARK, RESULT_COLUMNS, RUN_STATUS, unmarked};
use crate::model::status::JobKind;
use crate::spreadsheet::SheetError;

/// A results file whose lines have been read once.
#[derive(Debug)]
pub(super) struct Ledger {
    /// The file in this program's format, to read its lines again.
    pub(super) source: Source,
    /// The names of its columns.
    pub(super) header: Vec<String>,
    /// Set if the last line is incomplete, and was left out.
    pub(super) torn: bool,
    /// Set if another program has saved the file in another format.
    pub(super) resaved: bool,
}

/// The place of a line in a [`Ledger`].
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    /// The number of the line, from 1 for the header.
    pub(super) number: u64,
    pub(super) offset: u64,
}

/// A reason why a file cannot be read as results.
#[derive(Debug)]
pub(super) enum Unusable {
    Unreadable(io::Error),
    /// The file is empty, or its run was killed before it wrote the whole header.
    NoHeader {
        is_empty: bool,
    },
    /// The file has none of the columns of results.
    NotOurs,
    /// A line is not one of results.
    Damaged {
        line: u64,
        problem: BadLine,
    },
    /// The file has a format that cannot be read.
    Foreign(SheetError),
}

impl From<io::Error> for Unusable {
    fn from(error: io::Error) -> Self {
        Unusable::Unreadable(error)
    }
}

/// Reads the file at `path` and calls `each` for every line. The result has `T` as `each` left it.
pub(super) fn read<T: Default>(path: &Path, mut each: impl FnMut(&mut T, At, Line)) -> Result<(Ledger, T), Unusable> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(Unusable::Unreadable(io::Error::other("it is a folder")));
    }
    let strict = match read_strictly(&file, &mut each) {
        Ok((header, torn, found)) => {
            return Ok((Ledger { source: Source::File(file), header, torn, resaved: false }, found));
        }
        Err(Unusable::Unreadable(error)) if error.kind() != io::ErrorKind::InvalidData => return Err(error.into()),
        Err(none @ Unusable::NoHeader { .. }) => return Err(none),
        Err(strict) => strict,
    };
    let (text, was_torn) = match (resaved::convert(path), strict) {
        (Ok(converted), _) => converted,
        // The columns are those of results, so the first problem is within a line.
        (Err(Unusable::NotOurs | Unusable::Foreign(_)), damaged @ Unusable::Damaged { .. }) => return Err(damaged),
        (Err(other), _) => return Err(other),
    };
    let (header, torn, found) = read_strictly(text.as_slice(), &mut each)?;
    let source = Source::Memory(Cursor::new(text));
    Ok((Ledger { source, header, torn: torn || was_torn, resaved: true }, found))
}

/// Reads a file in this program's format. Returns its columns, and whether its last line is incomplete.
fn read_strictly<T: Default>(
    reader: impl Read,
    each: &mut impl FnMut(&mut T, At, Line),
) -> Result<(Vec<String>, bool, T), Unusable> {
    let mut lines = RawLines::new(reader, 0);
    let mut decoder = Decoder::new();
    let mut found = T::default();
    let Some((_, raw)) = lines.next()? else {
        let (_, rest) = lines.rest();
        let none = Unusable::NoHeader { is_empty: rest.is_empty() };
        return Err(if is_torn_header(rest) { none } else { Unusable::NotOurs });
    };
    // The decoder skips a byte order mark.
    let header = decoder.header(raw).map_err(|_| Unusable::NotOurs)?;
    if !is_ours(&header) {
        return Err(Unusable::NotOurs);
    }
    let mut number = 1;
    while let Some((offset, raw)) = lines.next()? {
        number += 1;
        match decoder.line(raw, header.len()) {
            Ok(line) => each(&mut found, At { number, offset }, line),
            Err(problem) => return Err(Unusable::Damaged { line: number, problem }),
        }
    }
    let (offset, rest) = lines.rest();
    let mut torn = false;
    if !rest.is_empty() {
        // An editor may have removed the last line end. A line that a kill has cut off lacks cells, or a part of one.
        let whole = [rest, b"\n"].concat();
        match decoder.line(&whole, header.len()) {
            Ok(line) if !lines.is_in_quotes() => each(&mut found, At { number: number + 1, offset }, line),
            Ok(_) | Err(_) => torn = true,
        }
    }
    Ok((header, torn, found))
}

/// Returns whether these bytes are only the beginning of a header, because a run was killed while writing it. A file of
/// lines that end in carriage returns is none.
fn is_torn_header(bytes: &[u8]) -> bool {
    let (start, header) = (RESULT_COLUMNS.join(","), unmarked(bytes));
    MARK.starts_with(bytes)
        || start.as_bytes().starts_with(header)
        || (header.starts_with(start.as_bytes()) && !header.contains(&b'\r'))
}

/// Returns the kind of job whose results have these columns after [`RESULT_COLUMNS`].
pub(super) fn kind(carried: &[String]) -> JobKind {
    if carried.first().is_some_and(|name| name == RUN_STATUS) { JobKind::Revoke } else { JobKind::Invite }
}

/// Returns whether the header is that of a results file.
fn is_ours(header: &[String]) -> bool {
    header.len() >= RESULT_COLUMNS.len() && header.iter().zip(RESULT_COLUMNS).all(|(name, ours)| name == ours)
}
