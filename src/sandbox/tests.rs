//! The sandbox as a client meets it: whole requests in, whole answers out, without a socket and with a clock that stands
//! still until a test moves it.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request};
use serde_json::{Value, json};
use tokio::time::{advance, sleep};

use super::*;

const TEAM: &str = "7ea000000000000000000001";
const PROJECT: &str = "9c0000000000000000000001";

/// An answer with its body read.
struct Answered {
    status: u16,
    headers: HeaderMap,
    text: String,
    json: Value,
    delivery: Delivery,
}

impl Answered {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn code(&self) -> &str {
        self.json["errorCode"].as_str().unwrap_or_default()
    }
}

fn sandbox(change: impl FnOnce(&mut Options)) -> Sandbox {
    let mut options = Options { start: Some("2026-08-10T03:03:37.25Z".parse().unwrap()), ..Options::default() };
    change(&mut options);
    Sandbox::new(options)
}

async fn send(sandbox: &Sandbox, request: http::request::Builder, body: &str) -> Answered {
    let request = request.header("host", "localhost:8080").body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
    let Reply { response, delivery } = sandbox.handle(request).await;
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let json = serde_json::from_str(&text).unwrap_or_default();
    Answered { status: parts.status.as_u16(), headers: parts.headers, text, json, delivery }
}

fn request(method: &str, path: &str, version: &str) -> http::request::Builder {
    let uri = if path.starts_with("/api") || path.starts_with("/_sandbox") {
        path.to_owned()
    } else {
        format!("/api/atlas/v2/orgs/{ORGANIZATION}{path}")
    };
    Request::builder()
        .method(method)
        .uri(uri)
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("accept", format!("application/vnd.atlas.{version}+json"))
        .header("content-type", "application/json")
}

async fn get(sandbox: &Sandbox, path: &str) -> Answered {
    let version = if path.starts_with("/users") { "2025-02-19" } else { "2025-03-12" };
    send(sandbox, request("GET", path, version), "").await
}

async fn invite(sandbox: &Sandbox, email: &str) -> Answered {
    let body = json!({"username": email, "roles": ["ORG_MEMBER"]}).to_string();
    send(sandbox, request("POST", "/invites", "2023-01-01"), &body).await
}

async fn add_user(sandbox: &Sandbox, email: &str) -> Answered {
    let body = json!({"username": email, "roles": {"orgRoles": ["ORG_MEMBER"]}}).to_string();
    send(sandbox, request("POST", "/users", "2025-02-19"), &body).await
}

