//! Rewrites the results file at the end of a run: one line a row, in the order of the input.

use std::io::{self, BufWriter, Write};

use super::failed_rows::{FailedRows, FailedRowsLost, FailedWriter};
use super::lines::LinesAt;
use super::record::Decoder;
use super::storage::Replacement;
use super::{Journal, NOWHERE};

/// A reason why the results were not rewritten.
pub(super) enum RewriteError {
    /// Another program has changed the file.
    Changed,
    Failed(io::Error),
}

impl From<io::Error> for RewriteError {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

/// Rewrites the results, and writes the rows that need attention. The inner result is that of the second file; if it
/// fails, the results are rewritten all the same.
pub(super) fn rewrite(
    journal: &mut Journal,
    failed: Option<FailedRows>,
) -> Result<Result<(), FailedRowsLost>, RewriteError> {
    let mut failed = failed.map(|rows| FailedWriter::create(rows, journal.layout.excel)).transpose();
    let replacement = Replacement::create(&journal.path)?;
    let copied = copy(journal, &replacement, &mut failed);
    // After everything was read, so that a later change does not matter.
    if journal.file.is_content_changed()? {
        return Err(RewriteError::Changed);
    }
    copied?;
    if !journal.lock.hold(replacement.file())? {
        return Err(io::Error::other("the new file is locked").into());
    }
    replacement.finish()?;
    Ok(failed.and_then(|failed| failed.map_or(Ok(()), FailedWriter::finish)))
}

fn copy(
    journal: &Journal,
    replacement: &Replacement,
    failed: &mut Result<Option<FailedWriter>, FailedRowsLost>,
) -> io::Result<()> {
    let mut lines = LinesAt::new(journal.file.reader()?);
    let mut file = BufWriter::with_capacity(256 << 10, replacement.file());
    file.write_all(&journal.layout.header())?;
    let (mut decoder, columns) = (Decoder::new(), journal.layout.columns());
    for offset in journal.rows.iter().chain(&journal.gone) {
        if *offset == NOWHERE {
            return Err(io::Error::other("a row has no line"));
        }
        let raw = lines.read(*offset)?;
        file.write_all(raw)?;
        if let Ok(Some(writer)) = failed {
            let line = decoder.line(raw, columns).map_err(|bad| io::Error::other(bad.0))?;
            if let Err(error) = writer.offer(&line) {
                *failed = Err((writer.path().to_owned(), error));
            }
        }
    }
    file.flush()
}
