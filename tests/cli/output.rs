//! Flags about results and output that scripts may rely on.

use atlas_sandbox::Options;
use serde_json::Value;

use crate::world::{Credential, World, faults, people, sandbox, sheet};

/// A sheet with two good rows and a bad one, and columns of its own.
const MIXED: &str = "Name,email,Team lead,roles\n\
                     Ada,ada@example.com,\"Hopper, G\",ORG_MEMBER\n\
                     Bob,bob@example.com,,ORG_MEMBR\n\
                     Cleo,cleo@example.com,,ORG_MEMBER\n";

#[test]
fn the_failed_file_has_the_sheets_columns_and_can_be_run() {
    let world = World::new();
    world.write("people.csv", MIXED);
    let server = sandbox(faults(&["422@#2"]));
    let arguments = ["--failed", "again.csv", "--concurrency", "1"];
    world.invite(&server.base_url()).args(&arguments).finish().exits(1);
    let again = world.read("again.csv");
    assert_eq!(
        again,
        "Name,email,Team lead,roles\nBob,bob@example.com,,ORG_MEMBR\nCleo,cleo@example.com,,ORG_MEMBER\n"
    );
    world.write("again.csv", again.replace("MEMBR", "MEMBER"));
    let run = world.program(&["run", "again.csv"]).aimed_at(&server.base_url());
    run.credential(Credential::Token).finish().exits(0);
    assert_eq!(world.results_in("again.results.csv").count("invited"), 2);
}

#[test]
fn a_results_file_is_itself_a_sheet() {
    let world = World::with_people(3);
    let server = sandbox(faults(&["422@#2"]));
    world.invite(&server.base_url()).args(&["--concurrency", "1"]).finish().exits(1);
    let run = world.program(&["run", "people.results.csv"]).aimed_at(&server.base_url());
    run.credential(Credential::Token).finish().exits(0);
    let results = world.results_in("people.results.results.csv");
    assert_eq!(results.column("email"), people(3));
    assert_eq!(results.column("status"), ["already_invited", "invited", "already_invited"]);
}

#[test]
fn the_summary_on_standard_output_is_json_and_nothing_else() {
    let world = World::new();
    world.write("people.csv", MIXED);
    let server = sandbox(Options::default());
    let run = world.invite(&server.base_url()).args(&["--summary", "-"]).finish();
    run.exits(1);
    let summary = run.json();
    assert_eq!((&summary["rows"], &summary["exit_code"]), (&3.into(), &1.into()));
    assert_eq!((&summary["statuses"]["invited"], &summary["statuses"]["invalid"]), (&2.into(), &1.into()));
    assert_eq!(summary["failures"][0]["error_code"], "UNKNOWN_ROLE");
    assert_eq!(summary["results"], "people.results.csv");
    world.invite(&server.base_url()).args(&["--summary", "summary.json"]).finish().exits(1);
    let summary: Value = serde_json::from_str(&world.read("summary.json")).unwrap();
    assert_eq!(summary["kept"], 2);
}

#[test]
fn a_quiet_run_that_succeeds_prints_nothing() {
    let world = World::with_people(3);
    let server = sandbox(faults(&["500@#1"]));
    let run = world.invite(&server.base_url()).args(&["--quiet", "--settle", "50ms"]).finish();
    run.exits(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
}

#[test]
fn a_quiet_run_prints_what_ends_it() {
    let world = World::with_people(3);
    let server = sandbox(faults(&["402@1"]));
    let run = world.invite(&server.base_url()).args(&["--quiet"]).finish();
    run.exits(3);
    assert_eq!((run.stdout.as_str(), run.stderr.lines().count()), ("", 1), "{}", run.output());
}

#[test]
fn a_json_log_is_nothing_but_json_lines() {
    let cases: [(&[&str], &[&str], i32); 5] = [
        (&[], &[], 0),
        (&["500@0.3", "reset-after@#3"], &["--settle", "50ms"], 0),
        (&["422@1"], &[], 1),
        (&["revoke@#2"], &[], 3),
        (&[], &["--results", "missing/people.csv"], 2),
    ];
    for (troubles, arguments, exit) in cases {
        let world = World::with_people(6);
        let server = sandbox(faults(troubles));
        let run = world.invite(&server.base_url()).args(&["--log-format", "json"]).args(arguments).finish();
        run.exits(exit);
        let line =
            |line| serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error} {}", run.output()));
        let events: Vec<Value> = run.stderr.lines().map(line).collect();
        assert!(events.iter().all(|event| event["event"].is_string() && event["time"].is_string()), "{}", run.output());
        if exit != 2 {
            let outcomes = events.iter().filter(|event| event["event"] == "outcome").count();
            assert_eq!(outcomes, 6, "an outcome a row {}", run.output());
            assert_eq!(events.last().unwrap()["summary"]["exit_code"], exit, "{}", run.output());
        }
    }
}

