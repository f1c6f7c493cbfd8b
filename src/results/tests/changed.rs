//! Tests of a results file that another program changes during a run.

use super::*;

/// Returns a journal with the lines of two rows, one of them not flushed.
fn journal(workspace: &Workspace) -> Journal {
    let (mut journal, _) = workspace.open();
    let first = append(&mut journal, 2, "a@example.com", Status::Sending);
    journal.flush().unwrap();
    journal.append(Some(first), subject(2, "a@example.com"), &outcome(Status::Invited), ["", ""]);
    append(&mut journal, 3, "b@example.com", Status::Sending);
    journal
}

/// Returns the file with the recovered lines, and the number of rows that are lost.
fn recovered(result: Result<(), JournalError>) -> (PathBuf, u64) {
    let Err(JournalError::Changed { recovered, lost, .. }) = result else { panic!("{result:?}") };
    (recovered, lost)
}

/// Returns email and status of each row of a results file.
fn rows(path: &Path) -> Vec<String> {
    let mut reader = ResultsReader::open(path).unwrap();
    let mut rows = Vec::new();
    while let Some(line) = reader.next_line().unwrap() {
        rows.push(format!("{} {}", line.email, line.outcome.status.as_str()));
    }
    rows
}

type Change = fn(&Path);

/// Changes to the file that another program may make, by their names.
const CHANGES: [(&str, Change); 6] = [
    ("truncated", |path| fs::write(path, "").unwrap()),
    ("cut", |path| {
        let length = fs::metadata(path).unwrap().len();
        fs::OpenOptions::new().write(true).open(path).unwrap().set_len(length - 1).unwrap();
    }),
    ("saved in place", |path| fs::write(path, fs::read_to_string(path).unwrap().replace(',', ";") + "\r\n").unwrap()),
    ("extended", |path| fs::write(path, fs::read_to_string(path).unwrap() + "x").unwrap()),
    ("replaced", |path| {
        fs::copy(path, path.with_extension("copy")).unwrap();
        fs::rename(path.with_extension("copy"), path).unwrap();
    }),
    ("removed", |path| fs::remove_file(path).unwrap()),
];

#[test]
fn a_change_is_found_at_the_next_flush() {
    for (name, change) in CHANGES {
        let workspace = Workspace::new();
        let mut journal = journal(&workspace);
        change(&workspace.path());
        let left = fs::read(workspace.path()).ok();
        let (path, lost) = recovered(journal.flush());
        assert_eq!(path, workspace.folder.path().join("people.results.recovered.csv"), "{name}");
        assert_eq!(
            (rows(&path), lost),
            (vec!["a@example.com invited".into(), "b@example.com sending".into()], 0),
            "{name}"
        );
        assert_eq!(fs::read(workspace.path()).ok(), left, "{name}: the changed file is left alone");
        // What happens to the requests in flight is added.
        append(&mut journal, 3, "b@example.com", Status::Invited);
        journal.flush().unwrap();
        assert_eq!(rows(&path), ["a@example.com invited", "b@example.com invited"], "{name}");
    }
}

#[test]
fn a_change_is_found_at_the_end() {
    let overwritten: (&str, Change) = ("overwritten", |path| {
        fs::write(path, fs::read_to_string(path).unwrap().replace("invited", "revoked")).unwrap();
    });
    for (name, change) in CHANGES.into_iter().chain([overwritten]) {
        let workspace = Workspace::new();
        let mut journal = journal(&workspace);
        journal.flush().unwrap();
        change(&workspace.path());
        let (path, lost) = recovered(journal.finish(None));
        assert_eq!(
            (rows(&path), lost),
            (vec!["a@example.com invited".into(), "b@example.com sending".into()], 0),
            "{name}"
        );
    }
}

#[test]
fn a_recovered_file_is_locked_and_never_overwrites_another() {
    let workspace = Workspace::new();
    let other = workspace.folder.path().join("people.results.recovered.csv");
    fs::write(&other, "mine").unwrap();
    let mut journal = journal(&workspace);
    fs::remove_file(workspace.path()).unwrap();
    let (path, _) = recovered(journal.flush());
    assert_eq!(path, workspace.folder.path().join("people.results.recovered-2.csv"));
    assert_eq!(fs::read_to_string(other).unwrap(), "mine");
    let open =
        || Journal::open(&path, &[HERE.parse().unwrap()], &workspace.keys, vec!["roles".into()], Start::Continue);
    assert!(matches!(open(), Err(JournalError::Locked { .. })));
    drop(journal);
    assert_eq!(open().unwrap().1.leave().len(), 2, "a run can continue with it");
}

/// A file that is too large for a copy in memory.
#[test]
fn the_intact_parts_of_a_large_file_are_recovered() {
    let workspace = Workspace::new();
    let (mut journal, _) = workspace.open();
    let cell = "x".repeat(1000);
    let email = |row: u32| format!("p{row}@example.com");
    for row in 2..6002 {
        let slot = journal.next_slot();
        journal.append(Some(slot), subject(row, &email(row)), &outcome(Status::Invited), ["", &cell]);
        if row % 10 == 0 {
            journal.flush().unwrap();
        }
    }
    journal.flush().unwrap();
    let mut bytes = fs::read(workspace.path()).unwrap();
    bytes[3_000_000] ^= 1;
    bytes.truncate(6_000_000);
    fs::write(workspace.path(), bytes).unwrap();
    append(&mut journal, 9000, "last@example.com", Status::Invited);
    let (path, lost) = recovered(journal.flush());
    let found = rows(&path);
    assert_eq!(found.len() as u64 + lost, 6001, "each row is recovered or counted");
    // Not much more than what was cut off, and one part.
    assert!((500..700).contains(&lost), "{lost}");
    assert_eq!(found.last().unwrap(), "last@example.com invited");
    // The positions of the rows are those in the new file.
    journal.set_disk(Box::new(outputs::FailingDisk { writes: 0, syncs: 0 }));
    append(&mut journal, 9001, "later@example.com", Status::Invited);
    let Err(JournalError::Broken { unwritten, .. }) = journal.flush() else { panic!() };
    assert_eq!(unwritten.iter().map(|line| line.email.as_str()).collect::<Vec<_>>(), ["later@example.com"]);
}

#[test]
fn a_large_file_that_was_replaced_loses_nothing() {
    let workspace = Workspace::new();
    let (mut journal, _) = workspace.open();
    let cell = "x".repeat(5_000_000);
    let slot = journal.next_slot();
    journal.append(Some(slot), subject(2, "a@example.com"), &outcome(Status::Invited), ["", &cell]);
    journal.flush().unwrap();
    fs::remove_file(workspace.path()).unwrap();
    fs::write(workspace.path(), "mine").unwrap();
    let (path, lost) = recovered(journal.finish(None));
    assert_eq!((rows(&path), lost), (vec!["a@example.com invited".into()], 0));
}
