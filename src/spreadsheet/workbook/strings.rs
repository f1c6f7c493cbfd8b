//! The texts that the cells of all sheets share, in little memory.

use super::archive::{Archive, STRINGS};
use super::error::WorkbookError;
use super::xml::Node;

/// The shared texts, in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct SharedStrings {
    text: String,
    /// The end of each text.
    ends: Vec<u32>,
}

impl SharedStrings {
    pub(super) fn read(archive: &mut Archive, part: &str) -> Result<Self, WorkbookError> {
        let mut xml = archive.part(part, STRINGS)?;
        let (mut strings, mut item) = (Self::default(), String::new());
        while let Some(event) = xml.next()? {
            let Node::Start(tag) = event else { continue };
            if tag.local_name().as_ref() != "si" {
                continue;
            }
            item.clear();
            xml.string_item("si", &mut item)?;
            strings.text.push_str(&item);
            strings.ends.push(strings.text.len() as u32);
        }
        Ok(strings)
    }

    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start as usize..end as usize)
    }
}
