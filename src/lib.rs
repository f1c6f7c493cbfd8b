//! Invites a spreadsheet of people to a MongoDB Atlas organization, each exactly once.
//!
//! ```text
//!  people.csv -> roster -> plan -> run -> worker -> atlas -> Atlas (or the sandbox)
//!                   |        |      ^       |  ^       |
//!                bad row  invalid   |   limiter retry  Answer
//!                   +--------+----> | <-----+----------+
//!                                Outcome
//!                                   |
//!                       journal -> tally -> event -> screen
//! ```
//!
//! # Layout
//!
//! In the order in which a row flows:
//!
//! - [`roster`] reads the spreadsheet, row by row, or the rows of one [`shard`] of its organizations;
//! - [`plan`] turns a row and the [`directory`] (names, and who is there already) into an [`invitation`] or a reason why
//!   not; [`person`] recognises people again, whatever row they stand in; [`triage`] does both for one row;
//! - [`forecast`] counts what would be sent, and [`seats`] whether there is room; [`check`] tells all of that and what is
//!   wrong, and sends nothing;
//! - [`run`] is what is asked before the first invite, and the one dispatcher: it alone owns the journal, the tally and
//!   the [`event`]s;
//! - `worker` carries one row to its [`outcome`], an invitation or the cancellation of one, through a [`caller`], which waits
//!   for its turn at the [`limiter`], sends, and leaves judging the answer to [`retry`];
//! - [`atlas`] carries one request and its answer, in the vocabulary of [`exchange`];
//! - [`journal`] is the results file, [`results`] what it looks like, [`report`] the summary at the end;
//! - [`aftermath`] is what became of each invitation after its run, and [`revocation`] what taking it back asks for: a job of
//!   its own, on the same dispatcher, whose rows are the lines of the run's results;
//! - [`template`] is a sheet to start from;
//! - [`clock`] and [`stop`] are what everyone who waits listens to;
//! - [`sandbox`] is an Atlas-like server of our own, which shares no code with the rest.
//!
//! The library neither prints nor exits nor reads the environment; the binary does.

pub mod aftermath;
pub mod atlas;
pub mod caller;
pub mod check;
pub mod clock;
pub mod directory;
pub mod event;
pub mod exchange;
pub mod forecast;
pub mod invitation;
pub mod journal;
pub mod limiter;
pub mod outcome;
pub mod person;
pub mod plan;
pub mod report;
pub mod results;
pub mod retry;
pub mod revocation;
pub mod roster;
pub mod run;
pub mod sandbox;
pub mod seats;
pub mod shard;
pub mod stop;
pub mod template;
pub mod triage;
mod worker;
