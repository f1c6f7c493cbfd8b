//! Answers that precede the processing of their requests.

use std::time::Duration;

use tokio::time::advance;

use super::*;

fn faulty(fault: &str) -> Sandbox {
    sandbox(|options| options.faults = vec![fault.parse().unwrap()])
}

#[tokio::test(start_paused = true)]
async fn a_late_request_takes_effect_after_its_answer() {
    for (fault, status, delivery) in [
        ("503-late=2s@#1", 503, Delivery::Whole),
        ("504-late=2s@#1", 504, Delivery::Whole),
        ("408-late:SOME_CODE=2s@#1", 408, Delivery::Whole),
        ("200-late=2s@#1", 200, Delivery::Whole),
        ("html-late=2s@#1", 502, Delivery::Whole),
        ("reset-late=2s@#1", 200, Delivery::Reset),
    ] {
        let sandbox = faulty(fault);
        let answer = invite(&sandbox, "a@example.com").await;
        assert_eq!((answer.status, answer.delivery), (status, delivery), "{fault}");
        assert!(answer.json["id"].is_null(), "{fault}");
        advance(Duration::from_millis(1999)).await;
        assert_eq!(sandbox.ledger().created.len(), 0, "{fault}");
        assert_eq!(get(&sandbox, "/invites?username=a%40example.com").await.json, json!([]), "{fault}");
        advance(Duration::from_millis(1)).await;
        assert_eq!(get(&sandbox, "/invites?username=a%40example.com").await.json.as_array().unwrap().len(), 1);
        assert_eq!(sandbox.ledger().emails_to("a@example.com"), 1, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_invitation_is_created_at_its_commit() {
    let sandbox = faulty("503-late=5s@#1");
    invite(&sandbox, "a@example.com").await;
    advance(Duration::from_secs(60)).await;
    let invites = get(&sandbox, "/invites?username=a%40example.com").await.json;
    assert_eq!(invites[0]["createdAt"], "2026-08-10T03:03:42Z");
}

#[tokio::test(start_paused = true)]
async fn late_requests_take_effect_in_order() {
    let sandbox = sandbox(|options| {
        options.faults = ["503-late=3s@#1", "503-late=1s@#2"].map(|text| text.parse().unwrap()).into();
        options.caps.seats = 5;
    });
    invite(&sandbox, "a@example.com").await;
    invite(&sandbox, "b@example.com").await;
    advance(Duration::from_secs(3)).await;
    let created: Vec<_> = sandbox.ledger().created.into_iter().map(|created| created.email).collect();
    assert_eq!(created, ["b@example.com"], "the last seat");
}

#[tokio::test(start_paused = true)]
async fn a_retry_before_the_commit_sends_two_emails() {
    let sandbox = sandbox(|options| {
        options.faults = vec!["503-late=1s@#1".parse().unwrap()];
        options.duplicates = Duplicates::Accept;
    });
    invite(&sandbox, "a@example.com").await;
    assert_eq!(invite(&sandbox, "a@example.com").await.status, 200);
    advance(Duration::from_secs(1)).await;
    assert_eq!(sandbox.ledger().invited_twice(), ["a@example.com"]);
}

#[tokio::test(start_paused = true)]
async fn a_late_delete_takes_effect_after_its_answer() {
    let sandbox = faulty("504-late=1s@#1/deletes");
    let id = invite(&sandbox, "a@example.com").await.json["id"].as_str().unwrap().to_owned();
    let path = format!("/invites/{id}");
    assert_eq!(send(&sandbox, request("DELETE", &path, "2023-01-01"), "").await.status, 504);
    assert_eq!(get(&sandbox, &path).await.status, 200);
    advance(Duration::from_secs(1)).await;
    assert_eq!(get(&sandbox, &path).await.status, 404);
}
