//! Resolves requests whose outcome is unknown: waits until they have certainly ended on the server, then looks the
//! person up.

use std::ops::ControlFlow::{self, Break, Continue};
use std::time::Duration;

use super::ownership::{Found, Moment, Window};
use super::{ActiveRow, Ending, Trace, Unresolved};
use crate::atlas::api::Gateway;
use crate::engine::clock::signed;
use crate::engine::session::Unanswered;
use crate::model::outcome::Outcome;
use crate::model::reason::RowReason;

/// The reason for the wait of a row with an unresolved request.
pub(super) const UNRESOLVED: &str = "the outcome of a request of an earlier run is unknown";
/// The reason for a look-up without an answer because the run stopped.
const STOPPED: &str = "the run ended before the look-up was answered";

impl<G: Gateway> ActiveRow<'_, G> {
    /// Waits until an earlier run's request has certainly ended, then looks the person up.
    pub(super) async fn resolve(&mut self, unresolved: Unresolved) -> ControlFlow<Ending, Found> {
        let settle = self.reopen(unresolved);
        let found = Box::pin(self.settle(settle, UNRESOLVED)).await?;
        if found == Found::Absent {
            // The earlier run's requests created no invite.
            self.trace = Trace::default();
        }
        Continue(found)
    }

    /// Continues with an earlier run's request. Returns the time for which it may still be running.
    pub(super) fn reopen(&mut self, unresolved: Unresolved) -> Duration {
        let Unresolved { sent_as, trace, settle, ran, ran_as_own } = unresolved;
        self.trace = trace;
        let since = trace.first_sent.map(|local| Moment { local, server: ran.map(|ran| ran.since) });
        self.window =
            since.map(|since| Window { until: ran.map(|ran| ran.until), own: ran_as_own, ..Window::new(since) });
        self.sent_as = Some(sent_as);
        self.settled_at = self.context.session.server_now().checked_add(signed(settle)).ok();
        settle
    }

    /// Waits until the last request has certainly ended, then looks the person up.
    pub(super) async fn settle(&mut self, delay: Duration, why: &str) -> ControlFlow<Ending, Found> {
        self.wait_to_ask(delay, why).await?;
        let found = match self.find().await {
            Ok(found) => found,
            Err(unanswered) => return Break(self.unanswered(unanswered)),
        };
        if found == Found::Absent {
            self.observe_absence();
        }
        Continue(found)
    }

    /// Waits until the last request has certainly ended, then for a slot for the look-up.
    pub(super) async fn wait_to_ask(&mut self, delay: Duration, why: &str) -> ControlFlow<Ending> {
        if self.wait(delay, why.to_owned()).await.is_err() || self.take_slot().await.is_err() {
            return Break(self.interrupted("the run ended before the person was looked up"));
        }
        Continue(())
    }

    /// Ends a row whose request may have succeeded and whose person could not be looked up.
    pub(super) fn unanswered(&self, unanswered: Unanswered) -> Ending {
        let failed = |outcome: Outcome| outcome.or_code(RowReason::LookUpFailed);
        match unanswered {
            Unanswered::Stopped => self.interrupted(STOPPED),
            Unanswered::Unreachable(_, why) | Unanswered::GaveUp(why) => {
                Ending::Settled(failed(self.unknown(&format!("looking up the person failed: {why}"))))
            }
            Unanswered::Refused(blocked) => {
                let why = format!("looking up the person was refused: {}", blocked.detail);
                Ending::Blocked(failed(self.unknown(&why)), blocked)
            }
        }
    }

    /// Ends a row that was refused and whose person could not be looked up afterwards.
    pub(super) fn refused_unanswered(&self, unanswered: Unanswered) -> Ending {
        match unanswered {
            Unanswered::Stopped => Ending::Settled(self.failure_and(STOPPED)),
            Unanswered::Unreachable(_, why) | Unanswered::GaveUp(why) => {
                Ending::Settled(self.failure_and(&format!("looking up the person failed: {why}")))
            }
            Unanswered::Refused(blocked) => {
                let why = format!("looking up the person was refused: {}", blocked.detail);
                Ending::Blocked(self.failure_and(&why), blocked)
            }
        }
    }

    pub(super) async fn find(&self) -> Result<Found, Unanswered> {
        let entries = self.context.session.look_up(self.email(), self.sent_as.as_deref()).await?;
        Ok(self.sort_out(entries))
    }
}
