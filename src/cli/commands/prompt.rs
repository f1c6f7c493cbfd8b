//! Questions before anything is sent, asked where the user sees them.

use std::fs::File;
use std::io::{self, IsTerminal, Write};

use bulk_invite::model::{Halt, Signal};
use bulk_invite::report::escaped_lines;
use tokio::sync::mpsc;

use crate::cli::screen::Screen;

/// The device of the terminal that controls this process.
const TERMINAL: &str = if cfg!(windows) { "CONOUT$" } else { "/dev/tty" };

/// Returns whether a user can answer a question.
pub(crate) fn is_interactive() -> bool {
    io::stdin().is_terminal()
}

/// A place where a question is printed.
enum Place {
    StandardError,
    /// The controlling terminal, if standard error goes elsewhere.
    Terminal(File),
    /// Standard error as a JSON line, if there is no terminal to print on.
    JsonLine,
}

/// Asks the question. Returns a halt unless the answer is yes.
pub(crate) async fn confirm(question: String, screen: &Screen, signals: &mut mpsc::Receiver<Signal>) -> Option<Halt> {
    let mut place = Place::choose(screen);
    place.ask(&question, screen);
    let answer = tokio::task::spawn_blocking(read_answer);
    // After a no, the job still writes a line for each row and keeps the results of earlier runs.
    tokio::select! {
        answer = answer => {
            let answer = answer.unwrap_or_default();
            if !answer.ends_with('\n') {
                place.print("\n");
            }
            (!is_yes(&answer)).then_some(Halt::Declined)
        }
        Some(signal) = signals.recv() => {
            place.print("\n");
            Some(Halt::NotStarted(signal))
        }
    }
}

/// Asks which of `count` answers is meant. Returns its index, from 0; `None` if the answer is not one of their numbers.
pub(crate) fn choose(question: &str, count: usize, screen: &Screen) -> Option<usize> {
    let mut place = Place::choose(screen);
    place.ask(question, screen);
    let answer = read_answer();
    if !answer.ends_with('\n') {
        place.print("\n");
    }
    answer.trim().parse::<usize>().ok()?.checked_sub(1).filter(|index| *index < count)
}

impl Place {
    /// Returns standard error if it is a terminal that shows text, or else the controlling terminal, or else standard
    /// error in the form that it has.
    fn choose(screen: &Screen) -> Self {
        if !screen.is_json() && io::stderr().is_terminal() {
            return Place::StandardError;
        }
        match File::options().write(true).open(TERMINAL) {
            Ok(terminal) => Place::Terminal(terminal),
            Err(_) if screen.is_json() => Place::JsonLine,
            Err(_) => Place::StandardError,
        }
    }

    /// Prints a question, which nothing that was typed before answers.
    fn ask(&mut self, question: &str, screen: &Screen) {
        discard_typed_ahead();
        match self {
            Place::JsonLine => screen.question(question),
            Place::StandardError | Place::Terminal(_) => self.print(&escaped_lines(question)),
        }
    }

    /// Prints text. A terminal that is gone gives no answer either.
    fn print(&mut self, text: &str) {
        let _ = match self {
            Place::StandardError => io::stderr().lock().write_all(text.as_bytes()),
            Place::Terminal(terminal) => terminal.write_all(text.as_bytes()),
            Place::JsonLine => Ok(()),
        };
    }
}

/// Discards what was typed before the question, so that it does not answer it.
fn discard_typed_ahead() {
    #[cfg(unix)]
    // A terminal that cannot do this has nothing to discard.
    let _ = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
}

/// Returns the line that the user types, without a line end if the input ends.
fn read_answer() -> String {
    let mut answer = String::new();
    match io::stdin().read_line(&mut answer) {
        Ok(_) => answer,
        Err(_) => String::new(),
    }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}
