//! The three kinds of credential, on both endpoints: how many requests a run needs, and that all workers share a token.

use std::time::Duration;

use atlas_sandbox::{Caps, Ledger, Limits, Options};

use crate::world::{Credential, SandboxProcess, World, people, sandbox, wait_until};

const ROWS: usize = 200;
/// Requests that a run may need beyond one a row.
const MORE: u64 = 10;

#[test]
fn each_credential_and_endpoint_invites_everyone() {
    for credential in Credential::ALL {
        for api in ["invites", "users"] {
            two_hundred_are_invited(credential, api);
        }
    }
}

fn two_hundred_are_invited(credential: Credential, api: &str) {
    let world = World::with_people(ROWS);
    let server = SandboxProcess::start(&world, &[]);
    let run = world.invite(&server.base_url()).credential(credential).args(&["--api", api]).finish();
    run.exits(0);

    let (results, state) = (world.results(), server.state());
    let context = || format!("{credential:?} {api} {}\n{}", run.output(), state["ledger"]);
    assert_eq!(results.column("email"), people(ROWS), "{}", context());
    assert_eq!(results.count("invited"), ROWS, "{}", context());
    let created = state["ledger"]["created"].as_array().expect("a ledger");
    assert_eq!(created.len(), ROWS, "{}", context());
    for line in &results.lines {
        let recorded = created.iter().find(|made| made["email"] == line.get("email"));
        assert_eq!(recorded.expect("an invitation")["id"], line.get("invite_id"), "{}", context());
    }
    let requests = state["ledger"]["requests"].as_object().expect("requests");
    let requests: u64 = requests.values().filter_map(serde_json::Value::as_u64).sum();
    assert!(requests <= ROWS as u64 + MORE, "{requests} requests, {}", context());
}

#[test]
fn the_sandbox_prints_its_credentials() {
    let world = World::new();
    let server = SandboxProcess::start(&world, &[]);
    wait_until("every line is printed", || server.stdout().lines().count() == 5);
    for credential in Credential::ALL {
        for (name, value) in credential.environment() {
            assert!(server.stdout().contains(value), "{name} is not in {:?}", server.stdout());
        }
    }
}

#[test]
fn digest_works_where_a_nonce_may_be_used_only_once() {
    let world = World::with_people(60);
    let server = sandbox(Options { nonce_uses: 1, ..Options::default() });
    let run = world.invite(&server.base_url()).credential(Credential::Keys).finish();
    run.exits(0);
    let ledger = server.sandbox().ledger();
    assert_eq!(world.results().count("invited"), 60, "{}", run.output());
    assert_eq!(ledger.created.len(), 60);
    let (answered, refused) = (answers(&ledger, 200), answers(&ledger, 401));
    assert!(refused >= 60 / 2, "the server was to refuse used nonces, and refused {refused}");
    assert!(refused <= answered + MORE, "more refused ({refused}) than one a request ({answered})");
}

#[test]
fn an_expired_token_is_renewed_once_for_all_workers() {
    const ROWS: usize = 160;
    let world = World::with_people(ROWS);
    // 160 requests of 120 ms by 16 workers take longer than the second that a token lasts.
    let options = Options {
        token_lifetime: Duration::from_secs(1),
        latency: Duration::from_millis(120),
        limits: Limits::off(),
        caps: Caps::unlimited(),
        ..Options::default()
    };
    let server = sandbox(options);
    let run = world.invite(&server.base_url()).credential(Credential::ServiceAccount).finish();
    run.exits(0);
    let ledger = server.sandbox().ledger();
    assert_eq!((ledger.created.len(), ledger.invited_twice().len()), (ROWS, 0), "{}", run.output());
    let tokens = ledger.requests("POST", "/api/oauth/token");
    assert!((2..=8).contains(&tokens), "{tokens} token requests, {}", run.output());
    assert!(ledger.total_requests() <= ROWS as u64 + MORE + tokens, "{ledger:?}");
}

fn answers(ledger: &Ledger, status: u16) -> u64 {
    ledger.answers.get(&status).copied().unwrap_or_default()
}
