//! Checks the file around the sheets: that it is a workbook, and that it is small enough to be read.
//!
//! A workbook is a ZIP archive of XML, of which a few kilobytes can unpack to gigabytes. calamine reads all strings and
//! styles into memory, and every tag or text as a whole. Therefore each part is unpacked here first and measured.

use std::io::{Cursor, Read};

use memchr::memmem;
use zip::ZipArchive;

use super::damaged;
use super::error::{OfficeFormat, Oversize, WorkbookError};
use super::markup::Markup;

/// The most bytes of a workbook that are read; one with 100,000 people has about 5 MiB.
pub(in crate::spreadsheet) const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// The most parts that a workbook may have; ordinary ones have fewer than a hundred.
const MOST_PARTS: usize = 10_000;

/// The most bytes to which all parts together may unpack.
const LARGEST: u64 = 512 * 1024 * 1024;

/// The limits of a part, by what is kept of it in memory.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    bytes: u64,
    tags: u64,
    /// The bytes from one tag's beginning to the next: the tag and the text after it.
    stretch: usize,
    too_large: Oversize,
}

/// Sheets are read a cell at a time; a million rows of 6 columns are about this long.
const SHEET: Bounds = Bounds { bytes: 256 << 20, tags: u64::MAX, stretch: 1 << 20, too_large: Oversize::Sheet };

/// The different texts of all sheets are in memory at once.
const STRINGS: Bounds = Bounds { bytes: 128 << 20, tags: 10_000_000, stretch: 1 << 20, too_large: Oversize::Texts };

/// Each cell style has a copy of its font and number format.
const STYLES: Bounds = Bounds { bytes: 32 << 20, tags: 300_000, stretch: 1536, too_large: Oversize::Styles };

/// All other parts, pictures included.
const OTHER: Bounds = Bounds { bytes: 64 << 20, tags: u64::MAX, stretch: usize::MAX, too_large: Oversize::Part };

/// The first bytes of a ZIP archive.
const ZIP: &[u8] = b"PK\x03\x04";

/// The first bytes of the older Office files, and of new ones with a password.
const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Returns whether the first bytes are those of a workbook or of another office program's file.
pub(in crate::spreadsheet) fn is_binary(beginning: &[u8]) -> bool {
    beginning.starts_with(ZIP) || beginning.starts_with(OLE)
}

/// Checks that the file is a workbook that can be read in little memory.
pub(super) fn inspect(file: &[u8]) -> Result<(), WorkbookError> {
    if file.starts_with(OLE) {
        let protected = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let is_protected = memmem::find(file, &protected).is_some();
        let old = WorkbookError::OtherFormat(OfficeFormat::Old);
        return Err(if is_protected { WorkbookError::Protected } else { old });
    }
    // The archive's list of parts is read into memory before its length is known.
    if memmem::find_iter(file, b"PK\x01\x02").nth(MOST_PARTS).is_some() {
        return Err(WorkbookError::TooLarge(Oversize::Parts));
    }
    let mut archive = ZipArchive::new(Cursor::new(file)).map_err(damaged)?;
    if let Some(other) = other_format(&mut archive) {
        return Err(other);
    }
    let mut total = 0;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.replace('\\', "/").to_ascii_lowercase();
        total += measure(part, bounds(&name))?;
        if total > LARGEST {
            return Err(WorkbookError::TooLarge(Oversize::AllParts));
        }
    }
    Ok(())
}

/// Returns the format of an archive that is not an `.xlsx` workbook.
fn other_format(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Option<WorkbookError> {
    let names: Vec<String> = archive.file_names().flatten().map(|name| name.to_ascii_lowercase()).collect();
    let has = |end: &str| names.iter().any(|name| name.ends_with(end));
    let has_in = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    if has_in("xl/worksheets/") && !has("workbook.bin") || has("workbook.xml") {
        return None;
    }
    Some(WorkbookError::OtherFormat(if has("workbook.bin") {
        OfficeFormat::BinaryWorkbook
    } else if has_in("word/") {
        OfficeFormat::Document
    } else if has_in("ppt/") {
        OfficeFormat::Presentation
    } else if has("content.xml") && has("mimetype") {
        OfficeFormat::OpenDocument
    } else if has(".iwa") {
        OfficeFormat::Numbers
    } else {
        return Some(WorkbookError::NoWorkbook);
    }))
}

fn bounds(name: &str) -> Bounds {
    if name.ends_with("sharedstrings.xml") {
        STRINGS
    } else if name.ends_with("styles.xml") {
        STYLES
    } else if name.contains("worksheets/") || name.contains("pivotcache/") {
        SHEET
    } else {
        OTHER
    }
}

/// Unpacks a part to the end and returns how many bytes it has.
fn measure(mut part: impl Read, bounds: Bounds) -> Result<u64, WorkbookError> {
    let mut markup = Markup::default();
    let mut piece = vec![0; 64 * 1024];
    let mut bytes = 0;
    loop {
        let read = part.read(&mut piece).map_err(damaged)?;
        if read == 0 {
            return Ok(bytes);
        }
        bytes += read as u64;
        markup.read(&piece[..read]);
        if bytes > bounds.bytes || markup.tags() > bounds.tags || markup.declared() > bounds.tags {
            return Err(WorkbookError::TooLarge(bounds.too_large));
        }
        if markup.longest_stretch() > bounds.stretch {
            return Err(WorkbookError::TooLarge(Oversize::Stretch));
        }
    }
}
