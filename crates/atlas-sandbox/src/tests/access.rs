//! The three kinds of credentials.

use std::time::Duration;

use http::Request;
use serde_json::json;
use tokio::time::advance;

use super::*;

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

/// Requests a token as the service account does.
async fn token(sandbox: &Sandbox) -> Answered {
    use base64::Engine;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
    let request = Request::post("/api/oauth/token")
        .header("authorization", format!("Basic {basic}"))
        .header("content-type", "application/x-www-form-urlencoded");
    send(sandbox, request, "grant_type=client_credentials").await
}

#[tokio::test(start_paused = true)]
async fn a_service_accounts_token_is_valid_for_an_hour() {
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
