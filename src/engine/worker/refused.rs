//! Ends rows whose request was refused, or answered for another person: what the answer means is looked up first.

use std::ops::ControlFlow::{Break, Continue};

use tokio::time::Instant;

use super::ownership::Found;
use super::{ActiveRow, Ending};
use crate::atlas::api::{Gateway, Request};
use crate::engine::session::Unanswered;
use crate::model::reason::RowReason;

impl<G: Gateway> ActiveRow<'_, G> {
    /// Ends a row whose answer names another person. A further request could invite that person once more.
    pub(super) async fn resolve_other_address(&mut self, address: &str) -> Ending {
        self.doubt();
        self.slot = None;
        let why = format!("the answer is about {address}");
        match self.settle(self.context.settle, &why).await {
            Break(ending) => ending,
            Continue(Found::Absent) => {
                let outcome = self.unknown(&why).or_code(RowReason::OtherUsername);
                Ending::Settled(outcome)
            }
            Continue(found) => self.found(found),
        }
    }

    /// Ends a row that was refused because the person is present already, or may be unless this is `certain`. If the
    /// person must be present, or an earlier request may have created an invite, the lists may lag: asks again until the
    /// settling delay is over.
    pub(super) async fn refused_but_present(&mut self, certain: bool) -> Ending {
        let asks_again = certain || self.window.is_some();
        let asked = Instant::now();
        loop {
            let is_last = !asks_again || asked.elapsed() >= self.context.settle;
            let found = match self.find().await {
                Ok(found) => found,
                Err(unanswered) if self.window.is_some() => return self.unanswered(unanswered),
                Err(unanswered) => return self.refused_unanswered(unanswered),
            };
            match found {
                Found::Absent | Found::Inconclusive if !is_last => {}
                Found::Absent if certain => return self.left_unknown(RowReason::PersonNotListed),
                Found::Inconclusive if !asks_again => return self.failed(),
                Found::Absent | Found::Inconclusive | Found::Ours(_) | Found::Theirs(_) | Found::Member => {
                    return self.found(found);
                }
            }
            self.slot = None;
            let delay = self.next_delay().min(self.context.settle.saturating_sub(asked.elapsed()));
            if let Break(ending) = self.wait_to_ask(delay, RowReason::PersonNotListed.text()).await {
                return ending;
            }
        }
    }

    /// Ends a row that was answered with a 403 or 404, which may be about the row, its team, its project or the
    /// organization.
    pub(super) async fn refused_or_organization_missing(&mut self) -> Ending {
        let session = &self.context.session;
        let ask = || async {
            match session.ask(&Request::Organization).await {
                Ok(_) => Ok(None),
                Err(Unanswered::Refused(blocked)) => Ok(Some(blocked)),
                Err(unanswered @ (Unanswered::Stopped | Unanswered::Unreachable(..) | Unanswered::GaveUp(_))) => {
                    Err(unanswered)
                }
            }
        };
        match self.context.organization_missing.get_or_try_init(ask).await {
            Ok(Some(blocked)) => self.blocked(blocked.clone()),
            Err(Unanswered::Unreachable(_, why) | Unanswered::GaveUp(why)) => {
                Ending::Settled(self.failure_and(&format!("looking up the organization failed: {why}")))
            }
            Ok(None) | Err(Unanswered::Stopped | Unanswered::Refused(_)) => self.failed(),
        }
    }
}
