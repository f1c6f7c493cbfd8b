//! A results file, read as any program would.

use std::collections::BTreeMap;
use std::path::Path;

/// The lines of a results file.
pub(crate) struct Results {
    pub(crate) columns: Vec<String>,
    pub(crate) lines: Vec<Line>,
}

/// One line, by column.
#[derive(Debug)]
pub(crate) struct Line(BTreeMap<String, String>);

impl Results {
    pub(super) fn read(path: &Path) -> Self {
        let mut reader = csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let columns: Vec<String> = reader.headers().expect("a header").iter().map(Into::into).collect();
        let lines = reader.records().map(|record| {
            let record = record.expect("a record as long as the header");
            Line(columns.iter().cloned().zip(record.iter().map(Into::into)).collect())
        });
        Self { lines: lines.collect(), columns }
    }

    /// One column, in order.
    pub(crate) fn column(&self, name: &str) -> Vec<&str> {
        self.lines.iter().map(|line| line.get(name)).collect()
    }

    /// Returns how many lines have this status.
    pub(crate) fn count(&self, status: &str) -> usize {
        self.lines.iter().filter(|line| line.get("status") == status).count()
    }

    /// The line of the row that a spreadsheet shows under this number.
    pub(crate) fn row(&self, number: usize) -> &Line {
        let number = number.to_string();
        let line = self.lines.iter().find(|line| line.get("row") == number);
        line.unwrap_or_else(|| panic!("no row {number} in {:?}", self.lines))
    }
}

impl Line {
    pub(crate) fn get(&self, column: &str) -> &str {
        self.0.get(column).unwrap_or_else(|| panic!("no column {column}"))
    }
}
