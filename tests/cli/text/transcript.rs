//! Commands and what they printed, as a terminal would show them.

use super::redactions;
use crate::world::Finished;

/// The commands of one snapshot, in order.
#[derive(Default)]
pub(super) struct Transcript(String);

impl Transcript {
    /// Adds a command: its arguments, both streams and its exit code.
    pub(super) fn command(&mut self, finished: &Finished) -> &mut Self {
        self.0 += &format!("$ {}\n", finished.line);
        for (stream, text) in [("stdout", &finished.stdout), ("stderr", &finished.stderr)] {
            if !text.is_empty() {
                self.0 += &format!("--- {stream}\n{}\n", text.trim_end_matches('\n'));
            }
        }
        let code = finished.code().map_or("a signal".to_owned(), |code| code.to_string());
        self.0 += &format!("--- exit code {code}\n\n");
        self
    }

    /// Adds a line about what differs from the commands before.
    pub(super) fn note(&mut self, text: &str) -> &mut Self {
        self.0 += &format!("# {text}\n");
        self
    }

    /// Compares all of it with the snapshot of this name.
    #[track_caller]
    pub(super) fn hold(&self, name: &str) {
        hold(name, &self.0);
    }
}

/// Compares a text with the snapshot of this name.
#[track_caller]
pub(super) fn hold(name: &str, text: &str) {
    redactions::settings().bind(|| insta::assert_snapshot!(name, text));
}
