//! Parses an answer according to its request.

use std::borrow::Cow;

use super::created::NewInvite;
use super::entity::{Entry, NamedEntry};
use super::failure::{failure, unreadable};
use super::invites::InviteList;
use super::limits::{Bucket, limits};
use super::loose::{List, Object, Text};
use crate::atlas::api::{Api, Body, Grants, NextLink, Page, Request, Response};
use crate::atlas::headers::PaceHeaders;
use crate::atlas::redactor::Redactor;
use crate::atlas::reply::{Malformed, Payload, Reply};

/// The problem with a body that is not JSON.
pub(super) const NOT_JSON: &str = "not JSON";

/// A page of a list; Atlas calls its entries `results`.
#[derive(serde::Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a, T: serde::Deserialize<'de>"))]
struct Results<'a, T> {
    results: List<Object<T>>,
    links: List<Object<Link<'a>>>,
}

impl<T> Default for Results<'_, T> {
    fn default() -> Self {
        Self { results: List::default(), links: List::default() }
    }
}

/// A link of a page. Its address is not followed, because it may lead to another host.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Link<'a> {
    #[serde(borrow)]
    rel: Text<'a>,
}

/// Parses the answer to `request`; `api` is the endpoint that creates invitations.
pub(in crate::atlas) fn response(api: Api, request: &Request, reply: Reply) -> Response {
    with_body(reply, |bytes| success(api, request, bytes))
}

/// Parses an answer that is a refusal of any request.
pub(in crate::atlas) fn refusal(reply: Reply) -> Response {
    with_body(reply, |_| Err("unexpected content"))
}

fn with_body(reply: Reply, success: impl FnOnce(&[u8]) -> Result<Body, &'static str>) -> Response {
    let Reply { status, headers, body, source } = reply;
    let mut body = match body {
        Payload::TooLong(limit) => {
            Body::Unreadable(format!("a body longer than {} KiB from {}", limit >> 10, source.host))
        }
        Payload::Whole(bytes) if status.is_success() => {
            success(&bytes).unwrap_or_else(|problem| unreadable(status, &headers, &bytes, problem, &source))
        }
        Payload::Whole(bytes) => failure(status, &headers, &bytes, &source),
        Payload::Invites(Ok(invites)) => Body::Invites(invites),
        Payload::Invites(Err(Malformed { problem, start })) => unreadable(status, &headers, &start, problem, &source),
    };
    sanitize(&mut body, &source.redactor);
    let PaceHeaders { date, retry_after, limit, remaining } = PaceHeaders::of(&headers);
    Response { status: status.as_u16(), body, retry_after, date, limit, remaining }
}

/// Cleans the texts of a body. Addresses, and names of teams and projects, are compared with the sheet as they are, and
/// messages escape them; of these only secrets are replaced.
fn sanitize(body: &mut Body, redactor: &Redactor) {
    let clean = |text: &mut String| redactor.clean_in_place(text);
    let grants = |grants: &mut Grants| grants.projects.iter_mut().flat_map(|access| &mut access.roles).for_each(clean);
    match body {
        Body::Created(created) => {
            clean(&mut created.id);
            created.for_another.as_mut().into_iter().for_each(clean);
        }
        Body::Invites(invites) => invites.iter_mut().for_each(|invite| {
            clean(&mut invite.id);
            grants(&mut invite.grants);
        }),
        Body::People(page) => page.entries.iter_mut().for_each(|person| {
            clean(&mut person.id);
            grants(&mut person.grants);
        }),
        Body::Named(page) => page.entries.iter_mut().for_each(|named| {
            if let Cow::Owned(name) = redactor.redact(&named.name) {
                named.name = name;
            }
        }),
        Body::Organization(organization) => clean(&mut organization.name),
        // Errors are cleaned where they are parsed, before they are shortened.
        Body::Revoked | Body::Limits(_) | Body::Error(_) | Body::Page(_) | Body::Unreadable(_) => {}
    }
}

/// Parses the body of a 2xx, or returns the problem with it.
fn success(api: Api, request: &Request, bytes: &[u8]) -> Result<Body, &'static str> {
    match request {
        Request::Create(create) => {
            let invite = parse::<Object<NewInvite<'_>>>(bytes)?.0.ok_or("no object")?;
            invite.created(api, create).map(Body::Created).ok_or("no id")
        }
        // Atlas answers with 204. A body that is neither empty nor JSON comes from another server, such as a proxy.
        Request::Revoke(_) if bytes.trim_ascii().is_empty() => Ok(Body::Revoked),
        Request::Revoke(_) => parse::<serde::de::IgnoredAny>(bytes).map(|_| Body::Revoked),
        Request::FindInvites(_) | Request::Invites => {
            let mut list = InviteList::default();
            list.push(bytes);
            list.finish().map(Body::Invites).map_err(|malformed| malformed.problem)
        }
        Request::FindUser(_) | Request::Users(_) | Request::Lapsed(_) => page(bytes, Entry::person).map(Body::People),
        Request::Teams(_) | Request::Projects(_) => page(bytes, NamedEntry::named).map(Body::Named),
        Request::Organization => {
            let organization = parse::<Object<NamedEntry<'_>>>(bytes)?.0.ok_or("no object")?;
            organization.named().map(Body::Organization).ok_or("no id or name")
        }
        Request::RateLimits => {
            let page = parse::<Object<Results<'_, Bucket<'_>>>>(bytes)?.0.ok_or("no object")?;
            Ok(Body::Limits(limits(&page.results.0.ok_or("no results")?)))
        }
    }
}

pub(super) fn parse<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, &'static str> {
    // UTF-8 is checked once, which is faster than string by string.
    let text = std::str::from_utf8(bytes).map_err(|_| NOT_JSON)?;
    serde_json::from_str(text).map_err(|error| if error.is_eof() { "an incomplete value" } else { NOT_JSON })
}

fn page<'a, T, U>(bytes: &'a [u8], read: impl Fn(T) -> Option<U>) -> Result<Page<U>, &'static str>
where
    T: serde::Deserialize<'a>,
{
    let page = parse::<Object<Results<'a, T>>>(bytes)?.0.ok_or("no object")?;
    let entries = all(page.results.0.ok_or("no results")?, read)?;
    Ok(Page { entries, next: next_link(&page.links) })
}

fn next_link(links: &List<Object<Link<'_>>>) -> NextLink {
    match links.0.as_deref().unwrap_or_default() {
        [] => NextLink::Unstated,
        links => {
            let is_next =
                |link: &Object<Link<'_>>| link.0.as_ref().is_some_and(|link| link.rel.0.as_deref() == Some("next"));
            if links.iter().any(is_next) { NextLink::Present } else { NextLink::Absent }
        }
    }
}

/// Parses all entries or fails: an incomplete list would make people look absent who are not.
fn all<T, U>(entries: Vec<Object<T>>, read: impl Fn(T) -> Option<U>) -> Result<Vec<U>, &'static str> {
    let read = |entry: Object<T>| entry.0.and_then(&read);
    entries.into_iter().map(read).collect::<Option<_>>().ok_or("an entry without an id or name")
}

#[cfg(test)]
mod tests;
