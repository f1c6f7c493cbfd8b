//! Recognises formula errors, which a spreadsheet saves instead of the value that was meant.

/// The errors of Excel, LibreOffice and Google Sheets in the five languages of the headers.
#[rustfmt::skip]
const ERRORS: &[&str] = &[
    "#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#DATA!", "#GETTING_DATA", "#SPILL!", "#CALC!",
    "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#ERROR!", "#PYTHON!",
    "#NV", "#BEZUG!", "#WERT!", "#ZAHL!", "#ÜBERLAUF!", "#KALK!",
    "#N/D", "#¡REF!", "#¿NOMBRE?", "#¡VALOR!", "#¡DIV/0!", "#¡NULO!", "#¡NUM!", "#¡DESBORDAMIENTO!", "#¡CALC!",
    "#NOM?", "#VALEUR!", "#NUL!", "#NOMBRE!", "#PROPAGATION!",
    "#NOME?", "#VALOR!", "#NULO!", "#NÚM!", "#DESPEJAR!",
];

/// Returns whether the cell holds a formula error.
pub(super) fn is_error(cell: &str) -> bool {
    match cell.strip_prefix("Err:") {
        // LibreOffice numbers most of its errors.
        Some(number) => number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit()),
        None => cell.starts_with('#') && ERRORS.contains(&cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_hash_is_not_a_formula_error() {
        assert!(ERRORS.iter().all(|error| is_error(error)));
        assert!(is_error("Err:502"));
        assert!(
            ["", "#", "Err:", "Err:5020", "Err:50x", "#backend", "N/A", "# N/A"].iter().all(|cell| !is_error(cell))
        );
    }
}
