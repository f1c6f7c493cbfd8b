//! Token buckets, windows and the clock that they run on.

use std::time::Duration;

use serde_json::json;
use tokio::time::advance;

use super::*;

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
    assert_eq!(sandbox.ledger().rate_limited(), 2);
}

#[tokio::test(start_paused = true)]
async fn speed_divides_periods() {
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
async fn limits_can_be_unannounced_or_off() {
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
async fn the_limit_on_invitations_answers_400() {
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
