//! Standard output of the commands that print a text of theirs.

use std::io::{self, ErrorKind, Write};

use crate::cli::settings::UsageError;

/// Prints a text.
pub(crate) fn print(text: &[u8]) -> Result<(), UsageError> {
    write(text).map_err(unprintable)
}

/// That standard output takes no more.
pub(crate) fn unprintable(error: io::Error) -> UsageError {
    UsageError(format!("cannot write to standard output: {error}"))
}

/// Writes all of a text to standard output. A reader that has seen enough is no failure.
pub(crate) fn write(text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
