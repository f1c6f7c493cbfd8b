//! The columns that are copied to the results, and their names there.

use super::columns::{Column, normalized};
use crate::model::columns::{RESULT_COLUMNS, RUN_STATUS};

/// A column that is copied to the results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Its name there.
    pub name: String,
    /// The cell that it is copied from.
    pub cell: usize,
}

/// Names the columns to copy: all but the address, the organization, and those that an earlier run added (`own`).
pub(super) fn carried(names: &[String], meanings: &[Option<Column>], own: &[usize]) -> Vec<Carried> {
    let mut taken: Vec<String> = RESULT_COLUMNS.iter().copied().chain([RUN_STATUS]).map(normalized).collect();
    // The canonical names are for columns with a meaning, also when the results are read as a sheet.
    taken.extend(Column::ALL.map(|column| normalized(column.as_str())));
    let mut carried = Vec::new();
    for (cell, (name, meaning)) in names.iter().zip(meanings).enumerate() {
        match meaning {
            _ if own.contains(&cell) => {}
            Some(Column::Email | Column::OrgId) => {}
            Some(column @ (Column::Roles | Column::Teams | Column::Projects)) => {
                carried.push(Carried { name: column.as_str().to_owned(), cell });
            }
            None => {
                let mut name = if name.is_empty() { format!("column_{}", cell + 1) } else { name.clone() };
                while taken.contains(&normalized(&name)) {
                    name.insert_str(0, "input_");
                }
                taken.push(normalized(&name));
                carried.push(Carried { name, cell });
            }
        }
    }
    carried
}

/// Names the column that holds the cells with addresses as they are in the sheet.
pub(super) fn original_email(cell: usize, carried: &[Carried]) -> Carried {
    let mut name = format!("input_{}", Column::Email);
    while carried.iter().any(|other| normalized(&other.name) == normalized(&name)) {
        name.insert_str(0, "input_");
    }
    Carried { name, cell }
}

#[cfg(test)]
mod tests {
    use super::super::{Sheet, SheetOptions};
    use super::*;

    fn carried_names(header: &str) -> Vec<String> {
        let sheet = Sheet::from_bytes(header.as_bytes(), &SheetOptions::default()).unwrap();
        sheet.header().carried().iter().map(|carried| carried.name.clone()).collect()
    }

    #[test]
    fn columns_without_a_meaning_are_carried_under_their_names() {
        let names = carried_names("Name,Teams,E-Mail,Org ID,Role(s),Projects,Status,,Start");
        assert_eq!(names, ["Name", "teams", "roles", "projects", "input_Status", "column_8", "Start"]);
    }

    #[test]
    fn names_that_would_clash_are_prefixed_until_they_do_not() {
        assert_eq!(
            carried_names("email,status,input_status,Invite ID,Notes,notes,row"),
            ["input_status", "input_input_status", "input_Invite ID", "Notes", "input_notes", "input_row"]
        );
    }

    #[test]
    fn an_ignored_column_does_not_keep_a_canonical_name() {
        let options = SheetOptions { ignored: vec!["roles".into(), "Team".into()], ..SheetOptions::default() };
        let sheet = Sheet::from_bytes(&b"roles,email,Team"[..], &options).unwrap();
        let names: Vec<_> = sheet.header().carried().iter().map(|carried| carried.name.as_str()).collect();
        assert_eq!(names, ["input_roles", "Team"]);
    }

    #[test]
    fn a_prefixed_name_may_be_taken_too() {
        assert_eq!(carried_names("email,input_status,status"), ["input_status", "input_input_status"]);
    }

    #[test]
    fn the_own_columns_of_a_results_file_are_not_carried() {
        let results = format!("{},roles,input_status,Name", RESULT_COLUMNS.join(","));
        assert_eq!(carried_names(&results), ["roles", "input_status", "Name"]);
        let revoked = results.replace(",roles", ",run_status,roles");
        assert_eq!(carried_names(&revoked), ["roles", "input_status", "Name"]);
        let incomplete = results.replace("attempts,", "");
        assert_eq!(carried_names(&incomplete)[..2], ["input_row", "input_status"]);
    }

    #[test]
    fn a_run_status_column_alone_does_not_make_a_results_file() {
        // Under its own name, the results would look like those of `revoke`.
        assert_eq!(carried_names("email,run_status"), ["input_run_status"]);
    }
}
