//! The program's exit codes, and the signals that end a run.

/// An exit code of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The run finished and no row needs attention.
    Success = 0,
    /// The run finished and some rows are `invalid`, `failed`, `unknown` or `accepted`, or its summary or page could
    /// not be written.
    RowsNeedALook = 1,
    /// The usage or configuration is wrong, or the input is unreadable; nothing was sent.
    Usage = 2,
    /// The run stopped early.
    Halted = 3,
    /// SIGINT.
    Interrupted = 130,
    /// SIGTERM.
    Terminated = 143,
}

impl Exit {
    /// Every exit code, in ascending order.
    pub const ALL: [Self; 6] =
        [Self::Success, Self::RowsNeedALook, Self::Usage, Self::Halted, Self::Interrupted, Self::Terminated];
}

/// A signal that asks the run to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// SIGINT, Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}
