//! The way in which the spreadsheet was read, as the page shows it.

use std::path::Path;

use crate::report::InputFacts;

/// The section as the page shows it.
pub(super) struct InputSection {
    /// The name of the file, without its folder.
    pub(super) file: String,
    pub(super) kind: String,
    pub(super) header: String,
    /// Each meaning with its column.
    pub(super) columns: Vec<(String, String)>,
    pub(super) unused: Option<String>,
}

impl From<&InputFacts> for InputSection {
    fn from(facts: &InputFacts) -> Self {
        let file = Path::new(facts.file());
        Self {
            file: file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned(),
            kind: facts.kind(),
            header: facts.header(),
            columns: facts.meanings(),
            unused: facts.unused(),
        }
    }
}
