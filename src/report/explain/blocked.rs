use crate::model::reason::BlockedReason;

/// Returns what to do about an organization that accepts no more requests.
pub fn blocked_advice(reason: BlockedReason) -> &'static str {
    match reason {
        BlockedReason::Unauthorized => "check the credentials, and that they have the role Organization Owner",
        BlockedReason::Forbidden => "check that the credentials have the role Organization Owner",
        BlockedReason::AccessList => "add this machine's address to the access list of the key or service account",
        BlockedReason::NotFound => "check the organization's id, and that the credentials are for it",
        BlockedReason::Full => {
            "no seat is left; Atlas allows 500 members and pending invites unless its support raises that"
        }
        BlockedReason::Suspended => "the account is suspended; its owner or Atlas's support can tell why",
        BlockedReason::Inactive => "the organization is inactive; its owner or Atlas's support can tell why",
        BlockedReason::Dns => "check the name in --base-url, and whether this machine finds names on the network",
        BlockedReason::Certificate => {
            "nothing is sent where a certificate cannot be trusted; check this machine's clock, or name the certificate \
             authority of your network with --ca-cert"
        }
        BlockedReason::Tls => "nothing is sent unencrypted; check --base-url and HTTPS_PROXY",
        BlockedReason::Proxy => "check HTTPS_PROXY and NO_PROXY; whoever runs the proxy can tell what it allows",
        BlockedReason::Unreachable | BlockedReason::NotAnswering => {
            "Atlas is not answering; check --base-url and the network, or run the same command again later"
        }
        BlockedReason::EndpointGone => {
            "use the other endpoint with --api users, or get the current version of this program"
        }
        BlockedReason::UnexpectedAnswer => {
            "check --base-url, and whether a proxy or a login page answers in place of Atlas"
        }
        BlockedReason::Interrupted => "run the same command again",
    }
}
