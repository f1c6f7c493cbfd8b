//! The files in `samples/`: each is run with the command that `samples/README.md` gives, and made again from its source.

mod table;

use std::fs;
use std::path::{Path, PathBuf};

use crate::world::World;

use table::{Content, MAPS, SAMPLES, Sample};

/// The outcome of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Invited,
    Already,
    Member,
    Duplicate,
    Invalid(&'static str),
}

impl Outcome {
    /// Returns its status and code in the results.
    fn cells(self) -> (&'static str, &'static str) {
        match self {
            Outcome::Invited => ("invited", ""),
            Outcome::Already => ("already_invited", "DIFFERS"),
            Outcome::Member => ("already_member", "DIFFERS"),
            Outcome::Duplicate => ("duplicate", ""),
            Outcome::Invalid(code) => ("invalid", code),
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

fn command(sample: &Sample) -> String {
    format!("run samples/{} --sandbox {}", sample.name, sample.flags).trim_end().to_owned()
}

/// Returns every file with its content.
fn sources() -> impl Iterator<Item = (&'static str, &'static Content)> {
    let samples = SAMPLES.iter().map(|sample| (sample.name, &sample.content));
    samples.chain(MAPS.iter().map(|(name, content)| (*name, content)))
}

#[test]
fn each_sample_has_its_outcomes() {
    for sample in SAMPLES {
        let world = World::new();
        fs::create_dir(world.path("samples")).expect("a folder");
        let name = format!("samples/{}", sample.name);
        for (map, _) in MAPS {
            world.write(&format!("samples/{map}"), fs::read(folder().join(map)).expect(map));
        }
        world.write(&name, fs::read(folder().join(sample.name)).expect(sample.name));
        let run = world.shell(&format!("\"$0\" {}", command(sample))).finish();
        match sample.outcomes {
            None => _ = run.exits(2),
            Some(outcomes) => {
                let all_well = outcomes.iter().all(|outcome| !matches!(outcome, Outcome::Invalid(_)));
                run.exits(if all_well { 0 } else { 1 });
                let (stem, _) = name.rsplit_once('.').expect("an ending");
                let results = world.results_in(&format!("{stem}.sandbox.results.csv"));
                let found: Vec<_> =
                    results.lines.iter().map(|line| (line.get("status"), line.get("error_code"))).collect();
                let expected: Vec<_> = outcomes.iter().map(|outcome| outcome.cells()).collect();
                assert_eq!(found, expected, "{}", run.output());
            }
        }
    }
}

#[test]
fn each_sample_is_listed_with_its_command() {
    let page = fs::read_to_string(folder().join("README.md")).expect("samples/README.md");
    let entries = fs::read_dir(folder()).expect("samples").map(|entry| entry.expect("an entry"));
    let files = entries.filter(|entry| entry.file_type().expect("its type").is_file());
    let names = files.map(|entry| entry.file_name().to_string_lossy().into_owned());
    // What a rehearsal leaves behind.
    let is_sample = |name: &String| {
        let written = [".results.", ".dry-run.", ".status.", ".revoked.", ".revoke-dry-run."];
        name != "README.md" && !written.iter().any(|part| name.contains(part))
    };
    let mut there: Vec<String> = names.filter(is_sample).collect();
    let mut listed: Vec<&str> = sources().map(|(name, _)| name).collect();
    there.sort();
    listed.sort_unstable();
    assert_eq!(there, listed, "each file in samples/ is in the table, and the other way round");
    for sample in SAMPLES {
        let line = page.lines().find(|line| line.contains(&format!("[{0}]({0})", sample.name)));
        let line = line.unwrap_or_else(|| panic!("samples/README.md has no line on {}", sample.name));
        assert!(line.ends_with(&format!("`bulk-invite {}` |", command(sample))), "{line}");
    }
}

#[test]
fn each_sample_equals_its_source() {
    for (name, content) in sources() {
        let there = fs::read(folder().join(name)).expect(name);
        match content {
            Content::ByHand => {}
            // Another version of the writer may pack the same cells otherwise; their content is tested by running them.
            Content::Workbook(_) => assert!(there.starts_with(b"PK\x03\x04"), "{name}"),
            content @ (Content::Utf8(_) | Content::Utf8Marked(_) | Content::Utf16Le(_) | Content::Encoded(..)) => {
                assert!(content.bytes() == Some(there), "{name}: write it again, see samples/README.md")
            }
        }
    }
}

#[test]
#[ignore = "writes samples/ again"]
fn write_samples() {
    for (name, content) in sources() {
        if let Some(bytes) = content.bytes() {
            fs::write(folder().join(name), bytes).expect(name);
        }
    }
}
