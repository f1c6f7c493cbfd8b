//! Everything that requests change.

use std::time::Duration;

use jiff::Timestamp;

use crate::auth::Authenticator;
use crate::bucket::{Buckets, WindowCount};
use crate::fault::kind::FaultKind;
use crate::fault::plan::{Countable, FaultPlan, Faults};
use crate::late::LateRequests;
use crate::ledger::Ledger;
use crate::options::Options;
use crate::organization::Organization;

/// The state of the server.
#[derive(Debug)]
pub(crate) struct ServerState {
    pub(crate) organization: Organization,
    pub(crate) ledger: Ledger,
    pub(crate) invitations: Option<WindowCount>,
    pub(crate) authenticator: Authenticator,
    pub(crate) buckets: Buckets,
    pub(crate) faults: Faults,
    pub(crate) maintenance_until: Duration,
    pub(crate) late: LateRequests,
}

impl ServerState {
    pub(crate) fn new(options: &Options, now: Timestamp) -> Self {
        ServerState {
            organization: Organization::new(options, now),
            ledger: Ledger::default(),
            invitations: options.limits.invitations.map(WindowCount::new),
            authenticator: Authenticator::new(options),
            buckets: Buckets::new(&options.limits),
            faults: Faults::new(options.faults.clone(), options.seed),
            maintenance_until: Duration::ZERO,
            late: LateRequests::default(),
        }
    }

    /// Decides which faults hit a request, and starts those whose effect outlasts it.
    pub(crate) fn apply_faults<'r>(&mut self, request: impl Into<Countable<'r>>, now: Duration) -> FaultPlan {
        let plan = self.faults.plan(request, now);
        self.ledger.faults += u64::from(plan != FaultPlan::default());
        match plan.fault {
            Some(FaultKind::Revoke) => self.authenticator.revoke(),
            Some(FaultKind::Maintenance(lasting)) => self.maintenance_until = now.saturating_add(lasting),
            Some(_) | None => {}
        }
        plan
    }
}