fn emails(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|entry| entry["username"].as_str().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn an_invite_is_answered_as_recorded() {
    let sandbox = sandbox(|_| {});
    let body = json!({
        "username": "mary.shelley@example.com",
        "roles": ["ORG_MEMBER"],
        "teamIds": [TEAM],
        "groupRoleAssignments": [{"groupId": PROJECT, "roles": ["GROUP_OWNER", "GROUP_READ_ONLY"]}],
    });
    let answer = send(&sandbox, request("POST", "/invites", "2023-10-01"), &body.to_string()).await;
    assert_eq!(answer.status, 200);
    let id = answer.json["id"].as_str().unwrap();
    assert_eq!(
        answer.text,
        format!(
            concat!(
                r#"{{"createdAt":"2026-08-10T03:03:37Z","expiresAt":"2026-09-09T03:03:37Z","groupRoleAssignments":["#,
                r#"{{"groupId":"{p}","groupRole":"GROUP_OWNER"}},{{"groupId":"{p}","groupRole":"GROUP_READ_ONLY"}}],"#,
                r#""id":"{id}","inviterUsername":"{by}","orgId":"{org}","orgName":"Sandbox","roles":["ORG_MEMBER"],"#,
                r#""teamIds":["{team}"],"username":"mary.shelley@example.com"}}"#
            ),
            p = PROJECT,
            id = id,
            by = CLIENT_ID,
            org = ORGANIZATION,
            team = TEAM
        )
    );
    for (name, value) in [
        ("content-type", "application/vnd.atlas.2023-01-01+json;charset=utf-8"),
        ("ratelimit-limit", "500"),
        ("ratelimit-remaining", "499"),
        ("deprecation", "Wed, 19 Feb 2025 00:00:00 GMT"),
        ("sunset", "Thu, 1 Jul 2027 00:00:00 GMT"),
        ("date", "Mon, 10 Aug 2026 03:03:37 GMT"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }

    let user = &get(&sandbox, "/users?username=MARY.shelley%40example.com").await.json["results"][0];
    assert_ne!(user["id"], answer.json["id"], "the user has an id of its own");
    assert_eq!(user["orgMembershipStatus"], "PENDING");
    assert_eq!(user["invitationExpiresAt"], "2026-09-09T03:03:37Z");
    assert_eq!(get(&sandbox, &format!("/invites/{id}")).await.json, answer.json);
    assert_eq!(get(&sandbox, "/invites?username=mary.shelley%40example.com").await.json, json!([answer.json]));
}

#[tokio::test(start_paused = true)]
async fn a_user_is_created_with_201() {
    let sandbox = sandbox(|_| {});
    let answer = add_user(&sandbox, "mary.shelley@example.com").await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("deprecation"), None);
    let id = answer.json["id"].as_str().unwrap();
    assert!(answer.text.starts_with(&format!(
        r#"{{"id":"{id}","invitationCreatedAt":"2026-08-10T03:03:37Z","invitationExpiresAt":"2026-09-09T03:03:37Z","#
    )));
    let path = format!("/users/{id}");
    assert_eq!(get(&sandbox, &path).await.json, answer.json);
    assert_eq!(send(&sandbox, request("DELETE", &path, "2025-02-19"), "").await.status, 204);
    assert_eq!(get(&sandbox, &path).await.status, 404);
    let ledger = sandbox.ledger();
    assert_eq!((ledger.created.len(), ledger.create_requests()), (1, 1));
    assert_eq!(ledger.created[0].id, id);
}

#[tokio::test(start_paused = true)]
async fn errors_have_atlas_codes() {
    let sandbox = sandbox(|options| {
        options.refusals.insert("eve@example.com".into(), "USER_ORGS_RESTRICTED".into());
    });
    let member = r#"{"username":"a@example.com","roles":["ORG_MEMBER"]"#;
    let post = |extra: &str| (request("POST", "/invites", "2023-01-01"), format!("{member}{extra}}}"));
    let none = String::new;
    let missing = "0123456789abcdef01234567";
    let json_get = |path: &str| (request("GET", path, "2025-03-12"), none());
    for (what, (request, body), status, code) in [
        ("old version", (request("POST", "/users", "2023-01-01"), none()), 406, "INVALID_VERSION_DATE"),
        ("unknown organization", json_get(&format!("/api/atlas/v2/orgs/{missing}")), 404, "ORG_NOT_FOUND"),
        ("malformed organization", json_get("/api/atlas/v2/orgs/x"), 404, "INVALID_ORG_ID"),
        ("unknown path", json_get("/api/atlas/v2/nothing"), 404, "RESOURCE_NOT_FOUND"),
        ("unknown team", post(&format!(r#","teamIds":["{missing}"]"#)), 404, "TEAM_NOT_FOUND"),
        (
            "unknown project",
            post(&format!(r#","groupRoleAssignments":[{{"groupId":"{missing}","roles":["GROUP_OWNER"]}}]"#)),
            404,
            "GROUP_NOT_FOUND",
        ),
        ("unknown field", post(r#","nickname":"a""#), 400, "INVALID_ATTRIBUTE"),
        ("unknown parameter", json_get("/invites?user=x"), 400, "INVALID_QUERY_PARAMETER"),
        ("bad page", json_get("/teams?itemsPerPage=501"), 400, "INVALID_QUERY_PARAMETER"),
        ("unknown invite", json_get(&format!("/invites/{missing}")), 404, "INVALID_INVITATION_ID"),
        (
            "deleting an unknown invite",
            (request("DELETE", &format!("/invites/{missing}"), "2023-01-01"), none()),
            400,
            "INVALID_INVITATION_ID",
        ),
        ("unknown endpoint set", json_get("/api/atlas/v2/rateLimits/x"), 404, "RESOURCE_NOT_FOUND"),
    ] {
        let answer = send(&sandbox, request, &body).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{what}");
        assert_eq!(answer.header("x-error-code"), Some(code), "{what}");
        assert_eq!(answer.json["error"], status, "{what}");
    }
    for (email, status, code) in [
        ("grace.hopper@example.com", 409, "USER_ALREADY_IN_ORG"),
        ("Ada.Lovelace@example.com", 409, "USER_ALREADY_IN_ORG"),
        ("eve@example.com", 403, "USER_ORGS_RESTRICTED"),
        ("nobody", 400, "INVALID_USERNAME"),
    ] {
        for answer in [invite(&sandbox, email).await, add_user(&sandbox, email).await] {
            assert_eq!((answer.status, answer.code()), (status, code), "{email}");
        }
    }
    let answer = send(&sandbox, request("PUT", "/invites", "2023-01-01"), "").await;
    assert_eq!((answer.status, answer.header("allow"), answer.text.len()), (405, Some("POST,GET,OPTIONS"), 0));
    let mut form = request("POST", "/invites", "2023-01-01");
    form.headers_mut().unwrap().insert("content-type", "text/plain".parse().unwrap());
    assert_eq!(send(&sandbox, form, "{}").await.status, 415);
    assert!(sandbox.ledger().created.is_empty());
}

#[tokio::test(start_paused = true)]
async fn access_can_be_withheld() {
    for (access, status, code) in [
        (Access::Member, 401, "USER_UNAUTHORIZED"),
        (Access::AddressNotListed, 403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"),
        (Access::ListRequired, 403, "ORG_REQUIRES_ACCESS_LIST"),
        (Access::Suspended, 402, "ACCOUNT_SUSPENDED"),
    ] {
        let sandbox = sandbox(|options| options.access = access);
        let answer = invite(&sandbox, "a@example.com").await;
        assert_eq!((answer.status, answer.code()), (status, code));
        assert_eq!(get(&sandbox, "/users").await.status == 200, access == Access::Member);
    }
}

#[tokio::test(start_paused = true)]
async fn lists_are_paged_and_filtered() {
    let sandbox = sandbox(|options| options.organization = Seed::without_people());
    for n in 1..=5 {
        invite(&sandbox, &format!("p{n}@example.com")).await;
    }
    let page = get(&sandbox, "/users?itemsPerPage=2&pageNum=2").await;
    assert_eq!(emails(&page.json["results"]), ["p3@example.com", "p4@example.com"]);
    assert_eq!(page.json["totalCount"], 5);
    let rels: Vec<_> = page.json["links"].as_array().unwrap().iter().map(|link| &link["rel"]).collect();
    assert_eq!(rels, ["self", "previous", "next"]);
    let base = format!("http://localhost:8080/api/atlas/v2/orgs/{ORGANIZATION}/users");
    assert_eq!(page.json["links"][2]["href"], format!("{base}?includeCount=true&itemsPerPage=2&pageNum=3"));
    let last = get(&sandbox, "/users?itemsPerPage=2&pageNum=3&includeCount=false").await;
    assert_eq!((emails(&last.json["results"]), &last.json["totalCount"]), (vec!["p5@example.com"], &Value::Null));
    assert_eq!(get(&sandbox, "/users?pageNum=9").await.json["results"], json!([]));
    let active = get(&sandbox, "/users?orgMembershipStatuses=ACTIVE&orgMembershipStatuses=INVITATION_REJECTED").await;
    assert_eq!(active.json["totalCount"], 0);
    assert_eq!(emails(&get(&sandbox, "/invites").await.json).len(), 5);
}

#[tokio::test(start_paused = true)]
async fn the_older_version_lists_members_only() {
    let sandbox = sandbox(|_| {});
    let old = send(&sandbox, request("GET", "/users", "2023-01-01"), "").await;
    assert_eq!(
        emails(&old.json["results"]),
        ["grace.hopper@example.com", "alan.turing@example.com", "owner@example.com"]
    );
    assert_eq!(old.json["results"][0]["roles"][0], json!({"orgId": ORGANIZATION, "roleName": "ORG_MEMBER"}));
    assert_eq!(old.header("sunset"), Some("Thu, 1 Jul 2027 00:00:00 GMT"));
    assert_eq!(get(&sandbox, "/users").await.json["totalCount"], 4);
}

#[tokio::test(start_paused = true)]
async fn the_rest_can_be_looked_up() {
    let sandbox = sandbox(|options| options.limits.organizations = Rate::per_minute(1000, 500));
    assert_eq!(get(&sandbox, "").await.json["name"], "Sandbox");
    assert_eq!(get(&sandbox, "/teams").await.json["results"][0]["name"], "Data Platform");
    let projects = get(&sandbox, "/groups?name=ware").await;
    assert_eq!((&projects.json["totalCount"], &projects.json["results"][0]["name"]), (&json!(1), &json!("warehouse")));
    let root = get(&sandbox, "/api/atlas/v2").await;
    assert_eq!((&root.json["appName"], &root.json["apiKey"]), (&json!("MongoDB Atlas"), &Value::Null));
    let limits = get(&sandbox, &format!("/api/atlas/v2/rateLimits?orgId={ORGANIZATION}")).await;
    let set = &limits.json["results"][0];
    assert_eq!((&set["endpointSetName"], &set["scope"]), (&json!("Organizations"), &json!("ORGANIZATION")));
    assert_eq!(set["capacity"], json!({"defaultValue": 500, "value": 1000}));
    assert_eq!(set["refillDurationSeconds"], json!({"value": 60}));
    assert!(
        set["endpoints"]
            .as_array()
            .unwrap()
            .contains(&json!({"method": "POST", "path": "/api/atlas/v2/orgs/{orgId}/invites"}))
    );
    assert_eq!(get(&sandbox, "/api/atlas/v2/rateLimits/teams_organization").await.json["endpointSetName"], "Teams");
}

#[tokio::test(start_paused = true)]
async fn an_empty_bucket_answers_429_until_it_is_refilled() {
    let sandbox = sandbox(|options| {
        options.limits.organizations = Rate::per_minute(2, 1);
        options.limits.users = Rate::per_minute(9, 9);
    });
    for remaining in ["1", "0"] {
        assert_eq!(get(&sandbox, "/invites").await.header("ratelimit-remaining"), Some(remaining));
    }
    advance(Duration::from_millis(14_500)).await;
    let limited = invite(&sandbox, "a@example.com").await;
    let path = format!("api/atlas/v2/orgs/{ORGANIZATION}/invites");
    assert_eq!((limited.status, limited.code()), (429, "RATE_LIMITED_TOKEN_BUCKET"));
    assert_eq!(limited.header("retry-after"), Some("45"));
    assert_eq!(limited.json["parameters"], json!([path, 45, 2, 1, 60]));
    assert_eq!(
        limited.json["detail"],
        format!(
            "Rate limit exceeded for {path}. Please retry after 45 seconds. Request capacity: 2. Refill rate: 1 per 60 \
             seconds. For more information, see: http://dochub.mongodb.org/core/atlas-api-rate-limit."
        )
    );
    assert_eq!(add_user(&sandbox, "b@example.com").await.status, 201, "users have a bucket of their own");
    advance(Duration::from_millis(45_000)).await;
    assert_eq!(invite(&sandbox, "a@example.com").await.header("retry-after"), Some("0"));
    advance(Duration::from_millis(500)).await;
    assert_eq!(invite(&sandbox, "a@example.com").await.status, 200);
    assert_eq!(sandbox.ledger().limited(), 2);
}

#[tokio::test(start_paused = true)]
async fn speed_compresses_what_the_server_does_and_says() {
    let sandbox = sandbox(|options| {
        options.speed = 60.0;
        options.limits.organizations = Rate::per_minute(1, 1);
    });
    assert_eq!(get(&sandbox, "/invites").await.status, 200);
    let limited = get(&sandbox, "/invites").await;
    assert_eq!(limited.json["parameters"], json!([limited.json["parameters"][0], 1, 1, 1, 1]));
    advance(Duration::from_secs(1)).await;
    assert_eq!(get(&sandbox, "/invites").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn limits_can_be_silent_or_off() {
    let silent = sandbox(|options| {
        options.limits =
            Limits { headers: false, retry_after: false, organizations: Rate::per_minute(1, 1), ..Limits::default() };
    });
    assert_eq!(get(&silent, "/invites").await.header("ratelimit-limit"), None);
    let limited = get(&silent, "/invites").await;
    assert_eq!((limited.status, limited.header("retry-after"), limited.header("ratelimit-limit")), (429, None, None));
    let off = sandbox(|options| options.limits = Limits::off());
    for _ in 0..600 {
        assert_eq!(get(&off, "/invites").await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn the_limiter_of_invitations_answers_400() {
    let sandbox = sandbox(|options| options.limits.invitations = Some(Window::per_minute(2)));
    for n in 0..2 {
        assert_eq!(invite(&sandbox, &format!("p{n}@example.com")).await.status, 200);
    }
    let limited = add_user(&sandbox, "p2@example.com").await;
    assert_eq!((limited.status, limited.code()), (400, "INVITATIONS_RATE_LIMITED_IP"));
    assert_eq!(limited.json["detail"], "Rate limit of 2 invitations per 1 minutes exceeded.");
    assert_eq!(limited.header("retry-after"), None);
    advance(Duration::from_secs(60)).await;
    assert_eq!(add_user(&sandbox, "p2@example.com").await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn seats_are_limited_and_lapsed_invitations_free_theirs() {
    let sandbox = sandbox(|options| {
        options.organization = Seed::without_people();
        options.caps.seats = 1;
    });
    assert_eq!(invite(&sandbox, "a@example.com").await.status, 200);
    let full = invite(&sandbox, "b@example.com").await;
    assert_eq!((full.status, full.code()), (400, "MAX_USERS_PER_ORG_EXCEEDED"));
    assert_eq!(full.json["parameters"], json!(["1", ORGANIZATION]));
    sleep(Duration::from_secs(30 * 86_400)).await;
    let lapsed = get(&sandbox, "/users?orgMembershipStatuses=INVITATION_EXPIRED").await;
    assert_eq!(emails(&lapsed.json["results"]), ["a@example.com"]);
    assert_eq!(get(&sandbox, "/invites").await.json, json!([]));
    let again = add_user(&sandbox, "a@example.com").await;
    assert_eq!(again.status, 201, "a lapsed invitation is replaced");
    assert_ne!(again.json["id"], lapsed.json["results"][0]["id"]);
    assert_eq!(get(&sandbox, "/users").await.json["totalCount"], 1);
}

#[tokio::test(start_paused = true)]
async fn teams_and_projects_fill_up() {
    let sandbox = sandbox(|options| options.caps = Caps { team: 1, project: 1, ..Caps::default() });
    let body = |email: &str, extra: Value| {
        let mut body = json!({"username": email, "roles": ["ORG_MEMBER"]});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body.to_string()
    };
    let team = json!({"teamIds": [TEAM]});
    let project = json!({"groupRoleAssignments": [{"groupId": PROJECT, "roles": ["GROUP_OWNER"]}]});
    for (grant, code) in [(team, "MAX_USERS_PER_TEAM_EXCEEDED"), (project, "MAX_USERS_PER_GROUP_EXCEEDED")] {
        let first = send(
            &sandbox,
            request("POST", "/invites", "2023-01-01"),
            &body(&format!("{}@example.com", code.len()), grant.clone()),
        )
        .await;
        assert_eq!(first.status, 200);
        let second = send(&sandbox, request("POST", "/invites", "2023-01-01"), &body("z@example.com", grant)).await;
        assert_eq!((second.status, second.code()), (400, code));
    }
}

#[tokio::test(start_paused = true)]
async fn duplicates_are_refused_or_accepted_as_told() {
    for (duplicates, status) in [(Duplicates::Refuse409, 409), (Duplicates::Refuse400, 400), (Duplicates::Accept, 200)]
    {
        let sandbox = sandbox(|options| options.duplicates = duplicates);
        let first = invite(&sandbox, "a@example.com").await;
        let second = invite(&sandbox, "A@example.com").await;
        assert_eq!(second.status, status, "{duplicates:?}");
        assert_eq!(add_user(&sandbox, "a@example.com").await.status, 409, "the newer endpoint always says so");
        let pending = get(&sandbox, "/invites?username=a%40example.com").await;
        if duplicates == Duplicates::Accept {
            assert_ne!(first.json["id"], second.json["id"]);
            assert_eq!(pending.json.as_array().unwrap().len(), 2);
            assert_eq!(sandbox.ledger().invited_twice(), ["a@example.com"]);
        } else {
            assert_eq!(pending.json.as_array().unwrap().len(), 1);
            assert_eq!(sandbox.ledger().emails_to("a@example.com"), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_case_of_addresses_is_kept_lowered_or_told_apart() {
    for (emails, stored, second) in [
        (EmailCase::Preserved, "Ann@example.com", 409),
        (EmailCase::Lowered, "ann@example.com", 409),
        (EmailCase::Distinct, "Ann@example.com", 200),
    ] {
        let sandbox = sandbox(|options| options.emails = emails);
        assert_eq!(invite(&sandbox, "Ann@example.com").await.json["username"], stored);
        assert_eq!(invite(&sandbox, "ANN@example.com").await.status, second, "{emails:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn flags_change_how_bodies_are_written() {
    let sandbox = sandbox(|_| {});
    let wrapped = get(&sandbox, "?envelope=true").await;
    assert!(wrapped.text.starts_with(r#"{"status":200,"content":{"id":"#), "{}", wrapped.text);
    let list = get(&sandbox, "/teams?envelope=true").await;
    assert!(list.text.ends_with(r#","totalCount":5,"status":200}"#), "{}", list.text);
    let pretty = get(&sandbox, "?pretty=true").await;
    assert!(pretty.text.starts_with("{\n  \"id\" : \""), "{}", pretty.text);
}

#[tokio::test(start_paused = true)]
async fn digest_costs_a_challenge_but_no_token() {
    let sandbox = sandbox(|_| {});
    let path = format!("/api/atlas/v2/orgs/{ORGANIZATION}/invites");
    let plain = || {
        let request = Request::post(&path).header("accept", "application/vnd.atlas.2023-01-01+json");
        request.header("content-type", "application/json")
    };
    let challenge = send(&sandbox, plain(), "{}").await;
    assert_eq!((challenge.status, challenge.header("ratelimit-limit")), (401, None));
    let nonce = challenge.header("www-authenticate").unwrap().split('"').nth(5).unwrap().to_owned();
    for (nc, status, remaining) in [("00000001", 200, "499"), ("00000003", 200, "498"), ("00000002", 200, "497")] {
        let md5 = |text: String| {
            use md5::Digest;
            md5::Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        let ha1 = md5(format!("{PUBLIC_KEY}:MMS Public API:{PRIVATE_KEY}"));
        let response = md5(format!("{ha1}:{nonce}:{nc}:abc:auth:{}", md5(format!("POST:{path}"))));
        let authorization = format!(
            r#"Digest username="{PUBLIC_KEY}", realm="MMS Public API", nonce="{nonce}", uri="{path}", cnonce="abc", nc={nc}, qop=auth, response="{response}", algorithm=MD5"#
        );
        let body = json!({"username": format!("p{nc}@example.com"), "roles": ["ORG_MEMBER"]}).to_string();
        let answer = send(&sandbox, plain().header("authorization", &authorization), &body).await;
        assert_eq!((answer.status, answer.header("ratelimit-remaining")), (status, Some(remaining)));
        assert_eq!(answer.json["inviterUsername"], PUBLIC_KEY);
        let replayed = send(&sandbox, plain().header("authorization", &authorization), &body).await;
        assert_eq!(replayed.status, 401, "each count once");
    }
    advance(Duration::from_secs(61)).await;
    let authorization = format!(r#"Digest realm="MMS Public API", nonce="{nonce}", cnonce="a", nc=00000004, qop=auth"#);
    let late = send(&sandbox, plain().header("authorization", authorization), "{}").await;
    assert!(late.header("www-authenticate").unwrap().ends_with("stale=true"));
}

/// Asks for a token as the service account does.
async fn token(sandbox: &Sandbox) -> Answered {
    use base64::Engine;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
    let request = Request::post("/api/oauth/token")
        .header("authorization", format!("Basic {basic}"))
        .header("content-type", "application/x-www-form-urlencoded");
    send(sandbox, request, "grant_type=client_credentials").await
}

#[tokio::test(start_paused = true)]
async fn a_token_of_the_service_account_opens_the_organization_for_an_hour() {
    let sandbox = sandbox(|options| options.faults = vec!["503@#2/tokens".parse().unwrap()]);
    let token = token(&sandbox).await.json["access_token"].as_str().unwrap().to_owned();
    let ask = || {
        Request::get(format!("/api/atlas/v2/orgs/{ORGANIZATION}"))
            .header("authorization", format!("Bearer {token}"))
            .header("accept", "application/vnd.atlas.2023-01-01+json")
    };
    assert_eq!(send(&sandbox, ask(), "").await.status, 200);
    advance(Duration::from_secs(3600)).await;
    assert_eq!(send(&sandbox, ask(), "").await.status, 401);
    assert_eq!(self::token(&sandbox).await.status, 503);
    assert_eq!(self::token(&sandbox).await.status, 200);
    sandbox.set_faults(vec!["revoke@#1/all".parse().unwrap()]);
    assert_eq!(self::token(&sandbox).await.json["error"], "invalid_client");
}

#[tokio::test(start_paused = true)]
async fn faults_befall_creates_before_and_after_processing() {
    for (fault, status, delivery, created) in [
        ("500@#1", 500, Delivery::Whole, 0),
        ("503-after:X=30s@#1", 503, Delivery::Whole, 1),
        ("html@#1", 502, Delivery::Whole, 0),
        ("html-after=504@#1", 504, Delivery::Whole, 1),
        ("reset-before@#1", 200, Delivery::Reset, 0),
        ("reset-after@#1", 200, Delivery::Reset, 1),
        ("cut@#1", 200, Delivery::CutOff, 1),
        ("no-id@#1", 200, Delivery::Whole, 1),
        ("wrong-type@#1", 200, Delivery::Whole, 1),
        ("no-rate-headers@#1", 200, Delivery::Whole, 1),
        ("redirect@#1", 307, Delivery::Whole, 0),
        ("maintenance=10s@#1", 405, Delivery::Whole, 0),
        ("revoke@#1", 401, Delivery::Whole, 0),
    ] {
        let sandbox = sandbox(|options| options.faults = vec![fault.parse().unwrap()]);
        assert_eq!(get(&sandbox, "/users").await.status, 200, "look-ups are spared");
        let answer = invite(&sandbox, "a@example.com").await;
        assert_eq!((answer.status, answer.delivery), (status, delivery), "{fault}");
        assert_eq!(sandbox.ledger().created.len(), created, "{fault}");
        match fault.split_once('@').unwrap().0 {
            "503-after:X=30s" => {
                assert_eq!((answer.code(), answer.header("retry-after")), ("X", Some("30")));
            }
            "html" => assert!(answer.text.starts_with("<html>") && answer.header("content-type") == Some("text/html")),
            "no-id" => assert_eq!(answer.text, "{}"),
            "wrong-type" => assert!(answer.json["id"].is_string()),
            "no-rate-headers" => assert_eq!(answer.header("ratelimit-limit"), None),
            "redirect" => assert!(answer.header("location").unwrap().starts_with("https://elsewhere.example.com/api/")),
            "maintenance=10s" => {
                assert_eq!(answer.code(), "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES");
                advance(Duration::from_secs(10)).await;
                assert_eq!(invite(&sandbox, "a@example.com").await.status, 200);
            }
            "revoke" => assert_eq!(get(&sandbox, "/users").await.status, 401),
            _ => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn slow_answers_take_their_time_on_the_right_side_of_processing() {
    let sandbox = sandbox(|options| {
        options.latency = Duration::from_millis(10);
        options.faults = ["slow-before=2s@#1", "slow-after=3s@#2"].map(|text| text.parse().unwrap()).into();
    });
    let created = |after: u64| {
        let sandbox = &sandbox;
        async move {
            sleep(Duration::from_millis(after)).await;
            sandbox.ledger().created.len()
        }
    };
    let (_, early) = tokio::join!(invite(&sandbox, "a@example.com"), created(2009));
    assert_eq!(early, 0);
    let (_, early) = tokio::join!(invite(&sandbox, "b@example.com"), created(11));
    assert_eq!(early, 2);
}

#[tokio::test(start_paused = true)]
async fn people_answer_their_invitations_on_command() {
    let sandbox = sandbox(|_| {});
    for (email, fate, status) in [
        ("a@example.com", "accept", "ACTIVE"),
        ("b@example.com", "decline", "INVITATION_REJECTED"),
        ("c@example.com", "expire", "INVITATION_EXPIRED"),
    ] {
        let id = invite(&sandbox, email).await.json["id"].as_str().unwrap().to_owned();
        let path = format!("/_sandbox/invites/{id}/{fate}");
        assert_eq!(send(&sandbox, Request::post(&path), "").await.status, 204);
        assert_eq!(send(&sandbox, Request::post(&path), "").await.status, 404, "only once");
        let path = format!("/users?orgMembershipStatuses={status}&username={email}");
        assert_eq!(get(&sandbox, &path).await.json["totalCount"], 1, "{status}");
    }
    assert_eq!(invite(&sandbox, "a@example.com").await.status, 409);
    assert_eq!(invite(&sandbox, "b@example.com").await.status, 200);
    assert!(sandbox.settle("B@example.com", Fate::Accepted), "an address will do");
    assert!(!sandbox.settle("nobody@example.com", Fate::Accepted));
}

#[tokio::test(start_paused = true)]
async fn the_state_can_be_dumped_and_loaded() {
    let sandbox = sandbox(|_| {});
    invite(&sandbox, "a@example.com").await;
    let dump = send(&sandbox, Request::get("/_sandbox/state"), "").await;
    assert_eq!(dump.json["ledger"]["created"][0]["email"], "a@example.com");
    assert_eq!(dump.json["ledger"]["requests"]["POST /api/atlas/v2/orgs/{orgId}/invites"], 1);
    let other = self::sandbox(|_| {});
    assert_eq!(send(&other, Request::put("/_sandbox/state"), "{}").await.status, 400);
    assert_eq!(send(&other, Request::put("/_sandbox/state"), &dump.text).await.status, 204);
    assert_eq!(get(&other, "/users").await.json["results"], get(&sandbox, "/users").await.json["results"]);
    assert_eq!(invite(&other, "a@example.com").await.status, 409);
    let id = &invite(&other, "b@example.com").await.json["id"];
    assert!(!dump.text.contains(id.as_str().unwrap()), "ids stay unique");
}

#[test]
fn a_scenario_is_a_small_file() {
    let options: Options = r#"
        seed = 7
        latency = "150ms"
        duplicates = "accept"
        faults = ["500@10%", "reset-after@#3"]
        [limits]
        organizations = { capacity = 10, refill = 5, period = "1m" }
        invitations = { max = 10, per = "60s" }
        [refusals]
        "eve@example.com" = "USER_ORGS_RESTRICTED"
    "#
    .parse()
    .unwrap();
    assert_eq!((options.faults.len(), options.duplicates), (2, Duplicates::Accept));
    assert_eq!(options.limits.organizations, Rate::per_minute(10, 5));
    assert_eq!(options.limits.users, Rate::per_minute(500, 250));
    for bad in ["faults = ['x']", "nonsense = 1", "latency = '5'"] {
        assert!(bad.parse::<Options>().is_err(), "{bad}");
    }
}
