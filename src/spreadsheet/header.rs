//! The header row: which column is which, and what of the others goes to the results.

use super::SheetOptions;
use super::columns::{Column, normalized};
use super::error::SheetError;
use super::record::Record;
use super::row::Row;
use crate::model::columns::{RESULT_COLUMNS, RUN_STATUS};
use crate::model::quote::{quoted, quoted_up_to};

/// How many column names a message shows.
const NAMES_SHOWN: usize = 8;

/// How much of each.
const NAME_SHOWN: usize = 30;

/// The header row.
#[derive(Clone, Debug)]
pub struct Header {
    number: u32,
    names: Vec<String>,
    email: usize,
    roles: Option<usize>,
    teams: Option<usize>,
    projects: Option<usize>,
    org_id: Option<usize>,
    carried: Vec<Carried>,
    is_results: bool,
}

/// A column that is copied to the results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Its name there.
    pub name: String,
    /// The cell that it is copied from.
    pub cell: usize,
}

impl Header {
    pub(super) fn read(record: &Record<'_>, options: &SheetOptions) -> Result<Self, SheetError> {
        if record.cut.is_some() {
            return Err(SheetError::UnclosedHeader);
        }
        let row = Row::read(record, usize::MAX);
        let mut names: Vec<String> = (0..row.len()).map(|i| row.cell(i).to_owned()).collect();
        names.truncate(names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1));

        let own = own_results_columns(&names);
        let is_results = own.is_some();
        let own = own.unwrap_or_default();
        let mut kinds: Vec<Option<Column>> = names.iter().map(|name| Column::named(name)).collect();
        for &cell in &own {
            kinds[cell] = Column::ALL.into_iter().find(|column| column.as_str() == names[cell]);
        }
        if !is_results {
            choose(&mut kinds, &names, options)?;
        }
        let find = |column: Column| -> Result<Option<usize>, SheetError> {
            let mut cells = (0..kinds.len()).filter(|&cell| kinds[cell] == Some(column));
            match (cells.next(), cells.next()) {
                (Some(first), Some(second)) => {
                    Err(SheetError::TwoColumns { column, first: quoted(&names[first]), second: quoted(&names[second]) })
                }
                (first, _) => Ok(first),
            }
        };
        let Some(email) = find(Column::Email)? else { return Err(no_email_column(&names)) };
        let (roles, teams) = (find(Column::Roles)?, find(Column::Teams)?);
        let (projects, org_id) = (find(Column::Projects)?, find(Column::OrgId)?);
        let carried = carried(&names, &kinds, &own);
        Ok(Self { number: record.number, names, email, roles, teams, projects, org_id, carried, is_results })
    }

    /// The header's own row number, 1 unless blank rows precede it.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The columns' names as written, without empty ones at the end.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The cell with the address.
    pub fn email(&self) -> usize {
        self.email
    }

    /// The cell with the organization roles.
    pub fn roles(&self) -> Option<usize> {
        self.roles
    }

    /// The cell with the teams.
    pub fn teams(&self) -> Option<usize> {
        self.teams
    }

    /// The cell with the projects.
    pub fn projects(&self) -> Option<usize> {
        self.projects
    }

    /// The cell with the organization's id.
    pub fn org_id(&self) -> Option<usize> {
        self.org_id
    }

    /// The columns that follow [`RESULT_COLUMNS`] in the results, in the input's order.
    pub fn carried(&self) -> &[Carried] {
        &self.carried
    }

    /// Whether the file is a results file of ours.
    pub fn is_results(&self) -> bool {
        self.is_results
    }
}

/// Where [`RESULT_COLUMNS`] are, if all are there, and [`RUN_STATUS`] with them.
fn own_results_columns(names: &[String]) -> Option<Vec<usize>> {
    let at = |wanted: &str| names.iter().position(|name| name == wanted);
    let own: Option<Vec<usize>> = RESULT_COLUMNS.iter().map(|wanted| at(wanted)).collect();
    Some(own?.into_iter().chain(at(RUN_STATUS)).collect())
}

/// Applies the user's choices; a column that was chosen against means nothing any more.
fn choose(kinds: &mut [Option<Column>], names: &[String], options: &SheetOptions) -> Result<(), SheetError> {
    let mut chosen: Vec<(Column, usize)> = Vec::new();
    for (column, name) in &options.columns {
        let exact = names.iter().position(|candidate| candidate == name.trim());
        let wanted = normalized(name);
        let similar = || names.iter().position(|candidate| !wanted.is_empty() && normalized(candidate) == wanted);
        let Some(cell) = exact.or_else(similar) else {
            return Err(SheetError::NoSuchColumn { column: *column, name: quoted(name), found: listed(names) });
        };
        if let Some((other, _)) = chosen.iter().find(|(_, taken)| *taken == cell).filter(|(other, _)| other != column) {
            return Err(SheetError::ColumnGivenTwice { name: quoted(name), first: *other, second: *column });
        }
        if let Some((_, other)) = chosen.iter().find(|(known, taken)| known == column && *taken != cell) {
            let (first, second) = (quoted(&names[*other]), quoted(&names[cell]));
            return Err(SheetError::TwoChoices { column: *column, first, second });
        }
        chosen.push((*column, cell));
    }
    for (column, cell) in chosen {
        kinds.iter_mut().filter(|kind| **kind == Some(column)).for_each(|kind| *kind = None);
        kinds[cell] = Some(column);
    }
    Ok(())
}

