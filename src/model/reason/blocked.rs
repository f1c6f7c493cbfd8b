use std::fmt::{self, Display};

/// A part of the way to Atlas that failed before a request went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkFault {
    /// A name was not resolved.
    Dns,
    /// A certificate is not trusted.
    Certificate,
    /// TLS was not agreed on.
    Tls,
    /// The proxy refused.
    Proxy,
    /// No connection.
    Connection,
    /// No token for the service account, or no challenge for the API key.
    Token,
}

reasons! {
    /// A reason why an organization accepts no more requests.
    BlockedReason {
        /// The credentials are not valid.
        Unauthorized = "UNAUTHORIZED", "the credentials are refused";
        /// The credentials lack a role.
        Forbidden = "FORBIDDEN", "the credentials do not allow this";
        /// The key or service account may not be used from this address.
        AccessList = "ACCESS_LIST", "this machine's address is not on the access list";
        /// No organization has the id, or not for these credentials.
        NotFound = "ORGANIZATION_NOT_FOUND", "the organization was not found";
        /// The organization has as many users as Atlas allows.
        Full = "ORGANIZATION_FULL", "the organization has no seat left";
        /// The account is suspended, for example for an unpaid bill.
        Suspended = "ACCOUNT_SUSPENDED", "the account is suspended";
        /// The organization is closed.
        Inactive = "ORGANIZATION_INACTIVE", "the organization is inactive";
        /// A name was not resolved.
        Dns = "DNS_FAILED", "Atlas cannot be reached";
        /// A certificate is not trusted.
        Certificate = "CERTIFICATE_REJECTED", "Atlas cannot be reached";
        /// TLS was not agreed on.
        Tls = "TLS_FAILED", "Atlas cannot be reached";
        /// The proxy refused.
        Proxy = "PROXY_REFUSED", "Atlas cannot be reached";
        /// No connection, or no token.
        Unreachable = "UNREACHABLE", "Atlas cannot be reached";
        /// Every attempt to read the organization failed.
        NotAnswering = "NOT_ANSWERING", "Atlas is not answering";
        /// The endpoint or its version no longer exists.
        EndpointGone = "ENDPOINT_GONE", "Atlas no longer accepts this endpoint";
        /// An answer outside Atlas's documentation, such as a redirect.
        UnexpectedAnswer = "UNEXPECTED_ANSWER", "the answer is not one that Atlas gives";
        /// The run was interrupted while the organization was read.
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
            NetworkFault::Connection | NetworkFault::Token => BlockedReason::Unreachable,
        }
    }
}

/// An organization that accepts no more requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Why.
    pub reason: BlockedReason,
    /// What the server or the network said; empty if there is nothing to add. Untrusted.
    pub detail: String,
}

impl Blocked {
    /// A reason with what the server or the network said.
    pub fn new(reason: BlockedReason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

impl Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason.text())?;
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}
