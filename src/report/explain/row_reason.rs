use super::{ACCEPTED, Explanation, NOTHING, UNRESOLVED};
use crate::model::reason::RowReason;

/// Returns the explanation of a reason of our own.
pub(super) fn explanation(reason: RowReason) -> Explanation {
    let (heading, remedy) = match reason {
        RowReason::DryRun => ("Nothing was to be sent", "run the command without --dry-run"),
        RowReason::BeyondLimit => ("Left for later, as asked", "run the same command again: it sends the rest"),
        RowReason::OrganizationBlocked => {
            ("Nothing more could be sent to the organization", "remove the cause, then run the same command again")
        }
        RowReason::Declined => (
            "The question before the run was not answered with yes",
            "run the same command again, and answer the question with yes",
        ),
        RowReason::Interrupted => (ENDED, "run the same command again: it sends the rest"),
        RowReason::TooManyFailures => (ENDED, "remove the cause of the failures, then run the same command again"),
        RowReason::InputUnreadable => (ENDED, "repair or copy the spreadsheet, then run the same command again"),
        RowReason::ResultsUnwritable => (ENDED, "make room for the results, then run the same command again"),
        RowReason::NoLongerListed => ("No longer in the sheet, and not invited", NOTHING),
        RowReason::HttpError => ("Atlas refused without saying why", RETRY),
        RowReason::NoAnswer => ("Atlas gave no answer", RETRY),
        RowReason::DnsFailed => (
            UNREACHABLE,
            "check the name in --base-url and this machine's name servers, then run the same command again",
        ),
        RowReason::CertificateRejected => (
            UNREACHABLE,
            "check this machine's clock, or name the certificate authority of your network with --ca-cert, then run the \
             same command again",
        ),
        RowReason::TlsFailed => (UNREACHABLE, "check --base-url and HTTPS_PROXY, then run the same command again"),
        RowReason::ProxyRefused => (
            UNREACHABLE,
            "check HTTPS_PROXY and NO_PROXY, or ask the proxy's administrator, then run the same command again",
        ),
        RowReason::ConnectionFailed => (UNREACHABLE, "check the network, then run the same command again"),
        RowReason::NoToken => (
            "Atlas gave no access token",
            "run the same command again later; if that does not help, check the credentials",
        ),
        RowReason::InviteAmbiguous => ("Which invite belongs to this job is unclear", CANCEL),
        RowReason::InviteNotListed => ("Atlas does not list the invite", CANCEL),
        RowReason::InvalidInviteId => ("The invite's id is not one of Atlas's", CANCEL),
        RowReason::LookUpFailed | RowReason::NotLookedUp | RowReason::Abandoned => {
            ("A request was sent, and no answer came", UNRESOLVED)
        }
        RowReason::UnexpectedAnswer => ("Atlas's answer does not fit the request", UNRESOLVED),
        RowReason::ProgramError => (
            "The program failed on the row",
            "report this as a bug, and run the same command again: it asks Atlas what became of them before it sends \
             anything",
        ),
        RowReason::AlreadyAccepted => ("Accepted before the invite could be cancelled", ACCEPTED),
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

const ENDED: &str = "The run ended before their turn";
const UNREACHABLE: &str = "Atlas could not be reached";
const RETRY: &str = "run the same command again later to try these rows again";
const CANCEL: &str = "cancel the invite in Atlas";
