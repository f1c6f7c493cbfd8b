//! The memory use of a large workbook. This is a separate test target because the system reports only the largest of all
//! child processes.
#![cfg(target_os = "linux")]

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::process::{Command, Stdio};

use nix::sys::resource::{UsageWho, getrusage};
use serde_json::Value;

/// The limit is 150 MiB for 100,000 rows. Half as many rows are read, against half the limit, to save time.
#[test]
fn the_rows_of_a_large_workbook_take_little_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("people.xlsx"), large_workbook(50_000)).expect("a workbook");
    let commands: [(&[&str], &str); 2] = [
        (&["check", "people.xlsx", "--offline", "--format", "json"], "/summary/would_be_sent"),
        (&["run", "people.xlsx", "--dry-run", "--sandbox", "--summary", "-"], "/statuses/not_sent"),
    ];
    let programs = commands.map(|(arguments, count)| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_bulk-invite"));
        program.env_clear().current_dir(folder.path()).args(arguments);
        (program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program"), count)
    });
    for (program, count) in programs {
        let output = program.wait_with_output().expect("the program");
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{stdout}{stderr}");
        let document: Value = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}"));
        assert_eq!(document.pointer(count), Some(&50_000.into()), "{count}: {document}");
    }
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage").max_rss();
    assert!(peak < 75 * 1024, "{peak} KiB");
}

/// Returns a workbook of `people` rows and six columns, with every text in the table of strings, as Excel writes it.
fn large_workbook(people: u32) -> Vec<u8> {
    const RELATIONS: [(&str, &str, &str); 2] = [
        ("_rels/.rels", "officeDocument", "xl/workbook.xml"),
        ("xl/_rels/workbook.xml.rels", "worksheet", "worksheets/sheet1.xml"),
    ];
    let mut strings = String::from("<sst>");
    let mut sheet = String::from("<worksheet><sheetData>");
    let mut count = 0;
    for row in 1..=people + 1 {
        let of_person = [
            format!("E-{row:06}"),
            format!("Person Number {row} Example"),
            format!("person-{row:06}.of.the.company@example.com"),
        ];
        let of_header = ["Employee ID", "Full Name", "Work Email"].map(ToOwned::to_owned);
        let cells = if row == 1 { of_header } else { of_person };
        let rest = if row == 1 { ["Role", "Team", "Start"] } else { ["Organization Member", "Backend", "2026-12-01"] };
        let _ = write!(sheet, "<row r=\"{row}\">");
        for (column, text) in ('A'..).zip(cells.iter().map(String::as_str).chain(rest)) {
            let _ = write!(strings, "<si><t>{text}</t></si>");
            let _ = write!(sheet, "<c r=\"{column}{row}\" t=\"s\"><v>{count}</v></c>");
            count += 1;
        }
        sheet.push_str("</row>");
    }
    strings.push_str("</sst>");
    sheet.push_str("</sheetData></worksheet>");
    let relation = |(name, kind, target): (&'static str, &str, &str)| {
        let entry = format!("<Relationship Id=\"r\" Type=\"x/relationships/{kind}\" Target=\"{target}\"/>");
        (name, format!("<Relationships>{entry}</Relationships>"))
    };
    let book = "<workbook><sheets><sheet name=\"People\" r:id=\"r\"/></sheets></workbook>".to_owned();
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let parts = RELATIONS.map(relation).into_iter().chain([
        ("xl/workbook.xml", book),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", sheet),
    ]);
    for (name, content) in parts {
        let fast = zip::write::SimpleFileOptions::default().compression_level(Some(1));
        archive.start_file(name, fast).expect("a part");
        archive.write_all(content.as_bytes()).expect("a part");
    }
    archive.finish().expect("an archive").into_inner()
}
