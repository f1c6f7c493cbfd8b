//! Faults and scenarios.

use std::time::Duration;

use tokio::time::{advance, sleep};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_fault_has_its_effect_before_or_after_processing() {
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
        ("no-headers@#1", 200, Delivery::Whole, 1),
        ("redirect@#1", 307, Delivery::Whole, 0),
        ("maintenance=10s@#1", 405, Delivery::Whole, 0),
        ("revoke@#1", 401, Delivery::Whole, 0),
    ] {
        let sandbox = sandbox(|options| options.faults = vec![fault.parse().unwrap()]);
        assert_eq!(get(&sandbox, "/users").await.status, 200, "look-ups are not hit");
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
            "no-headers" => assert_eq!(answer.headers.len(), 0, "{:?}", answer.headers),
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
async fn a_wait_is_before_or_after_processing() {
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

#[test]
fn a_scenario_sets_options() {
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
