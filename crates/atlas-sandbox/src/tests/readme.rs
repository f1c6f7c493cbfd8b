//! The README's tables and its scenario, compared with the code.

use std::collections::{BTreeSet, HashSet};
use std::{iter, mem};

use super::*;
use crate::request::operation::Operation;

const README: &str = include_str!("../../README.md");

/// Returns the cells of each row of the table whose header begins with this text.
fn table(header: &str) -> impl Iterator<Item = Vec<&'static str>> {
    let rows = README.lines().skip_while(move |line| !line.starts_with(&format!("| {header} |"))).skip(2);
    rows.take_while(|line| line.starts_with('|')).map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect())
}

/// Returns the code spans in the first column of a table.
fn codes(header: &str) -> Vec<&'static str> {
    table(header).flat_map(|row| row[0].split('`').skip(1).step_by(2)).collect()
}

#[test]
fn the_readme_lists_every_kind_of_fault() {
    let (whens, targets) = (codes("WHEN"), codes("TARGET"));
    assert_eq!((whens.len(), targets.len()), (6, 6));
    let (mut kinds, mut of_lists, mut of_clocks) = (HashSet::new(), HashSet::new(), HashSet::new());
    for kind in codes("KIND") {
        for (when, target) in whens.iter().flat_map(|when| iter::repeat(when).zip(&targets)) {
            let fault: Fault = format!("{kind}@{when}/{target}").parse().unwrap();
            if let FaultKind::List(fault) = &fault.kind {
                of_lists.insert(mem::discriminant(fault));
            } else if let FaultKind::Clock(fault) = &fault.kind {
                of_clocks.insert(mem::discriminant(fault));
            } else {
                kinds.insert(mem::discriminant(&fault.kind));
            }
        }
    }
    assert_eq!((kinds.len(), of_lists.len(), of_clocks.len()), (16, 6, 3));
}

#[test]
fn the_scenario_in_the_readme_states_the_defaults() {
    let scenario = README.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let (stated, default) = (scenario.parse::<Options>().unwrap(), Options::default());
    let lifetimes = |options: &Options| {
        (options.invitation_lifetime, options.token_lifetime, options.nonce_age, options.nonce_uses)
    };
    assert_eq!(lifetimes(&stated), lifetimes(&default));
    let (stated, default) = (stated.limits, default.limits);
    let rates = |limits: &Limits| [limits.organizations, limits.users, limits.teams, limits.inspection];
    assert_eq!(rates(&stated), rates(&default));
    assert_eq!((stated.tokens, stated.active_tokens), (default.tokens, default.active_tokens));
}

#[test]
fn the_credentials_in_the_readme_are_the_defaults() {
    let stated: Vec<_> = table("credential").map(|row| row[1].trim_matches('`')).collect();
    assert_eq!(stated, [ORGANIZATION, TOKEN, CLIENT_ID, CLIENT_SECRET, PUBLIC_KEY, PRIVATE_KEY]);
}

#[test]
fn the_readme_lists_every_operation() {
    let stated: BTreeSet<_> = table("path under `/api/atlas/v2`")
        .flat_map(|row| {
            let path = row[0].trim_matches('`').replace("the root", "");
            row[1].split(", ").map(move |method| (method, format!("/api/atlas/v2{path}")))
        })
        .collect();
    let known = Operation::ALL.map(Operation::template).map(|(method, path)| (method, path.to_owned()));
    assert_eq!(stated, known.into());
}
