//! The end of a job: its page, its summary and its exit code.

use std::fs;
use std::io;
use std::path::Path;

use bulk_invite::model::Exit;
use bulk_invite::report::{self, Report};
use serde_json::Value;

use super::page::write_page;
use super::paths::is_dash;
use super::stdout;
use crate::cli::args::JobArgs;
use crate::cli::screen::Screen;

/// Writes the page and the summary if flags ask for them, prints the summary, and returns the exit code.
pub(crate) fn finish(report: Report<'_>, args: &JobArgs, screen: &Screen) -> Exit {
    let mut facts = report::json(report);
    let mut exit = report.summary.exit();
    if let Some(path) = &args.report {
        match write_page(report.summary.results(report.results), path, report.input) {
            Ok(()) => screen.note(format_args!("page: {}", path.display())),
            Err(error) => {
                screen.error(error);
                exit = after_failed_output(exit, &mut facts);
            }
        }
    }
    // Written last, because it holds the exit code.
    if let Some(path) = &args.summary
        && let Err(error) = write_summary(path, &facts)
    {
        screen.error(format_args!("cannot write the summary to {}: {error}", path.display()));
        exit = after_failed_output(exit, &mut facts);
    }
    screen.summary(&report::text(report), facts);
    exit
}

/// Returns the exit code after a page or a summary could not be written. An old file there could be mistaken for a new
/// one, so the exit code is not that of success.
fn after_failed_output(exit: Exit, facts: &mut Value) -> Exit {
    match exit {
        Exit::Success => {
            facts["exit_code"] = (Exit::RowsNeedALook as i32).into();
            facts["exit_reason"] = "output_unwritable".into();
            Exit::RowsNeedALook
        }
        Exit::RowsNeedALook | Exit::Usage | Exit::Halted | Exit::Interrupted | Exit::Terminated => exit,
    }
}

fn write_summary(path: &Path, facts: &Value) -> io::Result<()> {
    let line = format!("{}\n", report::escaped_json(&facts.to_string()));
    if is_dash(path) { stdout::write(line.as_bytes()) } else { fs::write(path, line) }
}
