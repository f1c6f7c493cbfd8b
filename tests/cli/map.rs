//! A map of HR's columns to Atlas's: what `run`, `check` and `template` do with it.

use atlas_sandbox::Options;
use serde_json::{Value, json};

use crate::world::{Credential, Invocation, World, sandbox};

/// An export of three people.
pub(crate) const HR: &str = "Work Email,Department,Job Title\n\
    ada@example.com,Engineering,Engineer\n\
    bob@example.com,Legal,Counsel\n\
    cleo@example.com,engineering,Engineering Manager\n";

/// Rules for two of them, and one that matches no person.
pub(crate) const MAP: &str = "Department;Job Title;roles;teams;projects\n\
    Eng*;;member;Backend;\n\
    ;*Manager*;Organization Billing Viewer;;billing=read only\n\
    Finance;;member;;\n";

fn world() -> World {
    let world = World::new();
    world.write("people.csv", HR);
    world.write("map.csv", MAP);
    world
}

fn run(world: &World, base_url: &str) -> Invocation {
    world.invite(base_url).args(&["--map", "map.csv"]).summed()
}

#[test]
fn the_same_map_is_for_a_new_export_every_night() {
    let world = world();
    let server = sandbox(Options::default());
    let first = run(&world, &server.base_url()).finish();
    first.exits(1);
    assert_eq!(world.results().column("error_code"), ["", "NO_RULE", ""], "{}", first.output());
    let expected = json!({
        "file": "map.csv",
        "rules": 3,
        "unmatched_rules": [4],
        "blank_rules": [],
        "rows_without_rule": 1,
        "uncovered": [{
            "cells": [{"column": "Department", "value": "Legal"}, {"column": "Job Title", "value": "Counsel"}],
            "rows": 1,
            "first_row": 3,
        }],
    });
    assert_eq!(first.json()["map"], expected);

    world.write("people.csv", HR.replace("Legal", "Finance") + "dan@example.com,Engineering,Engineer\n");
    let second = run(&world, &server.base_url()).finish();
    second.exits(0);
    assert_eq!(second.json()["kept"], 2, "{}", second.output());
    assert_eq!(world.results().column("status"), ["invited"; 4]);
    assert_eq!(server.sandbox().ledger().created.len(), 4);
}

#[test]
fn a_changed_map_is_a_changed_sheet() {
    let world = world();
    let server = sandbox(Options::default());
    run(&world, &server.base_url()).finish().exits(1);
    world.write("map.csv", MAP.replace("Backend", "Analytics").replace("Finance", "Legal"));
    let second = run(&world, &server.base_url()).finish();
    let results = world.results();
    assert_eq!(results.column("status"), ["invited"; 3], "{}", second.output());
    assert_eq!(results.column("error_code"), ["DIFFERS", "", "DIFFERS"], "{}", second.output());
    assert_eq!(server.sandbox().ledger().created.len(), 3);
}

#[test]
fn a_map_with_a_mistake_sends_nothing() {
    for map in [
        "",
        "Department,Job Title\nEng*,\n",
        "Dept,roles\nEng*,member\n",
        "Department,roles\nEng*,membr\n",
        "Department,roles,teams\nEng*,member,Bakend\n",
        "Department,roles\nFinance,owner\n",
    ] {
        let world = world();
        world.write("map.csv", map);
        let server = sandbox(Options::default());
        run(&world, &server.base_url()).finish().exits(2);
        let check = world.program(&["check", "people.csv", "--map", "map.csv"]);
        check.aimed_at(&server.base_url()).credential(Credential::Token).finish().exits(2);
        assert_eq!(server.sandbox().ledger().created, [], "{map}");
    }
}

#[test]
fn a_rule_makes_owners_only_with_a_flag() {
    let world = world();
    world.write("map.csv", "Department,roles\n*,owner\n");
    let server = sandbox(Options::default());
    run(&world, &server.base_url()).finish().exits(2);
    assert_eq!(server.sandbox().ledger().created, []);
    let allowed = run(&world, &server.base_url()).args(&["--map-owners"]).finish();
    allowed.exits(0);
    assert_eq!(
        allowed.json()["planned"],
        json!({"people": 3, "owners": 3, "unread_addresses": 0}),
        "{}",
        allowed.output()
    );
}

#[test]
fn a_map_is_set_by_flag_variable_or_profile() {
    let world = world();
    world.write("config.toml", "[default]\nmap = \"map.csv\"\n");
    let run = |results: &str| world.program(&["run", "people.csv", "--sandbox", "--results", results]);
    run("1.csv").args(&["--map", "map.csv"]).finish().exits(1);
    run("2.csv").env("BULK_INVITE_MAP", "map.csv").finish().exits(1);
    run("3.csv").args(&["--config", "config.toml"]).finish().exits(1);
    for results in ["1.csv", "2.csv", "3.csv"] {
        assert_eq!(world.results_in(results).column("status"), ["invited", "invalid", "invited"], "{results}");
    }
}

#[test]
fn people_on_standard_input_are_mapped_too() {
    let world = world();
    let run = world.shell("\"$0\" run - --sandbox --map map.csv --results out.csv < people.csv").finish();
    run.exits(1);
    assert_eq!(world.results_in("out.csv").column("error_code"), ["", "NO_RULE", ""], "{}", run.output());
}

#[test]
fn a_check_explains_which_rule_grants_what() {
    let world = world();
    let check = world.program(&["check", "people.csv", "--map", "map.csv", "--explain", "--format", "json"]);
    let check = check.args(&["--sandbox"]).finish();
    check.exits(1);
    let document = check.json();
    let codes: Vec<&Value> =
        document["warnings"].as_array().expect("a list").iter().map(|finding| &finding["code"]).collect();
    assert_eq!(codes, ["UNCOVERED_VALUES", "UNMATCHED_RULE"], "{}", check.output());
    assert_eq!(document["summary"]["map"]["rows_without_rule"], 1);
    let explained = document["explained"].as_array().expect("a list");
    assert_eq!(explained.len(), 2, "{}", check.output());
    let rule = |row: u32| json!([{"from": "map", "row": row}]);
    let expected = json!({
        "email": "cleo@example.com",
        "grants": [
            {"kind": "role", "name": "ORG_MEMBER", "origins": rule(2)},
            {"kind": "role", "name": "ORG_BILLING_READ_ONLY", "origins": rule(3)},
            {"kind": "team", "name": "Backend", "origins": rule(2)},
            {"kind": "project", "name": "billing=GROUP_READ_ONLY", "origins": rule(3)},
        ],
        "row": 4,
    });
    assert_eq!(explained[1], expected);
}

#[test]
fn a_starter_that_is_filled_in_is_a_map() {
    let world = world();
    let starter = world.program(&["template", "--map", "people.csv"]).finish();
    starter.exits(0);
    assert!(starter.stdout.starts_with("Department,Job Title,roles,teams,projects\n"), "{}", starter.output());
    let filled: String = starter.stdout.lines().map(|line| line.replace(",,,", ",,member,") + "\n").collect();
    world.write("map.csv", filled);
    world.program(&["check", "people.csv", "--map", "map.csv"]).finish().exits(0);

    let workbook = || world.program(&["template", "--map", "people.csv", "--xlsx", "map.xlsx"]).finish();
    workbook().exits(0);
    workbook().exits(2);
    let check = world.program(&["check", "people.csv", "--map", "map.xlsx", "--default-roles", "member"]);
    let check = check.args(&["--format", "json"]).finish();
    check.exits(0);
    assert_eq!(check.json()["summary"]["map"]["blank_rules"].as_array().map(Vec::len), Some(5), "{}", check.output());
}
