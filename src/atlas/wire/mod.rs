//! Atlas's JSON: writes the body of an invitation, and parses answers.
//!
//! The names are those of Atlas's OpenAPI document. A field in an answer may be missing, of another type, or very long.

mod answer;
mod create;
mod created;
mod elements;
mod entity;
mod failure;
mod invites;
mod limits;
mod loose;
mod text;

pub(super) use self::answer::{refusal, response};
pub use self::create::body;
pub(super) use self::invites::InviteList;
pub(super) use self::loose::{Number, Text};
pub(super) use self::text::{clean, shortened, visible};
