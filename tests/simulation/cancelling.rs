//! How the model cancels invites: for the job, by the invites' endpoint, and for other administrators.

use bulk_invite::atlas::{Body, Membership, Response, Revoke};

use crate::atlas::Atlas;
use crate::ledger::{Creator, Issued};
use crate::weather::Fault;

impl Atlas {
    /// What a request to cancel an invite is answered: only what is pending can be cancelled.
    pub(crate) fn revoke(&mut self, revoke: &Revoke, fault: Option<Fault>) -> Response {
        if let Some(upgrading) = self.upgrading(fault) {
            return upgrading;
        }
        let named = revoke.invite.to_string();
        match self.ledger.issued.iter().position(|issued| issued.is_open() && issued.invite == named) {
            Some(at) => {
                self.cancel(at, Creator::Job);
                self.respond(204, Body::Revoked)
            }
            None => self.error(400, "INVALID_INVITATION_ID", "No pending invitation has that ID."),
        }
    }

    /// Cancels a pending invitation; whoever has no other is gone.
    pub(crate) fn cancel(&mut self, at: usize, by: Creator) {
        let Issued { address, invite, .. } = self.ledger.issued[at].clone();
        self.history.note(|| format!("    the invite {invite} to {address} is cancelled by {by:?}"));
        self.ledger.issued[at].cancelled = Some(by);
        let pending = self.membership(&address) == Some(Membership::Pending);
        if pending && !self.ledger.of(&address).any(Issued::is_open) {
            self.accounts.remove(&address);
        }
    }

    /// The places in the ledger of what is pending.
    pub(crate) fn pending(&self) -> Vec<usize> {
        let issued = self.ledger.issued.iter().enumerate();
        issued.filter(|(_, issued)| issued.is_open()).map(|(at, _)| at).collect()
    }

    /// What is wrong with cancelling this invite.
    ///
    /// The one ambiguity of [`crate::ledger::Ledger::is_in_doubt`] cannot be told here either: what somebody else created
    /// while a request of the job may have been processed looks as the job's own would.
    pub(crate) fn not_to_be_cancelled(&self, revoke: &Revoke) -> Option<String> {
        let named = revoke.invite.to_string();
        let Some(issued) = self.ledger.issued.iter().find(|issued| issued.invite == named) else {
            return Some(format!("a request to cancel {named} was sent, which is no invite"));
        };
        let in_doubt = || self.ledger.is_in_doubt(&issued.address, issued.created, self.manners.early());
        let right = issued.creator == Creator::Job || (in_doubt() && !self.cancels.is_known_to_be_another(issued));
        (!right).then(|| format!("a request to cancel an invite that is not the job's was sent: {issued:?}"))
    }
}
