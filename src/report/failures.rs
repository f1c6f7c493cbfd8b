//! The failed rows in the summary for people, grouped by code.

use super::explain::explain;
use super::{escaped, failed_column};
use crate::engine::Failures;
use crate::model::reason::ErrorCode;
use crate::plan::FailedColumn;

/// The number of groups shown; the results have all.
pub(super) const GROUPS_SHOWN: usize = 12;

/// Returns the groups that are shown, those with the same remedy together.
pub(super) fn by_remedy(failures: &[Failures]) -> Vec<(&'static str, Vec<&Failures>)> {
    let mut by_remedy: Vec<(&'static str, Vec<&Failures>)> = Vec::new();
    for group in failures.iter().take(GROUPS_SHOWN) {
        let remedy = explain(group.status, group.code.as_ref()).remedy;
        match by_remedy.iter_mut().find(|(known, _)| *known == remedy) {
            Some((_, groups)) => groups.push(group),
            None => by_remedy.push((remedy, vec![group])),
        }
    }
    by_remedy
}

/// Returns a line about a group, with an example or with the column that all its rows have wrong.
pub(super) fn failed_rows(group: &Failures, failed_columns: &[FailedColumn]) -> String {
    let code = group.code.as_ref().map(|code| format!(" {}", escaped(code.as_str()))).unwrap_or_default();
    let is_of = |failed: &&FailedColumn| matches!(group.code, Some(ErrorCode::Rejected(code)) if failed.replaces(code));
    if let Some(failed) = failed_columns.iter().find(is_of) {
        return format!("  {} {}{code}: {}", group.count, group.status.as_str(), failed_column(failed));
    }
    let example = match (group.example_row, escaped(&group.example_email)) {
        (Some(row), email) if email.is_empty() => format!("row {row}"),
        (Some(row), email) => format!("row {row} ({email})"),
        (None, email) => email.into_owned(),
    };
    let such_as = if group.count == 1 { "" } else { "for example " };
    let detail = escaped(&group.example_detail);
    let colon = if detail.is_empty() { "" } else { ": " };
    format!("  {} {}{code}: {such_as}{example}{colon}{detail}", group.count, group.status.as_str())
}
