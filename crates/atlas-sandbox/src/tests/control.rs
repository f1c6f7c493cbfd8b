//! The endpoints under `/_sandbox`.

use http::Request;

use super::*;

#[tokio::test(start_paused = true)]
async fn invitations_can_be_ended() {
    let sandbox = sandbox(|_| {});
    for (email, end, status) in [
        ("a@example.com", "accept", "ACTIVE"),
        ("b@example.com", "decline", "INVITATION_REJECTED"),
        ("c@example.com", "expire", "INVITATION_EXPIRED"),
    ] {
        let id = invite(&sandbox, email).await.json["id"].as_str().unwrap().to_owned();
        let path = format!("/_sandbox/invites/{id}/{end}");
        assert_eq!(send(&sandbox, Request::post(&path), "").await.status, 204);
        assert_eq!(send(&sandbox, Request::post(&path), "").await.status, 404, "only once");
        let path = format!("/users?orgMembershipStatuses={status}&username={email}");
        assert_eq!(get(&sandbox, &path).await.json["totalCount"], 1, "{status}");
    }
    assert_eq!(invite(&sandbox, "a@example.com").await.status, 409);
    assert_eq!(invite(&sandbox, "b@example.com").await.status, 200);
    assert!(sandbox.end_invitation("B@example.com", InvitationEnd::Accepted), "by address");
    assert!(!sandbox.end_invitation("unknown@example.com", InvitationEnd::Accepted));
}

#[tokio::test(start_paused = true)]
async fn a_dumped_state_can_be_loaded() {
    let sandbox = sandbox(|_| {});
    invite(&sandbox, "a@example.com").await;
    let dump = send(&sandbox, Request::get("/_sandbox/state"), "").await;
    assert_eq!(dump.json["ledger"]["created"][0]["email"], "a@example.com");
    assert_eq!(dump.json["ledger"]["requests"]["POST /api/atlas/v2/orgs/{orgId}/invites"], 1);
    let other = self::sandbox(|_| {});
    assert_eq!(send(&other, Request::put("/_sandbox/state"), "{}").await.status, 400);
    assert_eq!(send(&other, Request::put("/_sandbox/state"), &dump.text).await.status, 204);
    assert_eq!(get(&other, "/users").await.json["results"], get(&sandbox, "/users").await.json["results"]);
    let mut doubled = dump.json.clone();
    let people = doubled["organization"]["people"].as_array_mut().unwrap();
    people.push(people[0].clone());
    let refused = send(&other, Request::put("/_sandbox/state"), &doubled.to_string()).await;
    assert_eq!((refused.status, refused.text.contains("twice")), (400, true), "{}", refused.text);
    assert_eq!(invite(&other, "a@example.com").await.status, 409);
    let id = &invite(&other, "b@example.com").await.json["id"];
    assert!(!dump.text.contains(id.as_str().unwrap()), "ids stay unique");
}
