//! How a spreadsheet was read: one text for people, and one object for the check, the summary and the log.

use std::fmt;

use serde::Serialize;

use super::escaped;
use super::text::rows;
use crate::model::quote::quoted_up_to;
use crate::spreadsheet::{Delimiter, FileKind, Opened, SheetColumn};

/// The most unused columns that the text shows.
const UNUSED_SHOWN: usize = 8;

/// The most characters of each column's name.
const NAME_SHOWN: usize = 30;

/// The meaning of a column that conditions of a map are about.
const CONDITION: &str = "condition";

/// A spreadsheet and the way in which it was read. The fields are declared in the order in which they are printed, which
/// must not change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputFacts {
    file: String,
    kind: Kind,
    encoding: Option<String>,
    separator: Option<char>,
    sheet: Option<String>,
    header_row: u32,
    skipped_above: u32,
    skipped_hidden: u64,
    rows: Option<u64>,
    columns: Vec<Meaning>,
    unused: Vec<Unused>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Text,
    Workbook,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Meaning {
    column: String,
    letter: String,
    name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Unused {
    letter: String,
    name: String,
}

impl InputFacts {
    /// Gathers the facts about a spreadsheet; `file` is its path as the user gave it. `conditions` are the positions of the
    /// columns that conditions of a map are about.
    pub fn new(file: String, opened: &Opened, conditions: &[usize]) -> Self {
        let Opened { sheet: _, how_read, rows } = opened;
        let (kind, encoding, separator, sheet) = match &how_read.kind {
            FileKind::Text { encoding, delimiter } => (Kind::Text, Some(encoding.to_string()), Some(*delimiter), None),
            FileKind::Workbook { sheet } => (Kind::Workbook, None, None, Some(sheet.clone())),
        };
        let parts = |column: SheetColumn<'_>| (column.letters(), column.name.to_owned());
        let meaning = |column: String, of| {
            let (letter, name) = parts(of);
            Meaning { column, letter, name }
        };
        let meanings = how_read.meanings().map(|(column, of)| meaning(column.to_string(), of));
        let conditions_of = conditions.iter().map(|cell| meaning(CONDITION.to_owned(), how_read.column(*cell)));
        let is_unused = |column: &SheetColumn<'_>| !conditions.contains(&column.index);
        let unused = |column| {
            let (letter, name) = parts(column);
            Unused { letter, name }
        };
        Self {
            file,
            kind,
            encoding,
            separator,
            sheet,
            header_row: how_read.header.number(),
            skipped_above: how_read.skipped_above,
            skipped_hidden: how_read.skipped_hidden,
            rows: rows.as_ref().map(|rows| rows.total),
            columns: meanings.chain(conditions_of).collect(),
            unused: how_read.unused().filter(is_unused).map(unused).collect(),
        }
    }

    /// Returns the path of the file.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// Returns the kind of the file with its details.
    pub(super) fn kind(&self) -> String {
        let separator = |separator: &char| match separator.to_string().parse::<Delimiter>() {
            Ok(delimiter) => delimiter.to_string(),
            Err(_) => quoted(&separator.to_string()),
        };
        let details = [
            Some(match self.kind {
                Kind::Text => "CSV".to_owned(),
                Kind::Workbook => "workbook".to_owned(),
            }),
            self.separator.as_ref().map(separator),
            self.encoding.clone(),
            self.sheet.as_ref().map(|sheet| format!("sheet {}", quoted(sheet))),
        ];
        details.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Returns the number of the header row, and how many rows precede it.
    pub(super) fn header(&self) -> String {
        let skipped = match (self.skipped_above, self.header_row) {
            (0, _) => String::new(),
            (_, ..=2) => " (row 1 skipped)".to_owned(),
            (_, row) => format!(" (rows 1-{} skipped)", row - 1),
        };
        format!("header in row {}{skipped}", self.header_row)
    }

    /// Returns each meaning with the name of its column, unless that is the same.
    fn columns(&self) -> String {
        let one = |(Meaning { column, name, .. }, (_, place)): (&Meaning, (String, String))| {
            let is_same = column.eq_ignore_ascii_case(name) && place == quoted(name);
            if is_same { column.clone() } else { format!("{column} <- {place}") }
        };
        self.columns.iter().zip(self.meanings()).map(one).collect::<Vec<_>>().join(", ")
    }

    /// Returns each meaning with its column.
    pub(super) fn meanings(&self) -> Vec<(String, String)> {
        let one = |Meaning { column, letter, name }: &Meaning| {
            (column.clone(), self.place(letter, name).unwrap_or_else(|| quoted(name)))
        };
        self.columns.iter().map(one).collect()
    }

    /// Returns the first of the named columns that are not used; `None` if there are none.
    pub(super) fn unused(&self) -> Option<String> {
        let mut named = self.unused.iter().filter(|unused| !unused.name.is_empty());
        let one = |Unused { letter, name }: &Unused| self.place(letter, name).unwrap_or_else(|| quoted(name));
        let shown: Vec<String> = named.by_ref().take(UNUSED_SHOWN).map(one).collect();
        match named.count() {
            _ if shown.is_empty() => None,
            0 => Some(shown.join(", ")),
            more => Some(format!("{} and {more} more", shown.join(", "))),
        }
    }

    /// Returns a column with its letter if its name alone does not identify it.
    fn place(&self, letter: &str, name: &str) -> Option<String> {
        let used = self.columns.iter().map(|column| (&column.letter, &column.name));
        let mut all = used.chain(self.unused.iter().map(|column| (&column.letter, &column.name)));
        if name.is_empty() {
            return Some(format!("column {letter}"));
        }
        // A column may have a meaning and be a condition too.
        let is_shared = all.any(|(other, of_other)| other != letter && of_other == name);
        is_shared.then(|| format!("{} (column {letter})", quoted(name)))
    }
}

impl fmt::Display for InputFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [self.rows.map(rows), (self.skipped_hidden > 0).then(|| hidden(self.skipped_hidden))];
        write!(f, "reading {}: {}; {}", escaped(&self.file), self.kind(), self.header())?;
        counts.iter().flatten().try_for_each(|count| write!(f, "; {count}"))?;
        write!(f, "\n  columns: {}", self.columns())?;
        match self.unused() {
            Some(unused) => write!(f, "\n  not used: {unused}"),
            None => Ok(()),
        }
    }
}

