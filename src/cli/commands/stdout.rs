//! Standard output of commands that print one text.

use std::io::{self, ErrorKind, Write};

/// Writes a text to standard output. A pipe that was closed early is not an error.
pub(crate) fn write(text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
