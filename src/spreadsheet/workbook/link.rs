//! Links of cells to email addresses.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;

use super::reference::Area;
use crate::model::email;
use crate::model::email::fold_email;

/// The links of a sheet to email addresses.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// The cells of each link, and the index of its address.
    links: Vec<(Area, usize)>,
    addresses: Vec<String>,
}

/// The address of a cell with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The cell itself shows it.
    Shown,
    /// The cell shows a name, and the link has the address.
    Linked,
    /// The cell shows another address than that of the link.
    Differs,
}

impl Links {
    /// Adds an address, and returns the index by which links refer to it.
    pub(super) fn add_address(&mut self, address: String) -> usize {
        self.addresses.push(address);
        self.addresses.len() - 1
    }

    pub(super) fn add(&mut self, cells: Area, address: usize) {
        self.links.push((cells, address));
    }

    pub(super) fn len(&self) -> usize {
        self.links.len()
    }

    /// Extends the links of merged cells, which belong to their first row, over the others.
    pub(super) fn extend_over(&mut self, merged: &[Area]) {
        let place = |area: &Area| (*area.rows.start(), *area.columns.start());
        let ends: HashMap<_, _> = merged.iter().map(|area| (place(area), *area.rows.end())).collect();
        for (cells, _) in &mut self.links {
            if let Some(end) = ends.get(&place(cells)) {
                cells.rows = *cells.rows.start()..=*cells.rows.end().max(end);
            }
        }
    }

    /// Sorts the links by their first rows, for [`Links::in_row`].
    pub(super) fn sort(&mut self) {
        self.links.sort_by_key(|(cells, _)| *cells.rows.start());
    }

    /// Returns the column and the address of each link of a single cell in a row. Rows must be asked for in order.
    pub(super) fn in_row(&self, row: u32, next: &mut usize) -> impl Iterator<Item = (usize, &str)> {
        let rest = &self.links[*next..];
        let (first, end) = (
            rest.partition_point(|(cells, _)| *cells.rows.start() < row),
            rest.partition_point(|(cells, _)| *cells.rows.start() <= row),
        );
        *next += end;
        let single = rest[first..end].iter().filter(|(cells, _)| cells.columns.start() == cells.columns.end());
        single.map(|(cells, address)| (*cells.columns.start() as usize, self.address(*address)))
    }

    pub(super) fn address(&self, index: usize) -> &str {
        self.addresses.get(index).map_or("", String::as_str)
    }

    /// Returns the first row, the last row and the address of the links in a column, in the order of their rows. If a row
    /// is covered more than once, the last one counts.
    pub(super) fn of_column(&self, column: usize) -> Vec<(u32, u32, usize)> {
        let covers = |cells: &Area| u32::try_from(column).is_ok_and(|column| cells.columns.contains(&column));
        let of_column = self.links.iter().filter(|(cells, _)| covers(cells));
        let mut links: Vec<_> =
            of_column.map(|(cells, address)| (*cells.rows.start(), *cells.rows.end(), *address)).collect();
        links.sort_by_key(|(first, ..)| *first);
        links
    }
}

/// Returns the address in the target of a link, without a subject and the like; `None` if it is not an email link.
pub(super) fn address(target: &str) -> Option<String> {
    let (scheme, rest) = target.trim().split_at_checked("mailto:".len())?;
    if !scheme.eq_ignore_ascii_case("mailto:") {
        return None;
    }
    let address = rest.trim_start_matches('/').split('?').next().unwrap_or_default();
    let address = percent_decode_str(address).decode_utf8_lossy().trim().to_owned();
    (!address.is_empty()).then_some(address)
}