fn hidden(rows: u64) -> String {
    if rows == 1 { "1 hidden row skipped".to_owned() } else { format!("{rows} hidden rows skipped") }
}

fn quoted(name: &str) -> String {
    quoted_up_to(name, NAME_SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spreadsheet::{Input, Sheet, SheetOptions};

    fn facts(text: &str) -> InputFacts {
        let input = Input::Stream(Box::new(std::io::Cursor::new(text.to_owned().into_bytes())));
        InputFacts::new("people.csv".into(), &Sheet::open(input, &SheetOptions::default()).unwrap(), &[])
    }

    #[test]
    fn the_text_has_few_lines() {
        let many = (1..=10).map(|n| format!("Field {n}")).collect::<Vec<_>>().join(";");
        let mut skipped = facts("\nWork Email\tRole\nada@example.com\tmember\n");
        (skipped.skipped_above, skipped.skipped_hidden, skipped.rows) = (1, 2, Some(1));
        let texts = [
            facts("email,roles\nada@example.com,member\n"),
            skipped,
            facts(&format!("Name;Notes;Notes;Email;;{many}\n")),
            facts("sep=:\nemail:\u{1b}[2J:Rolle\n"),
            InputFacts {
                kind: Kind::Workbook,
                sheet: Some("Staff".into()),
                encoding: None,
                separator: None,
                ..facts("email")
            },
        ];
        insta::assert_snapshot!(texts.map(|facts| facts.to_string()).join("\n\n"));
    }

    #[test]
    fn a_column_of_conditions_is_used() {
        let input = Input::Stream(Box::new(std::io::Cursor::new(&b"Email,Team,Unit,Unit\n"[..])));
        let opened = Sheet::open(input, &SheetOptions::default()).unwrap();
        let InputFacts { columns, unused, .. } = InputFacts::new("people.csv".into(), &opened, &[0, 2]);
        let columns: Vec<_> = columns.iter().map(|one| (one.column.as_str(), one.letter.as_str())).collect();
        assert_eq!(columns, [("email", "A"), ("teams", "B"), ("condition", "A"), ("condition", "C")]);
        assert_eq!(unused, [Unused { letter: "D".to_owned(), name: "Unit".to_owned() }]);
        let text = InputFacts::new("people.csv".into(), &opened, &[0, 2]).to_string();
        insta::assert_snapshot!(text);
    }

    #[test]
    fn programs_get_every_column() {
        let many =
            facts(&format!("Work Email,{}\n", (1..=30).map(|n| format!("Field {n}")).collect::<Vec<_>>().join(",")));
        assert_eq!(many.unused.len(), 30);
        insta::assert_snapshot!(serde_json::to_string_pretty(&facts("Name,Work Email,Role,,X\n")).unwrap());
    }
}
