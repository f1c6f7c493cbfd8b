//! Answers with secrets, for one person only, with other contents than were asked for, and without an end.

use std::time::Duration;

use md5::{Digest, Md5};
use tokio::time::advance;

use super::*;

fn faulty(fault: &str) -> Sandbox {
    sandbox(|options| options.faults = vec![fault.parse().unwrap()])
}

#[tokio::test(start_paused = true)]
async fn an_error_may_repeat_the_authorization() {
    let sandbox = sandbox(|options| {
        options.faults = ["echo@#1", "html-echo=403@#2", "echo=401@1/tokens"].map(|text| text.parse().unwrap()).into();
    });
    let secret = format!("Authorization: Bearer {TOKEN}");
    let answer = invite(&sandbox, "a@example.com").await;
    assert_eq!((answer.status, answer.code()), (500, "UNEXPECTED_ERROR"));
    assert!(answer.json["detail"].as_str().unwrap().ends_with(&secret));
    let page = invite(&sandbox, "a@example.com").await;
    assert_eq!((page.status, page.header("content-type")), (403, Some("text/html")));
    assert!(page.text.contains(&secret));
    let request = http::Request::post("/api/oauth/token").header("authorization", "Basic c2VjcmV0");
    assert!(send(&sandbox, request, "").await.text.contains("Basic c2VjcmV0"));
    assert_eq!(sandbox.ledger().created.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn one_address_may_be_refused_with_403() {
    for refuse in [
        |options: &mut Options| options.faults = vec!["403:SOME_CODE@1/eve@example.com".parse().unwrap()],
        |options: &mut Options| drop(options.refusals.insert("eve@example.com".into(), "403:SOME_CODE".into())),
    ] {
        let sandbox = sandbox(refuse);
        for answer in [invite(&sandbox, "eve@example.com").await, add_user(&sandbox, "eve@example.com").await] {
            assert_eq!((answer.status, answer.code()), (403, "SOME_CODE"));
        }
        assert_eq!(invite(&sandbox, "ann@example.com").await.status, 200);
        assert_eq!(get(&sandbox, "").await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_name_another_username() {
    let sandbox = faulty("other-username@1");
    let answer = invite(&sandbox, "a@example.com").await;
    assert_eq!((answer.status, &answer.json["username"]), (200, &json!("someone.else@example.com")));
    assert_eq!(add_user(&sandbox, "b@example.com").await.json["username"], "someone.else@example.com");
    assert_eq!(add_user(&sandbox, "b@example.com").await.status, 409);
    let invites = get(&sandbox, "/invites").await.json;
    assert_eq!(emails(&invites), ["ada.lovelace@example.com", "a@example.com", "b@example.com"]);
    assert_eq!(invites[1]["id"], answer.json["id"]);
}

#[tokio::test(start_paused = true)]
async fn an_invitation_may_lack_what_was_asked_for() {
    let body = json!({
        "username": "a@example.com",
        "roles": ["ORG_MEMBER", "ORG_BILLING_ADMIN"],
        "teamIds": [TEAM],
        "groupRoleAssignments": [{"groupId": PROJECT, "roles": ["GROUP_OWNER"]}],
    });
    for (fault, left) in [
        ("lacks=role@1", [1, 1, 1]),
        ("lacks=team@1", [2, 0, 1]),
        ("lacks=project@1", [2, 1, 0]),
        ("no-id@1/lookups", [2, 1, 1]),
    ] {
        let sandbox = faulty(fault);
        let answer = send(&sandbox, request("POST", "/invites", "2023-01-01"), &body.to_string()).await.json;
        let found = ["roles", "teamIds", "groupRoleAssignments"].map(|field| answer[field].as_array().unwrap().len());
        assert_eq!(found, left, "{fault}");
        if fault.starts_with("lacks") {
            assert_eq!(get(&sandbox, "/invites?username=a%40example.com").await.json, json!([answer]), "{fault}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_may_never_end() {
    let sandbox = faulty("429@1/all");
    for _ in 0..3 {
        advance(Duration::from_secs(86_400)).await;
        assert_eq!(invite(&sandbox, "a@example.com").await.status, 429);
        assert_eq!(get(&sandbox, "/users").await.status, 429);
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_may_be_a_year_away() {
    let year = invite(&faulty("503=365d@1"), "a@example.com").await;
    assert_eq!((year.status, year.header("retry-after")), (503, Some("31536000")));
    let dated = invite(&faulty("429=date+365d@1"), "a@example.com").await;
    assert_eq!(dated.header("retry-after"), Some("Tue, 10 Aug 2027 03:03:37 GMT"));
}

#[tokio::test(start_paused = true)]
async fn maintenance_may_never_end() {
    let sandbox = faulty("maintenance=36500d@#1");
    for _ in 0..2 {
        assert_eq!(invite(&sandbox, "a@example.com").await.code(), "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES");
        advance(Duration::from_secs(365 * 86_400)).await;
    }
    assert_eq!(get(&sandbox, "/users").await.status, 200);
}

/// Sends an invitation with the API key, and returns the `inviterUsername` of each answer that shows it.
async fn inviters(sandbox: &Sandbox, create: http::request::Builder, email: &str) -> [Value; 4] {
    let body = json!({"username": email, "roles": ["ORG_MEMBER"]}).to_string();
    let created = send(sandbox, create, &body).await.json;
    let invites = get(sandbox, &format!("/invites?username={email}")).await.json;
    let users = get(sandbox, &format!("/users?username={email}")).await.json;
    let user = get(sandbox, &format!("/users/{}", users["results"][0]["id"].as_str().unwrap())).await.json;
    [&created, &invites[0], &users["results"][0], &user].map(|entity| entity["inviterUsername"].clone())
}

#[tokio::test(start_paused = true)]
async fn an_api_key_invites_by_its_public_key() {
    let sandbox = sandbox(|_| {});
    let challenge = send(&sandbox, http::Request::get("/api/atlas/v2"), "").await;
    let nonce = challenge.header("www-authenticate").unwrap().split('"').nth(5).unwrap().to_owned();
    let md5 = |text: String| Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let path = format!("/api/atlas/v2/orgs/{ORGANIZATION}/invites");
    let ha1 = md5(format!("{PUBLIC_KEY}:MMS Public API:{PRIVATE_KEY}"));
    let response = md5(format!("{ha1}:{nonce}:00000001:abc:auth:{}", md5(format!("POST:{path}"))));
    let authorization = format!(
        r#"Digest username="{PUBLIC_KEY}", realm="MMS Public API", nonce="{nonce}", uri="{path}", cnonce="abc", nc=00000001, qop=auth, response="{response}", algorithm=MD5"#
    );
    let mut create = request("POST", "/invites", "2023-01-01");
    create.headers_mut().unwrap().insert("authorization", authorization.parse().unwrap());
    assert_eq!(inviters(&sandbox, create, "a@example.com").await, [PUBLIC_KEY; 4]);
}

#[tokio::test(start_paused = true)]
async fn the_inviter_of_a_bearer_token_can_be_set() {
    let create = || request("POST", "/invites", "2023-01-01");
    assert_eq!(inviters(&sandbox(|_| {}), create(), "a@example.com").await, [CLIENT_ID; 4]);
    let named = sandbox(|options| options.credentials.bearer_inviter = Some("onboarding".into()));
    assert_eq!(inviters(&named, create(), "a@example.com").await, ["onboarding"; 4]);
}
