//! Characters that look like those of an address and are others, and characters that cannot be seen.

use crate::model::quote::is_invisible;

/// The letters of other alphabets with the shape of a Latin one, each with that one.
#[rustfmt::skip]
const LETTERS: &[(char, char)] = &[
    // Cyrillic.
    ('а', 'a'), ('в', 'b'), ('с', 'c'), ('ԁ', 'd'), ('е', 'e'), ('һ', 'h'), ('і', 'i'), ('ј', 'j'), ('к', 'k'), ('ӏ', 'l'),
    ('м', 'm'), ('о', 'o'), ('р', 'p'), ('ԛ', 'q'), ('ѕ', 's'), ('т', 't'), ('ѵ', 'v'), ('ԝ', 'w'), ('х', 'x'), ('у', 'y'),
    ('А', 'A'), ('В', 'B'), ('С', 'C'), ('Е', 'E'), ('Н', 'H'), ('І', 'I'), ('Ј', 'J'), ('К', 'K'), ('М', 'M'), ('О', 'O'),
    ('Р', 'P'), ('Ѕ', 'S'), ('Т', 'T'), ('Х', 'X'), ('У', 'Y'),
    // Greek.
    ('α', 'a'), ('ι', 'i'), ('κ', 'k'), ('ν', 'v'), ('ο', 'o'), ('ρ', 'p'), ('υ', 'u'), ('ϲ', 'c'), ('ϳ', 'j'),
    ('Α', 'A'), ('Β', 'B'), ('Ε', 'E'), ('Ζ', 'Z'), ('Η', 'H'), ('Ι', 'I'), ('Κ', 'K'), ('Μ', 'M'), ('Ν', 'N'), ('Ο', 'O'),
    ('Ρ', 'P'), ('Τ', 'T'), ('Υ', 'Y'), ('Χ', 'X'),
    // Latin letters of other alphabets.
    ('ı', 'i'), ('ɑ', 'a'), ('ɡ', 'g'),
];

/// Returns the ASCII character that this one looks like, if it is another.
pub(super) fn ascii(c: char) -> Option<char> {
    match c {
        // The full-width forms are in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        // The letters of formulas are in alphabets of 52.
        '\u{1d400}'..='\u{1d6a3}' => {
            let letter = (u32::from(c) - 0x1d400) % 52;
            char::from_u32(letter + if letter < 26 { 0x41 } else { 0x61 - 26 })
        }
        '\u{fe6b}' => Some('@'),
        '\u{3002}' | '\u{ff61}' | '\u{2024}' | '\u{fe52}' => Some('.'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{2043}' => Some('-'),
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{2b9}' | '\u{2032}' | '\u{b4}' => Some('\''),
        '\u{fe4d}'..='\u{fe4f}' => Some('_'),
        _ if c.is_ascii() => None,
        _ => LETTERS.iter().find(|(other, _)| *other == c).map(|(_, latin)| *latin),
    }
}

/// Returns the text as it looks: every character that looks like one of ASCII is that one, and those without a width are
/// left out. `None` if that is not certain.
///
/// A word entirely of another script may be a word of its language, and an order of writing may show another text.
pub(super) fn plain(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let has_latin = word.chars().any(|c| c.is_ascii_alphanumeric());
        for c in word.chars() {
            match c {
                '\u{202d}' | '\u{202e}' => return None,
                _ if c.is_whitespace() => plain.push(if matches!(c, '\t' | '\n' | '\r') { c } else { ' ' }),
                _ if is_invisible(c) || c.is_control() => {}
                _ => match ascii(c) {
                    Some(_) if c.is_alphabetic() && !is_a_form_of_ascii(c) && !has_latin => return None,
                    Some(ascii) => plain.push(ascii),
                    None => match ligature(c) {
                        Some(letters) => plain.push_str(letters),
                        None => plain.push(c),
                    },
                },
            }
        }
    }
    Some(plain)
}

fn is_a_form_of_ascii(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{1d400}'..='\u{1d6a3}')
}

/// Returns the letters of a ligature, which a copy from a PDF file may have.
fn ligature(c: char) -> Option<&'static str> {
    match c {
        '\u{fb00}' => Some("ff"),
        '\u{fb01}' => Some("fi"),
        '\u{fb02}' => Some("fl"),
        '\u{fb03}' => Some("ffi"),
        '\u{fb04}' => Some("ffl"),
        _ => None,
    }
}
