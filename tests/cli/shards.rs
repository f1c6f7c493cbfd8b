//! Several processes over one sheet, each with its share of the organizations.

use std::collections::{BTreeMap, BTreeSet};

use atlas_sandbox::{InitialOrganization, ORGANIZATION, Options, Running};
use serde_json::Value;

use crate::world::{Credential, Finished, World, sandbox};

const SHARDS: usize = 3;

/// Organizations, each with a server of its own.
struct Atlas(Vec<(String, Running)>);

impl Atlas {
    /// Starts this many, with a profile whose own organization is the first.
    fn start(world: &World, count: usize) -> Self {
        let start = |number| {
            let id = format!("{number:024x}");
            let organization = InitialOrganization { id: id.clone(), ..InitialOrganization::without_people() };
            (id, atlas_sandbox::start(Options { organization, ..Options::default() }).expect("a sandbox"))
        };
        let atlas = Self((1..=count).map(start).collect());
        let mut profile = format!("[default]\norg_id = \"{}\"\n", atlas.0[0].0);
        for (id, server) in &atlas.0 {
            let (url, token) = (server.base_url(), atlas_sandbox::TOKEN);
            profile += &format!("[default.organizations.{id}]\nbase_url = \"{url}\"\naccess_token = \"{token}\"\n");
        }
        world.write("config.toml", profile);
        atlas
    }

    /// Rows of every organization in turn, of the one that rows are for which name none, and of none that there is.
    fn sheet(&self, world: &World, rows: usize) {
        let mut cells: Vec<&str> = self.0.iter().map(|(id, _)| id.as_str()).collect();
        cells.extend(["", "acme", "99b6e34b3d91647abb20e7b8", "another"]);
        let mut sheet = "email,roles,org_id\n".to_owned();
        for row in 0..rows {
            sheet += &format!("person-{row:03}@example.com,ORG_MEMBER,{}\n", cells[row % cells.len()]);
        }
        // One who is in the sheet twice, once for the organization of rows that name none.
        sheet += &format!("twice@example.com,ORG_MEMBER,\ntwice@example.com,ORG_MEMBER,{}\n", self.0[0].0);
        world.write("people.csv", sheet);
    }

    fn created(&self) -> BTreeMap<String, usize> {
        let created = self.0.iter().map(|(id, server)| (id.clone(), server.sandbox().ledger().created.len()));
        created.collect()
    }
}

/// All shards at once.
fn run_all(world: &World) -> Vec<Finished> {
    let start = |number| {
        let shard = format!("{number}/{SHARDS}");
        let summary = format!("summary-{number}.json");
        let run = ["run", "people.csv", "--config", "config.toml", "--shard", &shard, "--summary", &summary];
        world.program(&run).start()
    };
    let processes: Vec<_> = (1..=SHARDS).map(start).collect();
    processes.into_iter().map(|process| process.finish()).collect()
}

#[test]
fn the_shards_together_cover_every_row_once() {
    let world = World::new();
    let atlas = Atlas::start(&world, 7);
    atlas.sheet(&world, 110);
    for again in [false, true] {
        let output = run_all(&world).iter().map(Finished::output).collect::<Vec<_>>().join("\n");
        let mut rows = Vec::new();
        let mut shard_of: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        let mut statuses: BTreeMap<String, usize> = BTreeMap::new();
        for number in 1..=SHARDS {
            let results = world.results_in(&format!("people.results.{number}-of-{SHARDS}.csv"));
            assert!(!results.lines.is_empty(), "each shard has rows, or the case shows little\n{output}");
            for line in &results.lines {
                rows.push(line.get("row").parse::<usize>().expect("a row"));
                shard_of.entry(line.get("org_id").to_owned()).or_default().insert(number);
                *statuses.entry(line.get("status").to_owned()).or_default() += 1;
            }
            let summary: Value = serde_json::from_str(&world.read(&format!("summary-{number}.json"))).unwrap();
            let elsewhere = 112 - results.lines.len();
            assert_eq!(
                summary["shard"],
                serde_json::json!({"number": number, "of": SHARDS, "rows_elsewhere": elsewhere}),
                "{output}"
            );
            assert_eq!(summary["rows"], results.lines.len(), "{output}");
        }
        rows.sort_unstable();
        assert_eq!(rows, (2..=113).collect::<Vec<_>>(), "again: {again}\n{output}");
        assert!(shard_of.values().all(|shards| shards.len() == 1), "{shard_of:?}\n{output}");
        assert_eq!(statuses, [("duplicate", 1), ("invalid", 30), ("invited", 81)].map(|(s, n)| (s.into(), n)).into());
        assert_eq!(atlas.created().values().sum::<usize>(), 81, "{output}");
        for (id, server) in &atlas.0 {
            assert_eq!(server.sandbox().ledger().invited_twice(), Vec::<&str>::new(), "{id}\n{output}");
        }
    }
}

