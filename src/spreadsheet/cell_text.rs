//! Removes from cells what programs write for other programs: the mark of the end of a file, and `="text"` for Excel.

use memchr::memchr;

/// The mark with which programs of DOS end a file.
const END_OF_FILE: u8 = 0x1A;

/// Removes the mark of the end of a file from the end of a record, with the zeros and spaces around it. Each cell has its end
/// in `ends`. Returns the length of all cells.
pub(super) fn without_mark(bytes: &[u8], ends: &mut [usize]) -> usize {
    let is_filling = |byte: &u8| matches!(*byte, END_OF_FILE | 0 | b' ');
    let length = bytes.len();
    let Some((last, before)) = ends.split_last_mut().filter(|_| bytes.last().is_some_and(is_filling)) else {
        return length;
    };
    let start = before.last().copied().unwrap_or(0);
    let cell = &bytes[start..];
    let text = cell.iter().rposition(|byte| !is_filling(byte)).map_or(0, |last| last + 1);
    if memchr(END_OF_FILE, &cell[text..]).is_none() {
        return length;
    }
    *last = start + text;
    *last
}

/// Replaces each cell that is written `="text"` by its text; returns the length of all cells.
pub(super) fn unforce(bytes: &mut [u8], ends: &mut [usize]) -> usize {
    let (mut start, mut length) = (0, 0);
    for end in ends {
        let cell = std::mem::replace(&mut start, *end)..*end;
        match forced_text(&bytes[cell.clone()]) {
            Some(text) => {
                bytes[length..length + text.len()].copy_from_slice(&text);
                length += text.len();
            }
            None => {
                bytes.copy_within(cell.clone(), length);
                length += cell.len();
            }
        }
        *end = length;
    }
    length
}

/// Returns the text of a cell that is written `="text"`, in which two quotes stand for one.
fn forced_text(cell: &[u8]) -> Option<Vec<u8>> {
    let inner = cell.trim_ascii().strip_prefix(b"=\"")?.strip_suffix(b"\"")?;
    let pieces: Vec<&[u8]> = inner.split(|byte| *byte == b'"').collect();
    // Each pair of quotes has an empty piece between them.
    let is_paired = pieces.len() % 2 == 1 && pieces.iter().skip(1).step_by(2).all(|piece| piece.is_empty());
    is_paired.then(|| pieces.into_iter().step_by(2).collect::<Vec<_>>().join(&b'"'))
}
