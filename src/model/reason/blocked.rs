use std::fmt::{self, Display};

/// A failure before a request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkFault {
    /// A host name was not resolved.
    Dns,
    /// A certificate is not trusted.
    Certificate,
    /// The TLS handshake failed.
    Tls,
    /// The proxy refused the connection.
    Proxy,
    /// The connection failed.
    Connection,
    /// No token was issued for the service account, or no challenge for the API key.
    Token,
    /// A success is answered with content that is not Atlas's, such as a log-in page.
    ForeignAnswer,
}

reasons! {
    /// A reason why an organization accepts no more requests.
    BlockedReason {
        /// The credentials are not valid.
        Unauthorized = "UNAUTHORIZED", "the credentials were rejected";
        /// The credentials were accepted at first, and are no longer.
        Revoked = "UNAUTHORIZED", "the credentials were revoked or have expired during the run";
        /// The credentials lack a role.
        Forbidden = "FORBIDDEN", "the credentials lack permission";
        /// The key or service account may not be used from this address.
        AccessList = "ACCESS_LIST", "this machine's IP address is not on the access list";
        /// The organization does not exist, or is not visible to these credentials.
        NotFound = "ORGANIZATION_NOT_FOUND", "the organization was not found";
        /// The organization has as many users as Atlas allows.
        Full = "ORGANIZATION_FULL", "the organization has no free seats";
        /// The account is suspended, for example for an unpaid bill.
        Suspended = "ACCOUNT_SUSPENDED", "the account is suspended";
        /// The organization is closed.
        Inactive = "ORGANIZATION_INACTIVE", "the organization is inactive";
        /// A host name was not resolved.
        Dns = "DNS_FAILED", "Atlas cannot be reached";
        /// A certificate is not trusted.
        Certificate = "CERTIFICATE_REJECTED", "Atlas cannot be reached";
        /// The TLS handshake failed.
        Tls = "TLS_FAILED", "Atlas cannot be reached";
        /// The proxy refused the connection.
        Proxy = "PROXY_REFUSED", "Atlas cannot be reached";
        /// The connection failed, or no token was issued.
        Unreachable = "UNREACHABLE", "Atlas cannot be reached";
        /// Every attempt to read the organization failed.
        NotAnswering = "NOT_ANSWERING", "Atlas is unavailable";
        /// The endpoint or its version no longer exists.
        EndpointGone = "ENDPOINT_GONE", "Atlas no longer supports this endpoint";
        /// The answer is outside Atlas's documentation, such as a redirect.
        UnexpectedAnswer = "UNEXPECTED_ANSWER", "Atlas gave an unexpected answer";
        /// A list of the organization goes on without an end, or a page repeats the one before.
        EndlessList = "ENDLESS_LIST", "a list of the organization does not end";
        /// A rate limit, a `Retry-After` or maintenance would last longer than `--max-wait`.
        WaitTooLong = "WAIT_TOO_LONG", "the wait for Atlas would be longer than --max-wait";
        /// The run was interrupted while the organization was being read.
        Interrupted = "INTERRUPTED", "interrupted before the organization was read";
    }
}

impl From<NetworkFault> for BlockedReason {
    fn from(fault: NetworkFault) -> Self {
        match fault {
            NetworkFault::Dns => BlockedReason::Dns,
            NetworkFault::Certificate => BlockedReason::Certificate,
            NetworkFault::Tls => BlockedReason::Tls,
            NetworkFault::Proxy => BlockedReason::Proxy,
            NetworkFault::ForeignAnswer => BlockedReason::UnexpectedAnswer,
            NetworkFault::Connection | NetworkFault::Token => BlockedReason::Unreachable,
        }
    }
}

/// An organization that accepts no more requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The reason.
    pub reason: BlockedReason,
    /// The server's answer or the network error; may be empty. Untrusted.
    pub detail: String,
}

impl BlockedReason {
    /// Returns whether Atlas did not answer, so that the detail comes from the network.
    fn is_network(self) -> bool {
        match self {
            BlockedReason::Dns
            | BlockedReason::Certificate
            | BlockedReason::Tls
            | BlockedReason::Proxy
            | BlockedReason::Unreachable
            | BlockedReason::NotAnswering => true,
            BlockedReason::Unauthorized
            | BlockedReason::Revoked
            | BlockedReason::Forbidden
            | BlockedReason::AccessList
            | BlockedReason::NotFound
            | BlockedReason::Full
            | BlockedReason::Suspended
            | BlockedReason::Inactive
            | BlockedReason::EndpointGone
            | BlockedReason::UnexpectedAnswer
            | BlockedReason::EndlessList
            | BlockedReason::WaitTooLong
            | BlockedReason::Interrupted => false,
        }
    }
}

impl Blocked {
    /// Creates a reason with the server's answer or the network error.
    pub fn new(reason: BlockedReason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

impl Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.reason.text();
        if self.detail.is_empty() {
            f.write_str(text)
        } else if self.reason.is_network() {
            // Often a sentence with an action in it, too long for parentheses.
            write!(f, "{text}: {}", self.detail)
        } else {
            write!(f, "{text} ({})", self.detail.trim_end_matches('.'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_shown_in_parentheses_and_a_network_error_is_not() {
        let answer = Blocked::new(BlockedReason::NotFound, "HTTP 404 ORG_NOT_FOUND: No such organization.");
        insta::assert_snapshot!(
            answer,
            @"the organization was not found (HTTP 404 ORG_NOT_FOUND: No such organization)"
        );
        let network = Blocked::new(BlockedReason::Dns, "could not resolve example.com: no such host");
        insta::assert_snapshot!(network, @"Atlas cannot be reached: could not resolve example.com: no such host");
        insta::assert_snapshot!(Blocked::new(BlockedReason::Suspended, ""), @"the account is suspended");
    }
}
