//! The paths, versions and query parameters of each [`Request`].
//!
//! Bodies and answers are handled by `wire`.

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Position, Url};

use super::BaseUrl;
use super::reply::{ENTITY_LIMIT, Reading};
use crate::atlas::api::{Api, PAGE_SIZE, Request};
use crate::model::invitation::ObjectId;

/// Versions of Atlas's API, as in its OpenAPI document.
const V2023: HeaderValue = HeaderValue::from_static("application/vnd.atlas.2023-01-01+json");
const V2025_02: HeaderValue = HeaderValue::from_static("application/vnd.atlas.2025-02-19+json");
const V2025_03: HeaderValue = HeaderValue::from_static("application/vnd.atlas.2025-03-12+json");

const ENTITY: Reading = Reading::Whole(ENTITY_LIMIT);

/// The longest page that is read, in bytes. A person with a hundred project roles takes about ten kilobytes, and a page
/// has up to [`PAGE_SIZE`] people.
const LIST_LIMIT: usize = 32 << 20;

/// All characters but the unreserved ones of RFC 3986, so that the `+` of an address becomes `%2B`.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The URLs of one organization.
pub(super) struct Endpoints {
    api: Api,
    organization: Url,
    invites: Url,
    users: Url,
    teams: Url,
    projects: Url,
    rate_limits: Url,
}

/// An unsigned HTTP request.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) version: HeaderValue,
    pub(super) body: Option<Bytes>,
    /// The way in which the body of a successful answer is read.
    pub(super) reading: Reading,
}

impl Endpoints {
    pub(super) fn new(base: &BaseUrl, id: ObjectId, api: Api) -> Self {
        let at = |tail: &str| base.join(&format!("/api/atlas/v2/orgs/{id}{tail}"));
        let mut rate_limits = base.join("/api/atlas/v2/rateLimits");
        rate_limits.set_query(Some(&format!("orgId={id}&itemsPerPage={PAGE_SIZE}")));
        Self {
            api,
            organization: at(""),
            invites: at("/invites"),
            users: at("/users"),
            teams: at("/teams"),
            projects: at("/groups"),
            rate_limits,
        }
    }

    pub(super) fn call(&self, request: &Request) -> Call {
        match request {
            Request::Create(create) => {
                let (url, version) = match self.api {
                    Api::Invites => (&self.invites, V2023),
                    Api::Users => (&self.users, V2025_02),
                };
                let body = Some(create.body.clone());
                Call { method: Method::POST, url: url.clone(), version, body, reading: ENTITY }
            }
            Request::Revoke(revoke) => {
                let url = one_of(&self.invites, revoke.invite);
                Call { method: Method::DELETE, reading: ENTITY, ..list(url, V2023) }
            }
            Request::FindUser(email) => list(by_username(&self.users, email), V2025_02),
            Request::FindInvites(email) => list(by_username(&self.invites, email), V2023),
            Request::Organization => self.organization(),
            Request::Users(page) => list(paged(&self.users, *page), V2025_02),
            Request::Lapsed(page) => list(lapsed(&self.users, *page), V2025_02),
            Request::Invites => Call { reading: Reading::Invites, ..list(self.invites.clone(), V2023) },
            Request::Teams(page) => list(paged(&self.teams, *page), V2023),
            Request::Projects(page) => list(paged(&self.projects, *page), V2023),
            Request::RateLimits => list(self.rate_limits.clone(), V2025_03),
        }
    }

    /// Returns the cheapest request that changes nothing.
    pub(super) fn organization(&self) -> Call {
        Call { reading: ENTITY, ..list(self.organization.clone(), V2023) }
    }
}

impl Call {
    /// Returns path and query exactly as they are sent.
    pub(super) fn target(&self) -> &str {
        &self.url[Position::BeforePath..Position::AfterQuery]
    }

    /// Builds the request, with `authorization` if it is to be signed.
    pub(super) fn request(self, authorization: Option<HeaderValue>) -> reqwest::Request {
        let Self { method, url, version, body, reading: _ } = self;
        let mut request = reqwest::Request::new(method, url);
        let headers = request.headers_mut();
        headers.insert(ACCEPT, version.clone());
        if let Some(value) = authorization {
            headers.insert(AUTHORIZATION, value);
        }
        if let Some(body) = body {
            headers.insert(CONTENT_TYPE, version);
            *request.body_mut() = Some(body.into());
        }
        request
    }
}

fn list(url: Url, version: HeaderValue) -> Call {
    Call { method: Method::GET, url, version, body: None, reading: Reading::Whole(LIST_LIMIT) }
}

fn one_of(list: &Url, id: ObjectId) -> Url {
    let mut url = list.clone();
    url.set_path(&format!("{}/{id}", list.path()));
    url
}

fn by_username(url: &Url, email: &str) -> Url {
    let mut url = url.clone();
    url.set_query(Some(&format!("username={}", utf8_percent_encode(email, QUERY_VALUE))));
    url
}