fn no_email_column(names: &[String]) -> SheetError {
    // A name such as "Contact (somebody@example.com)" is no address: a cell that is one has no spaces.
    let is_address = |cell: &str| cell.contains('@') && cell.contains('.') && !cell.contains(char::is_whitespace);
    let bracketed = |cell: &String| {
        cell.strip_suffix('>').and_then(|cell| cell.rsplit_once('<')).is_some_and(|(_, it)| is_address(it.trim()))
    };
    if names.iter().any(|name| is_address(name) || bracketed(name)) {
        return SheetError::NoHeader { first_row: quoted(&names.join(", ")) };
    }
    SheetError::NoEmailColumn { found: listed(names) }
}

fn listed(names: &[String]) -> String {
    let names = names.iter().filter(|name| !name.is_empty());
    let shown: Vec<String> = names.clone().take(NAMES_SHOWN).map(|name| quoted_up_to(name, NAME_SHOWN)).collect();
    match names.count().checked_sub(NAMES_SHOWN) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    }
}

fn carried(names: &[String], kinds: &[Option<Column>], own: &[usize]) -> Vec<Carried> {
    let mut taken: Vec<String> = RESULT_COLUMNS.iter().copied().chain([RUN_STATUS]).map(normalized).collect();
    // Ours first, whatever their order: they keep their names.
    taken.extend(kinds.iter().flatten().map(|column| normalized(column.as_str())));
    let mut carried = Vec::new();
    for (cell, (name, kind)) in names.iter().zip(kinds).enumerate() {
        match kind {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spreadsheet::Sheet;

    fn header(text: &str) -> Result<Header, SheetError> {
        header_with(text, &SheetOptions::default())
    }

    fn header_with(text: &str, options: &SheetOptions) -> Result<Header, SheetError> {
        Sheet::from_reader(text.as_bytes(), options).map(|sheet| sheet.header().clone())
    }

    fn carried_names(header: &Header) -> Vec<&str> {
        header.carried().iter().map(|carried| carried.name.as_str()).collect()
    }

    #[test]
    fn columns_are_found_in_any_order_and_the_rest_is_carried() {
        let header = header("Name,Teams,E-Mail,Org ID,Role(s),Projects,Status,,Start").unwrap();
        assert_eq!(
            (header.email(), header.org_id(), header.roles(), header.teams(), header.projects()),
            (2, Some(3), Some(4), Some(1), Some(5))
        );
        assert_eq!(carried_names(&header), ["Name", "teams", "roles", "projects", "input_Status", "column_8", "Start"]);
    }

    #[test]
    fn names_that_would_clash_are_prefixed_until_they_do_not() {
        let header = header("email,status,input_status,Invite ID,Notes,notes,row").unwrap();
        assert_eq!(
            carried_names(&header),
            ["input_status", "input_input_status", "input_Invite ID", "Notes", "input_notes", "input_row"]
        );
    }

    #[test]
    fn a_prefixed_name_may_be_taken_too() {
        let header = header("email,input_status,status").unwrap();
        assert_eq!(carried_names(&header), ["input_status", "input_input_status"]);
    }

    #[test]
    fn a_results_file_is_an_input_whose_own_columns_are_left_out() {
        let text = format!("{},roles,input_status,Name", RESULT_COLUMNS.join(","));
        let header = header(&text).unwrap();
        assert!(header.is_results());
        assert_eq!((header.email(), header.org_id(), header.roles()), (1, Some(2), Some(12)));
        assert_eq!(carried_names(&header), ["roles", "input_status", "Name"]);

        let revoked = text.replace(",roles", ",run_status,roles");
        assert_eq!(carried_names(&super::tests::header(&revoked).unwrap()), ["roles", "input_status", "Name"]);
        let by_chance = super::tests::header("email,run_status").unwrap();
        assert_eq!(carried_names(&by_chance), ["input_run_status"], "or its results would be taken for a revocation's");

        let without_one = text.replace("attempts,", "");
        let header = super::tests::header(&without_one).unwrap();
        assert!(!header.is_results());
        assert_eq!(carried_names(&header)[..2], ["input_row", "input_status"]);
    }

    #[test]
    fn empty_columns_at_the_end_are_none() {
        assert_eq!(header("email,roles, ,,\n").unwrap().names(), ["email", "roles"]);
    }

    #[test]
    fn a_header_that_cannot_be_used_says_what_to_change() {
        for (text, message) in [
            ("", "the file is empty; it needs a header row with an \"email\" column, then a row for each person"),
            (
                "\n\r\n , \n",
                "the file is empty; it needs a header row with an \"email\" column, then a row for each person",
            ),
            (
                "Name,Phone\nx,y",
                "no column is named \"email\"; the columns are \"Name\", \"Phone\"; rename the one with the email \
                 addresses to \"email\", or give its name with --column email=NAME",
            ),
            (
                "email,Name,Work E-Mail",
                "columns \"email\" and \"Work E-Mail\" both look like the email column; rename the one that is not, \
                 or say which it is with --column email=NAME",
            ),
            (
                "email,Role,Rolle",
                "columns \"Role\" and \"Rolle\" both look like the roles column; rename the one that is not, or \
                 say which it is with --column roles=NAME",
            ),
            (
                "Jane,jane@example.com\n",
                "the file has no header row, its first row is \"Jane, jane@example.com\"; insert a row above it that \
                 names the columns, for example: email,roles,teams",
            ),
            (
                "Jane <jane@example.com>,member\n",
                "the file has no header row, its first row is \"Jane <jane@example.com>, member\"; insert a row above it \
                 that names the columns, for example: email,roles,teams",
            ),
            (
                "email,\"roles\njane@example.com,ORG_MEMBER\n",
                "the header row opens a quotation mark that never closes; delete that mark or add its pair",
            ),
        ] {
            assert_eq!(header(text).unwrap_err().to_string(), message, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_spreadsheet_is_said_to_be_none() {
        let nulls = "\0".repeat(500);
        let picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        for (bytes, reason) in [
            (b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n1 0 obj".to_vec(), "it is a PDF"),
            (picture, "it is a picture"),
            (b"GIF89a\x01\0\x01\0".to_vec(), "it is a picture"),
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF".to_vec(), "it is a picture"),
            (format!("ab{nulls}").into_bytes(), "its first row is not text"),
            (format!("a\x01b@example.com,{nulls}").into_bytes(), "its first row is not text"),
            (format!("a\x01b,\"{nulls}").into_bytes(), "its first row is not text"),
            (b"\x7FELF\x02\x01\x01\0\0\0\0\0".to_vec(), "its first row is not text"),
        ] {
            for columns in [Vec::new(), vec![(Column::Email, "Mail".to_owned())]] {
                let options = SheetOptions { columns, ..SheetOptions::default() };
                let error = Sheet::from_reader(&bytes[..], &options).unwrap_err().to_string();
                let says = format!(
                    "the file is not a spreadsheet: {reason}; give the spreadsheet itself, saved as .xlsx or as CSV UTF-8"
                );
                assert_eq!(error, says);
            }
        }
        // What does no harm.
        assert!(header("email,a\x01b\n").is_ok() && header("email,\"a\tb\nc\"\n").is_ok());
        assert!(header("Name,\"a\tb\nc\"\n").unwrap_err().to_string().starts_with("no column is named"));
    }

    #[test]
    fn no_more_than_a_handful_of_a_header_is_shown() {
        let names: Vec<String> = (1..=30).map(|number| format!("{number} {}", "x".repeat(100))).collect();
        let error = header(&names.join(",")).unwrap_err().to_string();
        assert!(error.contains("\"1 xxx") && error.contains("…\" and 22 more; rename"), "{error}");
        assert!(error.len() < 600, "{} {error}", error.len());
        let hidden = header(&format!("Name,{}", "\u{200b}a".repeat(100))).unwrap_err().to_string();
        assert!(hidden.contains("\\u{200b}a") && hidden.len() < 400, "{} {hidden}", hidden.len());
    }

    #[test]
    fn the_user_may_say_which_column_is_which() {
        let choice =
            |name: &str| SheetOptions { columns: vec![(Column::Email, name.to_owned())], ..SheetOptions::default() };
        let header = header_with("Email,Contact,Name", &choice("contact")).unwrap();
        assert_eq!(header.email(), 1);
        assert_eq!(carried_names(&header), ["input_Email", "Name"]);

        let error = header_with("Email,Name", &choice("Kontakt")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no column is named \"Kontakt\", which was given for email; the columns are \"Email\", \"Name\""
        );
        header_with("Email,,Name", &choice("?")).unwrap_err();

        let two = |first: (Column, &str), second: (Column, &str)| {
            let columns = [first, second].map(|(column, name)| (column, name.to_owned())).to_vec();
            header_with("Email,Contact,Name", &SheetOptions { columns, ..SheetOptions::default() })
        };
        for (first, second, message) in [
            (
                (Column::Email, "Contact"),
                (Column::Email, "Email"),
                "columns \"Contact\" and \"Email\" were both given for email; give one",
            ),
            (
                (Column::Email, "Contact"),
                (Column::Roles, "contact"),
                "column \"contact\" was given for both email and roles; give one",
            ),
        ] {
            assert_eq!(two(first, second).unwrap_err().to_string(), message);
        }
        // The one that means something by its name may be given another meaning.
        let swapped = two((Column::Email, "Contact"), (Column::Teams, "Email")).unwrap();
        assert_eq!((swapped.email(), swapped.teams()), (1, Some(0)));
    }
}
