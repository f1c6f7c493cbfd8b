//! Atlas's JSON: what is written to create an invitation, and what is read back.
//!
//! The names are those of Atlas's OpenAPI document. Nothing that a server says is trusted to be there, of the right
//! type, or short.

mod answer;
mod create;
mod entity;
mod failure;
mod limits;
mod loose;
mod text;

pub(super) use self::answer::{refusal, response};
pub use self::create::body;
pub(super) use self::loose::{Number, Text};
pub(super) use self::text::clean;
