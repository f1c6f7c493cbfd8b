//! Our own reasons, explained.

use super::{Explanation, NOTHING, UNRESOLVED};
use crate::model::reason::RowReason;

/// Returns the explanation of a reason of our own.
pub(super) fn explanation(reason: RowReason) -> Explanation {
    let (heading, remedy) = match reason {
        RowReason::DryRun => ("Nothing was to be sent", "run the command without --dry-run"),
        RowReason::BeyondLimit => ("Left for later, as asked", AGAIN),
        RowReason::OrganizationBlocked => {
            ("Nothing more could be sent to the organization", "remove the cause, then run the same command again")
        }
        RowReason::Declined => ("The question before the run was not answered with yes", AGAIN),
        RowReason::Interrupted
        | RowReason::TooManyFailures
        | RowReason::InputUnreadable
        | RowReason::ResultsUnwritable => ("The run ended before their turn", AGAIN),
        RowReason::NoLongerListed => ("No longer in the sheet, and not invited", NOTHING),
        RowReason::HttpError => ("Atlas refused without saying why", RETRY),
        RowReason::NoAnswer => ("Atlas gave no answer", RETRY),
        RowReason::DnsFailed
        | RowReason::CertificateRejected
        | RowReason::TlsFailed
        | RowReason::ProxyRefused
        | RowReason::ConnectionFailed => ("Atlas could not be reached", NETWORK),
        RowReason::NoToken => ("Atlas did not admit the credentials", RETRY),
        RowReason::InviteAmbiguous => ("Which invite belongs to this job is unclear", CANCEL),
        RowReason::InviteNotListed => ("Atlas does not list the invite", CANCEL),
        RowReason::InvalidInviteId => ("The invite's id is not one of Atlas's", CANCEL),
        RowReason::LookUpFailed
        | RowReason::NotLookedUp
        | RowReason::UnexpectedAnswer
        | RowReason::Abandoned
        | RowReason::ProgramError => ("A request was sent, and no answer came", UNRESOLVED),
        RowReason::AlreadyAccepted => (
            "Accepted before the invite could be cancelled",
            "nobody is removed who has accepted; remove in Atlas whoever should not be there",
        ),
        RowReason::InviteGone => ("No invite of this job is pending", NOTHING),
        RowReason::PersonGone => {
            ("Invited earlier, and neither pending nor a member", "run with --fresh to invite them")
        }
        RowReason::InviteExpired => ("The invite has expired", "run with --reinvite-expired to invite them again"),
        RowReason::OtherInvitePending => ("Another invite is pending", NOTHING),
        RowReason::NotCreatedByJob => ("Not invited by this job", NOTHING),
        RowReason::Differs => {
            ("Roles, teams or projects differ from the sheet", "change them in Atlas, or correct the sheet")
        }
    };
    Explanation { heading, remedy }
}

const AGAIN: &str = "run the same command again: it sends the rest";
const RETRY: &str = "run the same command again later to try these rows again";
const NETWORK: &str = "check the network, then run the same command again";
const CANCEL: &str = "cancel the invite in Atlas";
