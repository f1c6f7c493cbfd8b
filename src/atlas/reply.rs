//! An HTTP answer before `wire` parses it, and the ways in which a body is read.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::redactor::Redactor;
use crate::atlas::api::Invite;

/// The longest body of a single entity or an error that is read, in bytes.
pub(super) const ENTITY_LIMIT: usize = 64 << 10;

/// An HTTP answer before its body is parsed.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Payload,
    pub(super) source: Source,
}

/// The origin of a text.
#[derive(Clone)]
pub(super) struct Source {
    /// The host and port that answered.
    pub(super) host: Arc<str>,
    /// Replaces the secrets that the request contained.
    pub(super) redactor: Redactor,
}

pub(super) enum Payload {
    Whole(Bytes),
    /// The body is longer than this limit in bytes, and was not read.
    TooLong(usize),
    /// The list of invites, which was parsed while it arrived.
    Invites(Result<Vec<Invite>, Malformed>),
}

/// A way to read the body of a success. The body of an error is read whole, up to [`ENTITY_LIMIT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// The whole body, up to this limit in bytes.
    Whole(usize),
    /// A list of invites, entry by entry. It has no pages, so its length has no limit in bytes.
    Invites,
}

/// A list that could not be parsed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) problem: &'static str,
    /// The beginning of the body.
    pub(super) start: Bytes,
}
