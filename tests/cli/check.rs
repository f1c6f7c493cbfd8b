//! `check`: what is found in a sheet, in each format, asking Atlas and not.

use atlas_sandbox::{ORGANIZATION, Options, Running, TOKEN};
use serde_json::{Value, json};

use crate::world::{Credential, Invocation, World, at_once, faults, sandbox};

/// A sheet with one of everything, for the sandbox's own teams, projects and people.
pub(crate) const EVERYTHING: &str = "Mail,Roles,Teams,Projects,Note\n\
    new@example.com,ORG_MEMBER,Backend,billing=GROUP_READ_ONLY,\n\
    odd@example.com,ORG_MEMBER,,billing=GROUP_APE,\n\
    bad\u{1b}[2Jcell,Onwer,Bak\u{202e}end,,\n\
    ,,,,\n\
    NEW@example.com,member,backend,billing=read only,\n\
    grace.hopper@example.com,ORG_MEMBER,,,\n\
    ada.lovelace@example.com,ORG_MEMBER,,,\n\
    =cmd()@example.com,ORG_MEMBR,,,\n";

fn world() -> World {
    let world = World::new();
    world.write("people.csv", EVERYTHING);
    world
}

/// A sandbox with its usual people.
fn peopled(options: Options) -> Running {
    atlas_sandbox::start(options).expect("a sandbox")
}

fn check(world: &World, arguments: &[&str]) -> Invocation {
    world.program(&["check", "people.csv"]).args(arguments)
}

#[test]
fn csv_has_a_line_for_each_finding_without_formulas() {
    let run = check(&world(), &["--sandbox", "--format", "csv"]).finish();
    run.exits(1);
    let mut reader = csv::Reader::from_reader(run.stdout.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(Into::into).collect();
    assert_eq!(header, ["row", "email", "status", "code", "column", "detail"]);
    let lines: Vec<_> = reader.records().map(|record| record.expect("a record as long as the header")).collect();
    let findings: Vec<String> = lines.iter().map(|line| [&line[0], &line[2], &line[3], &line[4]].join(" ")).collect();
    assert_eq!(
        findings,
        [
            "3 warning UNLISTED_PROJECT_ROLE Projects",
            "4 invalid INVALID_EMAIL Mail",
            "4 invalid UNKNOWN_ROLE Roles",
            "4 invalid UNKNOWN_TEAM Teams",
            "6 duplicate  ",
            "7 already_member  ",
            "8 already_invited  ",
            "9 invalid INVALID_EMAIL Mail",
            "9 invalid UNKNOWN_ROLE Roles",
        ],
        "{}",
        run.output()
    );
    assert_eq!(&lines[8][1], "'=cmd()@example.com");
}

#[test]
fn json_is_one_document_with_findings_and_totals() {
    let run = check(&world(), &["--sandbox", "--format", "json"]).finish();
    run.exits(1);
    let document = run.json();
    assert_eq!(document["online"], true);
    assert_eq!((&document["summary"]["seats"][0]["org_id"], &document["exit_code"]), (&ORGANIZATION.into(), &1.into()));
    let rows = |findings: &Value| -> Vec<String> {
        let findings = findings.as_array().expect("a list");
        findings.iter().map(|finding| format!("{} {}", finding["row"], finding["status"])).collect()
    };
    assert_eq!(rows(&document["problems"]), ["4", "4", "4", "9", "9"].map(|row| format!("{row} \"invalid\"")));
    assert_eq!(
        rows(&document["warnings"]),
        ["3 \"warning\"", "6 \"duplicate\"", "7 \"already_member\"", "8 \"already_invited\""]
    );
    assert_eq!(document["problems"][1]["column"], "Roles");
    let sum = &document["summary"];
    for (name, count) in
        [("rows", 7), ("would_be_sent", 2), ("duplicates", 1), ("already_member", 1), ("invalid", 2), ("blank", 1)]
    {
        assert_eq!(sum[name], count, "{name} {}", run.output());
    }
    assert_eq!(sum["teams"][0]["name"], "Backend");
    assert_eq!((&sum["seats"][0]["needed"], &sum["seats"][0]["left"]), (&2.into(), &496.into()));
}

#[test]
fn offline_no_request_is_sent_and_every_name_is_accepted() {
    let world = world();
    let server = peopled(Options::default());
    let plain = check(&world, &["--format", "json"]);
    let asked = check(&world, &["--offline", "--format", "json"]).with_token(&server);
    for invocation in [plain, asked] {
        let run = invocation.finish();
        run.exits(1);
        let document = run.json();
        let names = ["rows", "would_be_sent", "duplicates", "already_member", "invalid", "blank"];
        assert_eq!(names.map(|name| document["summary"][name].clone()), [7, 4, 1, 0, 2, 1], "{}", run.output());
        assert_eq!(document["online"], false);
        assert_eq!(document["summary"]["projects"][0], json!({"id": null, "name": "billing", "people": 2}));
    }
    assert_eq!(server.sandbox().ledger().total_requests(), 0);
}

#[test]
fn any_credential_reads_the_organization_and_invites_no_one() {
    at_once(Credential::ALL, |credential| {
        let server = peopled(faults(&["429=0s@#2/all"]));
        let run = check(&world(), &["--format", "json"]).aimed_at(&server.base_url()).credential(credential).finish();
        run.exits(1);
        assert_eq!(run.json()["summary"]["already_member"], 1, "{}", run.output());
        let ledger = server.sandbox().ledger();
        assert!(ledger.total_requests() > 3 && ledger.create_requests() == 0, "{credential:?} {}", run.output());
        assert!(!run.output().contains(credential.secret()));
    });
}

#[test]
fn the_exit_code_is_about_rows_that_would_not_be_sent() {
    for (text, exit) in [
        ("email,roles,projects\na@example.com,member,billing=GROUP_APE\ngrace.hopper@example.com,owner,\n", 0),
        ("email,roles\na@example.com,member\na@example.com,member\n", 0),
        ("email,roles\n", 0),
        ("email,roles\na@example.com,member\na@example.com,owner\n", 1),
        ("name,roles\nAda,member\n", 2),
        ("email\nada@example.com\n", 2),
    ] {
        let world = World::new();
        world.write("people.csv", text);
        for format in ["text", "csv", "json"] {
            check(&world, &["--sandbox", "--format", format]).finish().exits(exit);
        }
    }
}

#[test]
fn check_fails_if_the_organization_cannot_be_read() {
    let world = world();
    let server = sandbox(Options::default());
    let run = |token: &str, organization: &str, base_url: &str| {
        let run = check(&world, &["--max-attempts", "1"]).aimed_at(base_url);
        let run = run.env("MONGODB_ATLAS_ACCESS_TOKEN", token).env("MONGODB_ATLAS_ORG_ID", organization).finish();
        run.exits(2);
        assert_eq!((run.stdout.as_str(), run.messages().len()), ("", 1), "{}", run.output());
        run
    };
    let refused = run("a-secret-that-opens-nothing", ORGANIZATION, &server.base_url());
    assert!(!refused.stderr.contains("a-secret"), "{}", refused.output());
    run(TOKEN, &"a".repeat(24), &server.base_url());
    run(TOKEN, "", &server.base_url());
    run(TOKEN, ORGANIZATION, "http://127.0.0.1:9");
}

#[test]
fn a_results_file_is_checked_like_any_sheet() {
    let world = World::with_people(3);
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).finish().exits(0);
    let results = || world.program(&["check", "people.results.csv", "--format", "json"]);
    let run = results().finish();
    run.exits(0);
    assert_eq!(run.json()["summary"]["would_be_sent"], 3, "{}", run.output());
    let run = results().with_token(&server).finish();
    run.exits(0);
    assert_eq!(run.json()["summary"]["already_invited"], 3, "{}", run.output());
    let elsewhere = results().env("MONGODB_ATLAS_ORG_ID", &"a".repeat(24)).finish();
    elsewhere.exits(1);
    let problem = &elsewhere.json()["problems"][0];
    assert_eq!((&problem["row"], &problem["column"]), (&2.into(), &"org_id".into()), "{}", elsewhere.output());
}

