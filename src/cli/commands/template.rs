//! `bulk-invite template`: a sheet to start from.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use bulk_invite::model::exit::Exit;
use bulk_invite::spreadsheet::template;

use super::stdout::print;
use crate::cli::settings::UsageError;

/// Runs the command and says how it went.
pub(crate) fn template(xlsx: Option<&Path>) -> Exit {
    let written = match xlsx {
        Some(path) => write(path),
        None => print(template::csv().as_bytes()),
    };
    match written {
        Ok(()) => Exit::Success,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            Exit::Usage
        }
    }
}

fn write(path: &Path) -> Result<(), UsageError> {
    let shown = path.display();
    if path.extension().is_none_or(|ending| !ending.eq_ignore_ascii_case("xlsx")) {
        return Err(UsageError(format!("{shown} is no name for a workbook; name a file that ends in .xlsx")));
    }
    let workbook = template::xlsx().map_err(UsageError::new)?;
    let written = File::create_new(path).and_then(|mut file| file.write_all(&workbook));
    written.map_err(|error| {
        UsageError(if error.kind() == ErrorKind::AlreadyExists {
            format!("{shown} is there already and is left as it is; name another file with --xlsx")
        } else {
            format!("cannot write {shown}: {error}; name another file with --xlsx")
        })
    })
}
