//! Measures reading and planning alone: rows a second from a sheet in memory to invitations, on one core.
//!
//! `cargo bench --bench plan` prints the best of five rounds for each kind of sheet.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use bulk_invite::atlas::Named;
use bulk_invite::model::OrgRoles;
use bulk_invite::plan::{Directory, PlanOptions, Planner, digest};
use bulk_invite::spreadsheet::{Sheet, SheetOptions};

const ROWS: u32 = 1_000_000;
const ROUNDS: u32 = 5;

fn main() {
    let directory = directory();
    let plain = sheet(|n| format!("person{n:07}@example.com,ORG_MEMBER,{:024x}\n", n % 50 + 1));
    let named = sheet(|n| format!("Person{n:07}@Example.com,Organization Member;owner,Team {}|Team 7\n", n % 50 + 1));
    let quoted = sheet(|n| format!("\"person{n:07}@example.com\",\"ORG_MEMBER, ORG_READ_ONLY\",\"Équipe 9\"\n"));
    for (name, sheet) in [("plain", plain), ("names", named), ("quoted, accents", quoted)] {
        let reading = best(|| rows(&sheet));
        let planning = best(|| plans(&sheet, &directory, false));
        let digesting = best(|| plans(&sheet, &directory, true));
        println!(
            "{name:16} {:5.1} MiB: read {}, read and planned {}, and digested {}",
            sheet.len() as f64 / f64::from(1 << 20),
            rate(reading),
            rate(planning),
            rate(digesting),
        );
    }
}

fn sheet(row: impl Fn(u32) -> String) -> Vec<u8> {
    let mut sheet = String::from("email,roles,teams\n");
    (0..ROWS).for_each(|n| sheet.push_str(&row(n)));
    sheet.into_bytes()
}

fn directory() -> Directory {
    let mut directory = Directory::new();
    let id = |n: u32| format!("{n:024x}").parse().expect("24 hexadecimal digits");
    (1..=50).for_each(|n| directory.add_team(Named { id: id(n), name: format!("Team {n}") }));
    directory.add_team(Named { id: id(99), name: "Équipe 9".to_owned() });
    directory
}

fn rows(text: &[u8]) -> u32 {
    let mut sheet = Sheet::from_bytes(text, &SheetOptions::default()).expect("a header");
    let mut count = 0;
    while let Some(row) = sheet.next_row().expect("memory does not fail") {
        black_box(&row);
        count += 1;
    }
    count
}

fn plans(text: &[u8], directory: &Directory, digests: bool) -> u32 {
    let mut sheet = Sheet::from_bytes(text, &SheetOptions::default()).expect("a header");
    let organization = "32b6e34b3d91647abb20e7b8".parse().expect("an id");
    let options = PlanOptions { default_roles: OrgRoles::default(), organization: Some(organization) };
    let planner = Planner::new(options, sheet.header(), vec![(organization, directory)]);
    let mut count = 0;
    while let Some(row) = sheet.next_row().expect("memory does not fail") {
        let invitation = planner.plan(&row).expect("every row is good");
        if digests {
            black_box(digest(&invitation));
        }
        black_box(&invitation);
        count += 1;
    }
    count
}

fn best(job: impl Fn() -> u32) -> Duration {
    let round = |_| {
        let started = Instant::now();
        assert_eq!(job(), ROWS);
        started.elapsed()
    };
    (0..ROUNDS).map(round).min().unwrap_or_default()
}

fn rate(took: Duration) -> String {
    format!("{:.2} M rows/s", f64::from(ROWS) / took.as_secs_f64() / 1e6)
}
