use crate::model::reason::BlockedReason;

/// Returns what to do about an organization that accepts no more requests.
pub fn blocked_advice(reason: BlockedReason) -> &'static str {
    match reason {
        BlockedReason::Unauthorized => "check the credentials, and that they have the role Organization Owner",
        BlockedReason::Forbidden => "check that the credentials have the role Organization Owner",
        BlockedReason::AccessList => "add this machine's address to the access list of the key or service account",
        BlockedReason::NotFound => "check the organization's id, and that the credentials are for it",
        BlockedReason::Full => {
            "have Atlas's support raise the limit, which is usually 500 members and pending invites, or remove people"
        }
        BlockedReason::Suspended => "ask the account's owner or Atlas's support why",
        BlockedReason::Inactive => "ask the organization's owner or Atlas's support why",
        BlockedReason::Dns => "check the name in --base-url and this machine's name servers",
        BlockedReason::Certificate => {
            "nothing is sent where a certificate cannot be trusted; check this machine's clock, or name the certificate \
             authority of your network with --ca-cert"
        }
        BlockedReason::Tls => "nothing is sent unencrypted; check --base-url and HTTPS_PROXY",
        BlockedReason::Proxy => "check HTTPS_PROXY and NO_PROXY, or ask the proxy's administrator what it allows",
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
