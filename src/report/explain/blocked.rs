use super::RERUN;
use crate::model::reason::BlockedReason;

/// Returns the remedy for an organization that accepts no more requests.
pub fn blocked_advice(reason: BlockedReason) -> &'static str {
    match reason {
        BlockedReason::Unauthorized => "check the credentials and their role, which must be Organization Owner",
        BlockedReason::Revoked => {
            "set new credentials; people who were invited stay invited, and the next run sends the rest"
        }
        BlockedReason::Forbidden => "check that the credentials have the role Organization Owner",
        BlockedReason::AccessList => {
            "add the IP address of this machine to the access list of the API key or service account"
        }
        BlockedReason::NotFound => "check that the organization id is correct and that the credentials are for it",
        BlockedReason::Full => {
            "ask MongoDB support to raise the limit (usually 500 members and pending invites), or remove people"
        }
        BlockedReason::Suspended => "ask the owner of the account or MongoDB support",
        BlockedReason::Inactive => "ask the owner of the organization or MongoDB support",
        BlockedReason::Dns => "check --base-url and the name servers of this machine",
        BlockedReason::Certificate => {
            "check the clock of this machine, or set the certificate authority of your network with --ca-cert"
        }
        BlockedReason::Tls => "check --base-url and HTTPS_PROXY",
        BlockedReason::Proxy => "check HTTPS_PROXY and NO_PROXY, or ask the administrator of the proxy for access",
        BlockedReason::Unreachable | BlockedReason::NotAnswering => {
            "check --base-url and the network, or try again later"
        }
        BlockedReason::EndpointGone => "select the other endpoint with --api users, or update this program",
        BlockedReason::UnexpectedAnswer => "check --base-url, and that no proxy or login page answers instead of Atlas",
        BlockedReason::EndlessList => "check --base-url, and that the server behind it supports pageNum as Atlas does",
        BlockedReason::WaitTooLong => "run the same command again later, or allow a longer wait with --max-wait",
        BlockedReason::Interrupted => RERUN,
    }
}
