//! References to columns: by name, or by letter if a name is missing or occurs twice.

use super::columns::{Column, normalized};
use super::letters::{index, letters};
use crate::model::quote::{quoted, quoted_up_to};

/// The most columns that a message names.
const NAMES_SHOWN: usize = 8;

/// The most characters of each.
const NAME_SHOWN: usize = 30;

/// The most characters of a name that is part of a flag.
const NAME_IN_FLAG: usize = 60;

/// The most columns that letters may refer to, which is Excel's own limit.
const MOST_COLUMNS: usize = 16_384;

/// The columns that a reference of the user fits.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Referent {
    Nothing,
    One(usize),
    /// Several columns with this name.
    Several(Vec<usize>),
}

/// Finds the columns with this name as written, or else in another spelling, or else with these letters.
pub(super) fn resolve(names: &[String], reference: &str) -> Referent {
    let reference = reference.trim();
    let wanted = normalized(reference);
    let all = |fits: &dyn Fn(&String) -> bool| (0..names.len()).filter(|&cell| fits(&names[cell])).collect::<Vec<_>>();
    let mut found = all(&|name| !reference.is_empty() && name == reference);
    if found.is_empty() && !wanted.is_empty() {
        found = all(&|name| normalized(name) == wanted);
    }
    match found[..] {
        [] => index(reference).filter(|cell| *cell < MOST_COLUMNS).map_or(Referent::Nothing, Referent::One),
        [cell] => Referent::One(cell),
        [..] => Referent::Several(found),
    }
}

/// Returns the name of a column, quoted, with its letters unless it is the only one with that name.
pub(super) fn described(names: &[String], cell: usize) -> String {
    match names.get(cell) {
        Some(name) if !name.is_empty() && names.iter().filter(|other| *other == name).count() == 1 => quoted(name),
        Some(name) if !name.is_empty() => format!("{} (column {})", quoted(name), letters(cell)),
        Some(_) | None => format!("column {} (without a name)", letters(cell)),
    }
}

/// Returns the names of these columns, in quotation marks.
pub(super) fn described_list(names: &[String], cells: &[usize]) -> String {
    listed(cells.iter().map(|&cell| described(names, cell)).collect(), "and")
}

/// Returns a flag for each of these columns, ready to paste, by which it gets the meaning.
pub(super) fn column_flags(names: &[String], column: Column, cells: &[usize]) -> String {
    listed(cells.iter().map(|&cell| flag("--column", &format!("{column}="), names, cell)).collect(), "or")
}

/// Returns a flag for each of these columns, ready to paste, by which it is ignored.
pub(super) fn ignore_flags(names: &[String], cells: &[usize]) -> String {
    listed(cells.iter().map(|&cell| flag("--ignore-column", "", names, cell)).collect(), "or")
}

/// Returns the names of all columns, shortened.
pub(crate) fn shortened(names: &[String]) -> String {
    let names = names.iter().filter(|name| !name.is_empty());
    let shown: Vec<String> = names.clone().take(NAMES_SHOWN).map(|name| quoted_up_to(name, NAME_SHOWN)).collect();
    match names.count().checked_sub(NAMES_SHOWN) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Returns the text by which a flag refers to a column: its name, or letters.
pub(super) fn reference(names: &[String], cell: usize) -> String {
    let name = names.get(cell).map_or("", String::as_str);
    // A letter stands for a name that no shell would pass on as it is, or that another column has.
    let is_safe = |c: char| c.is_alphanumeric() || " -_.,:;/()[]*+#&'@<>=?|".contains(c);
    let is_usable = name.chars().all(is_safe) && name.chars().count() <= NAME_IN_FLAG && !name.starts_with('-');
    if is_usable && resolve(names, name) == Referent::One(cell) { name.to_owned() } else { letters(cell) }
}

fn flag(flag: &str, before: &str, names: &[String], cell: usize) -> String {
    let name = reference(names, cell);
    let is_word = name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    let quote = if is_word { "" } else { "\"" };
    format!("{flag} {quote}{before}{name}{quote}")
}

fn listed(mut items: Vec<String>, last: &str) -> String {
    let more = items.len().saturating_sub(NAMES_SHOWN);
    items.truncate(NAMES_SHOWN);
    match (items.pop(), more) {
        (None, _) => String::new(),
        (Some(item), 0) if items.is_empty() => item,
        (Some(item), 0) => format!("{} {last} {item}", items.join(", ")),
        (Some(item), more) => format!("{}, {item} and {more} more", items.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_column_is_found_by_name_before_its_letters() {
        let names = names(&["Name", "E-Mail", "", "A", "Email", "email", "Role", "role"]);
        for (reference, found) in [
            ("Name", Referent::One(0)),
            (" name ", Referent::One(0)),
            ("A", Referent::One(3)),
            ("a", Referent::One(3)),
            ("E-Mail", Referent::One(1)),
            ("e mail", Referent::Several(vec![1, 4, 5])),
            ("Role", Referent::One(6)),
            ("ROLE", Referent::Several(vec![6, 7])),
            ("C", Referent::One(2)),
            ("j", Referent::One(9)),
            ("ZZZ", Referent::Nothing),
            ("?", Referent::Nothing),
            ("", Referent::Nothing),
            ("Kontakt", Referent::Nothing),
        ] {
            assert_eq!(resolve(&names, reference), found, "{reference}");
        }
    }

    #[test]
    fn a_flag_can_be_pasted_and_means_the_column() {
        let names = names(&["Login", "Reach them at", "Email", "Email", "", "$HOME", "a\"b", &"x".repeat(100)]);
        let flags = (0..9).map(|cell| column_flags(&names, Column::Email, &[cell])).collect::<Vec<_>>();
        insta::assert_snapshot!(flags.join("\n"), @r#"
        --column email=Login
        --column "email=Reach them at"
        --column email=C
        --column email=D
        --column email=E
        --column email=F
        --column email=G
        --column email=H
        --column email=I
        "#);
        assert_eq!(ignore_flags(&names, &[1, 2]), "--ignore-column \"Reach them at\" or --ignore-column C");
    }

    #[test]
    fn a_name_that_two_columns_have_gets_its_letters() {
        let names = names(&["Email", "Role", "Email", ""]);
        assert_eq!(described_list(&names, &[0, 1, 3]), "\"Email\" (column A), \"Role\" and column D (without a name)");
    }

    #[test]
    fn a_message_shows_few_names_and_cuts_long_ones() {
        let names: Vec<String> = (1..=30).map(|number| format!("{number} {}", "x".repeat(100))).collect();
        let shown = shortened(&names);
        assert!(shown.starts_with("\"1 xxx") && shown.ends_with("…\" and 22 more"), "{shown}");
        assert_eq!(shown.matches('…').count(), NAMES_SHOWN);
        assert!(shown.len() < NAMES_SHOWN * (NAME_SHOWN + 10), "{} {shown}", shown.len());
        let cells: Vec<usize> = (0..30).collect();
        assert!(described_list(&names, &cells).ends_with(" and 22 more"));
    }

    #[test]
    fn a_message_shows_hidden_characters() {
        let shown = shortened(&["Name".to_owned(), "\u{200b}a".repeat(100)]);
        assert!(shown.contains("\\u{200b}a") && shown.len() < 100, "{} {shown}", shown.len());
    }
}
