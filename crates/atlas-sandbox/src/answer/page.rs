//! Writes pages of lists, with links to their neighbours.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::Serialize;

use super::{Style, json, respond, versioned};
use crate::request::query::{PageRequest, Query};

/// A link from an answer to another resource.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Link {
    href: String,
    rel: &'static str,
}

impl Link {
    pub(crate) fn new(href: impl Into<String>, rel: &'static str) -> Self {
        Link { href: href.into(), rel }
    }
}

/// A page of a list.
pub(crate) struct Listing<T> {
    pub(crate) results: Vec<T>,
    /// Whether further pages follow.
    pub(crate) more: bool,
    /// The number of entries on all pages, as the answer states it.
    pub(crate) total_count: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a, T> {
    links: Vec<Link>,
    results: &'a [T],
    #[serde(skip_serializing_if = "Option::is_none")]
    total_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
}

/// Answers 200 with a page of a list. `href` is the list's absolute address without a query.
pub(crate) fn page<T: Serialize>(
    version: &str,
    style: Style,
    href: &str,
    query: &Query,
    page: PageRequest,
    listing: &Listing<T>,
) -> Response<Bytes> {
    let PageRequest { number, size, count, .. } = page;
    let filters = query.filters();
    let at = |number| format!("{href}?includeCount={count}{filters}&itemsPerPage={size}&pageNum={number}");
    let own = format!("{href}?includeCount={count}{filters}&pageNum={number}&itemsPerPage={size}");
    let mut links = vec![Link::new(own, "self")];
    if number > 1 {
        links.push(Link::new(at(number - 1), "previous"));
    }
    if listing.more {
        links.push(Link::new(at(number + 1), "next"));
    }
    let page = Page {
        links,
        results: &listing.results,
        total_count: listing.total_count.filter(|_| count),
        status: style.envelope.then_some(200),
    };
    let body = json::write(&page, style.pretty);
    respond(StatusCode::OK, &versioned(version), body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::alterations::Alterations;

    #[test]
    fn links_lead_to_the_neighbouring_pages() {
        let query = Query::parse(Some("itemsPerPage=2&pageNum=2&name=x"));
        let listing = Listing { results: vec![3, 4], more: true, total_count: Some(5) };
        let request = query.page(&Alterations::default()).unwrap();
        let response = page("2023-01-01", Style::default(), "http://h/teams", &query, request, &listing);
        assert_eq!(
            response.body(),
            concat!(
                r#"{"links":[{"href":"http://h/teams?includeCount=true&name=x&pageNum=2&itemsPerPage=2","rel":"self"},"#,
                r#"{"href":"http://h/teams?includeCount=true&name=x&itemsPerPage=2&pageNum=1","rel":"previous"},"#,
                r#"{"href":"http://h/teams?includeCount=true&name=x&itemsPerPage=2&pageNum=3","rel":"next"}],"#,
                r#""results":[3,4],"totalCount":5}"#
            )
        );
    }
}