#[test]
fn piped_output_has_no_control_characters() {
    let world = World::new();
    world.write("people.csv", MIXED.replace("Bob,bob@", "Bob,b\u{1b}[31mob@"));
    let server = sandbox(faults(&["500@#1"]));
    let run = world.invite(&server.base_url()).args(&["--settle", "50ms"]).finish();
    run.exits(1);
    assert!(!run.stderr.contains(['\u{1b}', '\r']), "{}", run.output());
}

#[test]
fn a_limit_sends_that_many_and_the_next_run_resumes() {
    let world = World::with_people(5);
    let server = sandbox(Options::default());
    let run = world.invite(&server.base_url()).args(&["--limit", "2"]).finish();
    run.exits(0);
    let sent = ["invited", "invited", "not_sent", "not_sent", "not_sent"];
    assert_eq!(world.results().column("status"), sent, "{}", run.output());
    assert_eq!(world.results().row(4).get("error_code"), "BEYOND_LIMIT");
    world.invite(&server.base_url()).args(&["--limit", "2"]).finish().exits(0);
    assert_eq!(world.results().count("invited"), 4);
    world.invite(&server.base_url()).finish().exits(0);
    assert_eq!(world.results().count("invited"), 5);
    assert_eq!(server.sandbox().ledger().create_requests(), 5);
}

#[test]
fn a_dry_run_sends_nothing_and_leaves_the_results_alone() {
    let world = World::new();
    world.write("people.csv", MIXED);
    let server = sandbox(Options::default());
    let run = world.invite(&server.base_url()).args(&["--dry-run"]).finish();
    run.exits(1);
    assert_eq!(world.names(), ["people.csv", "people.dry-run.csv"]);
    let results = world.results_in("people.dry-run.csv");
    assert_eq!(results.column("status"), ["not_sent", "invalid", "not_sent"], "{}", run.output());
    assert_eq!(results.row(2).get("error_code"), "DRY_RUN");
    assert_eq!(server.sandbox().ledger().create_requests(), 0);
}

#[test]
fn a_fresh_start_keeps_the_old_results_aside() {
    let world = World::with_people(3);
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).finish().exits(0);
    let before = world.read("people.results.csv");
    let run = world.invite(&server.base_url()).args(&["--fresh", "--yes"]).finish();
    run.exits(0);
    assert_eq!(world.results().count("invited"), 3, "{}", run.output());
    assert_eq!(server.sandbox().ledger().create_requests(), 3, "{}", run.output());
    let aside: Vec<String> = world.names().into_iter().filter(|name| name.starts_with("people.results.2")).collect();
    assert_eq!(aside.len(), 1, "{:?}", world.names());
    assert_eq!(world.read(&aside[0]), before);
}

