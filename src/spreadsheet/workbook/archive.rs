//! The parts of a workbook, which is a ZIP archive of XML.
//!
//! A few kilobytes can unpack to gigabytes. Therefore a part is unpacked while it is read, up to a limit.

use std::collections::HashMap;
use std::io::Cursor;

use memchr::memmem;
use zip::ZipArchive;

use super::damaged;
use super::error::{Damage, OfficeFormat, Oversize, WorkbookError};
use super::xml::{Bounds, Xml};
use crate::model::quote::quoted;

/// The most bytes of a workbook that are read; one with 100,000 people has about 5 MiB.
pub(in crate::spreadsheet) const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// The most parts that a workbook may have; ordinary ones have fewer than a hundred.
pub(super) const MOST_PARTS: usize = 10_000;

/// The most bytes that are read of all parts together.
const LARGEST: u64 = 512 * 1024 * 1024;

/// A million rows of 6 columns are about this long.
pub(super) const SHEET: Bounds = Bounds { bytes: 256 << 20, too_large: Oversize::Sheet };

/// The different texts of all sheets are in memory at once.
pub(super) const STRINGS: Bounds = Bounds { bytes: 128 << 20, too_large: Oversize::Texts };

/// The list of sheets, and the relationships of parts.
pub(super) const LIST: Bounds = Bounds { bytes: 16 << 20, too_large: Oversize::Part };

/// All other parts that are read.
pub(super) const OTHER: Bounds = Bounds { bytes: 32 << 20, too_large: Oversize::Part };

/// The first bytes of a ZIP archive.
const ZIP: &[u8] = b"PK\x03\x04";

/// The first bytes of the older Office files, and of new ones with a password.
const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Returns whether the first bytes are those of a workbook or of another office program's file.
pub(in crate::spreadsheet) fn is_binary(beginning: &[u8]) -> bool {
    beginning.starts_with(ZIP) || beginning.starts_with(OLE)
}

/// The archive of a workbook.
pub(super) struct Archive {
    zip: ZipArchive<Cursor<Vec<u8>>>,
    /// The parts by their names as [`normalized`] writes them.
    parts: HashMap<String, usize>,
    /// The number of bytes that may still be unpacked.
    left: u64,
}

impl Archive {
    /// Opens a file, provided that it is a workbook.
    pub(super) fn open(file: Vec<u8>) -> Result<Self, WorkbookError> {
        if file.starts_with(OLE) {
            let protected = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
            let is_protected = memmem::find(&file, &protected).is_some();
            let old = WorkbookError::OtherFormat(OfficeFormat::Old);
            return Err(if is_protected { WorkbookError::Protected } else { old });
        }
        // The archive's list of parts is read into memory before its length is known.
        if memmem::find_iter(&file, b"PK\x01\x02").nth(MOST_PARTS).is_some() {
            return Err(WorkbookError::TooLarge(Oversize::Parts));
        }
        let zip = ZipArchive::new(Cursor::new(file)).map_err(damaged)?;
        let mut parts = HashMap::new();
        for (index, name) in zip.file_names().enumerate() {
            parts.insert(normalized(&name.map_err(damaged)?), index);
        }
        match other_format(&parts) {
            Some(other) => Err(other),
            None => Ok(Self { zip, parts, left: LARGEST }),
        }
    }

    /// Returns whether the part exists, in upper or lower case.
    pub(super) fn has(&self, name: &str) -> bool {
        self.parts.contains_key(&normalized(name))
    }

    /// Returns the only part whose name ends like this, or `None`.
    pub(super) fn ending(&self, end: &str) -> Option<&str> {
        let mut found = self.parts.keys().filter(|name| name.ends_with(end));
        found.next().filter(|_| found.next().is_none()).map(String::as_str)
    }

    /// Opens a part for reading.
    pub(super) fn part(&mut self, name: &str, bounds: Bounds) -> Result<Xml<'_>, WorkbookError> {
        let missing = || WorkbookError::Damaged(Damage::NoPart { name: quoted(name) });
        let index = *self.parts.get(&normalized(name)).ok_or_else(missing)?;
        let part = self.zip.by_index(index).map_err(damaged)?;
        Ok(Xml::new(part, bounds, &mut self.left))
    }
}

/// Returns the name of a part in the form in which names are compared.
fn normalized(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

/// Returns the format of an archive that is not an `.xlsx` workbook.
fn other_format(parts: &HashMap<String, usize>) -> Option<WorkbookError> {
    let has = |end: &str| parts.keys().any(|name| name.ends_with(end));
    let has_in = |folder: &str| parts.keys().any(|name| name.starts_with(folder));
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
