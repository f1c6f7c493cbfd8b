//! `bulk-invite report`: makes an HTML page from a results file, as `run --report` does.

use bulk_invite::model::Exit;

use super::error::CliError;
use super::page::{print_page, write_named_page};
use super::paths::is_dash;
use crate::cli::args::ReportArgs;
use crate::cli::screen::Screen;

pub(crate) fn run(args: &ReportArgs, screen: &Screen) -> Result<Exit, CliError> {
    let output = args.output.clone().unwrap_or_else(|| args.results.with_extension("html"));
    if is_dash(&output) {
        print_page(&args.results)?;
    } else {
        write_named_page(&args.results, &output)?;
        screen.note(format_args!("page: {}", output.display()));
    }
    Ok(Exit::Success)
}
