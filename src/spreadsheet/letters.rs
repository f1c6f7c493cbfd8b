//! The letters by which spreadsheet programs name a column: A to Z, then AA.

/// Returns the letters of the column with this index.
pub(super) fn letters(index: usize) -> String {
    let last = char::from(b'A' + (index % 26) as u8);
    match index / 26 {
        0 => last.to_string(),
        before => letters(before - 1) + &last.to_string(),
    }
}

/// Returns the index of the column with these letters, of which there are at most three.
pub(super) fn index(letters: &str) -> Option<usize> {
    if letters.is_empty() || letters.len() > 3 || !letters.bytes().all(|letter| letter.is_ascii_alphabetic()) {
        return None;
    }
    let value = |letter: u8| usize::from(letter.to_ascii_uppercase() - b'A') + 1;
    Some(letters.bytes().fold(0, |index, letter| index * 26 + value(letter)) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_count_as_in_a_spreadsheet_program() {
        for (number, text) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")]
        {
            assert_eq!((letters(number).as_str(), index(text)), (text, Some(number)));
        }
        assert_eq!(index("xfd"), Some(16_383));
        for text in ["", "A1", "ABCD", "É"] {
            assert_eq!(index(text), None, "{text}");
        }
    }
}
