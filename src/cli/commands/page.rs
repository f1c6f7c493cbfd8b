//! The page that people can read, made from a results file.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

use bulk_invite::report::html::{self, PageContext, PageError, WriteError};
use bulk_invite::results::ResultsReader;
use jiff::Timestamp;

use super::error::CliError;

/// Writes the page of the results file to a file.
pub(crate) fn write_page(results: &Path, page: &Path) -> Result<(), PageError> {
    html::write_file(page, &mut ResultsReader::open(results)?, &context(results))
}

/// Writes the page of the results file to standard output.
pub(crate) fn print_page(results: &Path) -> Result<(), CliError> {
    let mut reader = ResultsReader::open(results)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let written = html::write(&mut out, &mut reader, &context(results));
    match written.and_then(|()| Ok(out.flush()?)) {
        Ok(()) => Ok(()),
        // A reader that has closed its end is not an error.
        Err(WriteError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(CliError::PageToStandardOutput(error)),
    }
}

fn context(results: &Path) -> PageContext {
    PageContext {
        name: results.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        made_at: Timestamp::now(),
        rehearsed: atlas_sandbox::ORGANIZATION.parse().ok(),
    }
}
