//! The types of a request to Atlas and its answer, and the trait [`Gateway`] that sends it.
//!
//! The real client implements [`Gateway`], and so do the scripted and simulated ones of the tests. Answers are judged
//! by [`crate::atlas::verdict`].

mod answer;
mod request;

pub use self::answer::{
    Answer, ApiError, Body, Created, Grants, Invite, Limit, Lost, Membership, Named, NextLink, NoAnswer, NotSent, Page,
    Person, Response,
};
pub use self::request::{Api, Create, EndpointSet, Request, Revoke};
pub(crate) use self::request::{MOST_ENTRIES, PAGE_SIZE};

/// A connection to one organization. One call usually sends one request; it does not retry or observe rate limits.
pub trait Gateway: Send + Sync + 'static {
    /// Sends the request and waits for its answer. Every failure is returned as an [`Answer`].
    ///
    /// A token or nonce that was answered with 401 is replaced before the next request.
    /// Dropping the future abandons the request; the server may still process it.
    fn send<'a>(&'a self, request: &'a Request) -> impl Future<Output = Answer> + Send + 'a;

    /// Returns the name under which Atlas records the invites of this connection's credential.
    fn inviter(&self) -> InviterName {
        InviterName::Unknown
    }
}

/// The `inviterUsername` of the invites that a credential creates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InviterName {
    /// The public key of an API key, as in all recorded answers.
    Known(String),
    /// The client id of a service account. No recorded answer shows whether Atlas uses it.
    Guessed(String),
    /// An access token does not name its account.
    Unknown,
}
