//! Tests of the file of an earlier run, which stays as it is until a request is about to be sent.

use super::*;

const STARTS: [Start; 2] = [Start::Continue, Start::Fresh(Timestamp::UNIX_EPOCH)];

/// Returns a workspace with the results of a finished run: one person invited, one refused.
fn finished() -> Workspace {
    let workspace = Workspace::new();
    let (mut journal, _) = workspace.open();
    append(&mut journal, 2, "a@example.com", Status::Invited);
    append(&mut journal, 3, "b@example.com", Status::Failed);
    journal.finish(None).unwrap();
    workspace
}

impl Workspace {
    fn start(&self, start: Start) -> (Journal, Earlier) {
        self.try_open(&["roles", "team"], start).unwrap()
    }
}

#[test]
fn the_file_is_unchanged_until_a_request_is_announced() {
    for start in STARTS {
        let workspace = finished();
        let before = workspace.text();
        let (mut journal, mut earlier) = workspace.start(start);
        let place = earlier.leave()[0];
        append(&mut journal, 2, "a@example.com", Status::Unknown);
        journal.flush().unwrap();
        assert_eq!(journal.read(place).unwrap().email, "a@example.com");
        assert!(journal.is_unchanged());
        assert_eq!(workspace.text(), before, "{start:?}");
        append(&mut journal, 3, "b@example.com", Status::Sending);
        assert_eq!(workspace.text(), before, "{start:?}");
        journal.flush().unwrap();
        assert!(!journal.is_unchanged());
        assert_eq!(
            workspace.lines(),
            ["a@example.com invited", "a@example.com unknown", "b@example.com sending"],
            "{start:?}"
        );
        assert_eq!(journal.read(place).unwrap().email, "a@example.com");
    }
}

#[test]
fn a_run_that_sends_nothing_can_leave_the_file_unchanged() {
    for start in STARTS {
        let workspace = finished();
        let before = workspace.text();
        let (mut journal, _) = workspace.start(start);
        append(&mut journal, 2, "a@example.com", Status::NotSent);
        journal.flush().unwrap();
        drop(journal);
        assert_eq!((workspace.text(), workspace.names().len()), (before, 1), "{start:?}");
    }
}

#[test]
fn a_run_that_sends_nothing_replaces_the_file_at_its_end() {
    let workspace = finished();
    let (mut journal, _) = workspace.start(Start::Continue);
    append(&mut journal, 2, "a@example.com", Status::AlreadyMember);
    journal.finish(None).unwrap();
    assert_eq!(workspace.lines(), ["a@example.com already_member"]);
    assert_eq!(workspace.names(), ["people.results.csv"]);
}

#[test]
fn a_file_that_a_kill_left_beside_it_does_no_harm() {
    let workspace = finished();
    fs::write(workspace.folder.path().join("people.results.csv.abcd1234.new"), "row,email\n2,\"torn").unwrap();
    let (mut journal, earlier) = workspace.start(Start::Continue);
    assert_eq!(earlier.tally().total(), 2);
    append(&mut journal, 3, "b@example.com", Status::Sending);
    journal.flush().unwrap();
    assert_eq!(workspace.lines(), ["a@example.com invited", "b@example.com sending"]);
    drop(journal);
    assert_eq!(workspace.names(), ["people.results.csv"]);
}

#[test]
fn a_file_that_has_changed_meanwhile_ends_the_run() {
    for start in STARTS {
        let workspace = finished();
        let (mut journal, _) = workspace.start(start);
        let edited = workspace.text() + "\n";
        fs::write(workspace.path(), &edited).unwrap();
        append(&mut journal, 3, "b@example.com", Status::Sending);
        let Err(JournalError::Broken { unwritten, .. }) = journal.flush() else { panic!("the edit would be lost") };
        assert!(unwritten.is_empty(), "nothing was sent");
        assert!(journal.is_unchanged());
        drop(journal);
        assert_eq!((workspace.text(), workspace.names().len()), (edited, 1), "{start:?}");
    }
}