/// Returns the address in a formula such as `HYPERLINK("mailto:ada@example.com","Ada")`, if it is written out there.
pub(super) fn address_in_formula(formula: &str) -> Option<String> {
    let formula = formula.trim().trim_start_matches('=');
    let (function, rest) = formula.split_at_checked("HYPERLINK".len())?;
    if !function.eq_ignore_ascii_case("HYPERLINK") {
        return None;
    }
    let literal = rest.trim_start().strip_prefix('(')?.trim_start().strip_prefix('"')?;
    let (target, after) = literal.split_once('"')?;
    // Anything else makes the literal a part of an expression.
    matches!(after.trim_start().chars().next(), Some(',' | ';' | ')')).then(|| address(target))?
}

/// Returns which address a cell means that shows `shown` and links to `address`.
pub(super) fn meaning(shown: &str, address: &str) -> Meaning {
    let linked = email::address(address);
    match (email::address(shown.trim()), linked) {
        (Ok(shown), Ok(linked)) if fold_email(shown) == fold_email(linked) => Meaning::Shown,
        (Ok(_), Ok(_)) => Meaning::Differs,
        (Ok(_), Err(_)) => Meaning::Shown,
        (Err(_), _) if shown.trim().is_empty() || shown.trim() == address => Meaning::Shown,
        (Err(_), _) if shown.contains('@') => Meaning::Differs,
        (Err(_), _) => Meaning::Linked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_link_is_decoded() {
        for (target, expected) in [
            ("mailto:ada@example.com", Some("ada@example.com")),
            ("MAILTO: ada@example.com ", Some("ada@example.com")),
            ("mailto:ada%2Bx%40example.com?subject=Hello%20Ada", Some("ada+x@example.com")),
            ("mailto://ada@example.com", Some("ada@example.com")),
            ("mailto:?subject=Hello", None),
            ("https://example.com/ada@example.com", None),
            ("mail", None),
        ] {
            assert_eq!(address(target).as_deref(), expected, "{target}");
        }
    }

    #[test]
    fn only_a_link_that_is_written_out_has_an_address() {
        for (formula, expected) in [
            (r#"HYPERLINK("mailto:ada@example.com","Ada")"#, Some("ada@example.com")),
            (r#"hyperlink ( "mailto:ada@example.com" )"#, Some("ada@example.com")),
            (r#"HYPERLINK("mailto:"&B2,"Ada")"#, None),
            (r#"HYPERLINK("mailto:ada@"&B2,"Ada")"#, None),
            (r#"HYPERLINK("https://example.com","Ada")"#, None),
            (r#"UPPER("mailto:ada@example.com")"#, None),
            ("é", None),
        ] {
            assert_eq!(address_in_formula(formula).as_deref(), expected, "{formula}");
        }
    }

    #[test]
    fn an_address_that_is_shown_and_differs_is_not_replaced() {
        let address = "ada@example.com";
        for (shown, expected) in [
            ("Ada Lovelace", Meaning::Linked),
            (" ADA@example.com", Meaning::Shown),
            ("Ada <ada@example.com>", Meaning::Shown),
            ("mailto:ada@example.com", Meaning::Shown),
            (" ", Meaning::Shown),
            ("bob@example.com", Meaning::Differs),
            ("ada@example,com", Meaning::Differs),
            ("ada@example.com; bob@example.com", Meaning::Differs),
        ] {
            assert_eq!(meaning(shown, address), expected, "{shown}");
        }
        assert_eq!(meaning("ada@example.com", "ada"), Meaning::Shown);
        assert_eq!(meaning("Ada and Bob", "ada@example.com,bob@example.com"), Meaning::Linked);
    }

    #[test]
    fn the_links_of_a_column_are_in_the_order_of_rows() {
        let mut links = Links::default();
        let ada = links.add_address("ada@example.com".to_owned());
        let bob = links.add_address("bob@example.com".to_owned());
        links.add(Area { rows: 5..=5, columns: 0..=2 }, bob);
        links.add(Area { rows: 2..=3, columns: 1..=1 }, ada);
        assert_eq!(links.of_column(1), [(2, 3, ada), (5, 5, bob)]);
        assert_eq!(links.of_column(0), [(5, 5, bob)]);
    }
}
