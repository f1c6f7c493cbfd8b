//! Answers to reading and creating, as recorded.

use serde_json::{Value, json};

use super::*;

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
async fn lists_are_paged_and_filtered() {
    let sandbox = sandbox(|options| options.organization = InitialOrganization::without_people());
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
async fn organization_teams_projects_and_limits_are_listed() {
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
async fn flags_change_how_bodies_are_written() {
    let sandbox = sandbox(|_| {});
    let wrapped = get(&sandbox, "?envelope=true").await;
    assert!(wrapped.text.starts_with(r#"{"status":200,"content":{"id":"#), "{}", wrapped.text);
    let list = get(&sandbox, "/teams?envelope=true").await;
    assert!(list.text.ends_with(r#","totalCount":5,"status":200}"#), "{}", list.text);
    let pretty = get(&sandbox, "?pretty=true").await;
    assert!(pretty.text.starts_with("{\n  \"id\" : \""), "{}", pretty.text);
}
