use super::{ACCEPTED, Explanation, NOTHING, RERUN, UNANSWERED, UNRESOLVED};
use crate::model::reason::RowReason;

/// Returns the explanation of rows with this reason.
pub(super) fn explanation(reason: RowReason) -> Explanation {
    let (heading, remedy) = match reason {
        RowReason::DryRun => ("Nothing was sent, because this was a dry run", "run the command without --dry-run"),
        RowReason::BeyondLimit => ("Left for a later run", RERUN),
        RowReason::OrganizationBlocked => {
            ("The organization accepted no more requests", "fix the cause, which is in the summary of the run")
        }
        RowReason::Declined => ("The run was not confirmed", "run the same command again and answer yes"),
        RowReason::Interrupted => ("The run was interrupted before these rows", RERUN),
        RowReason::TooManyFailures => {
            ("The run stopped before these rows because too many others failed", "fix the cause of the failures")
        }
        RowReason::WaitTooLong => (
            "The run stopped before these rows because Atlas made it wait for too long",
            "run the same command again later, or allow a longer wait with --max-wait",
        ),
        RowReason::DeadlineReached => ("The run reached its deadline before these rows", RERUN),
        RowReason::InputUnreadable => ("The spreadsheet could not be read to its end", "repair the spreadsheet"),
        RowReason::ResultsUnwritable => {
            ("The results could not be written", "free disk space, or set another file with --results")
        }
        RowReason::NoLongerListed => ("No longer in the spreadsheet, and not invited", NOTHING),
        RowReason::HttpError => ("Atlas rejected the request without giving a reason", RETRY),
        RowReason::NoAnswer => ("Atlas did not answer", RETRY),
        RowReason::DnsFailed => (UNREACHABLE, "check --base-url and the name servers of this machine"),
        RowReason::CertificateRejected => (
            UNREACHABLE,
            "check the clock of this machine, or set the certificate authority of your network with --ca-cert",
        ),
        RowReason::TlsFailed => (UNREACHABLE, "check --base-url and HTTPS_PROXY"),
        RowReason::ProxyRefused => {
            (UNREACHABLE, "check HTTPS_PROXY and NO_PROXY, or ask the administrator of the proxy for access")
        }
        RowReason::ConnectionFailed => (UNREACHABLE, "check the network"),
        RowReason::NoToken => {
            ("Atlas did not issue an access token", "try again later, and check the credentials if it fails again")
        }
        RowReason::InviteAmbiguous => {
            ("Several invites are pending, and it is unclear which one this job created", CANCEL)
        }
        RowReason::InviteNotListed => ("Atlas does not list the invite", CANCEL),
        RowReason::InvalidInviteId => ("The id of the invite is not a valid Atlas id", CANCEL),
        RowReason::LookUpFailed | RowReason::NotLookedUp | RowReason::Abandoned => (UNANSWERED, UNRESOLVED),
        RowReason::LookUpInconclusive | RowReason::PersonNotListed | RowReason::OtherUsername => {
            ("Atlas did not show whether the invite exists", UNRESOLVED)
        }
        RowReason::UnexpectedAnswer => ("The answer from Atlas does not match the request", UNRESOLVED),
        RowReason::ProgramError => ("An internal error occurred", "report this as a bug"),
        RowReason::AlreadyAccepted => ("Accepted before the invite could be cancelled", ACCEPTED),
        RowReason::InviteGone => ("No invite of this job is pending", NOTHING),
        RowReason::PersonGone => {
            ("Invited earlier, but no longer pending or a member", "run with --fresh to invite these people again")
        }
        RowReason::InviteExpired => {
            ("The invite has expired", "run with --reinvite-expired to invite these people again")
        }
        RowReason::OtherInvitePending => ("An invite that this job did not create is pending", NOTHING),
        RowReason::NotCreatedByJob => ("Not invited by this job", NOTHING),
        RowReason::TwoInvites => ("Several invites for one person", "cancel all but one of these invites in Atlas"),
        RowReason::NotAsAsked => (
            "Invited, but without everything that the spreadsheet asks for",
            "add the missing roles, teams or projects in Atlas",
        ),
        RowReason::Differs => {
            ("Roles, teams or projects differ from the spreadsheet", "change them in Atlas, or correct the spreadsheet")
        }
    };
    Explanation { heading, remedy }
}

const UNREACHABLE: &str = "Atlas could not be reached";
const RETRY: &str = "try again later";
const CANCEL: &str = "cancel the invite in Atlas";
