reasons! {
    /// A way in which a results file and Atlas contradict each other.
    AuditCode {
        /// Two or more invites to one address are pending, and this job created at least one of them.
        TwoInvites = "TWO_INVITES", "several invites to the address are pending";
        /// An invite for a person without a row.
        NotOnRecord = "NOT_ON_RECORD", "the job's credential invited the person, but the results do not list them";
        /// An invite for a person whose row names another one.
        OtherInvite =
            "OTHER_INVITE", "the job's credential sent the person another invite than the one on record";
        /// An invite for a person whose row does not have the status `invited`.
        RecordedAsNotInvited =
            "RECORDED_AS_NOT_INVITED", "the job's credential invited the person, but the status is not invited";
        /// The results leave open whether a request succeeded.
        StillUnknown = "STILL_UNKNOWN", "the outcome of a request is not on record";
        /// The id in the results belongs to another address.
        OtherPersonsId = "OTHER_PERSONS_ID", "the id on record is that of another person";
        /// The id in the results is that of an invite which this job did not create.
        OtherInviter = "OTHER_INVITER", "the invite on record was sent by another inviter";
        /// The person is pending, and the results do not name the invite.
        IdMissing = "ID_MISSING", "the person is pending, but the results have no id of the invite";
        /// Two lines of a finished file name the same person.
        PersonTwice = "PERSON_TWICE", "the results list the person twice";
        /// `revoke` recorded the end of an invite that is pending.
        StillPending = "STILL_PENDING", "the invite is pending, although the results say that it was cancelled or gone";
    }
}
