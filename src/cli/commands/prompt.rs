//! The question at the terminal before anything is sent.

use std::io::{self, IsTerminal, Write};

use bulk_invite::model::{Halt, Signal};
use tokio::sync::mpsc;

/// Returns whether a question can be asked and answered at a terminal.
pub(crate) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks the question. Returns a halt unless the answer is yes.
pub(crate) async fn confirm(question: String, signals: &mut mpsc::Receiver<Signal>) -> Option<Halt> {
    let answer = tokio::task::spawn_blocking(move || ask(&question));
    // After a no, the job still writes a line for each row and keeps the results of earlier runs.
    tokio::select! {
        answer = answer => (!answer.unwrap_or(false)).then_some(Halt::Declined),
        Some(signal) = signals.recv() => {
            end_line();
            Some(Halt::NotStarted(signal))
        }
    }
}

/// Returns whether the answer is yes.
fn ask(question: &str) -> bool {
    let _ = write!(io::stderr().lock(), "{question}");
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    if !answer.ends_with('\n') {
        end_line();
    }
    read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Ends the line of a question without an answer.
fn end_line() {
    let _ = writeln!(io::stderr().lock());
}
