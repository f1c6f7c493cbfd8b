//! `check`: what is found in a sheet, in each format, asking Atlas and not.

use atlas_sandbox::{ORGANIZATION, Options, Running};
use serde_json::Value;

use crate::world::{Credential, Invocation, World, at_once, faults, people, sandbox, sheet};

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
fn text_tells_every_finding_in_a_line_and_then_the_sum() {
    let world = world();
    let run = check(&world, &["--sandbox"]).finish();
    run.exits(1);
    assert_eq!(
        run.stdout,
        "row 3, column Projects: warning: project role \"GROUP_APE\" is not one we know; it is sent as written\n\
         row 4, column Mail: \"bad\\u{1b}[2Jcell\" is not an email address: it holds an invisible character (U+001B); \
         empty the cell and type the address by hand\n\
         row 4, column Roles: unknown role \"Onwer\", did you mean ORG_OWNER?\n\
         row 4, column Teams: unknown team \"Bak\\u{202e}end\", did you mean \"Backend\"? If not, create the team in Atlas \
         first, since this program creates no teams\n\
         row 6: the same as row 2\n\
         row 7: grace.hopper@example.com is a member already\n\
         row 8: ada.lovelace@example.com is invited already\n\
         row 9, column Mail: \"=cmd()@example.com\" is not an email address: it has the character '(' in it; correct \
         it\n\
         row 9, column Roles: unknown role \"ORG_MEMBR\", did you mean ORG_MEMBER?\n\
         \n\
         7 rows: 2 would be sent, 2 there already, 1 duplicate, 2 invalid; 1 blank and skipped\n\
         \x20 roles: ORG_MEMBER 2\n\
         \x20 teams: Backend 1\n\
         \x20 projects: billing 2\n\
         \x20 seats: 2 needed, 496 of 500 left\n",
        "{}",
        run.told()
    );
    assert_eq!(run.stderr, format!("checking online: organization {ORGANIZATION} has 4 members and pending invites\n"));
    assert_eq!(world.names(), ["people.csv"], "nothing is written");
}

#[test]
fn the_readme_shows_what_the_sample_comes_to() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let world = World::new();
    world.write("people.csv", std::fs::read(root.join("samples/onboarding.csv")).expect("the sample"));
    let run = check(&world, &["--sandbox"]).finish();
    run.exits(1);
    let readme = std::fs::read_to_string(root.join("README.md")).expect("README.md").replace("\r\n", "\n");
    assert!(readme.contains(&format!("```\n{}```\n", run.stdout)), "{}", run.told());
}

