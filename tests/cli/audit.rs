//! `audit` finds each way in which a results file and Atlas can contradict each other, and changes nothing.

use std::io::{Read, Write};
use std::net::TcpStream;

use atlas_sandbox::{Duplicates, ORGANIZATION, Options, Running, TOKEN};
use bulk_invite::model::AuditCode;
use serde_json::Value;

use crate::several::{OURS, THEIRS, organization, profile};
use crate::world::{Credential, Finished, World, faults, play, sandbox, schema, wait_until};

const SCHEMA: &str = include_str!("../../docs/audit.schema.json");

/// Audits a file, holds the document against its schema, and asserts that nothing was changed.
#[track_caller]
fn audit(world: &World, server: &Running, arguments: &[&str], exit: i32) -> Value {
    let state = || {
        let files = world.names().into_iter().filter(|name| !name.ends_with(".lock"));
        let files: Vec<(String, String)> = files.map(|name| (world.read(&name), name)).collect();
        (files, server.sandbox().ledger().create_requests())
    };
    let before = state();
    let run = world.program(&["audit", "--json"]).with_token(server).args(arguments).finish();
    let document = document(&run, exit);
    assert_eq!(state(), before, "nothing is changed");
    document
}

#[track_caller]
fn document(run: &Finished, exit: i32) -> Value {
    run.exits(exit);
    let document = run.json();
    let errors: Vec<String> = schema(SCHEMA).iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?} in {document}");
    assert_eq!(document["exit_code"], exit);
    document
}

/// Returns the codes with the rows; 0 is no row.
fn findings(document: &Value) -> Vec<(&str, u64)> {
    let findings = document["findings"].as_array().expect("a list");
    let of = |finding: &Value| finding["row"].as_u64().unwrap_or_default();
    findings.iter().map(|finding| (finding["code"].as_str().expect("a code"), of(finding))).collect()
}

fn current(document: &Value, names: &[&str]) -> Vec<u64> {
    names.iter().map(|name| document["organizations"][0]["current"][name].as_u64().expect("a number")).collect()
}

