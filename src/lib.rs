//! Invites a spreadsheet of people to a MongoDB Atlas organization, each exactly once.
//!
//! ```text
//!  people.csv -> spreadsheet -> plan -> engine -> worker -> atlas -> Atlas (or the sandbox)
//!                     |           |        ^       |  ^       |
//!                  bad row     decision    |   limiter verdict Answer
//!                     +-----------+------> | <-----+----------+
//!                                       Outcome
//!                                          |
//!                              results -> tally -> event -> screen
//! ```
//!
//! # Layout
//!
//! From the lowest layer up; no module imports one that is listed below it:
//!
//! - [`model`]: the shared vocabulary, such as an invitation, a person and an outcome;
//! - [`atlas`]: carries one request and its answer, and judges what the answer means;
//! - [`spreadsheet`]: reads the sheet, row by row;
//! - [`plan`]: a row, the organization's directory and the ledger become a decision; pure;
//! - [`results`]: the results file, which is the ledger of a job;
//! - [`engine`]: the dispatcher, its workers and the rate limiter;
//! - [`report`]: the summary, the page and the findings of a check.
//!
//! The library neither prints nor exits nor reads the environment; the binary does.

pub mod atlas;
pub mod engine;
pub mod model;
pub mod plan;
pub mod report;
pub mod results;
pub mod spreadsheet;