#[test]
fn csv_is_a_line_a_finding_and_harmless_to_open() {
    let run = check(&world(), &["--sandbox", "--format", "csv"]).finish();
    run.exits(1);
    let mut reader = csv::Reader::from_reader(run.stdout.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(Into::into).collect();
    assert_eq!(header, ["row", "email", "status", "code", "column", "detail"]);
    let lines: Vec<_> = reader.records().map(|record| record.expect("a record as long as the header")).collect();
    let told: Vec<String> = lines.iter().map(|line| [&line[0], &line[2], &line[3], &line[4]].join(" ")).collect();
    assert_eq!(
        told,
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
        run.told()
    );
    assert_eq!(&lines[8][1], "'=cmd()@example.com");
    assert_eq!(&lines[8][5], "unknown role \"ORG_MEMBR\", did you mean ORG_MEMBER?");
}

#[test]
fn json_is_one_document_with_findings_and_the_sum() {
    let run = check(&world(), &["--sandbox", "--format", "json"]).finish();
    run.exits(1);
    let told = run.json();
    assert_eq!(told["online"], true);
    assert_eq!((&told["summary"]["seats"][0]["org_id"], &told["exit_code"]), (&ORGANIZATION.into(), &1.into()));
    let rows = |findings: &Value| -> Vec<String> {
        let findings = findings.as_array().expect("a list");
        findings.iter().map(|finding| format!("{} {}", finding["row"], finding["status"])).collect()
    };
    assert_eq!(rows(&told["problems"]), ["4", "4", "4", "9", "9"].map(|row| format!("{row} \"invalid\"")));
    assert_eq!(
        rows(&told["warnings"]),
        ["3 \"warning\"", "6 \"duplicate\"", "7 \"already_member\"", "8 \"already_invited\""]
    );
    assert_eq!(told["problems"][1]["column"], "Roles");
    let sum = &told["summary"];
    for (name, count) in
        [("rows", 7), ("would_be_sent", 2), ("duplicates", 1), ("already_member", 1), ("invalid", 2), ("blank", 1)]
    {
        assert_eq!(sum[name], count, "{name} {}", run.told());
    }
    assert_eq!(sum["teams"][0]["name"], "Backend");
    assert_eq!((&sum["seats"][0]["needed"], &sum["seats"][0]["left"]), (&2.into(), &496.into()));
}

#[test]
fn without_credentials_or_on_demand_nobody_is_asked_and_what_is_not_known_is_said() {
    let world = world();
    let server = peopled(Options::default());
    let plain = check(&world, &[]);
    let asked = check(&world, &["--offline"]).aimed_at(&server.base_url()).credential(Credential::Token);
    for (invocation, why) in [(plain, "since no credentials are set"), (asked, "as asked")] {
        let run = invocation.finish();
        run.exits(1);
        let said =
            format!("checking offline, {why}; not checked: whether teams and projects exist, who is there already\n");
        assert_eq!(run.stderr, said, "{}", run.told());
        let said = "7 rows: 4 would be sent, 1 duplicate, 2 invalid; 1 blank and skipped";
        assert!(run.stdout.contains(said) && !run.stdout.contains("is a member"), "{}", run.told());
        assert!(run.stdout.contains("\n  teams: Backend 1\n  projects: billing 2\n"), "{}", run.told());
    }
    assert_eq!(server.sandbox().ledger().total_requests(), 0);
}

#[test]
fn with_any_credential_the_organization_is_read_and_nobody_is_invited() {
    at_once(Credential::ALL, |credential| {
        let server = peopled(faults(&["429=0s@#2/all"]));
        let run = check(&world(), &[]).aimed_at(&server.base_url()).credential(credential).finish();
        run.exits(1).says("checking online: ");
        assert!(run.stdout.contains("row 7: grace.hopper@example.com is a member already"), "{}", run.told());
        let ledger = server.sandbox().ledger();
        assert!(ledger.total_requests() > 3 && ledger.create_requests() == 0, "{credential:?} {}", run.told());
        assert!(!run.told().contains(credential.secret()));
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
    let world = World::new();
    check(&world, &[]).finish().exits(2).says_in_one_line(&["people.csv", "No such file"]);
    check(&world, &["--sandbox", "--offline"]).finish().exits(2).says("cannot be used with");
}

#[test]
fn credentials_that_do_not_work_are_told_with_the_remedy() {
    let world = world();
    let server = sandbox(Options::default());
    let with_token = |token: &str, organization: &str| {
        let run = check(&world, &["--max-attempts", "1"]).aimed_at(&server.base_url());
        run.env("MONGODB_ATLAS_ACCESS_TOKEN", token).env("MONGODB_ATLAS_ORG_ID", organization).finish()
    };
    let run = with_token("a-secret-that-opens-nothing", ORGANIZATION);
    run.exits(2).says_in_one_line(&["check the credentials", "--offline"]);
    assert!(!run.stderr.contains("a-secret"), "{}", run.told());
    with_token(atlas_sandbox::TOKEN, &"a".repeat(24)).exits(2).says_in_one_line(&["organization", "--offline"]);
    with_token(atlas_sandbox::TOKEN, "").exits(2).says_in_one_line(&["no organization is set", "--org-id"]);
    let run = check(&world, &["--max-attempts", "1"]).aimed_at("http://127.0.0.1:9").credential(Credential::Token);
    run.finish().exits(2).says_in_one_line(&["could not connect", "run the same command again later", "--offline"]);
}

#[test]
fn a_results_file_is_checked_like_any_sheet() {
    let world = World::with_people(3);
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).finish().exits(0);
    let results = || world.program(&["check", "people.results.csv"]);
    let run = results().finish();
    run.exits(0).says("whether the organizations named are yours");
    assert!(run.stdout.starts_with("3 rows: 3 would be sent\n"), "{}", run.told());
    let run = results().aimed_at(&server.base_url()).credential(Credential::Token).finish();
    run.exits(0);
    assert!(run.stdout.contains("row 2: person-001@example.com is invited already\n"), "{}", run.told());
    assert!(run.stdout.contains("\n3 rows: 0 would be sent, 3 there already\n"), "{}", run.told());
    let elsewhere = results().env("MONGODB_ATLAS_ORG_ID", &"a".repeat(24)).finish();
    elsewhere.exits(1);
    assert!(elsewhere.stdout.contains("row 2, column org_id: "), "{}", elsewhere.told());
}

#[test]
fn standard_input_is_a_sheet_and_a_reader_that_leaves_is_no_failure() {
    let world = World::new();
    let bad: String = (0..5000).map(|number| format!("person-{number},ORG_MEMBER\n")).collect();
    world.write("people.csv", format!("email,roles\n{bad}"));
    let run = world.shell("{ \"$0\" check - < people.csv; echo $? > code; } | head -n 1").finish();
    run.exits(0);
    assert!(run.stdout.starts_with("row 2, column email: ") && run.stdout.lines().count() == 1, "{}", run.told());
    assert_eq!(world.read("code"), "1\n", "{}", run.told());
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.told());
}

#[test]
fn a_sheet_that_needs_more_seats_than_there_are_is_told() {
    let world = World::new();
    world.write("people.csv", sheet(&people(501)));
    let run = check(&world, &[]).finish();
    run.exits(0);
    assert!(
        run.stdout.contains("  seats: 501 needed, and Atlas allows 500, so 1 person finds none; "),
        "{}",
        run.told()
    );
    let run = check(&world, &["--sandbox"]).finish();
    run.exits(0);
    assert!(run.stdout.contains("  seats: 501 needed, 496 of 500 left, so 5 people find none; "), "{}", run.told());
}
