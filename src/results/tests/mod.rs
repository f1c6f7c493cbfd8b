//! Tests of the results file on a real disk: after a run was killed, when the next run resumes, and at the end.

mod changed;
mod outputs;
mod unchanged;

use super::*;
use crate::model::status::Status;

const HERE: &str = "32b6e34b3d91647abb20e7b8";

struct Workspace {
    folder: tempfile::TempDir,
    keys: PersonKeys,
}

impl Workspace {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), keys: PersonKeys::default() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("people.results.csv")
    }

    fn try_open(&self, carried: &[&str], start: Start) -> Result<(Journal, Earlier), JournalError> {
        let carried: Vec<String> = carried.iter().map(|name| (*name).to_owned()).collect();
        Journal::open(&self.path(), &[HERE.parse().unwrap()], &self.keys, carried, start)
    }

    fn open_for(&self, excel: bool) -> (Journal, Earlier) {
        let layout = Layout { carried: vec!["roles".into(), "team".into()], excel };
        Journal::open(&self.path(), &[HERE.parse().unwrap()], &self.keys, layout, Start::Continue).unwrap()
    }

    fn open(&self) -> (Journal, Earlier) {
        self.try_open(&["roles", "team"], Start::Continue).unwrap()
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    /// Returns email and status of every line after the header.
    fn lines(&self) -> Vec<String> {
        let mut csv = csv::Reader::from_path(self.path()).unwrap();
        csv.records().map(|record| record.unwrap()).map(|record| format!("{} {}", &record[1], &record[3])).collect()
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn outcome(status: Status) -> Outcome {
    Outcome::new(status, Timestamp::UNIX_EPOCH)
}

fn subject(row: u32, email: &str) -> Subject<'_> {
    Subject { row: Some(row), email, org_id: HERE }
}

/// Appends a line for a new row.
fn append(journal: &mut Journal, row: u32, email: &str, status: Status) -> Slot {
    let slot = journal.next_slot();
    journal.append(Some(slot), subject(row, email), &outcome(status), ["ORG_MEMBER", "a, b"]);
    slot
}

#[test]
fn the_end_has_one_line_a_row_in_input_order() {
    let workspace = Workspace::new();
    let (mut journal, _) = workspace.open();
    let first = append(&mut journal, 2, "a@example.com", Status::Sending);
    append(&mut journal, 3, "b@example.com", Status::Invalid);
    journal.flush().unwrap();
    append(&mut journal, 4, "c@example.com", Status::Invited);
    journal.append(Some(first), subject(2, "a@example.com"), &outcome(Status::Invited), ["ORG_MEMBER", "\"x\"\ny"]);
    journal.append(None, Subject { row: None, ..subject(0, "gone@example.com") }, &outcome(Status::Invited), ["", ""]);
    journal.finish(None).unwrap();
    assert_eq!(
        workspace.lines(),
        ["a@example.com invited", "b@example.com invalid", "c@example.com invited", "gone@example.com invited"]
    );
    assert_eq!(workspace.names(), ["people.results.csv"], "neither lock nor temporary file is left");
}

#[test]
fn only_lines_that_were_not_flushed_are_lost_in_a_kill() {
    let workspace = Workspace::new();
    let (mut journal, _) = workspace.open();
    append(&mut journal, 2, "a@example.com", Status::Sending);
    journal.flush().unwrap();
    append(&mut journal, 3, "b@example.com", Status::Sending);
    drop(journal);
    assert_eq!(workspace.lines(), ["a@example.com sending"]);
}

#[test]
fn the_last_line_of_a_person_counts_even_in_another_row() {
    let workspace = Workspace::new();
    let (mut journal, _) = workspace.open();
    append(&mut journal, 2, "a@example.com", Status::Sending);
    append(&mut journal, 3, "A@EXAMPLE.com", Status::Invited);
    append(&mut journal, 4, "b@example.com", Status::Sending);
    append(&mut journal, 5, "b@example.com", Status::Failed);
    append(&mut journal, 6, "c@example.com", Status::Unknown);
    append(&mut journal, 7, "c@example.com", Status::Duplicate);
    journal.flush().unwrap();
    drop(journal);
    let (mut journal, mut earlier) = workspace.open();
    let key = |email| workspace.keys.key(HERE.parse().unwrap(), email);
    let place = earlier.take(key("a@example.com")).unwrap();
    assert_eq!(place.status, Status::Invited);
    let line = journal.read(place).unwrap();
    assert_eq!((line.row, line.email.as_str(), line.cells.len()), (Some(3), "A@EXAMPLE.com", 2));
    assert_eq!(earlier.take(key("b@example.com")), None, "a failed row is tried again from the beginning");
    assert_eq!(earlier.leave().iter().map(|place| place.status).collect::<Vec<_>>(), [Status::Unknown]);
    assert_eq!(earlier.tally().count(Status::Failed), 1);
}

#[test]
fn a_torn_last_line_is_cut_off_before_a_run_appends() {
    let workspace = Workspace::new();
    let (mut journal, _) = workspace.open();
    append(&mut journal, 2, "a@example.com", Status::Invited);
    journal.flush().unwrap();
    let whole = workspace.text().len();
    let slot = journal.next_slot();
    let cells = ["ORG_MEMBER", "a \"quoted\"\ncell, torn"];
    journal.append(Some(slot), subject(3, "b@example.com"), &outcome(Status::Invited), cells);
    journal.flush().unwrap();
    drop(journal);
    let text = workspace.text();
    let last_cell = text.find("\"a \"\"quoted").unwrap();
    for cut in whole..text.len() {
        fs::write(workspace.path(), &text[..cut]).unwrap();
        let (mut journal, earlier) = workspace.open();
        // Every cell is there, and none is within quotes: an editor may have removed the line end.
        let is_whole = cut >= last_cell && text[last_cell..cut].matches('"').count().is_multiple_of(2);
        assert_eq!(earlier.was_torn(), cut > whole && !is_whole, "cut at {cut}");
        append(&mut journal, 4, "c@example.com", Status::Sending);
        journal.flush().unwrap();
        let whole = if is_whole { &["b@example.com invited".to_owned()][..] } else { &[] };
        let expected = [&["a@example.com invited".to_owned()], whole, &["c@example.com sending".to_owned()]].concat();
        assert_eq!(workspace.lines(), expected, "cut at {cut}");
    }
}

#[test]
fn a_rest_with_an_open_quote_is_cut_off() {
    let workspace = Workspace::new();
    let (mut journal, _) = workspace.open();
    append(&mut journal, 2, "a@example.com", Status::Invited);
    journal.flush().unwrap();
    drop(journal);
    // It has all cells, but the quote in the second never ends.
    let rest = workspace.text().lines().next_back().unwrap().replacen("a@example.com", "b@example.com\"", 1);
    fs::write(workspace.path(), workspace.text() + &rest).unwrap();
    let (mut journal, earlier) = workspace.open();
    assert!(earlier.was_torn());
    append(&mut journal, 3, "c@example.com", Status::Sending);
    journal.flush().unwrap();
    assert_eq!(workspace.lines(), ["a@example.com invited", "c@example.com sending"]);
}

#[test]
fn a_torn_header_is_written_again() {
    let workspace = Workspace::new();
    for text in [
        "",
        "\u{feff}",
        "\u{feff}row,em",
        "row,em",
        "row,email,org_id,status,invite_id,expires_at,http_status,error_code,error_detail",
    ] {
        fs::write(workspace.path(), text).unwrap();
        let (mut journal, _) = workspace.open();
        append(&mut journal, 2, "a@example.com", Status::Sending);
        journal.flush().unwrap();
        drop(journal);
        let (_, earlier) = workspace.open();
        assert_eq!(earlier.tally().count(Status::Sending), 1, "after {text:?}");
    }
}

#[test]
fn earlier_results_are_read_with_or_without_a_byte_order_mark() {
    for (first, second, finished) in
        [(false, true, false), (true, false, false), (true, true, false), (true, false, true)]
    {
        let workspace = Workspace::new();
        let is_marked = || workspace.text().starts_with('\u{feff}');
        let (mut journal, _) = workspace.open_for(first);
        append(&mut journal, 2, "zo\u{eb}@example.com", Status::Invited);
        journal.flush().unwrap();
        assert_eq!(is_marked(), first);
        if finished {
            journal.finish(None).unwrap()
        } else {
            drop(journal)
        }
        assert_eq!(is_marked(), first);
        let (mut journal, mut earlier) = workspace.open_for(second);
        let line = journal.read(earlier.leave()[0]).unwrap();
        assert_eq!((line.row, line.email.as_str()), (Some(2), "zo\u{eb}@example.com"), "{first} {second}");
        append(&mut journal, 3, "b@example.com", Status::Invited);
        journal.flush().unwrap();
        journal.finish(None).unwrap();
        assert_eq!(is_marked(), second);
        assert_eq!(workspace.lines().len(), 1, "a person without a new line is not in the file");
    }
}

#[test]
fn earlier_cells_move_with_the_columns_of_the_sheet() {
    let workspace = Workspace::new();
    let (mut journal, _) = workspace.open();
    append(&mut journal, 2, "a@example.com", Status::Invited);
    journal.flush().unwrap();
    drop(journal);
    let (mut journal, mut earlier) = workspace.try_open(&["manager", "team"], Start::Continue).unwrap();
    let place = earlier.leave()[0];
    assert_eq!(journal.read(place).unwrap().cells, ["", "a, b"]);
}

#[test]
fn a_second_run_is_rejected_while_the_first_writes() {
    let workspace = Workspace::new();
    let (journal, _) = workspace.open();
    assert!(matches!(workspace.try_open(&[], Start::Continue), Err(JournalError::Locked { .. })));
    assert!(matches!(workspace.try_open(&[], Start::Fresh(Timestamp::UNIX_EPOCH)), Err(JournalError::Locked { .. })));
    drop(journal);
    workspace.open();
}

#[test]
fn a_file_that_is_not_a_results_file_is_not_changed() {
    let workspace = Workspace::new();
    for text in ["email,roles\na@example.com,ORG_MEMBER\n", "not even a table\n", "\u{0}\u{1}\n", "no line at all"] {
        fs::write(workspace.path(), text).unwrap();
        let error = workspace.try_open(&[], Start::Continue).unwrap_err();
        assert!(matches!(error, JournalError::NotOurs { .. }), "{error}");
        assert_eq!(workspace.text(), text);
    }
}

/// Writes results that have one line about a person in another organization.
fn in_another_organization(workspace: &Workspace, status: Status, org_id: &str) {
    let _ = fs::remove_file(workspace.path());
    let (mut journal, _) = workspace.open();
    let slot = journal.next_slot();
    journal.append(Some(slot), Subject { org_id, ..subject(2, "a@example.com") }, &outcome(status), ["", ""]);
    journal.flush().unwrap();
}

#[test]
fn invites_to_another_organization_are_rejected() {
    const OTHER: &str = "a0123456789abcdef012345a";
    let workspace = Workspace::new();
    for status in Status::ALL {
        in_another_organization(&workspace, status, OTHER);
        for start in [Start::Continue, Start::Fresh(Timestamp::UNIX_EPOCH)] {
            match workspace.try_open(&["roles", "team"], start) {
                Ok((_, earlier)) => {
                    assert!(!status.stays_on_record(), "{status:?}");
                    assert_eq!(earlier.count(crate::model::status::NextRun::Keep), 0, "{status:?} is planned again");
                }
                Err(JournalError::OtherOrganization { organization, .. }) => {
                    assert_eq!((organization.as_str(), status.stays_on_record()), (OTHER, true), "{status:?}");
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    in_another_organization(&workspace, Status::Invited, "3,2E+23");
    let error = workspace.try_open(&["roles", "team"], Start::Continue).unwrap_err();
    assert!(matches!(error, JournalError::Damaged { line: 2, .. }), "{error}");
}

#[test]
fn a_damaged_line_is_named_by_its_number() {
    let workspace = Workspace::new();
    let (mut journal, _) = workspace.open();
    append(&mut journal, 2, "a@example.com", Status::Invited);
    append(&mut journal, 3, "b@example.com", Status::Invited);
    journal.flush().unwrap();
    drop(journal);
    fs::write(workspace.path(), workspace.text().replace("b@example.com,", "b@example.com,,")).unwrap();
    let error = workspace.try_open(&["roles", "team"], Start::Continue).unwrap_err();
    assert!(matches!(error, JournalError::Damaged { line: 3, .. }), "{error}");
}
