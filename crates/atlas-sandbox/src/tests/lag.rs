//! Look-ups that lag behind writes.

use std::time::Duration;

use tokio::time::advance;

use super::*;

fn lagging() -> Sandbox {
    sandbox(|options| options.lookup_lag = Duration::from_millis(500))
}

async fn found(sandbox: &Sandbox, email: &str) -> [usize; 4] {
    let mut found = [0; 4];
    for (count, path) in found.iter_mut().zip(["/users", "/users?username=", "/invites", "/invites?username="]) {
        let path = if path.ends_with('=') { format!("{path}{email}") } else { path.to_owned() };
        let answer = get(sandbox, &path).await;
        let list = if answer.json.is_array() { &answer.json } else { &answer.json["results"] };
        *count = emails(list).into_iter().filter(|found| *found == email).count();
    }
    found
}

#[tokio::test(start_paused = true)]
async fn a_write_is_visible_after_the_lag() {
    let sandbox = lagging();
    let id = invite(&sandbox, "a@example.com").await.json["id"].as_str().unwrap().to_owned();
    let path = format!("/invites/{id}");
    advance(Duration::from_millis(499)).await;
    assert_eq!(found(&sandbox, "a@example.com").await, [0; 4]);
    assert_eq!(get(&sandbox, &path).await.status, 404);
    assert_eq!(sandbox.ledger().created.len(), 1);
    advance(Duration::from_millis(1)).await;
    assert_eq!(found(&sandbox, "a@example.com").await, [1; 4]);
    assert_eq!(get(&sandbox, &path).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_is_refused_before_it_is_visible() {
    let sandbox = lagging();
    invite(&sandbox, "a@example.com").await;
    assert_eq!(invite(&sandbox, "a@example.com").await.status, 409);
    assert_eq!(found(&sandbox, "a@example.com").await, [0; 4]);
}

#[tokio::test(start_paused = true)]
async fn people_of_the_start_are_visible_at_once() {
    assert_eq!(found(&lagging(), "ada.lovelace@example.com").await, [1; 4]);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_invitation_stays_visible_for_the_lag() {
    let sandbox = lagging();
    let invites = get(&sandbox, "/invites").await.json;
    let path = format!("/invites/{}", invites[0]["id"].as_str().unwrap());
    assert_eq!(send(&sandbox, request("DELETE", &path, "2023-01-01"), "").await.status, 204);
    assert_eq!(found(&sandbox, "ada.lovelace@example.com").await, [1; 4]);
    assert_eq!(send(&sandbox, request("DELETE", &path, "2023-01-01"), "").await.status, 400);
    advance(Duration::from_millis(500)).await;
    assert_eq!(found(&sandbox, "ada.lovelace@example.com").await, [0; 4]);
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_change_becomes_visible() {
    let sandbox = sandbox(|options| {
        options.lookup_lag = Duration::from_millis(500);
        options.duplicates = Duplicates::Accept;
    });
    invite(&sandbox, "a@example.com").await;
    invite(&sandbox, "a@example.com").await;
    sandbox.end_invitation("ada.lovelace@example.com", InvitationEnd::Accepted);
    assert_eq!(found(&sandbox, "ada.lovelace@example.com").await, [1; 4]);
    advance(Duration::from_millis(500)).await;
    assert_eq!(found(&sandbox, "a@example.com").await, [1, 1, 2, 2]);
    assert_eq!(found(&sandbox, "ada.lovelace@example.com").await, [1, 1, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_loaded_state_is_visible_at_once() {
    let sandbox = lagging();
    invite(&sandbox, "a@example.com").await;
    let other = lagging();
    other.load_state(sandbox.state().as_bytes()).unwrap();
    assert_eq!(found(&other, "a@example.com").await, [1; 4]);
}
