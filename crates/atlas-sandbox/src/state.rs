//! Everything that requests change.

use std::time::Duration;

use jiff::Timestamp;

use super::auth::Gate;
use super::bucket::{Buckets, WindowCount};
use super::fault::{FaultKind, Faults, Kind, Plan};
use super::ledger::Ledger;
use super::options::Options;
use super::organization::Organization;

/// The organization, the limits' counts, the credentials in use, the faults and the ledger.
#[derive(Debug)]
pub(super) struct State {
    pub(super) organization: Organization,
    pub(super) ledger: Ledger,
    pub(super) invitations: Option<WindowCount>,
    pub(super) gate: Gate,
    pub(super) buckets: Buckets,
    pub(super) faults: Faults,
    pub(super) maintenance_until: Duration,
}

impl State {
    pub(super) fn new(options: &Options, now: Timestamp) -> Self {
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
    pub(super) fn apply_faults(&mut self, kind: Kind, now: Duration) -> Plan {
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
