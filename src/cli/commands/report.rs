//! `bulk-invite report`: a page that people can read, made of a results file; `run --report` makes the same.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use bulk_invite::model::Exit;
use bulk_invite::report::html::{self, PageContext, WriteError};
use bulk_invite::results::ResultsReader;
use jiff::Timestamp;

use super::input::is_stdin;
use crate::cli::args::{LogFormat, ReportArgs};
use crate::cli::screen::Screen;
use crate::cli::settings::UsageError;

/// Runs the command and says how it went.
pub(crate) fn report(args: &ReportArgs) -> Exit {
    let screen = Screen::new(LogFormat::Text, false);
    let output = args.output.clone().unwrap_or_else(|| args.results.with_extension("html"));
    let written = if is_stdin(&output) { print_page(&args.results) } else { write_page(&args.results, &output) };
    match written {
        Ok(()) if is_stdin(&output) => Exit::Success,
        Ok(()) => {
            screen.note(&format!("page: {}", output.display()));
            Exit::Success
        }
        Err(error) => {
            screen.error(&error.0);
            Exit::Usage
        }
    }
}

/// Makes the page of the results file at `results`.
pub(crate) fn write_page(results: &Path, page: &Path) -> Result<(), UsageError> {
    let mut reading = ResultsReader::open(results).map_err(UsageError::new)?;
    html::write_file(page, &mut reading, &circumstances(results)).map_err(UsageError::new)
}

fn print_page(results: &Path) -> Result<(), UsageError> {
    let mut reading = ResultsReader::open(results).map_err(UsageError::new)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let written = html::write(&mut out, &mut reading, &circumstances(results));
    match written.and_then(|()| Ok(out.flush()?)) {
        Ok(()) => Ok(()),
        // A reader that has seen enough is no failure.
        Err(WriteError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(UsageError(format!("cannot write to standard output: {error}"))),
    }
}

fn circumstances(results: &Path) -> PageContext {
    PageContext {
        name: results.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        made_at: Timestamp::now(),
        rehearsed: atlas_sandbox::ORGANIZATION.parse().ok(),
    }
}
