//! The run told afterwards: as text for people ([`text`]) and as JSON for machines ([`json`]).
//!
//! Pure: a [`crate::run::Summary`] and a few circumstances become a string. Printing is the binary's.

mod advice;
mod escape;
mod json;
mod text;

pub use self::escape::escaped;
pub use self::json::json;
pub use self::text::{duration, text};

use std::path::Path;

use crate::run::Summary;

/// What a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What came of the run.
    pub summary: &'a Summary,
    /// Where the results are.
    pub results: &'a Path,
}
