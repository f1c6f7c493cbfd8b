//! The texts that people read, held by snapshots in `tests/cli/snapshots`. What the program does is tested elsewhere.
//!
//! A wording that changes on purpose changes snapshots only: `INSTA_UPDATE=always cargo test --test cli text` writes
//! them, and the diff is for review.

mod afterwards;
mod audits;
mod checks;
mod halts;
mod help;
mod networks;
mod page;
mod questions;
mod redactions;
mod refusals;
mod rows;
mod runs;
mod session;
mod settings;
mod terminal;
mod transcript;

use self::terminal::Terminal;
use self::transcript::Transcript;
