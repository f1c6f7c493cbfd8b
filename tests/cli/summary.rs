//! The summary for machines: its fields are those of the table in docs/automation.md, and it fits the published schema.

use std::collections::{BTreeMap, BTreeSet};

use atlas_sandbox::{Limits, Options, Running, Window};
use bulk_invite::model::{Status, StopReason};
use serde_json::Value;

use crate::world::{Finished, Signal, World, faults, sandbox, schema, wait_until};

const PAGE: &str = include_str!("../../docs/automation.md");
const SCHEMA: &str = include_str!("../../docs/summary.schema.json");

/// Returns the table's fields by their path, each with its type.
fn documented() -> BTreeMap<String, String> {
    let section = PAGE.split("### The summary for machines").nth(1).expect("the section");
    let section = section.split("\n#").next().expect("its text");
    let mut fields = BTreeMap::new();
    for line in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        for field in cells[1].split(", ") {
            let field = field.trim_matches('`');
            let names = match field.strip_suffix(".*") {
                Some(of) => Status::ALL.iter().map(|status| format!("{of}.{}", status.as_str())).collect(),
                None => vec![field.to_owned()],
            };
            fields.extend(names.into_iter().map(|name| (name, cells[2].to_owned())));
        }
    }
    fields
}

/// Holds a summary against the table and notes which fields it has, an object that may be null once as either.
fn hold(summary: &Value, path: &str, documented: &BTreeMap<String, String>, met: &mut BTreeSet<String>) {
    let is = documented.get(path);
    let fits = |is: &str| match summary {
        Value::Null => is.ends_with("or null"),
        Value::Number(number) => is.starts_with("number") && number.is_u64(),
        Value::String(text) => {
            is.starts_with("text") || is == "time" && text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()
        }
        Value::Object(_) => is.starts_with("object"),
        Value::Bool(_) => is == "boolean",
        Value::Array(_) => false,
    };
    let within = match summary {
        Value::Object(_) | Value::Array(_) => documented.keys().any(|known| known.starts_with(path)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    match is {
        Some(is) => assert!(fits(is), "{path} is {is}, but there is {summary}"),
        None => assert!(within, "{path} is not in the table: {summary}"),
    }
    met.insert(path.to_owned());
    match summary {
        Value::Object(fields) => {
            let dot = if path.is_empty() { "" } else { "." };
            fields.iter().for_each(|(name, value)| hold(value, &format!("{path}{dot}{name}"), documented, met));
        }
        Value::Array(items) => items.iter().for_each(|item| hold(item, &format!("{path}[]"), documented, met)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_schema_rejects_a_missing_and_an_unknown_field() {
    let world = World::with_people(1);
    let server = sandbox(Options::default());
    let summary = world.invite(&server.base_url()).args(&["--summary", "-"]).finish().json();
    let schema = schema(SCHEMA);
    assert!(schema.is_valid(&summary));
    let mut missing = summary.clone();
    missing.as_object_mut().unwrap().remove("rows");
    assert!(!schema.is_valid(&missing));
    let mut unknown = summary;
    unknown["organizations"][0]["unknown"] = 1.into();
    assert!(!schema.is_valid(&unknown));
}

#[test]
fn the_summary_has_exactly_the_documented_fields() {
    let world = World::with_people(3);
    let mut sheet = world.read("people.csv").replacen("email,roles", "email,roles,teams,note", 1);
    sheet += "bob@example.com,member of none,Squad\ncleo@example.com,member,Squad\n";
    world.write("people.csv", sheet);
    let start = |server: &Running, arguments: &[&str]| {
        world
            .invite(&server.base_url())
            .args(&["--summary", "-", "--fresh", "--settle", "50ms"])
            .args(arguments)
            .start()
    };
    let run = |arguments: &[&str]| start(&sandbox(Options::default()), arguments).finish().json();
    let limited = || {
        let limits = Limits { invitations: Some(Window::per_minute(2)), ..Limits::default() };
        let server = sandbox(Options { limits, ..Options::default() });
        let process = start(&server, &[]);
        // What is in flight lands, and with it the answer that names the limit.
        wait_until("the limit is reached", || server.sandbox().ledger().create_requests() == 3);
        process.signal(Signal::Interrupt);
        process.finish().json()
    };
    let summaries = [run(&[]), run(&["--shard", "1/1", "--rate", "unlimited", "--api", "users"]), limited()];
    let documented = documented();
    let mut met = BTreeSet::new();
    summaries.iter().for_each(|summary| hold(summary, "", &documented, &mut met));
    let missing: Vec<&String> = documented.keys().filter(|field| !met.contains(*field)).collect();
    assert!(missing.is_empty(), "in the table, and in no summary: {missing:?}");
    let schema = schema(SCHEMA);
    for summary in &summaries {
        let errors: Vec<String> = schema.iter_errors(summary).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {summary}");
    }
    let time = |summary: &Value, name: &str| summary[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    for summary in &summaries {
        let between = time(summary, "finished_at").duration_since(time(summary, "started_at"));
        assert_eq!(between.as_millis(), i128::from(summary["elapsed_ms"].as_u64().unwrap()), "{summary}");
        assert_eq!(summary["schema"], 1);
    }
    assert_eq!((&summaries[0]["api"], &summaries[0]["api_version"]), (&"invites".into(), &"2023-01-01".into()));
    assert_eq!((&summaries[1]["api"], &summaries[1]["api_version"]), (&"users".into(), &"2025-02-19".into()));
}

#[test]
fn each_exit_reason_is_documented() {
    assert!(documented().contains_key("exit_reason"));
    let row = PAGE.lines().find(|line| line.starts_with("| `exit_reason`")).expect("its row");
    let known: BTreeSet<&str> = row.split('`').skip(3).step_by(2).collect();
    let mut met = BTreeSet::new();
    let mut check = |run: &Finished, code: i32, reason: &str| {
        run.exits(code);
        let summary = run.json();
        assert_eq!(
            (&summary["exit_code"], &summary["exit_reason"]),
            (&code.into(), &reason.into()),
            "{}",
            run.output()
        );
        assert!(known.contains(reason), "{reason} is not in the table");
        met.insert(reason.to_owned());
    };
    for (troubles, arguments, code, reason) in [
        (&[][..], &[][..], 0, "ok"),
        (&["422@#1"], &[], 1, "rows_need_a_look"),
        (&["422@1"], &["--max-failures", "1"], 3, "too_many_failures"),
        (&["429=365d@1/all"], &[], 3, "wait_too_long"),
        (&[], &["--deadline", "1ms"], 3, "deadline_reached"),
        (&["402@1"], &[], 3, "organization_refused"),
    ] {
        let world = World::with_people(3);
        let server = sandbox(faults(troubles));
        let run = world.invite(&server.base_url()).args(&["--summary", "-"]).args(arguments).finish();
        check(&run, code, reason);
    }
    let world = World::with_people(3);
    let server = sandbox(Options::default());
    // The page is larger than 8 KiB, and the other files are not.
    let run = world.shell("ulimit -f 16; exec \"$0\" \"$@\"").args(&["run", "people.csv", "--summary", "-"]);
    let run = run.args(&["--report", "page.html"]).with_token(&server).finish();
    check(&run, 1, "output_unwritable");
    for (signal, code, reason) in [(Signal::Interrupt, 130, "interrupted"), (Signal::Terminate, 143, "terminated")] {
        let world = World::with_people(3);
        let server = sandbox(Options { latency: std::time::Duration::from_millis(50), ..Options::default() });
        let run = world.invite(&server.base_url()).args(&["--summary", "-", "--concurrency", "1"]).start();
        wait_until("a request goes out", || world.lines_written() > 1);
        run.signal(signal);
        check(&run.finish(), code, reason);
    }
    // These take a broken disk, and are none of this binary's tests.
    met.extend([StopReason::InputUnreadable, StopReason::ResultsUnwritable].map(|reason| reason.as_str().to_owned()));
    assert_eq!(met.iter().map(String::as_str).collect::<BTreeSet<_>>(), known);
}
