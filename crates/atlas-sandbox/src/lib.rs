//! An Atlas-like server inside the program: for rehearsals without an account, and the truth that our tests are held to.
//!
//! It answers as recordings and the documentation of MongoDB Atlas say that Atlas does; where neither says, a comment
//! marks the guess. It shares no code with the client and spells every name of the API by itself, so that the two cannot
//! agree on the same mistake. It is not a mock: nothing is scripted but its faults, and what it answers follows from what
//! its organization holds.
//!
//! # Layout
//!
//! - [`start`] and [`serve`] put a [`Sandbox`] on a socket; [`Sandbox::handle`] answers a request without one;
//! - `service` takes a request from arrival to answer: `admission` (`auth` with `digest` and `oauth`, `route`, `version`,
//!   `query`, `bucket`), then `operation`;
//! - `organization` keeps the people, `person` is one of them, `draft` reads who is to be invited, `seed` says who is
//!   there at first, `refusal` whom Atlas would not take;
//! - `view`, `limit_view`, `answer` and `problem` write bodies and headers;
//! - `fault` and `outcome` are how it misbehaves, `ledger` and `control` how one learns what really happened;
//! - [`Options`] is everything that it can be told.

mod admission;
mod answer;
mod auth;
mod bucket;
mod call;
mod clock;
mod control;
mod duration;
mod fault;
mod handle;
mod ledger;
mod object_id;
mod options;
mod organization;
mod perform;
mod problem;
mod reply;
mod request;
mod running;
mod snapshot;
mod socket;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use fault::syntax::FaultError;
pub use fault::{Fault, FaultKind, Moment, RetryAfter, Target, When};
pub use handle::Sandbox;
pub use ledger::{Created, Ledger};
pub use options::credentials::{CLIENT_ID, CLIENT_SECRET, Credentials, PRIVATE_KEY, PUBLIC_KEY, TOKEN};
pub use options::initial_organization::{InitialOrganization, NamedResource, ORGANIZATION};
pub use options::limits::{Caps, Limits, Rate, Window};
pub use options::policy::{Access, Duplicates, EmailCase};
pub use options::{Options, ScenarioError};
pub use organization::user::{InvitationEnd, InviteEndpoint};
pub use reply::{Delivery, Reply};
pub use running::{Running, start};
pub use snapshot::LoadStateError;
pub use socket::serve;
