//! Recognises formula errors, which a spreadsheet saves instead of the value that was meant.

use super::rejection::{Cell, Rejection};
use crate::model::reason::RejectionCode;

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

/// The words before the number of an error of LibreOffice, such as `Err:502`.
const NUMBERED: &[&str] = &["Err:", "Err :", "Fehler:"];

/// Returns whether the cell holds a formula error.
pub(super) fn is_error(cell: &str) -> bool {
    let has_number = |word: &&str| {
        let number = cell.strip_prefix(*word).map(str::trim_start);
        number.is_some_and(|number| number.len() == 3 && number.bytes().all(|digit| digit.is_ascii_digit()))
    };
    cell.starts_with('#') && ERRORS.contains(&cell) || NUMBERED.iter().any(has_number)
}

/// Returns the rejection of a row for an error in a cell.
pub(super) fn rejection(cell: Cell<'_>) -> Rejection {
    let finding = format!("the formula in the cell returns {}; correct it, or type the value instead", cell.text);
    cell.reject(RejectionCode::FormulaError, finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_hash_is_not_a_formula_error() {
        assert!(ERRORS.iter().all(|error| is_error(error)));
        assert!(["Err:502", "Err:510", "Fehler:502", "Err : 522"].iter().all(|error| is_error(error)));
        assert!(
            ["", "#", "#backend", "N/A", "# N/A", "Err:", "Err:50", "Err:team", "Error:502"]
                .iter()
                .all(|cell| !is_error(cell))
        );
    }
}
