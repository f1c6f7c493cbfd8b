//! Counts which rules of a map matched, and the cells of rows that no rule matched.
//!
//! Rows are counted one at a time, in memory that does not grow with the sheet.

use hashbrown::HashMap;

use super::rules::Rules;
use crate::model::email::fold;
use crate::spreadsheet::Row;

/// The most combinations of cells with a count of their own.
const MOST_UNCOVERED: usize = 1000;

/// Longer cells are cut, in characters.
const LONGEST_CELL: usize = 100;

/// Longer combinations have no count of their own, in bytes.
const LONGEST_KEY: usize = 4096;

/// The rules of a map, and how the rows of a sheet fit them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The name of the map's file. Untrusted text.
    pub map: String,
    /// The rows of rules that grant nothing, and therefore match no row.
    pub blank: Vec<u32>,
    /// Rules that repeat the conditions of an earlier one: their rows and the row of the earlier one.
    pub repeated: Vec<(u32, u32)>,
    /// The rows that no rule matched.
    pub without_rule: u64,
    /// How many of them have cells without a count of their own.
    pub beyond: u64,
    /// The row of each rule in the map, and how many rows it matched.
    rules: Vec<(u32, u64)>,
    uncovered: HashMap<Box<str>, Uncovered>,
}

/// Cells that no rule covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncovered {
    /// The columns that conditions are about, except the address, each with the cell. Untrusted text.
    pub cells: Vec<(String, String)>,
    /// The number of rows with these cells.
    pub rows: u64,
    /// The first of them.
    pub first_row: u32,
}

impl Coverage {
    /// Starts to count for these rules.
    pub(in crate::plan) fn new(rules: &Rules) -> Self {
        Self {
            map: rules.name.clone(),
            blank: rules.blank.clone(),
            repeated: rules.repeated(),
            rules: rules.rules.iter().map(|rule| (rule.row, 0)).collect(),
            ..Self::default()
        }
    }

    /// Counts one more row.
    pub(in crate::plan) fn count(&mut self, rules: &Rules, row: &Row) {
        // Its cells cannot be trusted, which is reported.
        if row.fault().is_some() {
            return;
        }
        let matching = rules.matching(row);
        matching.iter().for_each(|number| self.rules[*number as usize].1 += 1);
        if !matching.is_empty() {
            return;
        }
        self.without_rule += 1;
        let columns = || rules.columns.iter().filter(|column| column.cell != rules.email);
        // A cell may contain any character but is not likely to contain this one.
        let key = columns().map(|column| fold(row.cell(column.cell))).collect::<Vec<_>>().join("\u{1f}");
        if let Some(known) = self.uncovered.get_mut(key.as_str()) {
            known.rows += 1;
        } else if self.uncovered.len() < MOST_UNCOVERED && key.len() <= LONGEST_KEY {
            let cell = |cell: usize| row.cell(cell).chars().take(LONGEST_CELL).collect();
            let cells = columns().map(|column| (column.name.clone(), cell(column.cell))).collect();
            self.uncovered.insert(key.into(), Uncovered { cells, rows: 1, first_row: row.number });
        } else {
            self.beyond += 1;
        }
    }

    /// Returns the number of rules that grant something.
    pub fn rules(&self) -> usize {
        self.rules.len()
    }

    /// Returns the rows of the rules that matched no row, in the order of the map.
    pub fn unmatched(&self) -> Vec<u32> {
        self.rules.iter().filter(|(_, rows)| *rows == 0).map(|(row, _)| *row).collect()
    }

    /// Returns the cells that no rule covers, those of most rows first.
    pub fn uncovered(&self) -> Vec<&Uncovered> {
        let mut all: Vec<&Uncovered> = self.uncovered.values().filter(|one| !one.cells.is_empty()).collect();
        all.sort_by_key(|one| (std::cmp::Reverse(one.rows), one.first_row));
        all
    }
}
