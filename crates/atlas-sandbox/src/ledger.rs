//! What really happened, told by the server: the truth that a client's own account is held against.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::Serialize;

use crate::organization::user::Via;

/// Everything that a sandbox was asked and did.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ledger {
    /// Every invitation made, in order, those included whose answer never arrived.
    pub created: Vec<Created>,
    /// Emails sent, by lower-cased address.
    pub emails: HashMap<String, u32>,
    /// Requests by method and path, the path with Atlas's names for its variables, such as
    /// `POST /api/atlas/v2/orgs/{orgId}/invites`.
    pub requests: BTreeMap<String, u64>,
    /// Answers by status, those included that were cut off.
    pub answers: BTreeMap<u16, u64>,
    /// Requests that met a fault.
    pub faults: u64,
}

/// An invitation that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Created {
    /// The id that the answer names: the invite's of `/invites`, the user's of `/users`.
    pub id: String,
    /// The address, as it is stored.
    pub email: String,
    /// When, on the server's clock.
    pub at: Timestamp,
    /// The endpoint.
    pub via: Via,
}

impl Ledger {
    pub(crate) fn request(&mut self, method: &str, path: &str) {
        let key = format!("{method} {path}");
        *self.requests.entry(key).or_default() += 1;
    }

    pub(crate) fn answer(&mut self, status: u16) {
        *self.answers.entry(status).or_default() += 1;
    }

    pub(crate) fn create(&mut self, created: Created) {
        *self.emails.entry(created.email.to_lowercase()).or_default() += 1;
        self.created.push(created);
    }

    /// How many requests of this method and path there were.
    pub fn requests(&self, method: &str, path: &str) -> u64 {
        self.requests.get(&format!("{method} {path}")).copied().unwrap_or_default()
    }

    /// How many requests there were that would make an invitation.
    pub fn create_requests(&self) -> u64 {
        self.requests("POST", "/api/atlas/v2/orgs/{orgId}/invites")
            + self.requests("POST", "/api/atlas/v2/orgs/{orgId}/users")
    }

    /// How many requests there were in all.
    pub fn total_requests(&self) -> u64 {
        self.requests.values().sum()
    }

    /// How many requests were answered 429.
    pub fn limited(&self) -> u64 {
        self.answers.get(&429).copied().unwrap_or_default()
    }

    /// How many emails went to this address.
    pub fn emails_to(&self, email: &str) -> u32 {
        self.emails.get(&email.to_lowercase()).copied().unwrap_or_default()
    }

    /// The addresses that got more than one email.
    pub fn invited_twice(&self) -> Vec<&str> {
        self.emails.iter().filter(|(_, count)| **count > 1).map(|(email, _)| email.as_str()).collect()
    }
}
