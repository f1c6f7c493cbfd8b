//! The memory use of a large workbook. This is a separate test target because the system reports only the largest of all
//! child processes.
#![cfg(target_os = "linux")]

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Cursor, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;

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

/// The limit is 150 MiB for a million members. This test must run alone: `cargo test --test memory -- --ignored`.
#[test]
#[ignore = "takes half a minute"]
fn a_million_members_take_little_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("people.csv"), "email,roles\nada@example.com,ORG_MEMBER\n").expect("a sheet");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        listener.incoming().for_each(|stream| {
            let stream = stream.expect("a connection");
            thread::spawn(move || serve_members(stream));
        })
    });
    let mut program = Command::new(env!("CARGO_BIN_EXE_bulk-invite"));
    program.env_clear().current_dir(folder.path()).args(["check", "people.csv", "--rate", "unlimited"]);
    let id = "32b6e34b3d91647abb20e7b8";
    program
        .env("MONGODB_ATLAS_BASE_URL", url)
        .env("MONGODB_ATLAS_ORG_ID", id)
        .env("MONGODB_ATLAS_ACCESS_TOKEN", "token");
    let output = program.output().expect("the program");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.contains("1000000 members"), "{stderr}");
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage").max_rss();
    assert!(peak < 150 * 1024, "{peak} KiB");
    println!("{peak} KiB");
}

/// Answers requests on one connection as an organization of a million members does.
fn serve_members(stream: TcpStream) {
    const PAGES: usize = 2000;
    let mut reader = BufReader::new(stream.try_clone().expect("a connection"));
    let mut writer = stream;
    writer.set_nodelay(true).expect("a connection");
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|length| length > 0) {
        let target = std::mem::take(&mut line);
        while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
            line.clear();
        }
        line.clear();
        let page = target.split("pageNum=").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<usize>().ok());
        let member = |number: usize| {
            let role = ["ORG_MEMBER", "ORG_READ_ONLY", "ORG_BILLING_ADMIN"][number % 3];
            format!(
                r#"{{"id":"{number:024x}","username":"person-{number:07}@example.com","orgMembershipStatus":"ACTIVE",
                "firstName":"Ada","lastName":"Lovelace","roles":{{"orgRoles":["{role}"],"groupRoleAssignments":[
                {{"groupId":"{:024x}","groupRoles":["GROUP_READ_ONLY"]}}]}},"teamIds":["{:024x}"]}}"#,
                number % 40,
                number % 25
            )
        };
        let body = match page {
            Some(page) if target.contains("/users?") => {
                let members: Vec<String> = (500 * (page - 1)..500 * page).map(member).collect();
                let next = if page < PAGES { r#"{"rel":"next"}"# } else { r#"{"rel":"self"}"# };
                format!(r#"{{"links":[{next}],"results":[{}]}}"#, members.join(","))
            }
            None if target.contains("/invites") => "[]".to_owned(),
            Some(_) | None => r#"{"links":[{"rel":"self"}],"results":[]}"#.to_owned(),
        };
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        if writer.write_all((head + &body).as_bytes()).is_err() {
            return;
        }
    }
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
