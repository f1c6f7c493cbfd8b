use super::UNRESOLVED;
use crate::model::reason::AuditCode;

/// Returns the remedy for a finding of an audit.
pub(in crate::report) fn remedy(code: AuditCode) -> &'static str {
    match code {
        AuditCode::TwoInvites => "cancel in Atlas the invite that is not on record",
        AuditCode::NotOnRecord | AuditCode::OtherInvite | AuditCode::RecordedAsNotInvited => {
            "look for another results file, on this or another machine, that has the invite; if none has, cancel it in Atlas"
        }
        AuditCode::StillUnknown => UNRESOLVED,
        AuditCode::OtherPersonsId => "restore the results from a copy: cells of different rows were exchanged",
        AuditCode::OtherInviter => {
            "do not revoke it with these results; ask the inviter in Atlas whether it may be cancelled"
        }
        AuditCode::IdMissing => "restore the cell invite_id from a copy; without it, revoke cannot cancel the invite",
        AuditCode::PersonTwice => "restore the results from a copy, or delete one of the two lines",
        AuditCode::StillPending => "cancel the invite in Atlas",
    }
}
