//! The model's cancellations: for the job by the invites endpoint, and for other administrators.

use bulk_invite::atlas::{Body, Membership, Response, Revoke};

use crate::atlas::Atlas;
use crate::faults::Fault;
use crate::ledger::{Creator, Issued};

impl Atlas {
    /// Returns the answer to a request to cancel an invite. Only pending invites can be cancelled.
    pub(crate) fn revoke(&mut self, revoke: &Revoke, fault: Option<Fault>) -> Response {
        if let Some(upgrading) = self.upgrading(fault) {
            return upgrading;
        }
        let named = revoke.invite.to_string();
        match self.ledger.issued.iter().position(|issued| issued.is_pending() && issued.invite == named) {
            Some(at) => {
                self.cancel(at, Creator::Job);
                self.respond(204, Body::Revoked)
            }
            None => self.error(400, "INVALID_INVITATION_ID", "No pending invitation has that ID."),
        }
    }

    /// Cancels a pending invitation. A person without another one is removed.
    pub(crate) fn cancel(&mut self, at: usize, by: Creator) {
        let Issued { address, invite, .. } = self.ledger.issued[at].clone();
        self.history.note(|| format!("    the invite {invite} to {address} is cancelled by {by:?}"));
        self.ledger.issued[at].cancelled = Some(by);
        let pending = self.membership(&address) == Some(Membership::Pending);
        if pending && !self.ledger.of(&address).any(Issued::is_pending) {
            self.accounts.remove(&address);
            self.last_removal = Some(self.history.now());
        }
    }

    /// Returns the indices of the pending invitations in the ledger.
    pub(crate) fn pending(&self) -> Vec<usize> {
        let issued = self.ledger.issued.iter().enumerate();
        issued.filter(|(_, issued)| issued.is_pending()).map(|(at, _)| at).collect()
    }

    /// Returns the reason this invite must not be cancelled, if there is one.
    ///
    /// The ambiguity of [`crate::ledger::Ledger::may_come_from_job`] applies here too: an invite that another
    /// administrator created while a request of the job may have been processed looks like the job's own.
    pub(crate) fn forbidden_cancellation(&self, revoke: &Revoke) -> Option<String> {
        let named = revoke.invite.to_string();
        let Some(issued) = self.ledger.issued.iter().find(|issued| issued.invite == named) else {
            return Some(format!("a request to cancel {named} was sent, which is not an invite"));
        };
        let may_be_ours = || {
            !self.is_named_otherwise(issued)
                && self.ledger.may_come_from_job(&issued.address, issued.created, self.tolerance(issued))
        };
        let is_allowed =
            issued.creator == Creator::Job || (may_be_ours() && !self.cancellations.is_known_not_ours(issued));
        (!is_allowed).then(|| format!("a request to cancel an invite of another administrator was sent: {issued:?}"))
    }
}
