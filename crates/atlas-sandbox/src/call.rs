//! A request between its arrival and its processing.

use std::net::SocketAddr;

use bytes::Bytes;
use http::header::HOST;
use http::{Request, Response};

use crate::answer::Style;
use crate::bucket::BucketLevel;
use crate::fault::alterations::Alterations;
use crate::fault::plan::FaultPlan;
use crate::options::credentials::AuthScheme;
use crate::request::operation::Operation;
use crate::request::query::Query;
use crate::request::route;

/// The address a request came from, as an extension of the request; loopback if absent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// An admitted request, ready to be processed.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) operation: Operation,
    pub(crate) id: String,
    pub(crate) query: Query,
    pub(crate) style: Style,
    pub(crate) version: &'static str,
    /// The start of every link: scheme, host and the root's path.
    pub(crate) base_url: String,
    pub(crate) scheme: AuthScheme,
    pub(crate) body: Bytes,
    /// The level of the request's bucket, if the answer states it.
    pub(crate) bucket: Option<BucketLevel>,
    /// The changes to its processing by faults.
    pub(crate) alterations: Alterations,
}

/// A request after the checks on its arrival.
pub(crate) enum Arrival {
    /// A refused request, with its answer.
    Answered(Response<Bytes>),
    /// A request to a token endpoint.
    Token(FaultPlan),
    /// A request to be processed.
    Call(Box<Call>, FaultPlan),
}

/// Returns the start of every link in the answer to this request.
pub(crate) fn base_url(request: &Request<Bytes>) -> String {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    format!("http://{}{}", host.unwrap_or("localhost"), route::ROOT)
}
