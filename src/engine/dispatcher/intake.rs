//! Takes rows from the job. A row that needs no request ends at once; any other gets a worker.

use jiff::Timestamp;

use super::{Dispatcher, Phase};
use crate::atlas::api::Gateway;
use crate::engine::jobs::{Conditions, Decision, Entry, Job, Next};
use crate::model::reason::{Halt, RowReason};
use crate::results::{Line, Place};

/// Rows that are taken before the loop checks for messages again.
const ROWS_AT_ONCE: usize = 256;
/// Bytes of unwritten lines that are enough for a write.
const ENOUGH_TO_WRITE: usize = 256 << 10;

impl<G: Gateway, J: Job> Dispatcher<'_, '_, G, J> {
    /// Takes rows while slots are free.
    pub(super) fn take_rows(&mut self) {
        for _ in 0..ROWS_AT_ONCE {
            if !self.takes_rows() {
                break;
            }
            self.take_next();
        }
        if self.recorder.journal.unflushed() > ENOUGH_TO_WRITE {
            self.write();
        }
    }

    /// Writes a line for every row that remains after a halt, without sending anything.
    pub(super) fn record_remaining(&mut self) {
        while self.broken.is_none() && !matches!(self.phase, Phase::Done) {
            self.take_next();
            if self.recorder.journal.unflushed() > ENOUGH_TO_WRITE {
                self.write();
            }
        }
        self.write();
    }

    fn take_next(&mut self) {
        let now = self.clock.now();
        match &mut self.phase {
            Phase::Rows => {
                let journal = &mut self.recorder.journal;
                match self.job.next(|| journal.next_slot(), now) {
                    Ok(Some(next)) => self.take(next, now),
                    Ok(None) => self.phase = Phase::Unlisted(self.earlier.leave().into_iter()),
                    Err(error) => {
                        self.phase = Phase::Unlisted(self.earlier.leave().into_iter());
                        self.stop(Halt::InputUnreadable(error.to_string()));
                    }
                }
            }
            Phase::Unlisted(places) => match places.next() {
                Some(place) => self.take_unlisted(place, now),
                None => self.phase = Phase::Done,
            },
            Phase::Done => {}
        }
    }

    fn take(&mut self, next: Next<J::Subject>, now: Timestamp) {
        let (organization, key, subject) = match next {
            Next::Ended(entry, outcome) => return self.recorder.settle(&entry, &outcome, false),
            Next::Person { organization, key, subject } => (organization, key, subject),
        };
        let earlier = match key.and_then(|key| self.earlier.take(key)) {
            None => None,
            Some(place) => match self.recorder.journal.read(place) {
                Ok(line) => Some(line),
                Err(error) => return self.journal_failed(error),
            },
        };
        let conditions = self.conditions(Some(organization), now);
        let directory = self.organizations[organization].directory;
        let (entry, decision) = self.job.decide(subject, earlier, directory, &conditions);
        self.carry_out(Some(organization), entry, decision, now);
    }

    /// Takes a person of an earlier run who is no longer in the input. The invite stays recorded. If the outcome of a
    /// request is unknown, the person is looked up.
    fn take_unlisted(&mut self, place: Place, now: Timestamp) {
        let line = match self.recorder.journal.read(place) {
            Ok(line) => Line { row: None, ..line },
            Err(error) => return self.journal_failed(error),
        };
        let id = line.org_id.parse().ok();
        let organization = self.organizations.iter().position(|organization| Some(organization.id) == id);
        let decision = self.job.decide_unlisted(&line, &self.conditions(organization, now));
        if let Some(decision) = decision {
            self.carry_out(organization, Entry::Line(None, Box::new(line)), decision, now);
        }
    }

    fn carry_out(&mut self, organization: Option<usize>, entry: Entry, decision: Decision, now: Timestamp) {
        match (decision, organization) {
            (Decision::Keep { outcome, departed }, _) => {
                self.recorder.departed += u64::from(departed);
                self.settle(organization, &entry, &outcome, true);
            }
            (Decision::Settle(outcome), _) => self.settle(organization, &entry, &outcome, false),
            (Decision::Send(work), Some(organization)) => {
                self.sendable -= u64::from(work.may_send());
                let state = &mut self.organizations[organization];
                self.pool.assign(organization, state, &mut self.recorder, (entry, work), now);
            }
            // Without an organization `Conditions::may_ask` is false, so no job decides this.
            (Decision::Send(_), None) => {}
        }
    }

    /// Returns the conditions of a decision about a row. `organization` is `None` if the run has no credentials for it.
    fn conditions(&self, organization: Option<usize>, now: Timestamp) -> Conditions {
        let session = organization.map(|organization| &self.organizations[organization].context.session);
        let is_blocked = organization.is_none_or(|organization| self.organizations[organization].blocked.is_some());
        Conditions {
            now,
            server_now: session.map_or(now, |session| session.server_time(now)),
            knows_server_time: session.is_some_and(|session| session.server_clock.translate(now).is_some()),
            withheld: self.withheld(organization),
            may_ask: self.halt.is_none() && !self.options.dry_run && !is_blocked,
            api: self.api,
            reinvite_expired: self.options.reinvite_expired,
            fresh: self.earlier.is_fresh(),
            timeout: self.options.timeout,
            settle: self.options.settle,
        }
    }

    /// Returns the reason nothing may be sent for a row of the organization.
    fn withheld(&self, organization: Option<usize>) -> Option<RowReason> {
        let by_option = if self.options.dry_run {
            Some(RowReason::DryRun)
        } else if self.sendable == 0 {
            Some(RowReason::BeyondLimit)
        } else {
            None
        };
        self.stopped(organization).or(by_option)
    }

    /// Returns the reason the run has stopped, or has stopped for the organization.
    pub(super) fn stopped(&self, organization: Option<usize>) -> Option<RowReason> {
        match (&self.halt, organization) {
            (Some(halt), _) => Some(halt.reason().into()),
            (None, Some(organization)) => {
                self.organizations[organization].blocked.as_ref().map(|blocked| blocked.reason.into())
            }
            (None, None) => Some(RowReason::OrganizationBlocked),
        }
    }
}
