//! What cannot be run: one line that names the remedy, exit code 2, nothing sent, nothing overwritten.

use atlas_sandbox::{ORGANIZATION, Options, PUBLIC_KEY, TOKEN};

use crate::world::{Credential, World, faults, people, sandbox, sheet, wait_until};

/// Runs a sheet with this text against a server that must not hear of anybody.
#[track_caller]
fn refused(text: &str, arguments: &[&str], says: &[&str]) {
    let world = World::new();
    world.write("people.csv", text);
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).args(arguments).finish().exits(2).says_in_one_line(says);
    assert_eq!(server.sandbox().ledger().total_requests(), 0, "nothing is sent");
    assert_eq!(world.names(), ["people.csv"], "nothing is written");
    assert_eq!(world.read("people.csv"), text, "the sheet stays as it is");
}

#[test]
fn a_sheet_without_an_email_column_is_refused() {
    refused("name,roles\nAda,ORG_MEMBER\n", &[], &["no column is named \"email\"", "\"name\"", "rename"]);
}

#[test]
fn a_sheet_without_a_header_is_refused() {
    refused("ada@example.com,ORG_MEMBER\n", &[], &["no header row", "insert a row above it"]);
}

#[test]
fn an_empty_sheet_is_refused() {
    refused("", &[], &["people.csv", "the file is empty", "email"]);
}

#[test]
fn a_header_without_rows_is_said_to_have_none() {
    let world = World::new();
    world.write("people.csv", "email,roles\n\n");
    let server = sandbox(Options::default());
    let run = world.invite(&server.base_url()).finish();
    run.exits(0).says("the spreadsheet has no row below its header\n").says("0 rows in ");
}

#[test]
fn a_sheet_without_roles_is_refused_unless_they_are_given() {
    refused("email\nada@example.com\n", &[], &["no roles column", "--default-roles ORG_MEMBER"]);
}

#[test]
fn results_over_the_sheet_are_refused() {
    let text = sheet(&people(2));
    refused(&text, &["--results", "people.csv"], &["--results would overwrite the spreadsheet"]);
    refused(&text, &["--results", "./people.csv"], &["--results would overwrite the spreadsheet"]);
    for flag in ["--failed", "--summary"] {
        let over = |what: &str| format!("{flag} would overwrite {what}");
        refused(&text, &[flag, "people.csv"], &[&over("the spreadsheet")]);
        refused(&text, &[flag, "./people.results.csv"], &[&over("the results")]);
    }
    refused(&text, &["--failed", "x", "--summary", "./x"], &["--summary would overwrite what --failed writes"]);
}

#[test]
fn a_results_path_that_cannot_be_written_is_refused() {
    let text = sheet(&people(2));
    refused(&text, &["--results", "missing/people.csv"], &["missing/people.csv", "name another file with --results"]);
    refused(&text, &["--results", "."], &["name another file with --results"]);
    for flag in ["--failed", "--summary"] {
        refused(&text, &[flag, "missing/file"], &["cannot write missing/file", flag]);
        refused(&text, &[flag, "."], &["cannot write .", flag]);
    }
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    let world = World::with_people(2);
    for url in ["http://cloud.example.com", "http://192.0.2.1:8080", "http://127.0.0.1.example.com"] {
        let run = world.invite("").args(&["--base-url", url]).finish();
        run.exits(2).says_in_one_line(&["plain http would show the credentials", "https://"]);
    }
}

#[test]
fn what_is_no_readable_file_is_refused() {
    let world = World::new();
    world.write("people.xlsx", "PK\u{3}\u{4}rest");
    for (file, says) in [
        ("missing.csv", "missing.csv: No such file"),
        (".", "it is a folder"),
        ("people.xlsx", "the workbook is damaged"),
    ] {
        world.program(&["run", file, "--sandbox"]).finish().exits(2).says_in_one_line(&[says]);
    }
}

#[test]
fn a_missing_organization_is_named() {
    let world = World::with_people(2);
    let run = world.program(&["run", "people.csv"]).credential(Credential::Token).finish();
    run.exits(2).says_in_one_line(&["no organization is set", "--org-id", "MONGODB_ATLAS_ORG_ID"]);
}

#[test]
fn a_missing_credential_is_named() {
    let world = World::with_people(2);
    let run = world.program(&["run", "people.csv", "--org-id", ORGANIZATION]).finish();
    run.exits(2).says_in_one_line(&["no credentials are set", "MONGODB_ATLAS_ACCESS_TOKEN", "--sandbox"]);
}

#[test]
fn half_a_pair_of_credentials_names_the_other_half() {
    let world = World::with_people(2);
    for credential in [Credential::ServiceAccount, Credential::Keys] {
        let pair = credential.environment();
        for (given, missing) in [(pair[0], pair[1]), (pair[1], pair[0])] {
            let run = world.program(&["run", "people.csv", "--org-id", ORGANIZATION]).env(given.0, given.1).finish();
            run.exits(2).says_in_one_line(&[&format!("{} is set and {} is not", given.0, missing.0)]);
            assert!(!run.stderr.contains(credential.secret()), "{}", run.told());
        }
    }
}

