//! A request between its arrival and its processing.

use std::net::SocketAddr;

use bytes::Bytes;
use http::header::HOST;
use http::{Request, Response};

use super::answer::Style;
use super::credentials::Caller;
use super::fault::Plan;
use super::query::Query;
use super::route::{self, Operation};

/// The address a request came from, as an extension of the request; loopback if absent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) SocketAddr);

/// A request that was let in.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) operation: Operation,
    pub(super) id: String,
    pub(super) query: Query,
    pub(super) style: Style,
    pub(super) version: &'static str,
    /// The start of every link: scheme, host and the root's path.
    pub(super) base: String,
    pub(super) caller: Caller,
    pub(super) body: Bytes,
    /// The capacity of the bucket and what is left in it, if answers carry them.
    pub(super) rate: Option<(u32, u32)>,
}

/// How far a request got on arrival.
pub(super) enum Arrival {
    /// It has its answer.
    Answered(Response<Bytes>),
    /// It is for the token endpoints.
    Token(Plan),
    /// It is to be processed.
    Call(Box<Call>, Plan),
}

/// Returns the start of every link in the answer to this request.
pub(super) fn base(request: &Request<Bytes>) -> String {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    format!("http://{}{}", host.unwrap_or("localhost"), route::ROOT)
}