fn paged(url: &Url, page: u32) -> Url {
    let mut url = url.clone();
    url.set_query(Some(&format!("itemsPerPage={PAGE_SIZE}&pageNum={page}")));
    url
}

fn lapsed(users: &Url, page: u32) -> Url {
    let mut url = paged(users, page);
    let query = url.query().unwrap_or_default().to_owned();
    let status = "orgMembershipStatuses";
    url.set_query(Some(&format!("{query}&{status}=INVITATION_EXPIRED&{status}=INVITATION_REJECTED")));
    url
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::api::{Create, Grants, Revoke};

    const ORG: &str = "/api/atlas/v2/orgs/32b6e34b3d91647abb20e7b8";
    const INVITE: &str = "42b6e34b3d91647abb20e7b9";

    fn call(api: Api, request: &Request) -> Call {
        let base = "https://example.com/".parse().unwrap();
        Endpoints::new(&base, "32b6e34b3d91647abb20e7b8".parse().unwrap(), api).call(request)
    }

    #[test]
    fn every_request_has_a_method_a_target_and_a_version() {
        let create = || {
            Request::Create(Create {
                email: "ada@example.com".into(),
                grants: Grants::default(),
                body: Bytes::from_static(b"{}"),
            })
        };
        for (api, request, method, target, version) in [
            (Api::Invites, create(), "POST", format!("{ORG}/invites"), Api::Invites.version()),
            (Api::Users, create(), "POST", format!("{ORG}/users"), Api::Users.version()),
            (
                Api::Users,
                Request::Revoke(Revoke { email: "ada@example.com".into(), invite: INVITE.parse().unwrap() }),
                "DELETE",
                format!("{ORG}/invites/{INVITE}"),
                "2023-01-01",
            ),
            (Api::Invites, Request::Organization, "GET", ORG.to_owned(), "2023-01-01"),
            (Api::Invites, Request::Invites, "GET", format!("{ORG}/invites"), "2023-01-01"),
            (
                Api::Invites,
                Request::FindUser("ada+1@example.com".into()),
                "GET",
                format!("{ORG}/users?username=ada%2B1%40example.com"),
                "2025-02-19",
            ),
            (
                Api::Users,
                Request::FindInvites("o'b&c=d#é@example.org".into()),
                "GET",
                format!("{ORG}/invites?username=o%27b%26c%3Dd%23%C3%A9%40example.org"),
                "2023-01-01",
            ),
            (Api::Invites, Request::Users(2), "GET", format!("{ORG}/users?itemsPerPage=500&pageNum=2"), "2025-02-19"),
            (
                Api::Users,
                Request::Lapsed(3),
                "GET",
                format!(
                    "{ORG}/users?itemsPerPage=500&pageNum=3\
                     &orgMembershipStatuses=INVITATION_EXPIRED&orgMembershipStatuses=INVITATION_REJECTED"
                ),
                "2025-02-19",
            ),
            (Api::Users, Request::Teams(1), "GET", format!("{ORG}/teams?itemsPerPage=500&pageNum=1"), "2023-01-01"),
            (Api::Users, Request::Projects(1), "GET", format!("{ORG}/groups?itemsPerPage=500&pageNum=1"), "2023-01-01"),
            (
                Api::Users,
                Request::RateLimits,
                "GET",
                "/api/atlas/v2/rateLimits?orgId=32b6e34b3d91647abb20e7b8&itemsPerPage=500".to_owned(),
                "2025-03-12",
            ),
        ] {
            let call = call(api, &request);
            assert_eq!(call.method, method, "{request:?}");
            assert_eq!(call.target(), target, "{request:?}");
            assert_eq!(call.version, format!("application/vnd.atlas.{version}+json"), "{request:?}");
        }
    }

    #[test]
    fn only_the_list_of_invites_has_no_limit_in_bytes() {
        for (request, reading) in [
            (Request::Invites, Reading::Invites),
            (Request::FindInvites("ada@example.com".into()), Reading::Whole(LIST_LIMIT)),
            (Request::Users(1), Reading::Whole(LIST_LIMIT)),
            (Request::Organization, ENTITY),
        ] {
            assert_eq!(call(Api::Invites, &request).reading, reading, "{request:?}");
        }
    }

    #[test]
    fn only_a_post_has_a_content_type() {
        let create = Request::Create(Create {
            email: "ada@example.com".into(),
            grants: Grants::default(),
            body: Bytes::from_static(b"{}"),
        });
        let post = call(Api::Users, &create).request(None);
        assert_eq!(post.headers()[CONTENT_TYPE], post.headers()[ACCEPT]);
        let get = call(Api::Users, &Request::Organization).request(None);
        assert!(!get.headers().contains_key(CONTENT_TYPE));
        assert!(!get.headers().contains_key(AUTHORIZATION));
    }
}
