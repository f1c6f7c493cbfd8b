//! What really happened, as the server saw it, to compare a client's own account with.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::Serialize;

use crate::organization::user::InviteEndpoint;

/// A record of every request and its effects.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ledger {
    /// Every invitation that was created, in order, including those whose answer never arrived.
    pub created: Vec<Created>,
    /// The number of emails sent, by lower-case address.
    pub emails: HashMap<String, u32>,
    /// The number of requests by method and path, the path with Atlas's names for its variables, such as
    /// `POST /api/atlas/v2/orgs/{orgId}/invites`.
    pub requests: BTreeMap<String, u64>,
    /// The number of answers by status, including those that were cut off.
    pub answers: BTreeMap<u16, u64>,
    /// The number of requests that were hit by a fault.
    pub faults: u64,
}

/// An invitation that was created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Created {
    /// The id in the answer: the invite's for `/invites`, the user's for `/users`.
    pub id: String,
    /// The address, as it is stored.
    pub email: String,
    /// The time, by the server's clock.
    pub at: Timestamp,
    /// The endpoint.
    pub via: InviteEndpoint,
}

impl Ledger {
    pub(crate) fn record_request(&mut self, method: &str, path: &str) {
        *self.requests.entry(format!("{method} {path}")).or_default() += 1;
    }

    pub(crate) fn record_answer(&mut self, status: u16) {
        *self.answers.entry(status).or_default() += 1;
    }

    pub(crate) fn record_created(&mut self, created: Created) {
        *self.emails.entry(created.email.to_lowercase()).or_default() += 1;
        self.created.push(created);
    }

    /// Returns the number of requests with this method and path.
    pub fn requests(&self, method: &str, path: &str) -> u64 {
        self.requests.get(&format!("{method} {path}")).copied().unwrap_or_default()
    }

    /// Returns the number of requests to create an invitation, with or without success.
    pub fn create_requests(&self) -> u64 {
        self.requests("POST", "/api/atlas/v2/orgs/{orgId}/invites")
            + self.requests("POST", "/api/atlas/v2/orgs/{orgId}/users")
    }

    /// Returns the number of all requests.
    pub fn total_requests(&self) -> u64 {
        self.requests.values().sum()
    }

    /// Returns the number of requests that were answered 429.
    pub fn rate_limited(&self) -> u64 {
        self.answers.get(&429).copied().unwrap_or_default()
    }

    /// Returns the number of emails to this address.
    pub fn emails_to(&self, email: &str) -> u32 {
        self.emails.get(&email.to_lowercase()).copied().unwrap_or_default()
    }

    /// Returns the addresses that got more than one email.
    pub fn invited_twice(&self) -> Vec<&str> {
        self.emails.iter().filter(|(_, count)| **count > 1).map(|(email, _)| email.as_str()).collect()
    }
}
