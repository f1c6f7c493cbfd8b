//! The texts that people read, held by snapshots in `tests/cli/snapshots`. What the program does is tested elsewhere.
//!
//! A wording that changes on purpose changes snapshots only: `INSTA_UPDATE=always cargo test --test cli text` writes
//! them, and the diff is for review.

mod help;
mod redactions;
mod refusals;
mod session;
mod transcript;

use self::transcript::Transcript;
