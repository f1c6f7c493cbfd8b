//! The forms in which a cell holds an address: `mailto:address` and `Name <address>`.

use super::several;

/// Returns the text of the address in a cell, whether or not it is valid.
///
/// Earlier versions wrote such cells to the column `email` of the results, where they still stand for their address.
pub(crate) fn bare_address(cell: &str) -> &str {
    without_scheme(bracketed(cell).unwrap_or(cell))
}

/// Returns the address in a cell of a form that is read; `None` if the rest of the cell might be about another person.
pub(super) fn unwrapped(cell: &str) -> Option<&str> {
    if bracketed(cell).is_some() && several::count(cell) > 1 {
        return None;
    }
    Some(bare_address(cell))
}

fn bracketed(cell: &str) -> Option<&str> {
    Some(cell.strip_suffix('>')?.rsplit_once('<')?.1.trim())
}

fn without_scheme(address: &str) -> &str {
    match address.split_at_checked("mailto:".len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto:") => rest.trim(),
        Some(_) | None => address,
    }
}
