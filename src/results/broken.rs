//! The end of a journal that cannot be written, or that another program has changed.

use std::io;

use super::lines::{LinesAt, RawLines};
use super::record::Decoder;
use super::storage::Recovered;
use super::{Journal, JournalError, NOWHERE};

impl Journal {
    /// Gives up writing. Lines that end after the offset `certain` may be lost. Returns an error with the last of them
    /// of each row.
    pub(super) fn break_off(&mut self, source: io::Error, certain: u64) -> JournalError {
        let (mut decoder, columns) = (Decoder::new(), self.layout.columns());
        let certain = self.buffer_at.min(certain).max(self.end_of_line_before(certain));
        let mut reader = self.file.reader().map(LinesAt::new).ok();
        let mut unwritten = Vec::new();
        // If nothing was sent, the file of the earlier run has everything that was sent before.
        for offset in self.rows.iter().chain(&self.gone).filter(|_| !self.is_unchanged()).copied() {
            if offset == NOWHERE || offset < certain {
                continue;
            }
            let buffered = offset.checked_sub(self.buffer_at).and_then(|at| self.buffer.get(at as usize..));
            let line = match buffered.or_else(|| self.file.copied(offset)) {
                Some(bytes) => {
                    let mut lines = RawLines::new(bytes, offset);
                    lines.next().ok().flatten().and_then(|(_, raw)| decoder.line(raw, columns).ok())
                }
                None => {
                    let raw = reader.as_mut().and_then(|reader| reader.read(offset).ok());
                    raw.and_then(|raw| decoder.line(raw, columns).ok())
                }
            };
            unwritten.extend(line);
        }
        self.buffer_at += self.buffer.len() as u64;
        self.buffer.clear();
        self.earlier = None;
        self.broken = true;
        JournalError::Broken { path: self.path.clone(), source, unwritten }
    }

    /// Returns the end of the last buffered line that ends at or before an offset; 0 if none does.
    fn end_of_line_before(&self, offset: u64) -> u64 {
        let mut lines = RawLines::new(self.buffer.as_slice(), self.buffer_at);
        let mut end = 0;
        while let Ok(Some((begin, raw))) = lines.next() {
            let next = begin + raw.len() as u64;
            if next > offset {
                break;
            }
            end = next;
        }
        end
    }

    /// Continues in a new file, with what is known of the changed one and the buffer.
    pub(super) fn recover(&mut self) -> JournalError {
        let recovered = self.file.recover(&self.path, &self.buffer).and_then(|recovered| {
            self.lock.hold(recovered.ledger.file())?;
            Ok(recovered)
        });
        let Recovered { ledger, parts } = match recovered {
            Ok(recovered) => recovered,
            Err(source) => {
                let text = format!("it was changed or removed during the run, and cannot be written again: {source}");
                return self.break_off(io::Error::other(text), 0);
            }
        };
        let (buffer_at, mut lost) = (self.buffer_at, 0);
        let kept: u64 = parts.iter().map(|part| part.end - part.start).sum();
        for offset in self.rows.iter_mut().chain(&mut self.gone).filter(|offset| **offset != NOWHERE) {
            let before =
                parts.iter().take_while(|part| part.end <= *offset).map(|part| part.end - part.start).sum::<u64>();
            let part = parts.iter().find(|part| part.contains(offset));
            *offset = match (part, offset.checked_sub(buffer_at)) {
                (Some(part), _) => before + (*offset - part.start),
                (None, Some(in_buffer)) => kept + in_buffer,
                (None, None) => {
                    lost += 1;
                    NOWHERE
                }
            };
        }
        self.file = ledger;
        self.buffer.clear();
        self.buffer_at = self.file.length();
        self.earlier = None;
        JournalError::Changed { path: self.path.clone(), recovered: self.file.path().to_owned(), lost }
    }
}
