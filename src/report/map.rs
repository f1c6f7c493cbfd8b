//! How the rows of a sheet fit the rules of a map: findings of a check, notes before a run, and a line of the summary.

use serde_json::{Value, json};

use super::escaped;
use crate::model::quote::quoted;
use crate::plan::check::{Finding, FindingCode, FindingKind};
use crate::plan::{Coverage, Uncovered};

/// The most rows of the map that a line lists.
const ROWS_SHOWN: usize = 10;

/// The most combinations of cells without a rule that are listed, one a line.
const UNCOVERED_SHOWN: usize = 20;

/// The most of them in a document for programs.
const UNCOVERED_LISTED: usize = 100;

/// Returns the findings about the rules of a map. If only a part of the sheet was read (`is_part`), a rule may match
/// another part.
pub fn map_findings(coverage: &Coverage, is_part: bool) -> Vec<Finding<'static>> {
    let map = escaped(&coverage.map).into_owned();
    let finding = |code, detail: String| Finding {
        row: None,
        email: "",
        kind: FindingKind::Warning,
        code: Some(code),
        column: None,
        detail: detail.into(),
    };
    let unmatched = if is_part { Vec::new() } else { coverage.unmatched() };
    let rules = |rows: &[u32], one: &str, several: &str| match rows {
        [] => None,
        [row] => Some(format!("the rule in row {row} of {map} {one}")),
        rows => Some(format!("{} rules of {map} {several} (rows {})", rows.len(), listed(rows))),
    };
    let unmatched = rules(&unmatched, "matches no row", "match no row");
    let blank = rules(&coverage.blank, "grants nothing and is ignored", "grant nothing and are ignored");
    let repeated = coverage.repeated.iter().take(ROWS_SHOWN);
    let repeated = repeated
        .map(|(row, earlier)| format!("row {row} of {map} has the same conditions as row {earlier}; both apply"));
    let mut findings: Vec<Finding<'static>> = uncovered(coverage, &map)
        .into_iter()
        .map(|detail| finding(FindingCode::UncoveredValues, detail))
        .chain(unmatched.map(|detail| finding(FindingCode::UnmatchedRule, detail)))
        .collect();
    findings.extend(blank.map(|detail| finding(FindingCode::BlankRule, detail)));
    findings.extend(repeated.map(|detail| finding(FindingCode::RepeatedRule, detail)));
    findings
}

/// Returns a line for each combination of cells that no rule covers.
fn uncovered(coverage: &Coverage, map: &str) -> Vec<String> {
    let all = coverage.uncovered();
    let shown = &all[..all.len().min(UNCOVERED_SHOWN)];
    let line = |Uncovered { cells, rows, first_row }: &Uncovered| {
        let cells = cells.iter().map(|(column, cell)| format!("{} {}", escaped(column), quoted(cell)));
        let cells = cells.collect::<Vec<_>>().join(", ");
        match rows {
            1 => format!("no rule of {map} for {cells}: row {first_row}"),
            rows => format!("no rule of {map} for {cells}: {rows} rows, first row {first_row}"),
        }
    };
    let mut lines: Vec<String> = shown.iter().map(|one| line(one)).collect();
    let others = if shown.is_empty() { "matches" } else { "for other cells:" };
    match coverage.without_rule - shown.iter().map(|one| one.rows).sum::<u64>() {
        0 => {}
        1 => lines.push(format!("no rule of {map} {others} 1 row")),
        rows => lines.push(format!("no rule of {map} {others} {rows} rows")),
    }
    lines
}

/// Returns a line for the summary of a run, unless every row and every rule has a match.
pub(super) fn map_line(coverage: &Coverage, is_part: bool) -> Option<String> {
    let unmatched = if is_part { Vec::new() } else { coverage.unmatched() };
    let without_rule = match coverage.without_rule {
        0 => None,
        1 => Some("no rule matches 1 row".to_owned()),
        rows => Some(format!("no rule matches {rows} rows")),
    };
    let unmatched = match unmatched.as_slice() {
        [] => None,
        [row] => Some(format!("1 rule matches no row (row {row})")),
        rows => Some(format!("{} rules match no row (rows {})", rows.len(), listed(rows))),
    };
    let facts: Vec<String> = without_rule.into_iter().chain(unmatched).collect();
    (!facts.is_empty()).then(|| format!("{}: {}", escaped(&coverage.map), facts.join("; ")))
}

/// Returns the facts for programs.
pub(super) fn map_json(coverage: &Coverage) -> Value {
    let uncovered: Vec<Value> = coverage
        .uncovered()
        .into_iter()
        .take(UNCOVERED_LISTED)
        .map(|Uncovered { cells, rows, first_row }| {
            let cells: Vec<Value> =
                cells.iter().map(|(column, value)| json!({"column": column, "value": value})).collect();
            json!({"cells": cells, "rows": rows, "first_row": first_row})
        })
        .collect();
    json!({
        "file": coverage.map,
        "rules": coverage.rules(),
        "unmatched_rules": coverage.unmatched(),
        "blank_rules": coverage.blank,
        "rows_without_rule": coverage.without_rule,
        "uncovered": uncovered,
    })
}

fn listed(rows: &[u32]) -> String {
    let mut shown: Vec<String> = rows.iter().take(ROWS_SHOWN).map(ToString::to_string).collect();
    if let Some(more @ 1..) = rows.len().checked_sub(ROWS_SHOWN) {
        shown.push(format!("and {more} more"));
    }
    shown.join(", ")
}
