//! Runs jobs: reads the organization, turns rows into requests and outcomes, and paces and retries the requests.
//!
//! The binary assembles the parts. Nothing here prints, exits or reads the environment.

pub mod audit;
mod authorship;
pub(crate) mod backoff;
mod budget;
pub(crate) mod clock;
mod dispatcher;
pub(crate) mod event;
mod jobs;
pub(crate) mod limiter;
mod look_up;
mod organization;
mod pages;
mod preflight;
mod recorder;
pub(crate) mod revoke;
mod run;
pub(crate) mod session;
pub(crate) mod stop;
mod summary;
mod worker;

#[cfg(test)]
mod tests;

pub use self::authorship::{Author, Authorship};
pub use self::backoff::Policy;
pub use self::budget::{MaxFailures, NotABudget};
pub use self::clock::Clock;
pub use self::dispatcher::{dispatch, reached};
pub use self::event::{Event, Progress};
pub use self::limiter::{Learned, Limiter, MaxWait, NotARate, Pace, Rate, RateLimit, Totals, WaitTooLong};
pub use self::look_up::Entries;
pub use self::organization::Organization;
pub use self::preflight::{preflight, preflight_pending, preflight_people, read_lapsed};
pub use self::revoke::{RevokePreview, Step, revoke_step};
pub use self::run::{Input, LONGEST_SETTLE, Run, RunOptions};
pub use self::session::{NoPermit, Session, Unanswered};
pub use self::summary::{Failures, OrganizationSummary, Summary};
