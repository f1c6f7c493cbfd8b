use super::blocked::{BlockedReason, NetworkFault};
use super::halt::StopReason;

reasons! {
    /// One of our own reasons why a row ended, besides the checks of [`RejectionCode`](super::RejectionCode).
    RowReason {
        /// The run was a dry run.
        DryRun = "DRY_RUN", "dry run";
        /// `--limit` was reached.
        BeyondLimit = "BEYOND_LIMIT", "beyond --limit";
        /// The organization accepts no more requests; the run's summary has the cause.
        OrganizationBlocked = "ORGANIZATION_BLOCKED", "the organization accepts no more requests";
        /// The question before the run was not answered with yes.
        Declined = "DECLINED", "the run was not confirmed";
        /// A signal ended the run.
        Interrupted = "INTERRUPTED", "the run was interrupted before this row was sent";
        /// `--max-failures` ended the run.
        TooManyFailures = "TOO_MANY_FAILURES", "the run stopped before this row: too many rows failed";
        /// `--max-wait` ended the run.
        WaitTooLong =
            "WAIT_TOO_LONG", "the run stopped before this row: the wait for Atlas was longer than --max-wait";
        /// `--deadline` ended the run.
        DeadlineReached = "DEADLINE_REACHED", "the run stopped before this row: --deadline was reached";
        /// The spreadsheet could not be read to its end.
        InputUnreadable = "INPUT_UNREADABLE", "the run stopped before this row: the input could not be read";
        /// The results file could not be written.
        ResultsUnwritable =
            "RESULTS_UNWRITABLE", "the run stopped before this row: the results could not be written";
        /// An earlier run's request created no invite, and the sheet no longer has the row.
        NoLongerListed = "NO_LONGER_LISTED", "no invite was created, and the row is no longer in the sheet";

        /// Atlas rejected the request without an error code.
        HttpError = "HTTP_ERROR", "Atlas rejected the request without an error code";
        /// The last request got no complete answer, and no invite was found.
        NoAnswer = "NO_ANSWER", "no complete answer arrived";
        /// The name of Atlas or of the proxy was not resolved.
        DnsFailed = "DNS_FAILED", "a host name could not be resolved";
        /// The server's certificate is not trusted.
        CertificateRejected = "CERTIFICATE_REJECTED", "the server's certificate is not trusted";
        /// The TLS handshake failed.
        TlsFailed = "TLS_FAILED", "an encrypted connection could not be established";
        /// The proxy refused the connection.
        ProxyRefused = "PROXY_REFUSED", "the proxy refused the connection";
        /// The connection failed.
        ConnectionFailed = "CONNECTION_FAILED", "the connection failed";
        /// No token was issued for the service account, or no challenge for the API key.
        NoToken = "NO_TOKEN", "no token or challenge could be fetched";

        /// Several pending invites may have been created by this job.
        InviteAmbiguous =
            "INVITE_AMBIGUOUS", "several pending invites may be from this job";
        /// The person is pending, but the list of invites has none for the person.
        InviteNotListed = "INVITE_NOT_LISTED", "the person is pending but Atlas lists no invite";
        /// The id of the pending invite is not an Atlas id.
        InvalidInviteId = "INVALID_INVITE_ID", "the id of the pending invite is not valid";

        /// The look-up that would show whether a request succeeded failed.
        LookUpFailed = "LOOK_UP_FAILED", "the person could not be looked up in Atlas";
        /// A killed run left the request, and the person has not been looked up yet.
        NotLookedUp = "NOT_LOOKED_UP", "the person has not been looked up in Atlas yet";
        /// Atlas ignored the address in the look-up.
        LookUpInconclusive =
            "LOOK_UP_INCONCLUSIVE", "the answer of Atlas lists other people, so it does not show whether the invite exists";
        /// Atlas refused the invitation because the person exists, and no look-up showed the person.
        PersonNotListed =
            "PERSON_NOT_LISTED", "Atlas reports that the person already exists, but does not list the person";
        /// The answer to the invitation names another person.
        OtherUsername = "OTHER_USERNAME", "the answer of Atlas is about another address";
        /// The answer belongs to another kind of request.
        UnexpectedAnswer = "UNEXPECTED_ANSWER", "the answer does not match the request";
        /// A second signal ended the run while the request was in flight.
        Abandoned = "ABANDONED", "the run was stopped by a second signal while the request was in flight";
        /// A worker panicked.
        ProgramError =
            "PROGRAM_ERROR", "an internal error occurred (a bug, please report it); the invite may or may not exist";

        /// The person accepted before the invite could be cancelled.
        AlreadyAccepted = "ALREADY_ACCEPTED", "the person has already accepted and is a member";
        /// No invite created by this job is pending: it was cancelled or declined, has expired, or never existed.
        InviteGone = "INVITE_GONE", "no invite created by this job is pending";
        /// A person invited by an earlier run is neither pending nor a member.
        PersonGone = "PERSON_GONE", "no longer pending and not a member; run with --fresh to invite again";
        /// The invite has expired.
        InviteExpired = "INVITE_EXPIRED", "the invite has expired; run with --reinvite-expired to invite again";
        /// A pending invite was not created by this job.
        OtherInvitePending = "OTHER_INVITE_PENDING", "the pending invite to this address was not created by this job";
        /// The results do not show that this job invited the person.
        NotCreatedByJob = "NOT_CREATED_BY_JOB", "this job created no invite for the row";
        /// This job may have created several invites for the person.
        TwoInvites = "TWO_INVITES", "the person has got several invites that this job may have created";
        /// The invite lacks roles, teams or projects of the request.
        NotAsAsked = "NOT_AS_ASKED", "invited without everything that was asked for";
        /// The person's roles, teams or projects differ from the sheet.
        Differs = "DIFFERS", "roles, teams or projects differ from the sheet";
    }
}

impl From<NetworkFault> for RowReason {
    fn from(fault: NetworkFault) -> Self {
        match fault {
            NetworkFault::Dns => RowReason::DnsFailed,
            NetworkFault::Certificate => RowReason::CertificateRejected,
            NetworkFault::Tls => RowReason::TlsFailed,
            NetworkFault::Proxy => RowReason::ProxyRefused,
            NetworkFault::Connection => RowReason::ConnectionFailed,
            NetworkFault::Token => RowReason::NoToken,
            NetworkFault::ForeignAnswer => RowReason::UnexpectedAnswer,
        }
    }
}

/// Converts the reason that an organization is blocked into that of its rows that were not sent.
impl From<BlockedReason> for RowReason {
    fn from(reason: BlockedReason) -> Self {
        if reason == BlockedReason::WaitTooLong { RowReason::WaitTooLong } else { RowReason::OrganizationBlocked }
    }
}

/// Converts a stop into the reason of the rows that were not sent because of it.
impl From<StopReason> for RowReason {
    fn from(reason: StopReason) -> Self {
        match reason {
            StopReason::TooManyFailures => RowReason::TooManyFailures,
            StopReason::WaitTooLong => RowReason::WaitTooLong,
            StopReason::DeadlineReached => RowReason::DeadlineReached,
            StopReason::OrganizationBlocked => RowReason::OrganizationBlocked,
            StopReason::InputUnreadable => RowReason::InputUnreadable,
            StopReason::FailedRowsUnwritable | StopReason::ResultsUnwritable => RowReason::ResultsUnwritable,
            StopReason::Declined => RowReason::Declined,
            StopReason::Signal(_) | StopReason::SecondSignal(_) => RowReason::Interrupted,
        }
    }
}
