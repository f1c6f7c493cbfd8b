//! The results file on a real disk: what a kill leaves, what the next run makes of it, and what stands at the end.

mod outputs;

use super::*;
use crate::model::status::Status;

const HERE: &str = "32b6e34b3d91647abb20e7b8";

struct Desk {
    folder: tempfile::TempDir,
    keys: PersonKeys,
}

impl Desk {
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

    /// Email and status of every line after the header.
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

/// Notes a line for a new row.
fn note(journal: &mut Journal, row: u32, email: &str, status: Status) -> Slot {
    let slot = journal.next_slot();
    journal.append(Some(slot), subject(row, email), &outcome(status), ["ORG_MEMBER", "a, b"]);
    slot
}

#[test]
fn the_end_has_one_line_a_row_in_input_order() {
    let desk = Desk::new();
    let (mut journal, _) = desk.open();
    let first = note(&mut journal, 2, "a@example.com", Status::Sending);
    note(&mut journal, 3, "b@example.com", Status::Invalid);
    journal.flush().unwrap();
    note(&mut journal, 4, "c@example.com", Status::Invited);
    journal.append(Some(first), subject(2, "a@example.com"), &outcome(Status::Invited), ["ORG_MEMBER", "\"x\"\ny"]);
    journal.append(None, Subject { row: None, ..subject(0, "gone@example.com") }, &outcome(Status::Invited), ["", ""]);
    journal.finish(None).unwrap();
    assert_eq!(
        desk.lines(),
        ["a@example.com invited", "b@example.com invalid", "c@example.com invited", "gone@example.com invited"]
    );
    assert_eq!(desk.names(), ["people.results.csv"], "neither lock nor temporary file is left");
}

#[test]
fn what_was_not_flushed_is_lost_with_the_process_and_nothing_else() {
    let desk = Desk::new();
    let (mut journal, _) = desk.open();
    note(&mut journal, 2, "a@example.com", Status::Sending);
    journal.flush().unwrap();
    note(&mut journal, 3, "b@example.com", Status::Sending);
    drop(journal);
    assert_eq!(desk.lines(), ["a@example.com sending"]);
}

#[test]
fn the_last_line_for_a_person_wins_whatever_row_it_names() {
    let desk = Desk::new();
    let (mut journal, _) = desk.open();
    note(&mut journal, 2, "a@example.com", Status::Sending);
    note(&mut journal, 3, "A@EXAMPLE.com", Status::Invited);
    note(&mut journal, 4, "b@example.com", Status::Sending);
    note(&mut journal, 5, "b@example.com", Status::Failed);
    note(&mut journal, 6, "c@example.com", Status::Unknown);
    note(&mut journal, 7, "c@example.com", Status::Duplicate);
    journal.flush().unwrap();
    drop(journal);
    let (mut journal, mut earlier) = desk.open();
    let key = |email| desk.keys.key(HERE.parse().unwrap(), email);
    let place = earlier.take(key("a@example.com")).unwrap();
    assert_eq!(place.status, Status::Invited);
    let line = journal.read(place).unwrap();
    assert_eq!((line.row, line.email.as_str(), line.cells.len()), (Some(3), "A@EXAMPLE.com", 2));
    assert_eq!(earlier.take(key("b@example.com")), None, "a failed row is tried again from the beginning");
    assert_eq!(earlier.leave().iter().map(|place| place.status).collect::<Vec<_>>(), [Status::Unknown]);
    assert_eq!(earlier.tally().count(Status::Failed), 1);
}

#[test]
fn wherever_a_kill_tears_the_file_what_was_whole_is_kept_and_what_follows_is_read() {
    let desk = Desk::new();
    let (mut journal, _) = desk.open();
    note(&mut journal, 2, "a@example.com", Status::Invited);
    journal.flush().unwrap();
    let whole = desk.text().len();
    let slot = journal.next_slot();
    let cells = ["ORG_MEMBER", "a \"quoted\"\ncell, torn"];
    journal.append(Some(slot), subject(3, "b@example.com"), &outcome(Status::Invited), cells);
    journal.flush().unwrap();
    drop(journal);
    let text = desk.text();
    for cut in whole..text.len() {
        fs::write(desk.path(), &text[..cut]).unwrap();
        let (mut journal, earlier) = desk.open();
        assert_eq!(earlier.was_torn(), cut > whole, "cut at {cut}");
        note(&mut journal, 4, "c@example.com", Status::Invited);
        journal.flush().unwrap();
        assert_eq!(desk.lines(), ["a@example.com invited", "c@example.com invited"], "cut at {cut}");
    }
}

#[test]
fn a_header_torn_by_a_kill_is_begun_again() {
    let desk = Desk::new();
    for text in [
        "",
        "\u{feff}",
        "\u{feff}row,em",
        "row,em",
        "row,email,org_id,status,invite_id,expires_at,http_status,error_code,error_detail",
    ] {
        fs::write(desk.path(), text).unwrap();
        let (mut journal, _) = desk.open();
        note(&mut journal, 2, "a@example.com", Status::Invited);
        journal.flush().unwrap();
        drop(journal);
        let (_, earlier) = desk.open();
        assert_eq!(earlier.tally().count(Status::Invited), 1, "after {text:?}");
    }
}

#[test]
fn what_one_run_leaves_with_or_without_a_mark_another_reads_either_way() {
    for (first, second, finished) in
        [(false, true, false), (true, false, false), (true, true, false), (true, false, true)]
    {
        let desk = Desk::new();
        let is_marked = || desk.text().starts_with('\u{feff}');
        let (mut journal, _) = desk.open_for(first);
        note(&mut journal, 2, "zo\u{eb}@example.com", Status::Invited);
        journal.flush().unwrap();
        assert_eq!(is_marked(), first);
        if finished {
            journal.finish(None).unwrap()
        } else {
            drop(journal)
        }
        assert_eq!(is_marked(), first);
        let (mut journal, mut earlier) = desk.open_for(second);
        let line = journal.read(earlier.leave()[0]).unwrap();
        assert_eq!((line.row, line.email.as_str()), (Some(2), "zo\u{eb}@example.com"), "{first} {second}");
        note(&mut journal, 3, "b@example.com", Status::Invited);
        journal.flush().unwrap();
        journal.finish(None).unwrap();
        assert_eq!(is_marked(), second);
        assert_eq!(desk.lines().len(), 1, "who is left unsaid is not in the file");
    }
}

#[test]
fn other_columns_in_the_sheet_move_the_earlier_cells_along() {
    let desk = Desk::new();
    let (mut journal, _) = desk.open();
    note(&mut journal, 2, "a@example.com", Status::Invited);
    journal.flush().unwrap();
    drop(journal);
    let (mut journal, mut earlier) = desk.try_open(&["manager", "team"], Start::Continue).unwrap();
    let place = earlier.leave()[0];
    assert_eq!(journal.read(place).unwrap().cells, ["", "a, b"]);
}

#[test]
fn a_second_run_is_turned_away_while_the_first_writes() {
    let desk = Desk::new();
    let (journal, _) = desk.open();
    assert!(matches!(desk.try_open(&[], Start::Continue), Err(JournalError::Locked { .. })));
    assert!(matches!(desk.try_open(&[], Start::Fresh(Timestamp::UNIX_EPOCH)), Err(JournalError::Locked { .. })));
    drop(journal);
    desk.open();
}

#[test]
fn a_file_that_is_not_ours_is_neither_continued_nor_touched() {
    let desk = Desk::new();
    for text in ["email,roles\na@example.com,ORG_MEMBER\n", "not even a table\n", "\u{0}\u{1}\n", "no line at all"] {
        fs::write(desk.path(), text).unwrap();
        let error = desk.try_open(&[], Start::Continue).unwrap_err();
        assert!(matches!(error, JournalError::NotOurs { .. }), "{error}");
        assert_eq!(desk.text(), text);
    }
}

#[test]
fn results_of_another_organization_are_refused_by_name() {
    let desk = Desk::new();
    let (mut journal, _) = desk.open();
    let slot = journal.next_slot();
    let theirs = Subject { org_id: "a0123456789abcdef012345a", ..subject(2, "a@example.com") };
    journal.append(Some(slot), theirs, &outcome(Status::Invited), ["", ""]);
    journal.flush().unwrap();
    drop(journal);
    let error = desk.try_open(&["roles", "team"], Start::Continue).unwrap_err();
    assert!(error.to_string().contains("a0123456789abcdef012345a"), "{error}");
}

#[test]
fn a_damaged_line_is_refused_by_number() {
    let desk = Desk::new();
    let (mut journal, _) = desk.open();
    note(&mut journal, 2, "a@example.com", Status::Invited);
    note(&mut journal, 3, "b@example.com", Status::Invited);
    journal.flush().unwrap();
    drop(journal);
    fs::write(desk.path(), desk.text().replace("b@example.com,", "b@example.com,,")).unwrap();
    let error = desk.try_open(&["roles", "team"], Start::Continue).unwrap_err();
    assert!(error.to_string().contains("line 3"), "{error}");
}

#[test]
fn fresh_keeps_the_old_file_under_a_dated_name() {
    let desk = Desk::new();
    for expected in [1, 2, 3] {
        let (mut journal, earlier) = desk.try_open(&["x", "y"], Start::Fresh(Timestamp::UNIX_EPOCH)).unwrap();
        assert_eq!(earlier.tally().total(), 0);
        note(&mut journal, 2, "a@example.com", Status::Invited);
        journal.finish(None).unwrap();
        assert_eq!(desk.names().len(), expected, "{:?}", desk.names());
    }
    assert!(desk.names().contains(&"people.results.1970-01-01T000000Z.csv".to_owned()), "{:?}", desk.names());
}
