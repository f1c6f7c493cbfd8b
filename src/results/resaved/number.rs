//! Whole numbers as a spreadsheet program shows them.

/// Returns the digits of a whole number: of `1.234`, `1 234`, `1'234` and `12.0`. `None` if it is none.
pub(super) fn read(cell: &str) -> Option<String> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let groups: Vec<&str> = cell.split(['.', ',', ' ', '\'', '\u{a0}', '\u{202f}', '’']).collect();
    match groups.as_slice() {
        [first, rest @ ..]
            if is_number(first)
                && first.len() <= 3
                && rest.iter().all(|group| is_number(group) && group.len() == 3) =>
        {
            Some(groups.concat())
        }
        [whole] if is_number(whole) => Some((*whole).to_owned()),
        [whole, zeros] if is_number(whole) && !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => {
            Some((*whole).to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_of_thousands_are_removed() {
        for (cell, number) in [
            ("12", Some("12")),
            ("12345", Some("12345")),
            ("1.234", Some("1234")),
            ("1,234,567", Some("1234567")),
            ("1 234", Some("1234")),
            ("1\u{202f}234", Some("1234")),
            ("12.0", Some("12")),
            ("12,00", Some("12")),
            ("", None),
            ("1.5", None),
            ("12.34.5", None),
            ("1E+06", None),
            ("-1", None),
        ] {
            assert_eq!(read(cell).as_deref(), number, "{cell}");
        }
    }
}
