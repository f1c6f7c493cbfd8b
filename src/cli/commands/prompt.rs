//! Asks the person at the terminal before anything is sent.

use std::io::{self, IsTerminal, Write};

/// Whether there is somebody to ask.
pub(crate) fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks; anything but yes is no.
pub(crate) fn ask(question: &str) -> bool {
    let _ = write!(io::stderr().lock(), "{question}");
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    if !answer.ends_with('\n') {
        unanswered();
    }
    read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Ends the line of a question that nobody has answered.
pub(crate) fn unanswered() {
    let _ = writeln!(io::stderr().lock());
}
