//! Invites a spreadsheet of people to a MongoDB Atlas organization, each exactly once.
//!
//! # Layout
//!
//! In the order in which a row flows:
//!
//! - [`roster`] reads the spreadsheet, row by row;
//! - [`plan`] turns a row and the [`directory`] (names, and who is there already) into an [`invitation`] or a reason why
//!   not;
//! - [`atlas`] carries one request and its answer, in the vocabulary of [`exchange`];
//! - [`sandbox`] is an Atlas-like server of our own, which shares no code with the rest.

pub mod atlas;
pub mod caller;
pub mod clock;
pub mod directory;
pub mod event;
pub mod exchange;
pub mod invitation;
pub mod journal;
pub mod limiter;
pub mod outcome;
pub mod person;
pub mod plan;
pub mod report;
pub mod results;
pub mod retry;
pub mod roster;
pub mod run;
pub mod sandbox;
pub mod stop;
mod worker;
