//! Takes Rust source apart into comments and string literals, as far as text is concerned.

/// A comment or a string literal.
pub(super) struct Piece {
    pub(super) kind: Kind,
    /// The line on which it begins, from 1.
    pub(super) line: usize,
    pub(super) text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A line of a doc comment; `opens` if it is the first of its comment.
    Doc { opens: bool },
    /// A line of any other comment.
    Comment,
    /// A string literal.
    Text,
}

/// Returns the comments and string literals of a file, in order.
pub(super) fn pieces(source: &str) -> Vec<Piece> {
    let bytes = source.as_bytes();
    let (mut at, mut line, mut pieces) = (0, 1, Vec::new());
    let mut last_doc_line = 0;
    while at < bytes.len() {
        let rest = &source[at..];
        if rest.starts_with("//") {
            let end = rest.find('\n').unwrap_or(rest.len());
            let text = &rest[..end];
            let is_doc = (text.starts_with("///") && !text.starts_with("////")) || text.starts_with("//!");
            let body = text.trim_start_matches(['/', '!']).trim().to_owned();
            let kind = if is_doc {
                let opens = last_doc_line + 1 != line && !body.is_empty();
                last_doc_line = line;
                Kind::Doc { opens }
            } else {
                Kind::Comment
            };
            pieces.push(Piece { kind, line, text: body });
            at += end;
        } else if let Some(hashes) = raw_string(rest) {
            let open = rest.find('"').unwrap_or(0) + 1;
            let close = format!("\"{}", "#".repeat(hashes));
            let end = rest[open..].find(&close).map_or(rest.len(), |end| open + end);
            push_text(&mut pieces, line, &rest[open..end]);
            let whole = (end + close.len()).min(rest.len());
            line += rest[..whole].matches('\n').count();
            at += whole;
        } else if rest.starts_with('"') {
            let end = string_end(rest);
            push_text(&mut pieces, line, &rest[1..end]);
            let whole = (end + 1).min(rest.len());
            line += rest[..whole].matches('\n').count();
            at += whole;
        } else if rest.starts_with('\'') {
            at += character(rest);
        } else {
            line += usize::from(bytes[at] == b'\n');
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    pieces
}

fn push_text(pieces: &mut Vec<Piece>, line: usize, text: &str) {
    // A line that goes on in the next is one text.
    let text = text.replace("\\\n", " ").replace("\\n", " ").replace("\\\"", "\"");
    pieces.push(Piece { kind: Kind::Text, line, text });
}

/// Returns how many `#` a raw string has that begins here.
fn raw_string(rest: &str) -> Option<usize> {
    let rest = rest.strip_prefix('b').unwrap_or(rest).strip_prefix('r')?;
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    rest[hashes..].starts_with('"').then_some(hashes)
}

/// Returns where a string literal's closing quote is.
fn string_end(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    rest.len()
}

/// Returns the length of a character literal, or of the quote of a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => rest[2..].find('\'').map_or(1, |end| if end == 0 { 4 } else { end + 3 }),
        Some((at, c)) if rest[at + c.len_utf8()..].starts_with('\'') => at + c.len_utf8() + 1,
        Some(_) | None => 1,
    }
}

/// Returns the names of functions below a `#[test]` or `#[tokio::test]`, or within `proptest!`.
pub(super) fn test_names(source: &str) -> impl Iterator<Item = &str> {
    let mut is_test = false;
    source.lines().filter_map(move |line| {
        let line = line.trim_start();
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
            return None;
        }
        let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
        let name = name.split('(').next()?;
        std::mem::take(&mut is_test).then_some(name)
    })
}
