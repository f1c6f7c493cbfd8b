#![doc = include_str!("../README.md")]

// A request's way, from the outside in. Modules import downwards only:
//
// - `running` and `socket` serve a sandbox;
// - `handle` is the sandbox, and takes a request from its arrival to its answer;
// - `admission` decides whether the request is let in, `perform` performs it; `control` and `snapshot` answer the
//   endpoints that Atlas does not have;
// - `state` holds what requests change: the organization, the credentials in use, the buckets, the faults, the ledger;
//   `late` holds requests that are processed after their answer;
// - `organization` and `auth` are the rules, `view` and `answer` write answers, `reply` applies faults to them;
// - `call`, `request`, `fault`, `bucket` and `problem` are the vocabulary, `options` is the setup.

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
mod late;
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

pub use fault::kind::{ClockFault, FaultKind, Lacking, ListFault, Moment, RetryAfter};
pub use fault::syntax::FaultError;
pub use fault::{Fault, Target, When};
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
