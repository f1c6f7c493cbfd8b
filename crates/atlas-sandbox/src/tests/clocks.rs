//! Clocks that differ.

use super::*;

fn skewed(faults: &[&str]) -> Sandbox {
    sandbox(|options| options.faults = faults.iter().map(|text| text.parse().unwrap()).collect())
}

#[tokio::test(start_paused = true)]
async fn created_at_may_differ_from_the_date() {
    for (fault, created) in [("created-skew=-90s@1", "03:02:07"), ("created-skew=+3s@1", "03:03:40")] {
        let sandbox = skewed(&[fault]);
        let answer = invite(&sandbox, "a@example.com").await;
        assert_eq!(answer.json["createdAt"], format!("2026-08-10T{created}Z"));
        assert_eq!(answer.header("date"), Some("Mon, 10 Aug 2026 03:03:37 GMT"));
        let user = get(&sandbox, "/users?username=a%40example.com").await.json;
        assert_eq!(user["results"][0]["invitationCreatedAt"], answer.json["createdAt"]);
        let ledger = sandbox.ledger();
        assert_eq!(ledger.created[0].at.as_second(), sandbox.options().start.unwrap().as_second(), "the real time");
    }
}

#[tokio::test(start_paused = true)]
async fn a_skewed_creation_expires_no_one_else() {
    let sandbox = skewed(&["created-skew=60d@1"]);
    invite(&sandbox, "a@example.com").await;
    assert_eq!(emails(&get(&sandbox, "/invites").await.json), ["ada.lovelace@example.com", "a@example.com"]);
}

#[tokio::test(start_paused = true)]
async fn created_at_may_jitter_in_both_directions() {
    let sandbox = skewed(&["created-jitter=1h@1"]);
    let now = sandbox.options().start.unwrap();
    let mut before = 0;
    for n in 0..20 {
        let answer = invite(&sandbox, &format!("p{n}@example.com")).await.json;
        let created: jiff::Timestamp = answer["createdAt"].as_str().unwrap().parse().unwrap();
        assert!(created.duration_since(now).abs().as_secs() <= 3600);
        before += u32::from(created < now);
    }
    assert!((3..=17).contains(&before), "{before}");
}

#[tokio::test(start_paused = true)]
async fn the_date_may_differ_from_the_clock() {
    let sandbox = skewed(&["date-skew=-1h@1", "503=date+30s@#2"]);
    let answer = invite(&sandbox, "a@example.com").await;
    assert_eq!(answer.header("date"), Some("Mon, 10 Aug 2026 02:03:37 GMT"));
    assert_eq!(answer.json["createdAt"], "2026-08-10T03:03:37Z");
    assert_eq!(get(&sandbox, "/users").await.header("date"), Some("Mon, 10 Aug 2026 02:03:37 GMT"));
    let retry = invite(&sandbox, "b@example.com").await;
    assert_eq!(retry.header("retry-after"), Some("Mon, 10 Aug 2026 02:04:07 GMT"));
}
