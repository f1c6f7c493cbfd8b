//! Makes a server's text fit for a results file: short and without control characters.

/// The longest text of a server that is kept, in characters.
const LONGEST: usize = 300;

/// Returns the text without control characters, with blanks folded into one, cut off after 300 characters.
pub(in crate::atlas) fn clean(text: &str) -> String {
    // The loop below stops early in a text of mostly blanks.
    let mut cleaned = String::with_capacity(text.len().min(LONGEST));
    let mut left = LONGEST;
    let mut gap = false;
    for c in text.chars().take(20 * LONGEST) {
        if c.is_whitespace() || c.is_control() {
            gap = true;
            continue;
        }
        if std::mem::take(&mut gap) && !cleaned.is_empty() {
            cleaned.push(' ');
            left = left.saturating_sub(1);
        }
        if left == 0 {
            cleaned.push('…');
            break;
        }
        cleaned.push(c);
        left -= 1;
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_stripped_and_shortened() {
        for (text, cleaned) in
            [("", ""), ("  a \r\n\t b ", "a b"), ("\u{1b}[31mred\u{0}\u{85}", "[31mred"), ("é…", "é…")]
        {
            assert_eq!(clean(text), cleaned, "{text:?}");
        }
        assert_eq!(clean(&"x".repeat(300)), "x".repeat(300));
        assert_eq!(clean(&"é".repeat(301)), format!("{}…", "é".repeat(300)));
        assert_eq!(clean(&" x".repeat(400)).chars().filter(|&c| c == 'x').count(), 150);
    }
}
