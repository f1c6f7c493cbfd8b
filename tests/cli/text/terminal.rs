//! A terminal at which commands are typed, in a folder of its own, beside one sandbox.

use atlas_sandbox::{Options, Running};

use super::Transcript;
use crate::world::{Process, World, sandbox};

pub(super) struct Terminal {
    pub(super) world: World,
    pub(super) server: Running,
    pub(super) transcript: Transcript,
}

impl Terminal {
    /// Returns one beside an organization without people.
    pub(super) fn new(options: Options) -> Self {
        Self::beside(sandbox(options))
    }

    pub(super) fn beside(server: Running) -> Self {
        Self { world: World::new(), server, transcript: Transcript::default() }
    }

    /// Writes `people.csv` of this many people.
    pub(super) fn people(self, count: usize) -> Self {
        self.world.write("people.csv", crate::world::sheet(&crate::world::people(count)));
        self
    }

    /// Runs a line with the sandbox's token.
    pub(super) fn run(&mut self, line: &str) -> &mut Self {
        self.transcript.command(&self.world.line(line).with_token(&self.server).finish());
        self
    }

    /// Starts a line with the sandbox's token.
    pub(super) fn start(&self, line: &str) -> Process {
        self.world.line(line).with_token(&self.server).start()
    }

    /// Runs a line at a terminal and types this; what the terminal shows is its standard error.
    pub(super) fn run_and_type(&mut self, line: &str, typed: &str) -> &mut Self {
        self.transcript.command(&self.world.line(line).with_token(&self.server).on_a_terminal(typed));
        self
    }

    /// Compares all of it with the snapshot of this name.
    #[track_caller]
    pub(super) fn hold(&self, name: &str) {
        self.transcript.hold(name);
    }
}