#[test]
fn check_reads_standard_input_and_ignores_a_broken_pipe() {
    let world = World::new();
    let bad: String = (0..5000).map(|number| format!("person-{number},ORG_MEMBER\n")).collect();
    world.write("people.csv", format!("email,roles\n{bad}"));
    let run = world.shell("{ \"$0\" check - < people.csv; echo $? > code; } | head -n 1").finish();
    run.exits(0);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.output());
    assert_eq!(world.read("code"), "1\n", "{}", run.output());
    assert_eq!(run.messages().len(), 1, "{}", run.output());
}

#[test]
fn no_cell_controls_the_terminal() {
    let world = World::new();
    let odd = "b\u{1b}[31m\u{9b}2J\u{202e}\u{200b}b";
    world.write(
        "people.csv",
        format!("email,roles,Te{odd}am\n{odd}@example.com,{odd},{odd}\nada@example.com,ORG_MEMBER,x\n"),
    );
    let server = crate::world::sandbox(atlas_sandbox::Options::default());
    let is_safe = |text: &str| !text.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{200b}']);
    for arguments in [
        &["check", "people.csv"][..],
        &["check", "people.csv", "--format", "csv"],
        &["check", "people.csv", "--format", "json"],
        &["run", "people.csv", "--sandbox", "--summary", "-"],
        &["run", "people.csv", "--sandbox", "--log-format", "json"],
    ] {
        let run = world.program(arguments).with_token(&server).finish();
        run.exits(1);
        assert!(is_safe(&run.stdout) && is_safe(&run.stderr), "{}", run.output());
        if arguments.contains(&"json") {
            let json = if run.stdout.is_empty() { &run.stderr } else { &run.stdout };
            assert!(json.contains(r"b\u001b[31m\u009b2J\u202e\u200bb@example.com"), "{}", run.output());
        }
    }
}

#[test]
fn how_the_sheet_was_read_is_printed_unless_quiet() {
    let world = World::new();
    world.write("people.csv", "Name;Work Email;Role\nAda;ada@example.com;member\n");
    let check = |arguments: &[&str]| {
        let run = world.program(&["check", "people.csv", "--offline", "--format", "json"]).args(arguments).finish();
        run.exits(0);
        run
    };
    let run = check(&[]);
    assert!(run.stderr.starts_with("reading people.csv: "), "{}", run.output());
    assert_eq!(check(&["--quiet"]).stderr, "");
    let input = &run.json()["input"];
    assert_eq!((&input["separator"], &input["rows"], &input["header_row"]), (&";".into(), &1.into(), &1.into()));
    assert_eq!(input["columns"][0], serde_json::json!({"column": "email", "letter": "B", "name": "Work Email"}));
    assert_eq!(input["unused"], serde_json::json!([{"letter": "A", "name": "Name"}]));
    let run = world.program(&["run", "people.csv", "--sandbox", "--quiet", "--summary", "-"]).finish();
    assert_eq!((run.stderr.as_str(), &run.json()["input"]), ("", input), "{}", run.output());
}