#[test]
fn fresh_keeps_the_old_file_under_a_dated_name() {
    let workspace = finished();
    let first = workspace.text();
    for expected in [2, 3] {
        let (mut journal, earlier) = workspace.start(Start::Fresh(Timestamp::UNIX_EPOCH));
        assert!(earlier.is_fresh());
        assert_eq!(earlier.tally().count(Status::Invited), 1, "what the job created is still known");
        append(&mut journal, 2, "a@example.com", Status::Sending);
        append(&mut journal, 2, "a@example.com", Status::Invited);
        journal.flush().unwrap();
        assert_eq!(workspace.names().len(), expected + 1, "the lock: {:?}", workspace.names());
        drop(journal);
        assert_eq!(workspace.names().len(), expected, "{:?}", workspace.names());
    }
    let kept = workspace.folder.path().join("people.results.1970-01-01T000000Z.csv");
    assert_eq!(fs::read_to_string(kept).unwrap(), first);
    assert!(workspace.names().contains(&"people.results.1970-01-01T000000Z-1.csv".to_owned()));
}

#[test]
fn only_a_file_that_records_nothing_is_replaced_unread() {
    for status in Status::ALL {
        let workspace = Workspace::new();
        let (mut journal, _) = workspace.open();
        append(&mut journal, 2, "a@example.com", status);
        journal.finish(None).unwrap();
        let before = workspace.text();
        match workspace.try_open(&["roles", "team"], Start::Replace) {
            Ok((_, earlier)) => {
                assert_eq!((earlier.tally().total(), status.stays_on_record()), (0, false), "{status:?}")
            }
            Err(JournalError::OnRecord { .. }) => assert!(status.stays_on_record(), "{status:?}"),
            Err(error) => panic!("{error}"),
        }
        assert_eq!(workspace.text(), before);
    }
}

#[test]
fn a_resaved_file_is_written_back_in_our_format() {
    let workspace = finished();
    let resaved = workspace.text().replace(',', ";").replace("1970-01-01T00:00:00.000Z", "1.1.1970 0:00");
    fs::write(workspace.path(), format!("\u{feff}{resaved}").replace('\n', "\r\n")).unwrap();
    let (mut journal, mut earlier) = workspace.start(Start::Continue);
    assert!(earlier.was_resaved());
    let line = journal.read(earlier.leave()[0]).unwrap();
    assert_eq!((line.email.as_str(), line.cells), ("a@example.com", vec!["ORG_MEMBER".to_owned(), "a; b".to_owned()]));
    append(&mut journal, 3, "b@example.com", Status::Sending);
    journal.flush().unwrap();
    assert_eq!(workspace.lines(), ["a@example.com invited", "b@example.com sending"]);
}

#[test]
fn a_file_with_carriage_returns_is_not_emptied() {
    for text in [|text: &str| text.replace('\n', "\r"), |text: &str| text.trim_end().to_owned()] {
        let workspace = finished();
        fs::write(workspace.path(), text(&workspace.text())).unwrap();
        let (journal, earlier) = workspace.start(Start::Continue);
        assert_eq!((earlier.tally().total(), earlier.was_torn()), (2, false));
        journal.finish(None).unwrap();
    }
}

#[test]
fn a_file_that_cannot_be_read_is_not_replaced() {
    for (from, to) in [("invited", "Invited"), ("1970", "soon"), ("invite_id", "id"), (",invited", ";invited")] {
        for start in [Start::Continue, Start::Fresh(Timestamp::UNIX_EPOCH), Start::Replace] {
            let workspace = finished();
            let text = workspace.text().replace(from, to);
            fs::write(workspace.path(), &text).unwrap();
            let error = workspace.try_open(&["roles", "team"], start).unwrap_err();
            assert!(matches!(error, JournalError::Damaged { .. }), "{from}: {error}");
            assert_eq!((workspace.text(), workspace.names().len()), (text, 1), "{from} {start:?}");
        }
    }
}
