//! The columns of a results file.

use super::record::Encoder;
use crate::model::columns::{MARK, RESULT_COLUMNS, RUN_STATUS};

/// The format of a results file apart from its fixed columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The names of the input's columns, which follow `RESULT_COLUMNS`.
    pub carried: Vec<String>,
    /// True if the file begins with a byte order mark, without which Excel shows accents incorrectly. Earlier results
    /// are read with and without one.
    pub excel: bool,
}

impl From<Vec<String>> for Layout {
    fn from(carried: Vec<String>) -> Self {
        Self { carried, ..Self::default() }
    }
}

impl Layout {
    /// Returns the layout of the results of `revoke`, for results that have these columns after `RESULT_COLUMNS`.
    pub fn for_revoke(carried: &[String]) -> Self {
        [RUN_STATUS.to_owned()].into_iter().chain(carried.iter().cloned()).collect::<Vec<_>>().into()
    }

    pub(super) fn columns(&self) -> usize {
        RESULT_COLUMNS.len() + self.carried.len()
    }

    pub(super) fn header(&self) -> Vec<u8> {
        let mut header = if self.excel { MARK.to_vec() } else { Vec::new() };
        Encoder::new().header(&mut header, self.carried.iter().map(String::as_str));
        header
    }
}
