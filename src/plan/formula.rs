//! What a spreadsheet shows where a formula went wrong, which is nothing that anybody meant to write.

/// The errors as Excel, LibreOffice and Google Sheets show them in the five languages of the headers.
#[rustfmt::skip]
const ERRORS: &[&str] = &[
    "#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#DATA!", "#GETTING_DATA", "#SPILL!", "#CALC!",
    "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#ERROR!", "#PYTHON!",
    "#NV", "#BEZUG!", "#WERT!", "#ZAHL!", "#ÜBERLAUF!", "#KALK!",
    "#N/D", "#¡REF!", "#¿NOMBRE?", "#¡VALOR!", "#¡DIV/0!", "#¡NULO!", "#¡NUM!", "#¡DESBORDAMIENTO!", "#¡CALC!",
    "#NOM?", "#VALEUR!", "#NUL!", "#NOMBRE!", "#PROPAGATION!",
    "#NOME?", "#VALOR!", "#NULO!", "#NÚM!", "#DESPEJAR!",
];

/// Whether the cell holds the error of a formula.
pub(super) fn is_error(cell: &str) -> bool {
    cell.starts_with('#') && ERRORS.contains(&cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_known_and_names_with_a_hash_are_not() {
        assert!(ERRORS.iter().all(|error| is_error(error)));
        assert!(["", "#", "#backend", "N/A", "# N/A"].iter().all(|cell| !is_error(cell)));
    }
}