#[test]
fn a_shard_sends_requests_only_to_its_organizations() {
    let world = World::new();
    let atlas = Atlas::start(&world, 2);
    let (_, second) = &atlas.0[1];
    world.write("people.csv", format!("email,roles,org_id\nada@example.com,member,{}\n", atlas.0[1].0));
    let mut with_rows = 0;
    for number in 1..=SHARDS {
        let before = second.sandbox().ledger().total_requests();
        let shard = format!("{number}/{SHARDS}");
        let arguments = ["people.csv", "--config", "config.toml", "--shard", &shard];
        let check = world.program(&["check", "--format", "json"]).args(&arguments).finish();
        let run = world.program(&["run"]).args(&arguments).finish();
        run.exits(0);
        check.exits(0);
        let invited = world.results_in(&format!("people.results.{number}-of-{SHARDS}.csv")).count("invited");
        with_rows += invited;
        assert_eq!(check.json()["summary"]["would_be_sent"], invited, "{}", check.output());
        assert_eq!(second.sandbox().ledger().total_requests() > before, invited == 1, "{}", run.output());
    }
    assert_eq!((with_rows, atlas.0[0].1.sandbox().ledger().total_requests()), (1, 0));
}

#[test]
fn a_sheet_of_one_organization_belongs_to_one_shard() {
    let world = World::with_people(5);
    let server = sandbox(Options::default());
    let mut rows: Vec<Value> = Vec::new();
    for number in 1..=SHARDS {
        let run = world.invite(&server.base_url()).args(&["--shard", &format!("{number}/{SHARDS}")]).summed().finish();
        run.exits(0);
        rows.push(run.json()["rows"].clone());
    }
    rows.sort_by_key(Value::as_u64);
    assert_eq!(rows, [0, 0, 5]);
    assert_eq!(server.sandbox().ledger().created.len(), 5);
}

#[test]
fn standard_input_is_split_into_shards() {
    let world = World::new();
    let server = sandbox(Options::default());
    world.write(
        "people.csv",
        format!("email,roles,org_id\nada@example.com,member,{ORGANIZATION}\nbob@example.com,member,acme\n"),
    );
    let run = |shard: &str| {
        let name = format!("{}.csv", shard.replace('/', "-of-"));
        let script = format!("\"$0\" run - --results {name} --shard {shard} < people.csv");
        let run = world.shell(&script).aimed_at(&server.base_url()).credential(Credential::Token).finish();
        assert!(matches!(run.code(), Some(0 | 1)), "{}", run.output());
        world.results_in(&name).column("row").iter().map(|row| (*row).to_owned()).collect::<Vec<_>>()
    };
    let mut rows = [run("1/2"), run("2/2")].concat();
    rows.sort();
    assert_eq!(rows, ["2", "3"]);
}

#[test]
fn an_index_of_kubernetes_counts_from_zero() {
    let world = World::with_people(1);
    let check = world.program(&["check", "people.csv", "--format", "json", "--shard", "index/1"]);
    let check = check.env("JOB_COMPLETION_INDEX", "0").finish();
    check.exits(0);
    assert_eq!(check.json()["summary"]["would_be_sent"], 1, "{}", check.output());
    let beyond = world.program(&["check", "people.csv"]).env("BULK_INVITE_SHARD", "index/1");
    beyond.env("JOB_COMPLETION_INDEX", "1").finish().exits(2);
}
