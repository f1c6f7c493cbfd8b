//! Tests of the file of `--failed`, and of errors on writing either file.

use std::io::{Seek, SeekFrom};

use super::*;

#[test]
fn failed_rows_have_the_columns_of_the_input() {
    let workspace = Workspace::new();
    let (mut journal, _) = workspace.open();
    append(&mut journal, 2, "a@example.com", Status::Invited);
    let slot = journal.next_slot();
    journal.append(Some(slot), subject(3, "b@example.com"), &outcome(Status::Failed), ["=1+1", "a, b"]);
    let path = workspace.folder.path().join("failed.csv");
    let names = ["Team", "Work Email", "Role", "status"].map(str::to_owned).to_vec();
    let cells = vec![Cell::Carried(1), Cell::Email, Cell::Carried(0), Cell::Nowhere];
    journal.finish(Some(FailedRows { path: path.clone(), names, cells })).unwrap();
    let written = fs::read_to_string(path).unwrap();
    assert_eq!(written, "Team,Work Email,Role,status\n\"a, b\",b@example.com,'=1+1,\n");
}

#[test]
fn results_are_complete_even_if_failed_rows_are_unwritable() {
    let workspace = Workspace::new();
    for path in [PathBuf::from("/dev/full"), workspace.folder.path().join("missing/failed.csv")] {
        let (mut journal, _) = workspace.try_open(&["roles", "team"], Start::Continue).unwrap();
        let first = append(&mut journal, 2, "a@example.com", Status::Sending);
        append(&mut journal, 3, "b@example.com", Status::Failed);
        journal.append(Some(first), subject(2, "a@example.com"), &outcome(Status::Invited), ["", ""]);
        let (names, cells) = (vec!["email".to_owned()], vec![Cell::Email]);
        let error = journal.finish(Some(FailedRows { path: path.clone(), names, cells })).unwrap_err();
        assert!(matches!(&error, JournalError::FailedRows { path: named, .. } if *named == path), "{error}");
        assert_eq!(workspace.lines(), ["a@example.com invited", "b@example.com failed"]);
        assert_eq!(workspace.names(), ["people.results.csv"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_for_the_failed_rows_keeps_its_mode() {
    let mode = || fs::metadata("/dev/null").unwrap().permissions();
    let before = mode();
    let workspace = Workspace::new();
    let (mut journal, _) = workspace.open();
    append(&mut journal, 2, "b@example.com", Status::Failed);
    let (names, cells) = (vec!["email".to_owned()], vec![Cell::Email]);
    journal.finish(Some(FailedRows { path: "/dev/null".into(), names, cells })).unwrap();
    assert_eq!(mode(), before);
}

#[test]
fn a_row_without_a_line_is_an_error() {
    let workspace = Workspace::new();
    let (mut journal, _) = workspace.open();
    append(&mut journal, 2, "a@example.com", Status::Invited);
    journal.next_slot();
    assert!(journal.finish(None).is_err());
    assert_eq!(workspace.lines(), ["a@example.com invited"]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_results() {
    use std::os::unix::fs::PermissionsExt;
    let workspace = Workspace::new();
    let mode = || fs::metadata(workspace.path()).unwrap().permissions().mode() & 0o777;
    let (mut journal, _) = workspace.open();
    assert_eq!(mode(), 0o600);
    append(&mut journal, 2, "a@example.com", Status::Invited);
    journal.finish(None).unwrap();
    assert_eq!(mode(), 0o600);
}

#[cfg(unix)]
#[test]
fn a_removed_folder_is_an_error_with_all_lost_lines() {
    let workspace = Workspace::new();
    let (mut journal, _) = workspace.open();
    append(&mut journal, 2, "a@example.com", Status::Invited);
    journal.flush().unwrap();
    append(&mut journal, 3, "b@example.com", Status::Invited);
    fs::remove_dir_all(workspace.folder.path()).unwrap();
    let Err(JournalError::Broken { unwritten, .. }) = journal.finish(None) else { panic!() };
    let emails: Vec<_> = unwritten.iter().map(|line| line.email.as_str()).collect();
    assert_eq!(emails, ["a@example.com", "b@example.com"]);
}

/// A disk with a number of writes and syncs before it fails.
#[derive(Debug)]
pub(super) struct FailingDisk {
    pub(super) writes: usize,
    pub(super) syncs: usize,
}

impl Disk for FailingDisk {
    fn write(&mut self, file: &std::fs::File, bytes: &[u8], offset: u64) -> io::Result<()> {
        let full = self.writes == 0;
        self.writes = self.writes.saturating_sub(1);
        // A part is written before the error.
        let part = if full { &bytes[..bytes.len() * 2 / 3] } else { bytes };
        let mut file = file;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(part)?;
        if full { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn sync(&mut self, _: &std::fs::File) -> io::Result<()> {
        self.syncs = self.syncs.checked_sub(1).ok_or_else(|| io::Error::other("input/output error"))?;
        Ok(())
    }
}

/// Returns the addresses of the lines that the error lists.
fn unwritten(result: Result<(), JournalError>) -> Vec<String> {
    let Err(JournalError::Broken { unwritten, .. }) = result else { panic!("{result:?}") };
    unwritten.into_iter().map(|line| format!("{} {}", line.email, line.outcome.status.as_str())).collect()
}

#[test]
fn a_full_disk_is_an_error_with_the_unwritten_lines() {
    let workspace = Workspace::new();
    let (mut journal, _) = workspace.open();
    journal.set_disk(Box::new(FailingDisk { writes: 1, syncs: 9 }));
    append(&mut journal, 2, "a@example.com", Status::Sending);
    journal.flush().unwrap();
    let rows = ["b@example.com", "c@example.com", "d@example.com"]
        .map(|email| append(&mut journal, 3, email, Status::Sending));
    journal.append(Some(rows[2]), subject(5, "d@example.com"), &outcome(Status::Invited), ["", ""]);
    assert_eq!(unwritten(journal.flush()), ["d@example.com invited"], "each only once");
    append(&mut journal, 6, "e@example.com", Status::Invited);
    assert_eq!(unwritten(journal.flush()), ["e@example.com invited"], "nothing more is written");
    assert!(journal.finish(None).is_err());
}

#[test]
fn a_failed_sync_is_an_error_with_the_lines_after_the_last() {
    let workspace = Workspace::new();
    let (mut journal, _) = workspace.open();
    journal.set_disk(Box::new(FailingDisk { writes: 9, syncs: 1 }));
    append(&mut journal, 2, "a@example.com", Status::Sending);
    journal.flush().unwrap();
    append(&mut journal, 3, "b@example.com", Status::Invited);
    journal.flush().unwrap();
    append(&mut journal, 4, "c@example.com", Status::Sending);
    assert_eq!(unwritten(journal.flush()), ["b@example.com invited", "c@example.com sending"]);
    append(&mut journal, 5, "d@example.com", Status::Invited);
    assert_eq!(unwritten(journal.flush()), ["d@example.com invited"]);
}

#[test]
fn a_request_is_on_the_disk_before_the_flush_returns() {
    for (durability, status, is_synced) in [
        (Durability::Power, Status::Sending, true),
        (Durability::Power, Status::Invited, false),
        (Durability::Process, Status::Sending, false),
    ] {
        let workspace = Workspace::new();
        let (mut journal, _) = workspace.open();
        journal.set_disk(Box::new(FailingDisk { writes: 9, syncs: 9 }));
        journal.set_durability(durability);
        append(&mut journal, 2, "a@example.com", status);
        journal.flush().unwrap();
        let expected = if is_synced { workspace.text().len() } else { 0 };
        assert_eq!(journal.synced(), expected as u64, "{durability:?} {status:?}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// A file with any content is either rejected and left unchanged, or lines that are appended to it can be read.
    #[test]
    fn a_file_with_any_content_is_rejected_or_resumed(
        header in proptest::bool::ANY,
        whole in 0_usize..3,
        tail in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..120),
    ) {
        let workspace = Workspace::new();
        let (mut journal, _) = workspace.open();
        for row in 0..whole {
            append(&mut journal, row as u32 + 2, &format!("p{row}@example.com"), Status::Invited);
        }
        journal.flush().unwrap();
        drop(journal);
        let mut bytes = if header { fs::read(workspace.path()).unwrap() } else { Vec::new() };
        bytes.extend(tail);
        fs::write(workspace.path(), &bytes).unwrap();
        match workspace.try_open(&["roles", "team"], Start::Continue) {
            Ok((mut journal, _)) => {
                append(&mut journal, 9, "last@example.com", Status::Sending);
                journal.flush().unwrap();
                drop(journal);
                let (_, mut earlier) = workspace.open();
                let key = workspace.keys.key(HERE.parse().unwrap(), "last@example.com");
                proptest::prop_assert!(earlier.take(key).is_some());
            }
            Err(_) => proptest::prop_assert_eq!(fs::read(workspace.path()).unwrap(), bytes, "a rejected file is not changed"),
        }
    }
}
