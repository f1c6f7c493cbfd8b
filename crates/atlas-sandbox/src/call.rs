//! A request between its arrival and its processing.

use std::net::SocketAddr;

use bytes::Bytes;
use http::header::HOST;
use http::{Request, Response};

use crate::answer::Style;
use crate::fault::Plan;
use crate::options::credentials::Caller;
use crate::request::query::Query;
use crate::request::route::{self, Operation};

/// The address a request came from, as an extension of the request; loopback if absent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// A request that was let in.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) operation: Operation,
    pub(crate) id: String,
    pub(crate) query: Query,
    pub(crate) style: Style,
    pub(crate) version: &'static str,
    /// The start of every link: scheme, host and the root's path.
    pub(crate) base: String,
    pub(crate) caller: Caller,
    pub(crate) body: Bytes,
    /// The capacity of the bucket and what is left in it, if answers carry them.
    pub(crate) rate: Option<(u32, u32)>,
}

/// How far a request got on arrival.
pub(crate) enum Arrival {
    /// It has its answer.
    Answered(Response<Bytes>),
    /// It is for the token endpoints.
    Token(Plan),
    /// It is to be processed.
    Call(Box<Call>, Plan),
}

/// Returns the start of every link in the answer to this request.
pub(crate) fn base(request: &Request<Bytes>) -> String {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    format!("http://{}{}", host.unwrap_or("localhost"), route::ROOT)
}