/// Invites a person as another process with the sandbox's token does.
pub(crate) fn invite(server: &Running, email: &str) {
    let address = server.base_url().replace("http://", "");
    let mut stream = TcpStream::connect(&address).expect("a connection");
    let body = format!(r#"{{"username":"{email}","roles":["ORG_MEMBER"]}}"#);
    let request = format!(
        "POST /api/atlas/v2/orgs/{ORGANIZATION}/invites HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {TOKEN}\r\n\
         Accept: application/vnd.atlas.2023-01-01+json\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
}

/// Returns a world whose people were invited.
fn invited(count: usize, server: &Running) -> World {
    let world = World::with_people(count);
    world.invite(&server.base_url()).finish().exits(0);
    world
}

#[test]
fn a_clean_job_has_no_findings() {
    for api in ["invites", "users"] {
        let world = World::with_people(5);
        let server = sandbox(Options::default());
        world.invite(&server.base_url()).args(&["--api", api]).finish().exits(0);
        for (number, end) in ["accept", "expire", "decline"].iter().enumerate() {
            play(&server, "POST", &format!("/_sandbox/invites/person-00{}@example.com/{end}", number + 1));
        }
        for arguments in [&["people.results.csv"][..], &["people.results.csv", "--api", "users"]] {
            let document = audit(&world, &server, arguments, 0);
            assert_eq!(findings(&document), []);
            assert_eq!(current(&document, &["pending", "accepted", "expired", "declined", "gone"]), [2, 1, 1, 1, 0]);
            assert_eq!(document["organizations"][0]["recorded"], 5, "{api}");
        }
        // The audit may have another credential than the run.
        let other = world.program(&["audit", "people.results.csv", "--json"]).with_token(&server);
        let document = document(&other.credential(Credential::Keys).finish(), 0);
        assert_eq!(document["organizations"][0]["unverified"], 0);
    }
}

#[test]
fn a_lost_line_is_not_on_record() {
    let server = sandbox(Options::default());
    let world = invited(3, &server);
    let text = world.read("people.results.csv");
    let kept: Vec<&str> = text.lines().filter(|line| !line.contains("person-002")).collect();
    world.write("people.results.csv", kept.join("\n") + "\n");
    let document = audit(&world, &server, &["people.results.csv"], 1);
    assert_eq!(findings(&document), [("NOT_ON_RECORD", 0)]);
    assert_eq!(document["findings"][0]["email"], "person-002@example.com");
    let created = &server.sandbox().ledger().created;
    let id = &created.iter().find(|made| made.email == "person-002@example.com").expect("the invite").id;
    assert_eq!(document["findings"][0]["listed"][0]["id"], id.as_str());
}

#[test]
fn a_second_email_is_found() {
    let server = sandbox(Options { duplicates: Duplicates::Accept, ..Options::default() });
    let world = invited(3, &server);
    invite(&server, "person-002@example.com");
    assert_eq!(findings(&audit(&world, &server, &["people.results.csv"], 1)), [("TWO_INVITES", 3)]);
}

#[test]
fn a_status_that_hides_an_invite_is_found() {
    for (status, code) in [
        ("failed", "RECORDED_AS_NOT_INVITED"),
        ("not_sent", "RECORDED_AS_NOT_INVITED"),
        ("already_invited", "RECORDED_AS_NOT_INVITED"),
        ("unknown", "STILL_UNKNOWN"),
        ("sending", "STILL_UNKNOWN"),
    ] {
        let server = sandbox(Options::default());
        let world = invited(3, &server);
        let id = world.results().row(3).get("invite_id").to_owned();
        let text = world.read("people.results.csv").replace(&format!(",invited,{id},"), &format!(",{status},,"));
        world.write("people.results.csv", text);
        let document = audit(&world, &server, &["people.results.csv"], 1);
        assert_eq!(findings(&document), [(code, 3)], "{status}");
        assert_eq!(document["findings"][0]["listed"][0]["id"], id.as_str(), "{status}");
    }
}

#[test]
fn an_exchanged_or_missing_id_is_found() {
    let server = sandbox(Options::default());
    let world = invited(3, &server);
    let (text, results) = (world.read("people.results.csv"), world.results());
    let id = |row| results.row(row).get("invite_id").to_owned();
    world.write("exchanged.csv", text.replace(&id(2), "X").replace(&id(3), &id(2)).replace('X', &id(3)));
    // Both ids are those of another person, and so each person has an invite that is not on record.
    let expected = [("OTHER_PERSONS_ID", 2), ("OTHER_INVITE", 2), ("OTHER_PERSONS_ID", 3), ("OTHER_INVITE", 3)];
    assert_eq!(findings(&audit(&world, &server, &["exchanged.csv"], 1)), expected);
    world.write("missing.csv", text.replace(&id(3), ""));
    assert_eq!(findings(&audit(&world, &server, &["missing.csv"], 1)), [("ID_MISSING", 3)]);
    let twice = text.replace("\n3,person-002", "\n3,person-001");
    world.write("twice.csv", twice);
    let expected = [("PERSON_TWICE", 3), ("OTHER_PERSONS_ID", 3), ("OTHER_INVITE", 3), ("NOT_ON_RECORD", 0)];
    assert_eq!(findings(&audit(&world, &server, &["twice.csv"], 1)), expected);
}

/// Two machines, or two `--results`, share one sheet at the same time.
#[test]
fn a_second_results_file_of_the_same_sheet_is_found() {
    let server = sandbox(faults(&["slow-after=100ms@#1"]));
    let world = World::with_people(4);
    let first = world.invite(&server.base_url()).args(&["--results=first.csv", "--concurrency=1", "--limit=2"]).start();
    wait_until("the first run has begun", || !server.sandbox().ledger().created.is_empty());
    world.invite(&server.base_url()).args(&["--results=second.csv"]).finish().exits(0);
    first.finish();
    let document = audit(&world, &server, &["first.csv"], 1);
    assert!(findings(&document).iter().all(|(code, _)| *code == "RECORDED_AS_NOT_INVITED"), "{document}");
    assert!(findings(&document).len() >= 2, "{document}");
}

#[test]
fn a_job_whose_results_were_lost_is_noted() {
    let server = sandbox(Options::default());
    let world = invited(3, &server);
    world.invite(&server.base_url()).args(&["--results=again.csv"]).finish().exits(0);
    // A token does not name its account.
    let audit = world.program(&["audit", "again.csv", "--json"]).with_token(&server);
    let document = document(&audit.credential(Credential::ServiceAccount).finish(), 0);
    assert_eq!(
        (&document["organizations"][0]["earlier"], &document["organizations"][0]["period"]),
        (&3.into(), &Value::Null)
    );
}

#[test]
fn an_unknown_inviter_is_counted() {
    let server = sandbox(Options::default());
    let world = invited(3, &server);
    // Without an invite whose creation Atlas answered, the name of the token's account is not known.
    let text = world.read("people.results.csv").replace(",200,", ",503,");
    let kept: Vec<&str> = text.lines().filter(|line| !line.contains("person-002")).collect();
    world.write("people.results.csv", kept.join("\n") + "\n");
    let document = audit(&world, &server, &["people.results.csv"], 0);
    assert_eq!((document["organizations"][0]["unverified"].as_u64(), findings(&document)), (Some(1), vec![]));
}

#[test]
fn a_cancelled_invite_that_is_pending_is_found() {
    let server = sandbox(Options::default());
    let world = invited(3, &server);
    world.program(&["revoke", "people.results.csv"]).with_token(&server).finish().exits(0);
    let document = audit(&world, &server, &["people.revoked.csv"], 0);
    assert_eq!((&document["job"], current(&document, &["gone"])), (&"revoke".into(), vec![3]));
    // All are gone, which the run's own results do not contradict.
    assert_eq!(current(&audit(&world, &server, &["people.results.csv"], 0), &["gone"]), [3]);

    let server = sandbox(Options::default());
    let world = invited(3, &server);
    world.program(&["revoke", "people.results.csv", "--dry-run"]).with_token(&server).finish().exits(0);
    let rehearsed = world.read("people.revoke-dry-run.csv");
    world.write("people.revoked.csv", rehearsed.replace(",not_sent,", ",revoked,"));
    let document = audit(&world, &server, &["people.revoked.csv"], 1);
    assert_eq!(findings(&document), [("STILL_PENDING", 2), ("STILL_PENDING", 3), ("STILL_PENDING", 4)]);
}

#[test]
fn a_run_that_is_going_is_not_audited() {
    let server = sandbox(faults(&["slow-after=10m@1"]));
    let world = World::with_people(1);
    let run = world.invite(&server.base_url()).args(&["--timeout=10m"]).start();
    wait_until("the run is at work", || server.sandbox().ledger().created.len() == 1);
    let busy = world.program(&["audit", "people.results.csv"]).with_token(&server).finish();
    busy.exits(2);
    assert_eq!(busy.stdout, "", "{}", busy.output());
    run.kill();
    let document = audit(&world, &server, &["people.results.csv"], 1);
    assert_eq!(findings(&document), [("STILL_UNKNOWN", 2)]);
}

#[test]
fn each_organization_is_audited_with_its_credentials() {
    let world = World::new();
    let (ours, theirs) = (organization(OURS, Options::default()), organization(THEIRS, Options::default()));
    profile(&world, &ours, &theirs, atlas_sandbox::CLIENT_SECRET);
    world.write(
        "people.csv",
        format!("email,roles,org_id\nada@example.com,member,\nbob@example.com,member,{THEIRS}\ncleo@example.com,member,{THEIRS}\n"),
    );
    world.program(&["run", "people.csv", "--config", "config.toml"]).finish().exits(0);
    let audit = |exit| {
        let run = world.program(&["audit", "people.results.csv", "--json", "--config", "config.toml"]);
        document(&run.finish(), exit)
    };
    let clean = audit(0);
    let recorded: Vec<&Value> =
        clean["organizations"].as_array().expect("a list").iter().map(|one| &one["recorded"]).collect();
    assert_eq!(recorded, [&Value::from(1), &2.into()]);

    let text = world.read("people.results.csv");
    world.write("people.results.csv", text.replace("\n4,cleo@example.com", "\n4,dan@example.com"));
    let found = audit(1);
    assert_eq!(findings(&found), [("OTHER_PERSONS_ID", 4), ("NOT_ON_RECORD", 0)]);
    assert!(found["findings"].as_array().expect("a list").iter().all(|finding| finding["org_id"] == THEIRS), "{found}");

    // One that cannot be read, or has no credentials, leaves the audit incomplete.
    world.write("people.results.csv", &text);
    profile(&world, &ours, &theirs, "wrong");
    let unread = audit(2);
    assert_eq!((&unread["verdict"], &unread["organizations"][1]["read"]), (&"incomplete".into(), &false.into()));
    let config = world.read("config.toml");
    world.write("config.toml", config.split("[default.organizations").next().expect("a profile"));
    assert_eq!(audit(2)["rows_without_credentials"], 2);
}

#[test]
fn the_schema_has_each_code() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let codes = schema["$defs"]["finding"]["properties"]["code"]["enum"].as_array().expect("a list");
    assert!(AuditCode::ALL.iter().map(|code| code.code()).eq(codes.iter().filter_map(Value::as_str)), "{codes:?}");
}
