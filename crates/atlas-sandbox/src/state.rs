//! Everything that requests change.

use std::time::Duration;

use jiff::Timestamp;

use crate::auth::Gate;
use crate::bucket::{Buckets, WindowCount};
use crate::fault::{FaultKind, Faults, Kind, Plan};
use crate::ledger::Ledger;
use crate::options::Options;
use crate::organization::Organization;

/// The organization, the limits' counts, the credentials in use, the faults and the ledger.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) organization: Organization,
    pub(crate) ledger: Ledger,
    pub(crate) invitations: Option<WindowCount>,
    pub(crate) gate: Gate,
    pub(crate) buckets: Buckets,
    pub(crate) faults: Faults,
    pub(crate) maintenance_until: Duration,
}

impl State {
    pub(crate) fn new(options: &Options, now: Timestamp) -> Self {
        State {
            organization: Organization::new(options, now),
            ledger: Ledger::default(),
            invitations: options.limits.invitations.map(WindowCount::new),
            gate: Gate::new(options),
            buckets: Buckets::new(&options.limits),
            faults: Faults::new(options.faults.clone(), options.seed),
            maintenance_until: Duration::ZERO,
        }
    }

    /// Decides which faults hit a request, and starts those that outlast it.
    pub(crate) fn apply_faults(&mut self, kind: Kind, now: Duration) -> Plan {
        let plan = self.faults.plan(kind, now);
        self.ledger.faults += u64::from(plan != Plan::default());
        match plan.fault {
            Some(FaultKind::Revoke) => self.gate.revoke(),
            Some(FaultKind::Maintenance(lasting)) => self.maintenance_until = now.saturating_add(lasting),
            Some(_) | None => {}
        }
        plan
    }
}