#[test]
fn a_malformed_flag_is_named() {
    let world = World::with_people(2);
    for (arguments, says) in [
        (["--settle", "5"], "write a time as 30s, 500ms or 2m"),
        (["--rate", "fast"], "--rate"),
        (["--max-failures", "0"], "--max-failures"),
        (["--timeout", "0s"], "'--timeout <TIME>': zero leaves no time at all; write for example 30s"),
        (["--connect-timeout", "0ms"], "'--connect-timeout <TIME>': zero leaves no time at all"),
        (["--burst", "0"], "'--burst <N>': write a whole number, at least 1"),
        (["--concurrency", "0"], "'--concurrency <N>': write a whole number, at least 1"),
        (["--max-attempts", "0"], "'--max-attempts <N>': write a whole number, at least 1"),
        (["--max-attempts", "few"], "'--max-attempts <N>': write a whole number, at least 1"),
        (["--org-id", "mine"], "--org-id"),
        (["--access-token", TOKEN], "unexpected argument '--access-token'"),
    ] {
        world.program(&["run", "people.csv"]).args(&arguments).finish().exits(2).says(says);
    }
}

#[test]
fn a_sandbox_whose_time_would_stand_still_is_refused() {
    let world = World::new();
    for speed in ["0", "-1", "inf", "NaN", "fast"] {
        let says = "--speed <FACTOR>': write a number above 0, for example 60";
        world.program(&["sandbox", "--listen=127.0.0.1:0", &format!("--speed={speed}")]).finish().exits(2).says(says);
    }
}

#[test]
fn a_mistake_in_a_scenario_is_told_with_its_line() {
    let world = World::new();
    for (text, says) in [
        ("seed = 7\nlatenci = \"1s\"\n", &["line 2: unknown field `latenci`", "`latency`"][..]),
        ("\nlatency = \"5\"\n", &["line 2: `5` is not a duration such as 500ms, 2s or 1m"]),
        ("seed = 7\nfaults = [\"500@0.1\", \"boom@1\"]\n", &["line 2: fault `boom@1`: `boom` is no kind of fault"]),
        ("[limits]\ntokens = { max = 1, per = \"soon\" }\n", &["line 2: `soon` is not a duration"]),
        ("speed = 0\n", &["line 1: speed has to be a number above 0"]),
        ("seed = \n", &["line 1: "]),
    ] {
        world.write("scenario.toml", text);
        let run = world.program(&["sandbox", "--scenario", "scenario.toml"]).finish();
        run.exits(2).says_in_one_line(&["scenario scenario.toml: "]).says_in_one_line(says);
    }
}

#[test]
fn a_base_url_that_is_none_is_told_with_who_says_so() {
    let world = World::with_people(2);
    let run = || world.program(&["run", "people.csv", "--org-id", ORGANIZATION]);
    let says = "--base-url \"cloud.example.com\": not a URL; write it like https://cloud.mongodb.com";
    run().args(&["--base-url", "cloud.example.com"]).finish().exits(2).says_in_one_line(&[says]);
    let says = "MONGODB_ATLAS_BASE_URL \"ftp://cloud.example.com\": not a web address";
    run().env("MONGODB_ATLAS_BASE_URL", "ftp://cloud.example.com").finish().exits(2).says_in_one_line(&[says]);
    let secret = run().args(&["--base-url", "https://ada:hush@cloud.example.com"]).finish();
    secret.exits(2).says_in_one_line(&["--base-url: holds a user name or password"]);
    assert!(!secret.stderr.contains("hush"), "{}", secret.told());
    let organization = "42b6e34b3d91647abb20e7b8";
    world.write(
        "config.toml",
        format!(
            "[default]\nbase_url = \"x\"\n[work.organizations.{organization}]\nbase_url = \"y\"\n\
             access_token = \"t\"\n"
        ),
    );
    for (profile, says) in [
        ("default", "base_url of the profile \"default\" in config.toml \"x\": not a URL"),
        (
            "work",
            "base_url of organization 42b6e34b3d91647abb20e7b8 in the profile \"work\" in config.toml \"y\": not a URL",
        ),
    ] {
        let arguments = ["--config", "config.toml", "--profile", profile];
        run().args(&arguments).finish().exits(2).says_in_one_line(&[says]);
    }
}

#[test]
fn a_file_that_is_not_ours_is_left_alone() {
    let world = World::with_people(2);
    world.write("people.results.csv", "quarter,revenue\n1,2\n");
    let server = sandbox(Options::default());
    let run = world.invite(&server.base_url()).finish();
    run.exits(2).says_in_one_line(&["people.results.csv", "is not a results file of bulk-invite", "--results"]);
    assert_eq!(world.read("people.results.csv"), "quarter,revenue\n1,2\n");
    assert_eq!(server.sandbox().ledger().total_requests(), 0);
}

#[test]
fn another_organization_s_results_are_not_continued() {
    let world = World::with_people(2);
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).finish().exits(0);
    let before = world.read("people.results.csv");
    let other = "b".repeat(24);
    let run = world.invite(&server.base_url()).args(&["--org-id", &other]).finish();
    run.exits(2).says_in_one_line(&["another organization", ORGANIZATION, "--fresh"]);
    assert_eq!(world.read("people.results.csv"), before);
}

#[test]
fn a_second_run_of_the_same_results_waits_for_the_first() {
    let world = World::with_people(4);
    let server = sandbox(faults(&["slow-after=10m@1"]));
    let mut first = world.invite(&server.base_url()).start();
    wait_until("the first run is at work", || server.sandbox().ledger().created.len() == 4);
    let run = world.invite(&server.base_url()).finish();
    run.exits(2).says_in_one_line(&["another bulk-invite is using people.results.csv", "wait for it"]);
    assert!(first.is_running());
    assert_eq!(server.sandbox().ledger().created.len(), 4);
}

#[test]
fn the_public_half_alone_opens_nothing_even_with_the_older_name() {
    let world = World::with_people(2);
    let run = world.program(&["run", "people.csv", "--org-id", ORGANIZATION]);
    run.env("MONGODB_ATLAS_PUBLIC_KEY", PUBLIC_KEY).finish().exits(2).says("MONGODB_ATLAS_PRIVATE_API_KEY is not");
}
