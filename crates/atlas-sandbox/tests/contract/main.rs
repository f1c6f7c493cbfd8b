//! The sandbox's answers, compared with the OpenAPI document that MongoDB publishes: each operation's successes in every
//! form, and each error.
//!
//! Faults that come from a proxy or the network (HTML pages, redirects, answers without an id or headers, of a wrong type)
//! are not Atlas's answers, and are left out.

mod exemptions;
mod scene;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use atlas_sandbox::{
    Access, CLIENT_ID, CLIENT_SECRET, Caps, Duplicates, ORGANIZATION, Options, PRIVATE_KEY, PUBLIC_KEY, Rate, TOKEN,
    Window,
};
use bytes::Bytes;
use http::{HeaderValue, Request};
use md5::{Digest, Md5};
use openapi_contract::{Document, Exchange, check, unexplained};
use serde_json::{Value, json};

use self::exemptions::EXEMPTIONS;
use self::scene::{Scene, call_of};

const MISSING: &str = "0123456789abcdef01234567";
const TEAM: &str = "7ea000000000000000000001";
const PROJECT: &str = "9c0000000000000000000001";

fn old(email: &str) -> Value {
    json!({"username": email, "roles": ["ORG_MEMBER"]})
}

fn new(email: &str) -> Value {
    json!({"username": email, "roles": {"orgRoles": ["ORG_MEMBER"]}})
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

async fn successes(scene: &Scene<'_>) {
    for path in [
        "",
        "/users",
        "/users?itemsPerPage=1&pageNum=2",
        "/users?includeCount=false",
        "/users?username=no%40example.com",
    ] {
        scene.get(path, 200).await;
    }
    for path in ["/invites", "/invites?username=no%40example.com", "/teams", "/groups", "/groups?name=ware"] {
        scene.get(path, 200).await;
    }
    scene.ask("GET /users", "2023-01-01", "", 200).await;
    for path in ["", "/rateLimits", &format!("/rateLimits?orgId={ORGANIZATION}"), "/rateLimits/teams_organization"] {
        scene.get(&format!("/api/atlas/v2{path}"), 200).await;
    }

    let project = |roles: &str| json!([{"groupId": PROJECT, roles: ["GROUP_OWNER", "GROUP_READ_ONLY"]}]);
    let full = with(with(old("a@example.com"), "teamIds", json!([TEAM])), "groupRoleAssignments", project("roles"));
    let id = scene.invite(full, 200).await["id"].as_str().expect("an id").to_owned();
    scene.get(&format!("/invites/{id}"), 200).await;
    scene.get("/invites", 200).await;
    scene.ask(&format!("DELETE /invites/{id}"), "2023-01-01", "", 204).await;

    let roles = json!({"orgRoles": ["ORG_OWNER"], "groupRoleAssignments": project("groupRoles")});
    let full = with(with(new("b@example.com"), "teamIds", json!([TEAM])), "roles", roles);
    let id = scene.add(full, 201).await["id"].as_str().expect("an id").to_owned();
    scene.get(&format!("/users/{id}"), 200).await;
    scene.ask(&format!("DELETE /users/{id}"), "2025-02-19", "", 204).await;

    for (email, end) in [("c@example.com", "accept"), ("d@example.com", "decline"), ("e@example.com", "expire")] {
        let id = scene.add(new(email), 201).await["id"].as_str().expect("an id").to_owned();
        let path = format!("/_sandbox/invites/{id}/{end}");
        let settled = scene.sandbox.handle(Request::post(path).body(Bytes::new()).expect("a request")).await;
        assert_eq!(settled.response.status(), 204);
        scene.get(&format!("/users/{id}"), 200).await;
    }
    let all = "ACTIVE&orgMembershipStatuses=PENDING&orgMembershipStatuses=INVITATION_EXPIRED\
               &orgMembershipStatuses=INVITATION_REJECTED";
    let listed = scene.get(&format!("/users?orgMembershipStatuses={all}"), 200).await;
    assert_eq!(listed["totalCount"], 7);

    for flags in ["envelope=true", "pretty=true", "envelope=true&pretty=true"] {
        for path in ["", "/users", "/invites", "/teams"] {
            scene.get(&format!("{path}?{flags}"), 200).await;
        }
        scene.get(&format!("/invites/{MISSING}?{flags}"), 404).await;
    }
}

/// Digest, and the tokens of the service account.
async fn credentials(scene: &Scene<'_>) {
    let unauthorized = scene.send(call_of("GET /api/atlas/v2", "2023-01-01"), "", 401).await;
    let nonce = unauthorized.answer.header("www-authenticate").split('"').nth(5).expect("a nonce").to_owned();
    let md5 = |text: String| Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let ha1 = md5(format!("{PUBLIC_KEY}:MMS Public API:{PRIVATE_KEY}"));
    for (nc, method, path, body, status) in [
        ("00000001", "GET", "/api/atlas/v2".to_owned(), Value::Null, 200),
        ("00000002", "POST", format!("/api/atlas/v2/orgs/{ORGANIZATION}/invites"), old("k@example.com"), 200),
        ("00000002", "GET", "/api/atlas/v2".to_owned(), Value::Null, 401),
    ] {
        let response = md5(format!("{ha1}:{nonce}:{nc}:abc:auth:{}", md5(format!("{method}:{path}"))));
        let authorization = format!(
            r#"Digest username="{PUBLIC_KEY}", realm="MMS Public API", nonce="{nonce}", uri="{path}", cnonce="abc", nc={nc}, qop=auth, response="{response}", algorithm=MD5"#
        );
        let request = call_of(&format!("{method} {path}"), "2023-01-01").header("authorization", authorization);
        scene.send(request, if body.is_null() { String::new() } else { body.to_string() }, status).await;
    }

    let account = format!("{CLIENT_ID}:{CLIENT_SECRET}");
    let (token, revoke, grant) = ("/api/oauth/token", "/api/oauth/revoke", "grant_type=client_credentials");
    let granted = scene.token(token, &account, grant, 200).await["access_token"].as_str().expect("a token").to_owned();
    let request = call_of("GET /users", "2025-02-19").header("authorization", format!("Bearer {granted}"));
    scene.send(request, "", 200).await;
    scene.token(token, "stranger:secret", grant, 401).await;
    scene.token(token, &account, "", 400).await;
    scene.token(token, &account, "grant_type=password", 400).await;
    scene.token(revoke, &account, "", 400).await;
    scene.token(revoke, &account, format!("token={granted}").leak(), 200).await;
    scene.send(call_of("GET /api/oauth/token", "2023-01-01"), "", 405).await;
    let limited = Scene::new(scene.exchanges, |options| options.limits.tokens = Window::per_minute(1));
    limited.token(token, &account, grant, 200).await;
    limited.token(token, &account, grant, 429).await;
    let none_left = Scene::new(scene.exchanges, |options| options.limits.active_tokens = 0);
    none_left.token(token, &account, grant, 403).await;
}

async fn refusals(scene: &Scene<'_>) {
    for (body, status) in [
        ("{".to_owned(), 400),
        ("[]".to_owned(), 400),
        (json!({"username": 5, "roles": ["ORG_MEMBER"]}).to_string(), 400),
        (json!({"roles": ["ORG_MEMBER"]}).to_string(), 400),
        (with(old("a@example.com"), "nickname", json!("a")).to_string(), 400),
        (old("stranger").to_string(), 400),
        (with(old("a@example.com"), "roles", json!(["ORG_KING"])).to_string(), 400),
        (with(old("a@example.com"), "roles", json!(["GROUP_OWNER"])).to_string(), 400),
        (with(old("a@example.com"), "teamIds", json!(["x"])).to_string(), 404),
        (with(old("a@example.com"), "teamIds", json!([MISSING])).to_string(), 404),
        (with(old("a@example.com"), "teamIds", json!(["7ea0000000000000000000ff"])).to_string(), 404),
        (with(old("a@example.com"), "teamIds", json!(vec![TEAM; 2])).to_string(), 200),
        (old("grace.hopper@example.com").to_string(), 409),
        (old("ada.lovelace@example.com").to_string(), 409),
    ] {
        scene.invite(body, status).await;
    }
    for (group, role, status) in [
        ("x", "GROUP_OWNER", 404),
        (MISSING, "GROUP_OWNER", 404),
        (PROJECT, "ORG_OWNER", 400),
        (PROJECT, "GROUP_X", 400),
    ] {
        let project = json!([{"groupId": group, "roles": [role]}]);
        scene.invite(with(old("p@example.com"), "groupRoleAssignments", project), status).await;
    }
    scene.add(new("grace.hopper@example.com"), 409).await;
    scene.add(old("a@example.com"), 400).await;

    let whole = |path: &str| format!("/api/atlas/v2{path}");
    for (path, status) in [
        ("/invites?user=x".to_owned(), 400),
        ("/teams?itemsPerPage=501".to_owned(), 400),
        ("/users?orgMembershipStatuses=ANY".to_owned(), 400),
        (format!("/invites/{MISSING}"), 404),
        ("/invites/x".to_owned(), 400),
        (format!("/users/{MISSING}"), 404),
        ("/users/x".to_owned(), 400),
        (whole("/orgs/x"), 404),
        (whole(&format!("/orgs/{MISSING}/users")), 404),
        (whole("/nothing"), 404),
        (whole("?x=y"), 400),
        (whole(&format!("/rateLimits?orgId={MISSING}")), 404),
        (whole("/rateLimits/x"), 404),
    ] {
        scene.get(&path, status).await;
    }
    scene.ask(&format!("DELETE /invites/{MISSING}"), "2023-01-01", "", 400).await;
    scene.ask("POST /users", "2023-01-01", "", 406).await;
    scene.ask("PUT /invites", "2023-01-01", "", 405).await;
    scene.ask("OPTIONS /invites", "2023-01-01", "", 200).await;
    let mut text = call_of("POST /invites", "2023-01-01").header("authorization", format!("Bearer {TOKEN}"));
    text.headers_mut().expect("a request").insert("content-type", HeaderValue::from_static("text/plain"));
    scene.send(text, "{}", 415).await;
}

/// The answers under other options.
async fn options(exchanges: &RefCell<Vec<Exchange>>) {
    for (access, status) in [
        (Access::Member, 401),
        (Access::Outsider, 401),
        (Access::AddressNotListed, 403),
        (Access::ListRequired, 403),
        (Access::Suspended, 402),
        (Access::Inactive, 400),
    ] {
        Scene::new(exchanges, |options| options.access = access).invite(old("a@example.com"), status).await;
    }
    for (code, status) in [
        ("USER_ORGS_RESTRICTED", 403),
        ("DOMAIN_NOT_IN_ALLOW_LIST", 400),
        ("DEFAULT_INVITATION_EXCEPTION", 400),
        ("USER_ALREADY_EXISTS", 409),
        ("CANNOT_ADD_PENDING_USER", 404),
        ("INVALID_EMAIL_ADDRESS", 400),
        ("INVALID_DOMAIN_IN_USERNAME", 400),
        ("BLOCKED_USERNAME", 400),
        ("VALIDATION_ERROR", 400),
        ("MAX_ORGS_PER_USER_EXCEEDED", 400),
    ] {
        let refuse = |options: &mut Options| drop(options.refusals.insert("@example.com".into(), code.into()));
        let scene = Scene::new(exchanges, refuse);
        assert_eq!(scene.add(new("a@example.com"), status).await["errorCode"], code);
    }

    let caps = |caps: Caps| Scene::new(exchanges, move |options| options.caps = caps);
    let team = with(old("a@example.com"), "teamIds", json!([TEAM]));
    let project = json!([{"groupId": PROJECT, "roles": ["GROUP_OWNER"]}]);
    let project = with(old("a@example.com"), "groupRoleAssignments", project);
    caps(Caps { seats: 0, ..Caps::default() }).invite(old("a@example.com"), 400).await;
    caps(Caps { team: 0, ..Caps::default() }).invite(&team, 400).await;
    caps(Caps { teams_per_user: 0, ..Caps::default() }).invite(&team, 400).await;
    caps(Caps { project: 0, ..Caps::default() }).invite(project, 400).await;

    let limited = Scene::new(exchanges, |options| {
        options.limits.organizations = Rate::per_minute(2, 1);
        options.limits.invitations = Some(Window::per_minute(1));
    });
    limited.invite(old("a@example.com"), 200).await;
    limited.invite(old("b@example.com"), 400).await;
    limited.invite(old("b@example.com"), 429).await;
    let refused = Scene::new(exchanges, |options| options.duplicates = Duplicates::Refuse400);
    refused.invite(old("grace.hopper@example.com"), 400).await;

    for (fault, status) in [("500@1", 500), ("503-after=30s@1", 503), ("429=2s@1", 429), ("maintenance=10s@1", 405)] {
        let scene = Scene::new(exchanges, |options| options.faults = vec![fault.parse().expect("a fault")]);
        scene.invite(old("a@example.com"), status).await;
    }
    let revoked = Scene::new(exchanges, |options| options.faults = vec!["revoke@at:30s".parse().expect("a fault")]);
    revoked.invite(old("a@example.com"), 200).await;
    tokio::time::advance(Duration::from_secs(30)).await;
    revoked.invite(old("b@example.com"), 401).await;
}

#[tokio::test(start_paused = true)]
#[ignore = "needs ATLAS_OPENAPI, the path of Atlas's OpenAPI document"]
async fn every_answer_is_described() {
    let document = Document::from_env();
    let exchanges = RefCell::default();
    let unlimited = |options: &mut Options| options.limits.organizations = Rate::per_minute(9999, 1);
    successes(&Scene::new(&exchanges, unlimited)).await;
    credentials(&Scene::new(&exchanges, unlimited)).await;
    refusals(&Scene::new(&exchanges, unlimited)).await;
    options(&exchanges).await;

    let exchanges = exchanges.into_inner();
    assert_eq!(codes_never_sent(&exchanges), [""; 0], "these errors were never sent");
    let succeeded = document.succeeded(&exchanges);
    let implemented = implemented(&exchanges);
    assert_eq!(implemented.difference(&succeeded).collect::<Vec<_>>(), [""; 0], "these operations never succeeded");
    let findings = exchanges.iter().flat_map(|exchange| check::answer(&document, exchange)).collect();
    let left = unexplained(findings, EXEMPTIONS);
    assert!(left.is_empty(), "{}", left.join("\n"));
}

/// Returns the operations that the sandbox lists with its rate limits: all that it has. The document may have more.
fn implemented(exchanges: &[Exchange]) -> BTreeSet<String> {
    let lists = exchanges.iter().filter(|exchange| exchange.uri.path() == "/api/atlas/v2/rateLimits");
    let lists: Vec<Value> = lists.filter_map(|exchange| exchange.answer.json()).collect();
    let sets = lists.iter().filter_map(|list| list["results"].as_array()).flatten();
    let endpoints = sets.filter_map(|set| set["endpoints"].as_array()).flatten();
    let text = |value: &Value| value.as_str().expect("a method and a path").to_owned();
    let operations: BTreeSet<_> =
        endpoints.map(|endpoint| format!("{} {}", text(&endpoint["method"]), text(&endpoint["path"]))).collect();
    assert!(!operations.is_empty());
    operations
}

/// Returns the error codes that are in the sandbox's source and in none of its answers.
fn codes_never_sent(exchanges: &[Exchange]) -> Vec<&'static str> {
    let source = concat!(
        include_str!("../../src/problem.rs"),
        include_str!("../../src/organization/refusal.rs"),
        include_str!("../../src/reply.rs"),
    );
    let is_code = |text: &&str| text.contains('_') && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let codes: BTreeSet<&str> = source.split('"').filter(is_code).collect();
    assert!(codes.len() > 40, "{codes:?}");
    let seen: BTreeSet<&str> = exchanges.iter().map(|exchange| exchange.answer.header("x-error-code")).collect();
    codes.into_iter().filter(|code| !seen.contains(code)).collect()
}
