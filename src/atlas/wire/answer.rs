//! Reads an answer as what its request asked for.

use http::StatusCode;

use super::entity::{Entry, Thing};
use super::failure::{failure, unreadable};
use super::limits::{Bucket, limits};
use super::loose::{List, Number, Object};
use crate::atlas::headers::Pace;
use crate::atlas::transport::{Payload, Reply};
use crate::exchange::{Api, Body, Page, Request, Response};

/// A page of a list; Atlas calls its entries `results`.
#[derive(serde::Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "T: serde::Deserialize<'de>"))]
struct Results<T> {
    results: List<Object<T>>,
    total_count: Number,
}

impl<T> Default for Results<T> {
    fn default() -> Self {
        Self { results: List::default(), total_count: Number::default() }
    }
}

/// The answer to `request`, where creating goes through `api`.
pub(in crate::atlas) fn response(api: Api, request: &Request, reply: &Reply) -> Response {
    with_body(reply, |bytes| success(api, request, bytes))
}

/// An answer that is a refusal whatever was asked for.
pub(in crate::atlas) fn refusal(reply: &Reply) -> Response {
    with_body(reply, |_| Err("not what was asked for"))
}

fn with_body(reply: &Reply, success: impl FnOnce(&[u8]) -> Result<Body, &'static str>) -> Response {
    let Reply { status, headers, body } = reply;
    let body = match body {
        Payload::TooLong(limit) => Body::Unreadable(format!("longer than {} KiB", limit >> 10)),
        Payload::Whole(bytes) if status.is_success() => {
            success(bytes).unwrap_or_else(|lacks| unreadable(*status, headers, bytes, lacks))
        }
        Payload::Whole(bytes) => failure(*status, headers, bytes),
    };
    let Pace { date, retry_after, limit, remaining } = Pace::of(headers);
    Response { status: StatusCode::as_u16(status), body, retry_after, date, limit, remaining }
}

/// The body of a 2xx, or what it lacks.
fn success(api: Api, request: &Request, bytes: &[u8]) -> Result<Body, &'static str> {
    match request {
        Request::Create(_) => {
            let entry = parse::<Object<Entry<'_>>>(bytes)?.0.ok_or("no object")?;
            entry.created(api).map(Body::Created).ok_or("no id")
        }
        Request::FindInvites(_) | Request::Invites => {
            let entries = parse::<List<Object<Entry<'_>>>>(bytes)?.0.ok_or("no list of invites")?;
            all(entries, Entry::invite).map(Body::Invites)
        }
        Request::FindUser(_) | Request::Users(_) => page(bytes, Entry::person).map(Body::People),
        Request::Teams(_) | Request::Projects(_) => page(bytes, Thing::named).map(Body::Named),
        Request::Organization => {
            let thing = parse::<Object<Thing<'_>>>(bytes)?.0.ok_or("no object")?;
            thing.named().map(Body::Organization).ok_or("no id or name")
        }
        Request::RateLimits => {
            let page = parse::<Object<Results<Bucket<'_>>>>(bytes)?.0.ok_or("no object")?;
            Ok(Body::Limits(limits(&page.results.0.ok_or("no results")?)))
        }
    }
}

fn parse<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, &'static str> {
    serde_json::from_slice(bytes).map_err(|error| if error.is_eof() { "JSON that ends early" } else { "not JSON" })
}

fn page<'a, T, U>(bytes: &'a [u8], read: impl Fn(T) -> Option<U>) -> Result<Page<U>, &'static str>
where
    T: serde::Deserialize<'a>,
{
    let page = parse::<Object<Results<T>>>(bytes)?.0.ok_or("no object")?;
    let entries = all(page.results.0.ok_or("no results")?, read)?;
    Ok(Page { entries, total: page.total_count.0 })
}

/// All entries or none: a list with a hole in it would prove absences that are none.
fn all<T, U>(entries: Vec<Object<T>>, read: impl Fn(T) -> Option<U>) -> Result<Vec<U>, &'static str> {
    let read = |entry: Object<T>| entry.0.and_then(&read);
    entries.into_iter().map(read).collect::<Option<_>>().ok_or("an entry without its id or name")
}
