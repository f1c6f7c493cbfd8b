//! The HTML page about a results file.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

use bulk_invite::report::InputFacts;
use bulk_invite::report::html::{self, PageContext, PageError, WriteError};
use bulk_invite::results::ResultsReader;
use jiff::Timestamp;

use super::error::CliError;
use super::input::open_results;

/// Writes the page of a run's results to a file.
pub(crate) fn write_page(results: &Path, page: &Path, input: Option<&InputFacts>) -> Result<(), PageError> {
    html::write_file(page, &mut ResultsReader::open(results)?, &context(results, input))
}

/// Writes the page of the results file that the user named to a file.
pub(crate) fn write_named_page(results: &Path, page: &Path) -> Result<(), CliError> {
    Ok(html::write_file(page, &mut open_results(results)?, &context(results, None))?)
}

/// Writes the page of the results file to standard output.
pub(crate) fn print_page(results: &Path) -> Result<(), CliError> {
    let mut reader = open_results(results)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let written = html::write(&mut out, &mut reader, &context(results, None));
    result(written.and_then(|()| Ok(out.flush()?)))
}

fn result(written: Result<(), WriteError>) -> Result<(), CliError> {
    match written {
        Ok(()) => Ok(()),
        // The reader of a pipe may close it early.
        Err(WriteError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(WriteError::Write(error)) => Err(CliError::StandardOutput(error)),
        Err(WriteError::Read(error)) => Err(error.into()),
    }
}

fn context(results: &Path, input: Option<&InputFacts>) -> PageContext {
    PageContext {
        name: results.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        made_at: Timestamp::now(),
        input: input.cloned(),
        rehearsed: atlas_sandbox::ORGANIZATION.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use bulk_invite::results::ReadError;

    use super::*;

    #[test]
    fn a_failed_read_is_not_reported_as_a_failed_write() {
        let read = ReadError::NotOurs { path: "people.results.csv".into() };
        assert!(matches!(result(Err(read.into())), Err(CliError::Results(ReadError::NotOurs { .. }))));
        let full = io::Error::from(ErrorKind::StorageFull);
        assert!(matches!(result(Err(full.into())), Err(CliError::StandardOutput(_))));
        let closed = io::Error::from(ErrorKind::BrokenPipe);
        assert!(result(Err(closed.into())).is_ok());
    }
}
