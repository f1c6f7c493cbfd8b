//! A starter for a map: a rule for each department and job title of a sheet, to be filled in.

use hashbrown::HashMap;

use crate::model::email::fold;
use crate::spreadsheet::{Column, Row, Sheet, SheetError, normalized};

/// The most different values of a column with the name of one for departments or titles.
const MOST_VALUES: usize = 500;

/// The most different values of a column without such a name.
const FEW_VALUES: usize = 50;

/// The most columns that are looked at.
const MOST_COLUMNS: usize = 200;

/// The most characters of a value; a longer text is neither a department nor a title.
const LONGEST_VALUE: usize = 200;

/// The normalized names of columns for departments and job titles, in English, German, Spanish, French and Portuguese.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "department", "departmentname", "dept", "deptname", "division", "businessunit", "orgunit", "organizationalunit",
    "costcenter", "costcentername", "costcentre",
    "jobtitle", "title", "jobname", "jobprofile", "jobfamily", "position", "positiontitle", "businesstitle",
    "designation", "jobrole", "jobfunction",
    "abteilung", "abteilungsname", "bereich", "fachbereich", "kostenstelle", "stelle", "stellenbezeichnung",
    "funktion", "jobtitel", "positionsbezeichnung", "berufsbezeichnung",
    "departamento", "area", "puesto", "cargo", "titulo", "puestodetrabajo", "centrodecosto", "centrodecostos",
    "departement", "service", "direction", "poste", "fonction", "intituleduposte", "titreduposte", "centredecouts",
    "setor", "diretoria", "titulodocargo", "centrodecusto",
];

/// The columns of a sheet that suit conditions, each with its different values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Starter {
    /// The names of the columns, with their values, those of most rows first. Untrusted text.
    pub columns: Vec<(String, Vec<String>)>,
    /// The names of columns for departments or titles that have too many different values. Untrusted text.
    pub left_out: Vec<String>,
}

/// The different values of a column.
struct Values {
    cell: usize,
    name: String,
    is_named: bool,
    /// By the folded value: the value as it is first written, and its rows.
    known: HashMap<String, (String, u64)>,
    /// False once there are too many values, or one that is no name.
    is_few: bool,
    rows: u64,
}

impl Starter {
    /// Reads a sheet to its end. If no column has the name of one for departments or titles, those with few different
    /// values are taken.
    pub fn read(mut sheet: Sheet) -> Result<Self, SheetError> {
        let header = sheet.header();
        let names = header.names();
        let is_known = |cell| {
            let known = [header.roles(), header.teams(), header.projects(), header.org_id()];
            cell == header.email() || known.contains(&Some(cell))
        };
        let is_unique = |name: &String| names.iter().filter(|other| *other == name).count() == 1;
        let suits = |(cell, name): &(usize, &String)| {
            !name.is_empty() && !is_known(*cell) && Column::named(name).is_none() && is_unique(name)
        };
        let columns = names.iter().enumerate().filter(suits).map(|(cell, name)| Values::new(cell, name));
        let (named, others): (Vec<Values>, Vec<Values>) = columns.partition(|values| values.is_named);
        let mut columns = if named.is_empty() { others } else { named };
        columns.truncate(MOST_COLUMNS);
        while let Some(row) = sheet.next_row()? {
            columns.iter_mut().for_each(|values| values.add(&row));
        }
        let (few, many): (Vec<Values>, Vec<Values>) = columns.into_iter().partition(Values::suits);
        let left_out = many.into_iter().filter(|values| values.is_named && !values.is_few);
        Ok(Self {
            columns: few.into_iter().map(Values::sorted).collect(),
            left_out: left_out.map(|values| values.name).collect(),
        })
    }
}

impl Values {
    fn new(cell: usize, name: &str) -> Self {
        let is_named = NAMES.contains(&normalized(name).as_str());
        Self { cell, name: name.to_owned(), is_named, known: HashMap::new(), is_few: true, rows: 0 }
    }

    fn add(&mut self, row: &Row) {
        let value = row.cell(self.cell);
        if value.is_empty() || !self.is_few || row.fault().is_some() {
            return;
        }
        self.rows += 1;
        if let Some((_, rows)) = self.known.get_mut(fold(value).as_ref()) {
            *rows += 1;
            return;
        }
        let most = if self.is_named { MOST_VALUES } else { FEW_VALUES };
        // Numbers, dates and yes or no are about a single person more often than not.
        let is_name = value.chars().any(char::is_alphabetic) && value.chars().count() <= LONGEST_VALUE;
        if self.known.len() >= most || !(is_name || self.is_named) {
            self.is_few = false;
            self.known.clear();
        } else {
            self.known.insert(fold(value).into_owned(), (value.to_owned(), 1));
        }
    }

    /// Returns whether the values suit conditions: most are shared by several rows, unless the name of the column shows it.
    fn suits(&self) -> bool {
        let is_shared = self.known.len() > 1 && self.known.len() as u64 * 2 <= self.rows;
        self.is_few && !self.known.is_empty() && (self.is_named || is_shared)
    }

    fn sorted(self) -> (String, Vec<String>) {
        let mut values: Vec<(String, u64)> = self.known.into_values().collect();
        values.sort_by(|(one, rows), (other, more)| more.cmp(rows).then_with(|| one.cmp(other)));
        (self.name, values.into_iter().map(|(value, _)| value).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spreadsheet::SheetOptions;

    fn starter(text: &str) -> Starter {
        Starter::read(Sheet::from_bytes(text.as_bytes(), &SheetOptions::default()).unwrap()).unwrap()
    }

    fn columns(text: &str) -> Vec<(String, String)> {
        starter(text).columns.into_iter().map(|(name, values)| (name, values.join("|"))).collect()
    }

    #[test]
    fn departments_and_titles_are_listed_once_by_frequency() {
        let sheet = "Name,Email,Abteilung,Standort,Job Title,Role\n\
            a,a@example.com,IT,Bonn,Engineer,x\nb,b@example.com,Sales,Bonn,Engineer,x\n\
            c,c@example.com,sales ,Bonn,,x\nd,d@example.com,,Kiel,Lead,x\n";
        let expected = [("Abteilung", "Sales|IT"), ("Job Title", "Engineer|Lead")];
        assert_eq!(columns(sheet), expected.map(|(name, values)| (name.to_owned(), values.to_owned())));
    }

    #[test]
    fn columns_of_few_shared_values_do_without_known_names() {
        let sheet = "Name,Email,Squad,Start,Level,Note\n\
            a,a@example.com,Red,2026-12-01,1,x\nb,b@example.com,Red,2026-12-01,1,\n\
            c,c@example.com,Blue,2026-12-01,1,\nd,d@example.com,Blue,2026-12-01,2,\n";
        assert_eq!(columns(sheet), [("Squad".to_owned(), "Blue|Red".to_owned())]);
    }

    #[test]
    fn a_column_with_too_many_values_is_left_out() {
        let rows: String = (0..=MOST_VALUES).map(|n| format!("p{n}@example.com,Dept {n},Lead\n")).collect();
        let starter = starter(&format!("email,Department,Title\n{rows}"));
        assert_eq!(starter.left_out, ["Department"]);
        assert_eq!(starter.columns, [("Title".to_owned(), vec!["Lead".to_owned()])]);
    }
}
