//! Runs jobs: reads the organization, turns rows into requests and outcomes, and paces and retries the requests.
//!
//! The binary puts the parts together; nothing here prints, exits or reads the environment.

pub mod backoff;
mod budget;
pub mod clock;
mod dispatcher;
pub mod event;
mod jobs;
pub mod limiter;
mod look_up;
mod organization;
mod preflight;
mod recorder;
pub mod revoke;
mod run;
pub mod session;
pub mod stop;
mod summary;
mod worker;

#[cfg(test)]
mod tests;

pub use self::budget::{MaxFailures, NotABudget};
pub use self::dispatcher::dispatch;
pub use self::look_up::{Entries, Found};
pub use self::organization::Organization;
pub use self::preflight::{preflight, preflight_pending, preflight_people, read_lapsed};
pub use self::run::{Input, Run, RunOptions};
pub use self::summary::{Failures, OrganizationSummary, Summary};
