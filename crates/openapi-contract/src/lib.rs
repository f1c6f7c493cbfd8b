//! Compares recorded requests and answers with the OpenAPI document that MongoDB publishes for Atlas.
//!
//! The client and the sandbox share no code, but the same people wrote both; the document is a third opinion. It is not
//! part of this repository: the variable `ATLAS_OPENAPI` names it, whole or reduced to the endpoints in use.
//!
//! - `document` finds the description of a request, `schemas` validates with its schemas;
//! - `check` compares one exchange with it, `oauth` one with the token endpoints, which the document only names;
//! - `exemptions` are the differences that are right; an exemption that is not needed is an error too.

mod document;
mod exchange;
mod exemptions;
mod oauth;
mod schemas;

pub mod check;

pub use document::Document;
pub use exchange::{Exchange, Message};
pub use exemptions::{Exemption, unexplained};
