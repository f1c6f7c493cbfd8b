//! Requests that are refused.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::*;

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
        ("another's team", post(r#","teamIds":["7ea0000000000000000000ff"]"#), 404, "TEAM_NOT_IN_ORG"),
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
        ("malformed invite", json_get("/invites/x"), 400, "INVALID_PATH_PARAMETER"),
        ("malformed user", (request("GET", "/users/x", "2025-02-19"), none()), 400, "INVALID_PATH_PARAMETER"),
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
        ("no-address", 400, "INVALID_USERNAME"),
    ] {
        for answer in [invite(&sandbox, email).await, add_user(&sandbox, email).await] {
            assert_eq!((answer.status, answer.code()), (status, code), "{email}");
        }
    }
    for (method, status) in [("PUT", 405), ("PATCH", 405), ("HEAD", 405), ("BREW", 405), ("OPTIONS", 200)] {
        let answer = send(&sandbox, request(method, "/invites", "2023-01-01"), "").await;
        assert_eq!((answer.status, answer.text.len()), (status, 0), "{method}");
        assert_eq!(answer.header("allow"), Some("POST,GET,OPTIONS"), "{method}");
    }
    let mut form = request("POST", "/invites", "2023-01-01");
    form.headers_mut().unwrap().insert("content-type", "text/plain".parse().unwrap());
    assert_eq!(send(&sandbox, form, "{}").await.status, 415);
    assert!(sandbox.ledger().created.is_empty());
}

#[tokio::test(start_paused = true)]
async fn each_access_has_its_error() {
    for (access, status, code) in [
        (Access::Member, 401, "USER_UNAUTHORIZED"),
        (Access::AddressNotListed, 403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"),
        (Access::ListRequired, 403, "ORG_REQUIRES_ACCESS_LIST"),
        (Access::Suspended, 402, "ACCOUNT_SUSPENDED"),
        (Access::Inactive, 400, "INACTIVE_ORG"),
        (Access::Outsider, 401, "USER_CANNOT_ACCESS_ORG"),
    ] {
        let sandbox = sandbox(|options| options.access = access);
        let answer = invite(&sandbox, "a@example.com").await;
        assert_eq!((answer.status, answer.code()), (status, code));
        assert_eq!(answer.header("ratelimit-limit"), None, "{code}");
        assert_eq!(get(&sandbox, "/users").await.status == 200, access == Access::Member);
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_invitation_frees_its_seat() {
    let sandbox = sandbox(|options| {
        options.organization = InitialOrganization::without_people();
        options.caps.seats = 1;
    });
    assert_eq!(invite(&sandbox, "a@example.com").await.status, 200);
    let full = invite(&sandbox, "b@example.com").await;
    assert_eq!((full.status, full.code()), (400, "MAX_USERS_PER_ORG_EXCEEDED"));
    assert_eq!(full.json["parameters"], json!(["1", ORGANIZATION]));
    sleep(Duration::from_secs(30 * 86_400)).await;
    let expired = get(&sandbox, "/users?orgMembershipStatuses=INVITATION_EXPIRED").await;
    assert_eq!(emails(&expired.json["results"]), ["a@example.com"]);
    assert_eq!(get(&sandbox, "/invites").await.json, json!([]));
    let again = add_user(&sandbox, "a@example.com").await;
    assert_eq!(again.status, 201, "a expired invitation is replaced");
    assert_ne!(again.json["id"], expired.json["results"][0]["id"]);
    assert_eq!(get(&sandbox, "/users").await.json["totalCount"], 1);
}

#[tokio::test(start_paused = true)]
async fn full_teams_and_projects_refuse() {
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
    let none = self::sandbox(|options| options.caps.team = 0);
    let body = body("a@example.com", json!({"teamIds": [TEAM]}));
    assert_eq!(send(&none, request("POST", "/invites", "2023-01-01"), &body).await.status, 400, "no seat at all");
}

#[tokio::test(start_paused = true)]
async fn duplicates_are_answered_as_configured() {
    for (duplicates, status) in [(Duplicates::Refuse409, 409), (Duplicates::Refuse400, 400), (Duplicates::Accept, 200)]
    {
        let sandbox = sandbox(|options| options.duplicates = duplicates);
        let first = invite(&sandbox, "a@example.com").await;
        let second = invite(&sandbox, "A@example.com").await;
        assert_eq!(second.status, status, "{duplicates:?}");
        assert_eq!(add_user(&sandbox, "a@example.com").await.status, 409, "POST /users always refuses");
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
async fn the_case_of_addresses_is_treated_as_configured() {
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
