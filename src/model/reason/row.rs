use super::blocked::NetworkFault;
use super::halt::StopReason;

reasons! {
    /// A reason of our own why a row ended as it did, beside the checks of [`RejectionCode`](super::RejectionCode).
    RowReason {
        /// Nothing was to be sent.
        DryRun = "DRY_RUN", "dry run";
        /// `--limit` was reached.
        BeyondLimit = "BEYOND_LIMIT", "beyond --limit";
        /// The organization accepts no more requests; the run's summary has its own reason.
        OrganizationBlocked = "ORGANIZATION_BLOCKED", "nothing more was sent to this organization";
        /// The question before the run was not answered with yes.
        Declined = "DECLINED", "nothing was sent: the question was not answered with yes";
        /// A signal ended the run.
        Interrupted = "INTERRUPTED", "the run was interrupted before this row's turn";
        /// `--max-failures` ended the run.
        TooManyFailures = "TOO_MANY_FAILURES", "the run ended before this row's turn, because too many rows failed";
        /// The spreadsheet broke off.
        InputUnreadable = "INPUT_UNREADABLE", "the run ended before this row's turn, because its input broke off";
        /// The results file takes no more.
        ResultsUnwritable =
            "RESULTS_UNWRITABLE", "the run ended before this row's turn, because the results could not be written";
        /// An earlier run's request came to nothing, and the sheet no longer has the row.
        NoLongerListed = "NO_LONGER_LISTED", "no invite was created, and the row is no longer in the sheet";

        /// Atlas refused without an error code of its own.
        HttpError = "HTTP_ERROR", "Atlas refused and gave no error code";
        /// The last request got no whole answer, and no invite was found.
        NoAnswer = "NO_ANSWER", "no whole answer arrived";
        /// The name of Atlas or of the proxy was not resolved.
        DnsFailed = "DNS_FAILED", "a host name could not be resolved";
        /// The server's certificate is not trusted.
        CertificateRejected = "CERTIFICATE_REJECTED", "the server's certificate is not trusted";
        /// The server does not speak TLS.
        TlsFailed = "TLS_FAILED", "no encrypted connection could be agreed on";
        /// The proxy let no request through.
        ProxyRefused = "PROXY_REFUSED", "the proxy refused to connect";
        /// There was no connection.
        ConnectionFailed = "CONNECTION_FAILED", "no connection could be made";
        /// The service account or the API key was not admitted for now.
        NoToken = "NO_TOKEN", "no token or challenge could be fetched";

        /// Several pending invites may be this job's.
        InviteAmbiguous =
            "INVITE_AMBIGUOUS", "which pending invite belongs to this job cannot be determined; cancel it in Atlas";
        /// The person is pending and has no invite in the list.
        InviteNotListed = "INVITE_NOT_LISTED", "Atlas does not list the invite; cancel it in Atlas";
        /// The id of the pending invite is not an Atlas id.
        InvalidInviteId = "INVALID_INVITE_ID", "the id of the pending invite is not an Atlas id; cancel it in Atlas";

        /// Atlas could not be asked whether a request succeeded.
        LookUpFailed = "LOOK_UP_FAILED", "asking Atlas for the person failed";
        /// A killed run left the request, and Atlas has not been asked yet.
        NotLookedUp = "NOT_LOOKED_UP", "the server has not been asked yet";
        /// An answer to another kind of request.
        UnexpectedAnswer = "UNEXPECTED_ANSWER", "the answer does not fit the request";
        /// A second signal ended the run while the request was in flight.
        Abandoned = "ABANDONED", "the run was ended by a second signal while the request was in flight";
        /// A worker panicked.
        ProgramError =
            "PROGRAM_ERROR", "the program failed on this row, which is a bug; whether the invite exists is unknown";

        /// The person accepted before the invite could be cancelled.
        AlreadyAccepted = "ALREADY_ACCEPTED", "the person has accepted and is in the organization";
        /// No invite of this job is pending: it was cancelled or declined, expired, or never existed.
        InviteGone = "INVITE_GONE", "no invite of this job is pending";
        /// A person whom an earlier run invited is neither invited nor a member.
        PersonGone = "PERSON_GONE", "no longer invited and not a member; --fresh invites again";
        /// The invite has expired.
        InviteExpired = "INVITE_EXPIRED", "the invite has expired; --reinvite-expired invites again";
        /// An invite from elsewhere is pending.
        OtherInvitePending =
            "OTHER_INVITE_PENDING", "another invite to the address is pending, which this job did not create";
        /// The results do not say that this job invited the person.
        NotCreatedByJob = "NOT_CREATED_BY_JOB", "this job created no invite for the row";
        /// The person has other roles, teams or projects than the sheet says.
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
        }
    }
}

/// The reason of rows that a run left out because it ended.
impl From<StopReason> for RowReason {
    fn from(reason: StopReason) -> Self {
        match reason {
            StopReason::TooManyFailures => RowReason::TooManyFailures,
            StopReason::OrganizationBlocked => RowReason::OrganizationBlocked,
            StopReason::InputUnreadable => RowReason::InputUnreadable,
            StopReason::FailedRowsUnwritable | StopReason::ResultsUnwritable => RowReason::ResultsUnwritable,
            StopReason::Declined => RowReason::Declined,
            StopReason::Signal(_) | StopReason::SecondSignal(_) => RowReason::Interrupted,
        }
    }
}
