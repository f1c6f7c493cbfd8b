//! Invites the people in a spreadsheet to a MongoDB Atlas organization, each exactly once.
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
//! - [`model`]: the shared types, such as an invitation, a person and an outcome;
//! - [`atlas`]: sends one request, and judges what its answer means;
//! - [`spreadsheet`]: reads the sheet, row by row;
//! - [`plan`]: decides what to do with a row, from the organization's directory and earlier results; pure;
//! - [`results`]: the results file, which records every row of a job;
//! - [`engine`]: the dispatcher, its workers and the rate limiter;
//! - [`report`]: the summary, the page and the findings of a check.
//!
//! The library does not print, exit or read the environment; the binary does.

pub mod atlas;
pub mod engine;
pub mod model;
pub mod plan;
pub mod report;
pub mod results;
pub mod spreadsheet;