#[test]
fn a_second_run_keeps_settled_rows_of_a_changed_sheet() {
    let world = World::with_people(4);
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).finish().exits(0);
    let before = world.results();
    let changed: Vec<String> = [4, 6, 1, 2].map(|number| format!("person-{number:03}@example.com")).into();
    world.write("people.csv", sheet(&changed));
    let run = world.invite(&server.base_url()).summed().finish();
    run.exits(0);
    assert_eq!((&run.json()["kept"], &run.json()["gone"]), (&3.into(), &1.into()), "{}", run.output());
    let results = world.results();
    let expected = [&changed[..], &["person-003@example.com".to_owned()]].concat();
    assert_eq!(results.column("email"), expected, "{}", run.output());
    assert_eq!(results.column("row"), ["2", "3", "4", "5", ""]);
    assert_eq!(results.lines[4].get("invite_id"), before.row(4).get("invite_id"));
    assert_eq!(server.sandbox().ledger().create_requests(), 5);
}

/// Runs the program with a pipe for standard output whose reader has left.
#[cfg(target_os = "linux")]
const WITHOUT_A_READER: &str = "mkfifo pipe && exec 4<>pipe 3>pipe 4>&- && rm pipe && exec \"$0\" \"$@\" >&3 3>&-";

#[cfg(target_os = "linux")]
#[test]
fn lost_output_is_a_failure_and_a_broken_pipe_is_not() {
    let world = World::new();
    for arguments in [&["template"][..], &["config", "show"], &["completions", "bash"], &["man"]] {
        let lost = world.shell("exec \"$0\" \"$@\" > /dev/full").args(arguments).finish();
        lost.exits(2);
        world.shell(WITHOUT_A_READER).args(arguments).finish().exits(0);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_unwritable_summary_or_page_is_a_failure() {
    let world = World::with_people(2);
    let server = sandbox(Options::default());
    let run = |script: &str, arguments: &[&str]| {
        let run = world.shell(script).args(&["run", "people.csv", "--log-format=json"]).args(arguments);
        let run = run.aimed_at(&server.base_url()).credential(Credential::Token).finish();
        run.exits(1);
        let last: Value = serde_json::from_str(run.stderr.lines().last().unwrap()).unwrap();
        let (code, reason) = (&last["summary"]["exit_code"], &last["summary"]["exit_reason"]);
        assert_eq!((code, reason), (&1.into(), &"output_unwritable".into()), "{}", run.output());
    };
    run("exec \"$0\" \"$@\"", &["--summary", "/dev/full"]);
    run("exec \"$0\" \"$@\" > /dev/full", &["--summary", "-"]);
    // The page is larger than 8 KiB, and the other files are not.
    run("ulimit -f 16; exec \"$0\" \"$@\"", &["--report", "page.html"]);
    let read =
        world.shell(WITHOUT_A_READER).args(&["run", "people.csv", "--summary", "-"]).aimed_at(&server.base_url());
    read.credential(Credential::Token).finish().exits(0);
}

#[test]
fn completions_are_a_script_for_the_shell() {
    let world = World::new();
    let run = world.program(&["completions", "bash"]).finish();
    run.exits(0);
    assert!(run.stdout.contains("complete -F") && run.stdout.contains("--log-format"), "{}", run.output());
}

#[test]
fn manual_pages_name_every_command_and_flag() {
    let world = World::new();
    let page = world.program(&["man"]).finish();
    page.exits(0);
    assert!(
        page.stdout.contains(".TH bulk-invite 1") && page.stdout.contains("bulk\\-invite\\-check(1)"),
        "{}",
        page.output()
    );
    std::fs::create_dir(world.path("pages")).unwrap();
    let pages = world.program(&["man", "pages"]).finish();
    pages.exits(0);
    assert_eq!(pages.stdout, "");
    let help = world.program(&["--help"]).finish().stdout;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    // `help` prints what --help does, and has no page of its own.
    let commands: Vec<&str> = commands.into_iter().filter(|name| *name != "help").collect();
    assert!(commands.contains(&"run") && commands.contains(&"man"), "{help}");
    for command in commands {
        let page = world.read(&format!("pages/bulk-invite-{command}.1")).replace("\\-", "-");
        let help = world.program(&[command, "--help"]).finish().stdout;
        let flags = help.split(|c: char| !c.is_ascii_lowercase() && c != '-').filter(|word| word.starts_with("--"));
        for flag in flags {
            assert!(page.contains(flag), "{command} {flag}");
        }
    }
}
