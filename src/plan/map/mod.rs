//! Maps HR's columns to Atlas's: a table of rules, each with conditions on a row's cells and what a matching person gets.
//!
//! A [`RoleMap`] is the table as an administrator writes it. [`RoleMap::bind`] checks it against a sheet and the
//! organizations, once and before anything is sent; the resulting [`Rules`] are asked for each row by the planner. All
//! matching rules and the row's own cells add up.

mod bind;
mod coverage;
mod error;
mod grant;
mod index;
mod pattern;
mod rules;
mod starter;
mod table;

pub use self::coverage::{Coverage, Uncovered};
pub use self::error::{CellError, MapError};
pub use self::rules::Rules;
pub use self::starter::Starter;
pub use self::table::RoleMap;

#[cfg(test)]
mod tests;
