//! One request to Atlas and one answer: the vocabulary between the worker and whatever carries requests.
//!
//! [`Gateway`] is the seam: the real client implements it, and so do the scripted and simulated ones of the tests.
//! Nothing here decides anything; judging an answer is [`crate::atlas::verdict`]'s job.

mod answer;
mod request;

pub use self::answer::{
    Answer, ApiError, Body, Created, Grants, Invite, Limit, Lost, Membership, Named, NoAnswer, NotSent, Page, Person,
    Response,
};
pub(crate) use self::request::PAGE_SIZE;
pub use self::request::{Api, Create, EndpointSet, Request, Revoke};

/// Carries requests to one organization. One call is one request in steady state; it neither retries nor waits its turn.
pub trait Gateway: Send + Sync + 'static {
    /// Sends the request and waits for its answer. Never fails: every failure is an [`Answer`].
    ///
    /// A credential that was answered 401 is replaced before the next request uses it.
    /// Dropping the future abandons the request; the server may still process it.
    fn send<'a>(&'a self, request: &'a Request) -> impl Future<Output = Answer> + Send + 'a;
}
