//! The client's requests, compared with the OpenAPI document that MongoDB publishes. The sandbox's answers are compared by
//! the tests of its own crate.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use atlas_sandbox::{CLIENT_ID, CLIENT_SECRET, ORGANIZATION, Options, PRIVATE_KEY, PUBLIC_KEY, Sandbox, TOKEN};
use bulk_invite::atlas::{
    self, Answer, Api, Body, Client, Create, Credential, Gateway, Grants, Request, Revoke, Settings,
};
use bulk_invite::model::{Invitation, ObjectId, OrgRole, ProjectAccess};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use openapi_contract::{Document, Exchange, Exemption, check, unexplained};
use tokio::net::TcpListener;

const EXEMPTIONS: &[Exemption] = &[Exemption::new(
    "GET /api/atlas/v2/orgs/{orgId}",
    "request",
    "the security scheme \"\" is not described",
    "digest begins with a request without credentials, to be challenged (RFC 7616, 3.3)",
)];

/// A sandbox on a socket, and the exchanges with it.
struct Recorder {
    url: String,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

impl Recorder {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (sandbox, exchanges) = (Arc::new(Sandbox::new(Options::default())), Arc::default());
        let log = Arc::clone(&exchanges);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (sandbox, log) = (Arc::clone(&sandbox), Arc::clone(&log));
                let service = service_fn(move |request| record(request, Arc::clone(&sandbox), Arc::clone(&log)));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Recorder { url, exchanges }
    }

    fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.exchanges.lock().expect("no panic"))
    }
}

async fn record(
    request: http::Request<Incoming>,
    sandbox: Arc<Sandbox>,
    log: Arc<Mutex<Vec<Exchange>>>,
) -> Result<http::Response<Full<bytes::Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let request = http::Request::from_parts(head, body);
    let response = sandbox.handle(request.clone()).await.response;
    log.lock().expect("no panic").push(Exchange::new(&request, &response));
    Ok(response.map(Full::new))
}

fn credentials() -> [Credential; 3] {
    [
        Credential::Token(TOKEN.into()),
        Credential::ServiceAccount { client_id: CLIENT_ID.into(), client_secret: CLIENT_SECRET.into() },
        Credential::ApiKey { public: PUBLIC_KEY.into(), private: PRIVATE_KEY.into() },
    ]
}

/// Returns invitations from the least that one can have to the most, each to an address of its own.
fn invitations(who: &str) -> Vec<Invitation> {
    let id = |text: &str| text.parse().expect("an id");
    let access = |project: &str, roles: &[&str]| ProjectAccess {
        project: id(project),
        roles: roles.iter().map(ToString::to_string).collect(),
    };
    let least = |email: String| Invitation {
        organization: ORGANIZATION.parse().expect("an id"),
        email,
        roles: [OrgRole::Member].into_iter().collect(),
        teams: vec![],
        projects: vec![],
    };
    let most = Invitation {
        roles: OrgRole::ALL.into_iter().collect(),
        teams: vec![id("7ea000000000000000000001"), id("7ea000000000000000000002")],
        projects: vec![
            access("9c0000000000000000000001", &["GROUP_OWNER", "GROUP_READ_ONLY"]),
            access("9c0000000000000000000002", &["GROUP_DATA_ACCESS_READ_ONLY"]),
        ],
        ..least(format!("{who}.most@example.com"))
    };
    let teams = Invitation { projects: vec![], ..most.clone() };
    let projects = Invitation { teams: vec![], ..most.clone() };
    vec![
        least(format!("{who}+o'neil@mail.example.org")),
        Invitation { email: format!("{who}.teams@example.com"), ..teams },
        Invitation { email: format!("{who}.projects@example.com"), ..projects },
        most,
    ]
}

/// Returns every kind of request but a revocation, which needs the id of an invite.
fn requests(api: Api, who: &str) -> Vec<Request> {
    let mut requests = vec![
        Request::Organization,
        Request::Users(1),
        Request::Users(2),
        Request::Lapsed(1),
        Request::Invites,
        Request::Teams(1),
        Request::Projects(3),
        Request::RateLimits,
        Request::FindUser(format!("{who}+o'neil@mail.example.org")),
        Request::FindInvites(format!("{who}.most@example.com")),
    ];
    requests.extend(invitations(who).iter().map(|invitation| {
        Request::Create(Create {
            email: invitation.email.clone(),
            grants: Grants::default(),
            body: atlas::body(api, invitation),
        })
    }));
    requests
}

/// Returns the name of a request's kind, so that none is forgotten.
fn kind(request: &Request) -> &'static str {
    match request {
        Request::Create(_) => "create",
        Request::Revoke(_) => "revoke",
        Request::FindUser(_) => "find a user",
        Request::FindInvites(_) => "find invites",
        Request::Organization => "the organization",
        Request::Users(_) => "users",
        Request::Lapsed(_) => "lapsed users",
        Request::Invites => "invites",
        Request::Teams(_) => "teams",
        Request::Projects(_) => "projects",
        Request::RateLimits => "rate limits",
    }
}

async fn pending_invite(client: &Client) -> Revoke {
    let Answer::Response(listed) = client.send(&Request::Invites).await else { panic!("no invites") };
    let Body::Invites(invites) = listed.body else { panic!("no list of invites") };
    let invite = invites.first().expect("an invite");
    Revoke { email: invite.email.clone(), invite: invite.id.parse().expect("an id") }
}

#[tokio::test]
#[ignore = "needs ATLAS_OPENAPI, the path of Atlas's OpenAPI document"]
async fn every_request_is_described() {
    let document = Document::from_env();
    let recorder = Recorder::start().await;
    let (mut findings, mut refused) = (Vec::new(), Vec::new());
    for (nth, credential) in credentials().into_iter().enumerate() {
        for (api, who) in [(Api::Invites, format!("old{nth}")), (Api::Users, format!("new{nth}"))] {
            let base = recorder.url.parse().unwrap();
            let settings = Settings::new(base, ORGANIZATION.parse().unwrap(), api, credential.clone());
            let client = Client::new(settings).unwrap();
            let mut requests = requests(api, &who);
            requests.push(Request::Revoke(Revoke { email: String::new(), invite: ObjectId::ZERO }));
            assert_eq!(requests.iter().map(kind).collect::<BTreeSet<_>>().len(), 11, "a kind of request is missing");
            for request in &mut requests {
                if let Request::Revoke(revoke) = request {
                    *revoke = pending_invite(&client).await;
                }
                let answer = client.send(request).await;
                if !matches!(&answer, Answer::Response(response) if (200..300).contains(&response.status)) {
                    refused.push(format!("{request:?}: {answer:?}"));
                }
            }
            let exchanges = recorder.take();
            assert!(exchanges.len() >= requests.len());
            findings.extend(exchanges.iter().flat_map(|exchange| check::request(&document, exchange)));
        }
    }
    let left = unexplained(findings, EXEMPTIONS);
    assert!(left.is_empty(), "{}", left.join("\n"));
    // The document requires little; the sandbox refuses what Atlas refuses.
    assert_eq!(refused, [""; 0]);
}
