//! The files in `samples/`: each is run with the command that `samples/README.md` gives, and made again from its source.

mod table;

use std::fs;
use std::path::{Path, PathBuf};

use crate::world::World;

use table::{Content, SAMPLES, Sample};

/// What is to become of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Invited,
    Already,
    Member,
    Duplicate,
    Invalid(&'static str),
}

impl Fate {
    /// Its status and code in the results.
    fn told(self) -> (&'static str, &'static str) {
        match self {
            Fate::Invited => ("invited", ""),
            Fate::Already => ("already_invited", "DIFFERS"),
            Fate::Member => ("already_member", "DIFFERS"),
            Fate::Duplicate => ("duplicate", ""),
            Fate::Invalid(code) => ("invalid", code),
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

fn command(sample: &Sample) -> String {
    format!("run samples/{} --sandbox {}", sample.name, sample.flags).trim_end().to_owned()
}

#[test]
fn each_sample_has_its_outcomes() {
    for sample in SAMPLES {
        let world = World::new();
        fs::create_dir(world.path("samples")).expect("a folder");
        let name = format!("samples/{}", sample.name);
        world.write(&name, fs::read(folder().join(sample.name)).expect(sample.name));
        let run = world.shell(&format!("\"$0\" {}", command(sample))).finish();
        match sample.fates {
            None => _ = run.exits(2),
            Some(fates) => {
                let all_well = fates.iter().all(|fate| !matches!(fate, Fate::Invalid(_)));
                run.exits(if all_well { 0 } else { 1 });
                let (stem, _) = name.rsplit_once('.').expect("an ending");
                let results = world.results_in(&format!("{stem}.sandbox.results.csv"));
                let told: Vec<_> =
                    results.lines.iter().map(|line| (line.get("status"), line.get("error_code"))).collect();
                let expected: Vec<_> = fates.iter().map(|fate| fate.told()).collect();
                assert_eq!(told, expected, "{}", run.told());
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
    let is_sample =
        |name: &String| !["README.md", ".results.csv", ".dry-run.csv"].iter().any(|end| name.ends_with(end));
    let mut there: Vec<String> = names.filter(is_sample).collect();
    let mut listed: Vec<&str> = SAMPLES.iter().map(|sample| sample.name).collect();
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
    for sample in SAMPLES {
        let there = fs::read(folder().join(sample.name)).expect(sample.name);
        match &sample.content {
            Content::ByHand => {}
            // Another version of the writer may pack the same cells otherwise; what they say is tested by running them.
            Content::Workbook(_) => assert!(there.starts_with(b"PK\x03\x04"), "{}", sample.name),
            content @ (Content::Utf8(_) | Content::Utf8Marked(_) | Content::Utf16Le(_) | Content::Windows1252(_)) => {
                assert!(content.bytes() == Some(there), "{}: write it again, see samples/README.md", sample.name)
            }
        }
    }
}

#[test]
#[ignore = "writes samples/ anew"]
fn write_samples() {
    for sample in SAMPLES {
        if let Some(bytes) = sample.content.bytes() {
            fs::write(folder().join(sample.name), bytes).expect(sample.name);
        }
    }
}
