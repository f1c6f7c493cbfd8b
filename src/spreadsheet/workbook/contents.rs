//! The list of a workbook's sheets, and where its parts are.

use std::collections::HashMap;

use quick_xml::events::BytesStart;

use super::archive::{Archive, LIST, MOST_PARTS};
use super::error::{Damage, Oversize, WorkbookError};
use super::relationships::{self, Relationship};
use super::xml::{Node, attribute, is_set};
use crate::model::quote::quoted;

/// The contents of a workbook.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) sheets: Vec<Entry>,
    /// The part with the texts that sheets share, if there is one.
    pub(super) strings: Option<String>,
    /// The part with the formats of numbers, if there is one.
    pub(super) styles: Option<String>,
    /// Whether dates are counted from 1904 instead of 1900.
    pub(super) is_from_1904: bool,
}

/// A sheet in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) is_visible: bool,
    /// The part with its cells; `None` for charts, dialogs, macros and modules.
    pub(super) part: Option<String>,
}

impl Contents {
    pub(super) fn read(archive: &mut Archive) -> Result<Self, WorkbookError> {
        let workbook = workbook_part(archive)?;
        let wanted = ["worksheet", "sharedStrings", "styles"];
        let related = relationships::read(archive, &workbook, |related| wanted.contains(&related.kind.as_str()))?;
        let part = |archive: &Archive, is_it: &dyn Fn(&Relationship) -> bool, usual: &str| {
            let target = related.iter().find(|relationship| is_it(relationship)).map_or(usual, |found| &found.target);
            Some(relationships::resolve(archive, &workbook, target)).filter(|part| archive.has(part))
        };
        let strings = part(archive, &|related| related.kind == "sharedStrings", "sharedStrings.xml");
        let styles = part(archive, &|related| related.kind == "styles", "styles.xml");
        let mut contents = Self { strings, styles, ..Self::default() };
        let mut tags = archive.part(&workbook, LIST)?;
        let mut entries = Vec::new();
        while let Some(event) = tags.next()? {
            let Node::Start(tag) = event else { continue };
            match tag.local_name().as_ref() {
                "workbookPr" => contents.is_from_1904 |= is_set(&tag, "date1904")?,
                "sheet" if entries.len() >= MOST_PARTS => return Err(WorkbookError::TooLarge(Oversize::Parts)),
                "sheet" => entries.push(entry(&tag)?),
                _ => {}
            }
        }
        drop(tags);
        let with_cells = related.iter().filter(|related| related.kind == "worksheet");
        let with_cells: HashMap<&str, &str> = with_cells.map(|related| (&*related.id, &*related.target)).collect();
        for (id, entry) in entries {
            let target = with_cells.get(id.as_str());
            let part = target.map(|target| relationships::resolve(archive, &workbook, target));
            contents.sheets.push(Entry { part: part.filter(|part| archive.has(part)), ..entry });
        }
        Ok(contents)
    }
}

/// Returns the part with the list of sheets.
fn workbook_part(archive: &mut Archive) -> Result<String, WorkbookError> {
    let related = relationships::read(archive, "", |related| related.kind == "officeDocument")?;
    let target = related.first().map(|related| relationships::resolve(archive, "", &related.target));
    let found = target.filter(|part| archive.has(part)).or_else(|| archive.ending("workbook.xml").map(str::to_owned));
    found.ok_or_else(|| WorkbookError::Damaged(Damage::NoPart { name: quoted("workbook.xml") }))
}

/// Returns the id of a sheet's relationship, and the sheet without its part.
fn entry(tag: &BytesStart<'_>) -> Result<(String, Entry), WorkbookError> {
    let text = |name| Ok::<_, WorkbookError>(attribute(tag, name)?.unwrap_or_default().into_owned());
    let state = text("state")?;
    let is_hidden = ["hidden", "veryHidden"].iter().any(|hidden| state.trim().eq_ignore_ascii_case(hidden));
    Ok((text("id")?, Entry { name: text("name")?, is_visible: !is_hidden, part: None }))
}
